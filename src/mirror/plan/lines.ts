/** What workers report to the builder: a few hundred bytes for each file and each record. */
import type { Finding } from '../../protocol/index.ts';
import type { FileLine } from '../judge/report.ts';
import type { InputFile } from '../read/read.ts';
import type { CatalogueEntry } from './catalogue.ts';

/** What became of one input file. */
export interface InputLine {
  /** Name relative to the input. */
  readonly name: string;
  /** Of its bytes; null where it could not be read. */
  readonly sha256: string | null;
  /** The record that it belongs to; null where it was rejected. */
  readonly suffix: string | null;
  /** Null for a note about which there is nothing to say. */
  readonly report: FileLine | null;
}

/** A record that lies in the stage, complete. */
export interface RecordLine {
  readonly entry: CatalogueEntry;
  /** What it shows of collisions with other records. */
  readonly across: readonly Finding[];
  /** Of its files; kept for a join. */
  readonly digest?: string;
}

export interface Produced {
  readonly lines: readonly InputLine[];
  /** Null where the files give no record, or where `isWritten` is false. */
  readonly record: RecordLine | null;
  /** Whether the record was written; not so where another file of its number was first. */
  readonly isWritten: boolean;
  /** Of the files that were written, see `packSums`; `''` where nothing was. */
  readonly sums: string;
}

/** What several files or notes of one number, or a collision, take: everything anew, together. */
export interface RecordTask {
  readonly suffix: string;
  readonly files: readonly InputFile[];
  readonly across: readonly Finding[];
}

/** Seconds since 1970 of a time of the data. */
export const secondsOf = (time: string): number => Date.parse(time) / 1000;
