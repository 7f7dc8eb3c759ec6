/** The names by which the classic scripts of a page find each other. */
import type { Verifier } from './main.ts';

export interface Shared {
  /** Set by verify.js. */
  pithVerifier?: Verifier;
  /** Set by bundle.js beside a record's page, where the bundles are too large for the page itself. */
  pithBundles?: readonly string[];
}

export const shared: Shared = globalThis as Shared;
