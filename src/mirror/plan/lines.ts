/** What workers report to the builder: a few hundred bytes for each file and each record. */
import type { FileLine } from '../judge/report.ts';
import type { InputFile } from '../read/read.ts';
import type { CatalogueEntry } from './catalogue.ts';
import type { Across } from './plan.ts';
import type { WithheldLine } from './tombstone.ts';

/** The result for one input file. */
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

/** A record that was made. */
export interface RecordLine {
  readonly entry: CatalogueEntry;
  /** What it shows of others that it has something in common with. */
  readonly across: Across;
  /** Digest of its files; only kept by shards, for a join. */
  readonly digest?: string;
}

/** The result for one or several input files. */
export interface Produced {
  readonly lines: readonly InputLine[];
  /** Null if the files give no record, or one that is withheld. */
  readonly record: RecordLine | null;
  /** Null unless the operator withholds the record. */
  readonly withheld: WithheldLine | null;
  /** Whether the record was made; false if another file of its number was staged at the same time. */
  readonly isWritten: boolean;
  /** Whether some of its files lie in the stage, because the published ones differ. */
  readonly isStaged: boolean;
  /** The digests of all files of the record, see `packSums`; `''` if it was not made. */
  readonly sums: string;
  /** The ids of events that the published state has and the new one has not. */
  readonly lost: readonly string[];
}

export const NOTHING_PRODUCED: Produced = {
  lines: [],
  record: null,
  withheld: null,
  isWritten: false,
  isStaged: false,
  sums: '',
  lost: [],
};

/** A record of several files or notes, or one that collides with others: it is made from all of its files together. */
export interface RecordTask {
  readonly suffix: string;
  readonly files: readonly InputFile[];
  readonly across: Across;
}
