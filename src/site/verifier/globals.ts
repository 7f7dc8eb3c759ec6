/** The names by which the classic scripts of a page find each other. */
import type { fileKind } from '../../formats/file-kind.ts';
import type { Verifier } from './main.ts';
import type { Proofs } from './proofs.ts';

export interface Shared {
  /** Set by verify.js. */
  pithVerifier?: Verifier;
  /** Set instead if verify.js could not start: what it threw. */
  pithVerifierTrouble?: unknown;
  /** Set by verify-advice.js. */
  pithAdvice?: typeof fileKind;
  /** Set by verify-timestamps.js. */
  pithTimestamps?: typeof Proofs;
  /** Set by bundle.js next to a record's page, if the bundles are too large for the page itself: compressed, as in the page. */
  pithBundles?: readonly string[];
}

// Not globalThis: an older browser lacks it.
export const shared: Shared = self as Shared;

/** The verifier, once its script has been loaded. @throws the error that kept it from starting. */
export function loadedVerifier(): Verifier {
  if (shared.pithVerifier !== undefined) return shared.pithVerifier;
  throw shared.pithVerifierTrouble ?? new Error('verify.js did not run');
}
