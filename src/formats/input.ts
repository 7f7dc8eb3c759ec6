/** The parts of a record that the output formats use. The caller has more data and passes this part in. */
import type { IdentifiedRecord, MergedRecord } from '../protocol/index.ts';

/** How a record as a whole is marked. */
export type Verdict = 'verified' | 'findings' | 'record-only';

/** What a note by the mirror's operator says about the paper. */
export interface PaperNote {
  /** The authors in the paper's order, one by one; null if the note does not list them. */
  readonly authorsInOrder: readonly string[] | null;
  /** The record that the note quotes, if there is no bundle. */
  readonly quoted: { readonly title: string | null; readonly authors: string | null } | null;
}

export interface PaperRecord {
  readonly identified: IdentifiedRecord;
  /** Null for a record without a bundle. */
  readonly merged: MergedRecord | null;
  readonly notes: readonly PaperNote[];
}

/** A bundle as received. */
export interface BundleBytes {
  readonly bundle: { readonly bytes: Uint8Array };
}
