/**
 * Shards: the records whose suffix falls into the i-th of n equal ranges, built as a mirror of their own, and joined
 * later to the mirror that one build of all would have given.
 *
 * Every input file belongs to one shard: a bundle by the number that it claims (one that claims another's is rejected
 * in any shard), a note by its name, and what claims no number by the digest of its name.
 */
import { createHash } from 'node:crypto';
import { PITH_NUMBER_PATTERN, suffixOfNumber } from '../../protocol/index.ts';
import { UsageError } from '../base/failure.ts';

export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

export const MAX_SHARDS = 10_000;

/** @param text `i/n`. */
export function parseShard(text: string): Shard {
  const [, index, count] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(text)?.map(Number) ?? [];
  if (index === undefined || count === undefined || index > count || count > MAX_SHARDS)
    throw new UsageError(`--shard: expected I/N with I from 1 to N, and N at most ${MAX_SHARDS}, got ${text}`);
  return { index, count };
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** Characters of a suffix that choose its shard: those of a short number, so that records that share one stay together. */
const CHOOSING = 8;

/** The shard, from 1, of a suffix. */
export function shardOfSuffix(suffix: string, count: number): number {
  let value = 0;
  for (const char of suffix.slice(0, CHOOSING)) value = value * BASE32.length + BASE32.indexOf(char);
  return Math.floor((value * count) / BASE32.length ** CHOOSING) + 1;
}

/** The suffix of the number that a bundle file claims; null if it claims none. Nothing of it is verified here. */
export function claimedSuffix(bytes: Uint8Array): string | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
    const claimed = (value as { readonly pith_number?: unknown } | null)?.pith_number;
    return typeof claimed === 'string' && PITH_NUMBER_PATTERN.test(claimed) ? suffixOfNumber(claimed) : null;
  } catch {
    return null;
  }
}

/** The shard, from 1, of a file that claims no number. */
export function shardOfName(name: string, count: number): number {
  return (createHash('sha256').update(name).digest().readUInt32BE(0) % count) + 1;
}

/** A part of the records, for a build that does not make all of them. */
export interface BuildPart {
  readonly shard: Shard | null;
  readonly only: ReadonlySet<string> | null;
}

/** Whether a file is of this part. @param suffix that it claims; null if it claims none. */
export function isOfPart(suffix: string | null, name: string, { shard, only }: BuildPart): boolean {
  if (only !== null) return suffix !== null && only.has(suffix);
  if (shard === null) return true;
  const { index, count } = shard;
  return index === (suffix === null ? shardOfName(name, count) : shardOfSuffix(suffix, count));
}
