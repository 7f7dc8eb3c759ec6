/** The JSON data block of a page, for verification in the browser. */

/** What a record's page says, for comparison with the browser's results. */
export interface PageClaims {
  readonly pithNumber: string;
  /** Of the recomputed state. */
  readonly stateSha256: string;
  /** The codes of the findings on the record's own bundles, each once. */
  readonly findings: readonly string[];
}

export interface PageData {
  /** The text of a trust file: the keys that the mirror pins. */
  readonly trust: string;
  /** Null on a page that is not a record's. */
  readonly claims: PageClaims | null;
  /**
   * Each bundle received for the record, as raw deflate in base64; in a compact ZIM, `#` and the id of the element whose text is the
   * bundle. Null if they are too large to be in the page; then `bundle.js` next to it has them.
   */
  readonly bundles: readonly string[] | null;
}
