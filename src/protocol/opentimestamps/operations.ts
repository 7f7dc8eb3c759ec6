/**
 * The operations of an OpenTimestamps proof: each turns one message into the next.
 *
 * Tags and limits are those of python-opentimestamps 0.4.5, `opentimestamps/core/op.py`.
 */
import { ripemd160, sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { encodeHex, encodeUtf8 } from '../bytes.ts';

/** The longest message, and the longest operand, in bytes. */
export const MAX_MESSAGE = 4096;

export type Operation =
  | { readonly kind: 'append' | 'prepend'; readonly operand: Uint8Array }
  | { readonly kind: 'reverse' | 'hexlify' | 'sha1' | 'ripemd160' | 'sha256' | 'keccak256' };

export const OPERATION_TAGS = {
  append: 0xf0,
  prepend: 0xf1,
  reverse: 0xf2,
  hexlify: 0xf3,
  sha1: 0x02,
  ripemd160: 0x03,
  sha256: 0x08,
  keccak256: 0x67,
} as const satisfies Readonly<Record<Operation['kind'], number>>;

/** The hash functions that a proof may begin with, and their output lengths in bytes. */
export const FILE_HASHES = { sha1: 20, ripemd160: 20, sha256: 32 } as const;
export type FileHash = keyof typeof FILE_HASHES;

const HASHES = { sha1, ripemd160, sha256, keccak256: keccak_256 } as const;

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

/** The digest of a file's bytes, for a proof that begins with `hash`. */
export function hashOfFile(hash: FileHash, bytes: Uint8Array): Uint8Array {
  return HASHES[hash](bytes);
}

/**
 * The message after an operation.
 *
 * @throws RangeError if the result is longer than {@link MAX_MESSAGE}, or `reverse` and `hexlify` get an empty message.
 */
export function applyOperation(operation: Operation, message: Uint8Array): Uint8Array {
  const result = resultOf(operation, message);
  if (result.length === 0 || result.length > MAX_MESSAGE)
    throw new RangeError(`expected a message of 1 to ${MAX_MESSAGE} bytes, got ${result.length}`);
  return result;
}

function resultOf(operation: Operation, message: Uint8Array): Uint8Array {
  switch (operation.kind) {
    case 'append':
      return join(message, operation.operand);
    case 'prepend':
      return join(operation.operand, message);
    case 'reverse':
      return message.slice().reverse();
    case 'hexlify':
      return encodeUtf8(encodeHex(message));
    default:
      return HASHES[operation.kind](message);
  }
}
