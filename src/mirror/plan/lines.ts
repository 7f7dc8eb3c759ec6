/** What workers report to the builder: a few hundred bytes for each file and each record. */
import type { FileLine } from '../judge/report.ts';
import type { InputFile } from '../read/read.ts';
import type { CatalogueEntry } from './catalogue.ts';
import type { Across } from './plan.ts';

/** What became of one input file. */
export interface InputLine {
  /** Name relative to the input. */
  readonly name: string;
  /** SHA-256 of its bytes; null if it could not be read. */
  readonly sha256: string | null;
  /** Suffix of the record that the file belongs to; null if it was rejected. */
  readonly suffix: string | null;
  /** Null for a note without findings. */
  readonly report: FileLine | null;
}

/** A record whose files are complete in the stage. */
export interface RecordLine {
  readonly entry: CatalogueEntry;
  /** What it shows of others that it has something in common with. */
  readonly across: Across;
  /** Digest of its files; only kept by shards, for a join. */
  readonly digest?: string;
}

export interface Produced {
  readonly lines: readonly InputLine[];
  /** Null if the files give no record, or if `isWritten` is false. */
  readonly record: RecordLine | null;
  /** Whether the record was written. It is not if another file of its number was written first. */
  readonly isWritten: boolean;
  /** Of the files that were written, see `packSums`; `''` where nothing was. */
  readonly sums: string;
}

/** A record to make from all of its files: there are several, or notes, or it collides with another record. */
export interface RecordTask {
  readonly suffix: string;
  readonly files: readonly InputFile[];
  readonly across: Across;
}

/** Seconds since 1970 of a time of the data. */
export const secondsOf = (time: string): number => Date.parse(time) / 1000;
