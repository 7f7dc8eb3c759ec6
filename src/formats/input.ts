/** What texts are made of: a record as far as they say something of it. Whoever plans records has more, and hands it in. */
import type { IdentifiedRecord, MergedRecord } from '../protocol/index.ts';

/** How a record as a whole is marked. */
export type Verdict = 'verified' | 'findings' | 'record-only';

/** A note by the mirror's operator, as far as it speaks of the paper. */
export interface PaperNote {
  /** The authors in the paper's order, one by one; null where the note does not say. */
  readonly authorsInOrder: readonly string[] | null;
  /** What the note quotes of a record without a bundle. */
  readonly quoted: { readonly title: string | null; readonly authors: string | null } | null;
}

export interface PaperRecord {
  readonly identified: IdentifiedRecord;
  /** Null for a record without a bundle. */
  readonly merged: MergedRecord | null;
  readonly notes: readonly PaperNote[];
}

/** A bundle as it was received. */
export interface BundleBytes {
  readonly bundle: { readonly bytes: Uint8Array };
}
