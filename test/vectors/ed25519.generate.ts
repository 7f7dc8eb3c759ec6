/**
 * Makes ed25519.jsonl: signatures that tell one meaning of Ed25519 from another (section 5 of src/protocol/README.md).
 *
 *     node test/vectors/ed25519.generate.ts      writes the file anew
 *
 * Each line has `public_key`, `message`, `signature` (hexadecimal), `valid` and `note`. `valid` follows from how a case
 * is built, never from a verifier: RFC 8032's cofactorless equation, S < L, key and R canonical and not of small order.
 * The secrets are hashes of a text that says TEST, so every run makes the same bytes, and nobody else signs with them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Point } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { encodeHex, encodeUtf8 } from '../../src/protocol/bytes.ts';

const { n: ORDER, p: PRIME } = Point.CURVE();
const file = fileURLToPath(new URL('ed25519.jsonl', import.meta.url));

export interface SignatureVector {
  readonly public_key: string;
  readonly message: string;
  readonly signature: string;
  readonly valid: boolean;
  readonly note: string;
}

export function toScalar(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** 32 bytes, little-endian. */
export function toBytes(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const times = (point: Point, scalar: bigint): Point => point.multiply(scalar % ORDER, false);

/** The eight points whose order divides the cofactor; the one at index i is i times the first of order 8. */
export function torsionPoints(): readonly Point[] {
  for (let y = 2n; ; y++) {
    let point: Point;
    try {
      point = Point.fromBytes(toBytes(y), true);
    } catch {
      continue;
    }
    // L times any point is a torsion point; multiply() takes scalars below L only.
    const torsion = times(point, ORDER - 1n).add(point);
    const multiples = [Point.ZERO];
    for (let i = 1; i < 8; i++) multiples.push((multiples[i - 1] ?? Point.ZERO).add(torsion));
    if (!torsion.double().double().is0()) return multiples;
  }
}

/** Encodings of small-order points that are not the one that encoders write: y + p, and x = 0 with its sign set. */
export function nonCanonicalTorsion(): readonly (readonly [note: string, bytes: Uint8Array])[] {
  const sign = 1n << 255n;
  return [
    ['y = p (0)', toBytes(PRIME)],
    ['y = p (0), sign set', toBytes(PRIME | sign)],
    ['y = p + 1 (1)', toBytes(PRIME + 1n)],
    ['y = p + 1 (1), sign set', toBytes((PRIME + 1n) | sign)],
    ['y = 1, sign set on x = 0', toBytes(1n | sign)],
    ['y = p - 1 (-1), sign set on x = 0', toBytes((PRIME - 1n) | sign)],
  ];
}

/** Every encoding with y >= p that decodes to a point of large order when reduced. */
export function nonCanonicalPoints(): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let y = 2n; y < 19n; y++) {
    for (const sign of [0n, 1n << 255n]) {
      const bytes = toBytes((PRIME + y) | sign);
      try {
        Point.fromBytes(bytes, true);
        found.push(bytes);
      } catch {
        // No point has this y.
      }
    }
  }
  return found;
}

/** A TEST key: its secret scalar and its point. */
export function testScalar(name: string): { readonly scalar: bigint; readonly point: Point } {
  const scalar = toScalar(sha512(encodeUtf8(`TEST KEY of pith-mirror, signs nothing real: ${name}`))) % ORDER;
  return { scalar, point: times(Point.BASE, scalar) };
}

/** k of RFC 8032 section 5.1.7, reduced. */
function challenge(r: Uint8Array, key: Uint8Array, message: Uint8Array): bigint {
  return toScalar(sha512(join(r, key, message))) % ORDER;
}

interface Crafted {
  readonly key: Uint8Array;
  readonly r: Uint8Array;
  readonly message: Uint8Array;
  /** The secret scalars behind the torsion-free parts of the key and of R. */
  readonly keyScalar: bigint;
  readonly nonce: bigint;
}

function signatureOf({ key, r, message, keyScalar, nonce }: Crafted): Uint8Array {
  return join(r, toBytes((nonce + challenge(r, key, message) * keyScalar) % ORDER));
}

function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  return bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
}

/** The first message, of a numbered series, for which a condition on the challenge holds. */
function findMessage(name: string, holds: (message: Uint8Array) => boolean): Uint8Array {
  for (let i = 0; ; i++) {
    const message = sha512(encodeUtf8(`TEST message: ${name} ${i}`)).subarray(0, 32);
    if (holds(message)) return message;
  }
}

export function makeVectors(): readonly SignatureVector[] {
  const vectors: SignatureVector[] = [];
  const add = (note: string, valid: boolean, key: Uint8Array, message: Uint8Array, signature: Uint8Array): void => {
    const hex = { public_key: encodeHex(key), message: encodeHex(message), signature: encodeHex(signature) };
    vectors.push({ ...hex, valid, note });
  };
  const torsion = torsionPoints();
  const { scalar, point } = testScalar('vectors');
  const nonce = testScalar('nonce').scalar;
  const key = point.toBytes();
  const r = times(Point.BASE, nonce).toBytes();
  const message = sha512(encodeUtf8('TEST message')).subarray(0, 32);
  const honest = { key, r, message, keyScalar: scalar, nonce };
  const signature = signatureOf(honest);

  add('honest', true, key, message, signature);
  for (const length of [0, 1, 31, 33, 64, 1023]) {
    const other = Uint8Array.from({ length }, (_, i) => i & 255);
    add(`honest, message of ${length} bytes`, true, key, other, signatureOf({ ...honest, message: other }));
  }
  for (let i = 0; i < 4; i++) {
    const other = testScalar(`vectors ${i}`);
    const mine = { ...honest, key: other.point.toBytes(), keyScalar: other.scalar };
    add(`honest, key ${i}`, true, mine.key, message, signatureOf(mine));
    add(`signature of key ${i} under another key`, false, key, message, signatureOf(mine));
  }

  for (const bit of [0, 1, 127, 254, 255]) {
    add(`bit ${bit} of R flipped`, false, key, message, flipBit(signature, bit));
    add(`bit ${bit} of S flipped`, false, key, message, flipBit(signature, 256 + bit));
    add(`bit ${bit} of the message flipped`, false, key, flipBit(message, bit), signature);
    add(`bit ${bit} of the key flipped`, false, flipBit(key, bit), message, signature);
  }

  const s = toScalar(signature.subarray(32));
  for (let i = 1n; s + i * ORDER < 1n << 256n; i++) {
    add(`S + ${i} L`, false, key, message, join(r, toBytes(s + i * ORDER)));
  }
  add('S = 0', false, key, message, join(r, toBytes(0n)));
  add('S = L', false, key, message, join(r, toBytes(ORDER)));
  add('S = L - 1', false, key, message, join(r, toBytes(ORDER - 1n)));
  add('-S', false, key, message, join(r, toBytes(ORDER - s)));
  add('S = 2^256 - 1', false, key, message, join(r, new Uint8Array(32).fill(255)));
  add('R and S swapped', false, key, message, join(signature.subarray(32), r));
  add('S in big-endian', false, key, message, join(r, signature.subarray(32).toReversed()));
  add('all zero', false, new Uint8Array(32), new Uint8Array(32), new Uint8Array(64));

  for (const length of [0, 1, 32, 63]) {
    add(`signature of ${length} bytes`, false, key, message, signature.subarray(0, length));
  }
  add('signature of 65 bytes', false, key, message, join(signature, new Uint8Array(1)));
  for (const length of [0, 31]) add(`key of ${length} bytes`, false, key.subarray(0, length), message, signature);
  add('key of 33 bytes', false, join(key, new Uint8Array(1)), message, signature);

  // y = 2 is on no point.
  add('R is no point', false, key, message, join(toBytes(2n), signature.subarray(32)));
  add('key is no point', false, toBytes(2n), message, signature);

  const small = [
    ...torsion.map((T, i) => [`${i} T`, T.toBytes()] as const),
    ...nonCanonicalTorsion().map(([note, bytes]) => [`non-canonical ${note}`, bytes] as const),
  ];
  for (const [note, bytes] of small) {
    // S B = k A: the equation holds up to R, exactly for the identity. OpenSSL accepts that one.
    add(`R of small order: ${note}`, false, key, message, signatureOf({ ...honest, r: bytes, nonce: 0n }));
    // S B = R with k a multiple of 8, so that even the cofactorless equation holds: everything was signed by this key.
    const any = findMessage(`key ${note}`, (text) => challenge(r, bytes, text) % 8n === 0n);
    add(`key of small order: ${note}`, false, bytes, any, signatureOf({ ...honest, key: bytes, keyScalar: 0n }));
    add(`key and R of small order: ${note}`, false, bytes, message, join(bytes, toBytes(0n)));
    const both = findMessage(`identity ${note}`, (text) => challenge(Point.ZERO.toBytes(), bytes, text) % 8n === 0n);
    add(`key of small order, R = identity: ${note}`, false, bytes, both, join(Point.ZERO.toBytes(), toBytes(0n)));
  }
  for (const bytes of nonCanonicalPoints()) {
    const last = encodeHex(bytes).slice(0, 2);
    add(`R with y >= p (${last}, sign ${(bytes[31] ?? 0) >> 7})`, false, key, message, join(bytes, toBytes(s)));
    add(`key with y >= p (${last}, sign ${(bytes[31] ?? 0) >> 7})`, false, bytes, message, signature);
  }

  torsion.slice(1).forEach((T, i) => {
    const mixedR = times(Point.BASE, nonce).add(T).toBytes();
    // The cofactored equation holds, the cofactorless does not.
    add(`R with torsion ${i + 1} T`, false, key, message, signatureOf({ ...honest, r: mixedR }));

    const mixedKey = point.add(T).toBytes();
    const isTaken = (text: Uint8Array, by: Uint8Array): boolean => times(T, challenge(by, mixedKey, text)).is0();
    const taken = findMessage(`taken ${i}`, (text) => isTaken(text, r));
    const left = findMessage(`left ${i}`, (text) => !isTaken(text, r));
    const mixed = { ...honest, key: mixedKey };
    add(`key with torsion ${i + 1} T, which k takes away`, true, mixedKey, taken, signatureOf({ ...mixed, message: taken }));
    add(`key with torsion ${i + 1} T, left by k`, false, mixedKey, left, signatureOf({ ...mixed, message: left }));
    // R carries the same torsion as -k A, so the cofactorless equation holds byte for byte.
    const equal = findMessage(`equal ${i}`, (text) => times(T, challenge(mixedR, mixedKey, text)).add(T).is0());
    const equals = { ...mixed, r: mixedR, message: equal };
    add(`key and R with torsion ${i + 1} T that agree`, true, mixedKey, equal, signatureOf(equals));
  });
  return vectors;
}

/** The text of the file. */
export function formatVectors(): string {
  return makeVectors()
    .map((vector) => `${JSON.stringify(vector)}\n`)
    .join('');
}

export function committedVectors(): string {
  return readFileSync(file, 'utf8');
}

if (import.meta.main) writeFileSync(file, formatVectors());
