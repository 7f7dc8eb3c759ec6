/** What is left of a record that the operator withholds: its number, and the operator's reason. Pure. */
import { compareCodePoints } from '../../protocol/index.ts';
import type { WithheldReason } from '../../records/bucket.ts';
import type { Exclusion } from '../read/exclusion.ts';
import type { Note } from '../read/notes.ts';
import type { RecordEntry } from './plan.ts';

/** What the page of a withheld record shows. Nothing of the paper is in it. */
export interface Tombstone extends Exclusion {
  readonly suffix: string;
  readonly pithNumber: string;
}

/** A withheld record as the builder knows it. */
export interface WithheldLine {
  readonly suffix: string;
  readonly pithNumber: string;
  readonly reason: WithheldReason;
  /** Digest of its files; only kept by shards, for a join. */
  readonly digest?: string;
}

export interface Withheld {
  readonly tombstone: Tombstone;
  readonly line: WithheldLine;
}

/** @param entry the record that would be published; null if nothing is held of it. @param note that excludes it. */
export function withheldOf(exclusion: Exclusion, entry: RecordEntry | null, note: Note | null): Withheld | null {
  const named = entry?.identified ?? note;
  // Without a bundle or a readable note, there is nothing to withhold.
  if (named === null || named === undefined) return null;
  const { suffix, pithNumber } = named;
  const { reason, decidedAt, text } = exclusion;
  return {
    tombstone: { suffix, pithNumber, reason, decidedAt, text },
    line: { suffix, pithNumber, reason },
  };
}

/** By suffix. */
export const compareWithheld = (a: WithheldLine, b: WithheldLine): number => compareCodePoints(a.suffix, b.suffix);
