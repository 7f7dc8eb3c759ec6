/**
 * The engine of Node's OpenSSL: eight times as fast as the reference, with the same results.
 *
 * OpenSSL computes encode(S·B − k·A) with k reduced modulo L, and compares the 32 bytes with R, as the reference does
 * (section 5 of src/protocol/README.md); so keys and Rs with torsion give the same result. How it treats S ≥ L, of
 * encodings that are not canonical and of points of small order depends on its version (3.0 and 3.5 differ), so these
 * cases are decided before it is called. The reference accepts everything that it accepts after that. Whatever it
 * rejects is judged again by the reference, which decides.
 */
import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import {
  type BundleVerdict,
  type Engine,
  EngineError,
  type EngineName,
  isPublicKey,
  nobleEngine,
  type Trust,
  verifyBundle,
} from '../../protocol/index.ts';

const KEY_LENGTH = 32;
const SIGNATURE_LENGTH = 64;

/**
 * DER of an Ed25519 public key up to its 32 bytes (RFC 8410). The import ignores what follows them, so check the length
 * first.
 */
const DER_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Little-endian, as all numbers of Ed25519. */
const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

/** L, the order of the base point (RFC 8032 section 5.1). */
const ORDER = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');
/** p = 2^255 - 19. */
const PRIME = fromHex('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f');

/** The y of every point of small order: 1 and -1 (x = 0), 0 (order 4), and two of order 8. Each has no others. */
const SMALL_ORDER_Y: readonly Uint8Array[] = [
  fromHex('0100000000000000000000000000000000000000000000000000000000000000'),
  fromHex('ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'),
  fromHex('0000000000000000000000000000000000000000000000000000000000000000'),
  fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'),
  fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'),
];

/** Whether the 32 bytes from `from`, as a little-endian number without the bits of `mask`'s complement, are below. */
function isBelow(bytes: Uint8Array, from: number, limit: Uint8Array, mask = 0xff): boolean {
  for (let i = 31; i >= 0; i--) {
    const byte = (bytes[from + i] ?? 0) & (i === 31 ? mask : 0xff);
    const bound = limit[i] ?? 0;
    if (byte !== bound) return byte < bound;
  }
  return false;
}

/** Whether the 32 bytes at the start, their sign bit aside, are a number. */
function hasY(bytes: Uint8Array, y: Uint8Array): boolean {
  return y.every((byte, i) => ((bytes[i] ?? 0) & (i === 31 ? 0x7f : 0xff)) === byte);
}

/**
 * @internal Whether a signature may be put before OpenSSL at all: S < L, and R reduced and not of small order. That R
 * is on the curve follows from the comparison of bytes.
 */
export function hasStrictForm(signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_LENGTH) return false;
  if (!isBelow(signature, KEY_LENGTH, ORDER) || !isBelow(signature, 0, PRIME, 0x7f)) return false;
  return !SMALL_ORDER_Y.some((y) => hasY(signature, y));
}

/** The most keys kept at once. A trust file has a few; the limit is for callers with many. */
const MAX_KEYS = 1024;
/** By the key's bytes in hexadecimal; null for those that the reference refuses. */
const keys = new Map<string, KeyObject | null>();

function keyOf(publicKey: Uint8Array): KeyObject | null {
  const name = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.byteLength).toString('hex');
  const known = keys.get(name);
  if (known !== undefined) return known;
  const key = isPublicKey(publicKey)
    ? createPublicKey({ key: Buffer.concat([DER_PREFIX, publicKey]), format: 'der', type: 'spki' })
    : null;
  if (keys.size >= MAX_KEYS) keys.clear();
  keys.set(name, key);
  return key;
}

function isAccepted(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (!(publicKey instanceof Uint8Array && message instanceof Uint8Array && signature instanceof Uint8Array))
    return false;
  if (publicKey.length !== KEY_LENGTH || !hasStrictForm(signature)) return false;
  const key = keyOf(publicKey);
  return key !== null && verify(null, message, key, signature);
}

/** Two engines gave two answers to one question: the program or the machine is broken, and nothing may be published. */
export class EngineDisagreement extends EngineError {
  override readonly name = 'EngineDisagreement';
}

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** OpenSSL's SHA-256 and Ed25519, restricted to the reference's rules. */
export const openSslEngine: Engine = {
  name: 'openssl',
  sha256Hex: (data) => hash('sha256', data, 'hex'),
  verify(publicKey, message, signature) {
    let answer: boolean | null;
    try {
      answer = isAccepted(publicKey, message, signature);
    } catch {
      // No answer at all, and so no disagreement: not bytes, or an OpenSSL that was built without Ed25519.
      answer = null;
    }
    if (answer === true) return true;
    if (!nobleEngine.verify(publicKey, message, signature)) return false;
    if (answer === null) return true;
    throw new EngineDisagreement(
      `openssl refuses a signature that noble accepts: ${toHex(signature)} by the key ${toHex(publicKey)} over ${toHex(message)}`,
    );
  },
};

/** The engines that an operator may choose from. */
export const ENGINES: Readonly<Record<EngineName, Engine>> = { noble: nobleEngine, openssl: openSslEngine };

/** What two engines must agree on. */
function summaryOf({ outcome, bundle, bundleSha256, claimedPithNumber, checks, findings }: BundleVerdict): string {
  const events = bundle?.events.map(({ eventId }) => eventId);
  const invalidEvents = bundle?.invalidEvents.map(({ eventId, reason }) => [eventId, reason]);
  return JSON.stringify({ outcome, bundleSha256, claimedPithNumber, events, invalidEvents, checks, findings });
}

/** Whether a record is in the sample: one of 256, by its digest's last byte, so evenly over all suffixes. */
const isSampled = (canonicalSha256: string): boolean => canonicalSha256.endsWith('00');

/**
 * verifyBundle, and for one record of 256 the reference engine's verdict too. The sample depends on the record alone.
 *
 * A rejected bundle needs no second opinion: each signature that another engine rejects, the reference has judged.
 *
 * @throws EngineDisagreement if the two verdicts differ.
 */
export function verifyBundleBy(engine: Engine, bytes: Uint8Array, trust: Trust): BundleVerdict {
  const verdict = verifyBundle(bytes, trust, engine);
  if (engine === nobleEngine || verdict.bundle === null || !isSampled(verdict.bundle.canonicalSha256)) return verdict;
  if (summaryOf(verdict) !== summaryOf(verifyBundle(bytes, trust))) {
    const { pithNumber, bundleSha256 } = verdict.bundle;
    throw new EngineDisagreement(`${engine.name} and noble disagree on bundle ${bundleSha256} of ${pithNumber}`);
  }
  return verdict;
}
