/** The JSON data block that a page holds for its verification in the browser. */

/** What a record's page says, to be held against what the browser finds. */
export interface PageClaims {
  readonly pithNumber: string;
  /** Of the recomputed state. */
  readonly stateSha256: string;
  /** The codes of the findings that the record's own bundles give, each once. */
  readonly findings: readonly string[];
}

export interface PageData {
  /** The text of a trust file: the keys that the mirror pins. */
  readonly trust: string;
  /** Null on a page that is of no record. */
  readonly claims: PageClaims | null;
  /**
   * Each bundle received for the record: its bytes, which are UTF-8 without a byte-order mark, as text. Null where
   * they are too large to be in the page; then `bundle.js` beside it has them.
   */
  readonly bundles: readonly string[] | null;
}
