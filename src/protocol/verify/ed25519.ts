/**
 * Ed25519 verification with one strict meaning (README.md, section 5), on the points of @noble/ed25519.
 *
 * noble's own `verify` is cofactored in both of its modes, so it accepts crafted signatures that libsodium, dalek's
 * `verify_strict` and Python's libraries refuse. The equation here is the cofactorless one of RFC 8032 section 5.1.7,
 * with the encodings that those libraries require.
 */
import { Point } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { equalBytes } from '../bytes.ts';
import { sha256Hex } from '../digest.ts';
import type { Engine } from '../engine.ts';

const { n: ORDER, p: PRIME, d: D } = Point.CURVE();
const KEY_LENGTH = 32;
const SIGNATURE_LENGTH = 64;

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
  return value;
}

/** `base` to the power of `exponent`, modulo p. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base % PRIME, left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % PRIME;
    square = (square * square) % PRIME;
  }
  return result;
}

/**
 * Whether 32 bytes encode no point at all (RFC 8032 section 5.1.3): y is not reduced, x² = (y² - 1) / (dy² + 1) is not
 * a square, or x is 0 and its sign is set.
 */
function isNoPoint(bytes: Uint8Array): boolean {
  const number = littleEndian(bytes);
  const sign = number >> 255n;
  const y = number & ((1n << 255n) - 1n);
  if (y >= PRIME) return true;
  const square = (y * y) % PRIME;
  const numerator = (square + PRIME - 1n) % PRIME;
  if (numerator === 0n) return sign === 1n;
  // A quotient is a square exactly if the product is (Euler's criterion).
  return power(numerator * (D * square + 1n), (PRIME - 1n) / 2n) !== 1n;
}

/**
 * The point of a canonical encoding, not of small order; null if it is not one.
 *
 * noble throws on bytes that are not a point. The exception counts only if the bytes explain it: any other comes from
 * a platform that lacks something, and does not mean that the signature is bad.
 */
function strictPoint(bytes: Uint8Array): Point | null {
  let point: Point;
  try {
    point = Point.fromBytes(bytes, false);
  } catch (error) {
    if (isNoPoint(bytes)) return null;
    throw error;
  }
  // noble's strict mode refuses y >= p and "negative zero"; encoding the point again proves the rest.
  return equalBytes(point.toBytes(), bytes) && !point.isSmallOrder() ? point : null;
}

/** Whether 32 bytes are a usable public key: a canonical point, not of small order. */
export function isPublicKey(publicKey: Uint8Array): boolean {
  return publicKey.length === KEY_LENGTH && strictPoint(publicKey) !== null;
}

/**
 * Whether a signature by this key over this message is valid. Bytes of the wrong length or form are an invalid
 * signature, never an error.
 *
 * @param publicKey 32 bytes, raw.
 * @param message the signed bytes; in this protocol always a digest's 32 raw bytes.
 * @param signature 64 bytes: R, then S little-endian.
 * @throws TypeError if an argument is not a Uint8Array.
 * @throws any error of a platform that lacks something. That is not a verdict.
 */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  for (const bytes of [publicKey, message, signature]) {
    if (!(bytes instanceof Uint8Array)) throw new TypeError('expected key, message and signature as Uint8Array');
  }
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

/** The reference engine: runs wherever JavaScript does. Every other engine must agree with it. */
export const nobleEngine: Engine = { name: 'noble', sha256Hex, verify: verifySignature };
