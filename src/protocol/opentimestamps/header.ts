/**
 * Bitcoin block headers: 80 bytes that hold a Merkle root, a time, and the proof of the work that went into them.
 *
 *     version 4 · previous block 32 · Merkle root 32 · time 4 · bits 4 · nonce 4       all little-endian
 *
 * Source: developer.bitcoin.org, "Block Headers" and "Target nBits".
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { decodeHex, encodeHex } from '../bytes.ts';

export const HEADER_LENGTH = 80;

export interface BlockHeader {
  /** The block's hash as explorers show it: 64 hexadecimal digits, most significant byte first. */
  readonly hash: string;
  /** The hash of the block before, in the same form. */
  readonly previous: string;
  /** The Merkle root, in the order of the header's bytes: an attested message is compared with it as it is. */
  readonly merkleRoot: Uint8Array;
  /** Seconds since 1970. Set by the miner; accurate to about two hours. */
  readonly time: number;
  /** How many times harder it was to find than a block of the lowest difficulty. */
  readonly difficulty: number;
  /** Whether the hash meets the target that the header itself names. */
  readonly hasWork: boolean;
}

/** The easiest target that Bitcoin allows. */
const EASIEST = 0xffffn << 208n;

const reversedHex = (bytes: Uint8Array): string => encodeHex(bytes.slice().reverse());

/** The target that a header's `bits` encode: one byte of exponent, three of mantissa. 0 if the mantissa is negative. */
function targetOf(bits: number): bigint {
  const mantissa = BigInt(bits & 0x7fffff);
  const shift = 8 * ((bits >>> 24) - 3);
  if ((bits & 0x800000) !== 0) return 0n;
  return shift >= 0 ? mantissa << BigInt(shift) : mantissa >> BigInt(-shift);
}

/** The bytes of a header in 160 hexadecimal digits of either case, with white space after them at most; null for any other text. */
export const parseHeaderHex = (text: string): Uint8Array | null =>
  decodeHex(text.trimEnd().toLowerCase(), HEADER_LENGTH);

/** @throws RangeError if there are not exactly 80 bytes. */
export function parseBlockHeader(bytes: Uint8Array): BlockHeader {
  if (bytes.length !== HEADER_LENGTH)
    throw new RangeError(`expected a block header of ${HEADER_LENGTH} bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const hash = reversedHex(sha256(sha256(bytes)));
  const target = targetOf(view.getUint32(72, true));
  return {
    hash,
    previous: reversedHex(bytes.subarray(4, 36)),
    merkleRoot: bytes.slice(36, 68),
    time: view.getUint32(68, true),
    difficulty: target === 0n ? 0 : Number((EASIEST * 1000n) / target) / 1000,
    hasWork: target > 0n && target <= EASIEST && BigInt(`0x${hash}`) <= target,
  };
}
