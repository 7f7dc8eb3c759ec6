/**
 * Ed25519 verification with one strict meaning (section 5), on the points of @noble/ed25519.
 *
 * noble's own `verify` is cofactored in both of its modes, so it accepts crafted signatures that libsodium, dalek's
 * `verify_strict` and Python's libraries refuse. The equation here is the cofactorless one of RFC 8032 section 5.1.7,
 * with the encodings that those libraries insist on.
 */
import { Point } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { equalBytes } from '../bytes.ts';
import { sha256Hex } from '../digest.ts';
import type { Engine } from '../engine.ts';

const ORDER = Point.CURVE().n;
const KEY_LENGTH = 32;
const SIGNATURE_LENGTH = 64;

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  return value;
}

/** The point of a canonical encoding, not of small order; null where it is not one. */
function strictPoint(bytes: Uint8Array): Point | null {
  try {
    const point = Point.fromBytes(bytes, false);
    // noble's strict mode refuses y >= p and "negative zero"; writing it again proves the rest.
    return equalBytes(point.toBytes(), bytes) && !point.isSmallOrder() ? point : null;
  } catch {
    return null;
  }
}

/** Whether 32 bytes are a key that can sign at all: a canonical point, not of small order. */
export function isPublicKey(publicKey: Uint8Array): boolean {
  return publicKey.length === KEY_LENGTH && strictPoint(publicKey) !== null;
}

/**
 * Whether a signature is by the key over the message. Never throws: malformed input is a signature that is not valid.
 *
 * @param publicKey 32 bytes, raw.
 * @param message the signed bytes; in this protocol always a digest's 32 raw bytes.
 * @param signature 64 bytes: R, then S little-endian.
 */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return isSignature(publicKey, message, signature);
  } catch {
    // What only looks like bytes: detached, of another kind, a proxy.
    return false;
  }
}

function isSignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (!(publicKey instanceof Uint8Array && message instanceof Uint8Array && signature instanceof Uint8Array))
    return false;
  if (publicKey.length !== KEY_LENGTH || signature.length !== SIGNATURE_LENGTH) return false;
  const r = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  if (s >= ORDER) return false;
  const key = strictPoint(publicKey);
  if (key === null || strictPoint(r) === null) return false;
  const hashed = new Uint8Array(64 + message.length);
  hashed.set(r, 0);
  hashed.set(publicKey, 32);
  hashed.set(message, 64);
  const k = littleEndian(sha512(hashed)) % ORDER;
  // `false`: variable time. Nothing here is secret, and the constant-time path refuses a scalar of 0.
  const expected = Point.BASE.multiply(s, false).subtract(key.multiply(k, false));
  return equalBytes(expected.toBytes(), r);
}

/** The reference engine: runs wherever JavaScript does, and says what every other engine must say. */
export const nobleEngine: Engine = { name: 'noble', sha256Hex, verify: verifySignature };
