/** What every step of a verification is given, besides its subject. */
import type { Engine } from '../engine.ts';
import type { Ledger } from './ledger.ts';
import type { Trust } from './signer.ts';

export interface Context {
  /** The keys that the operator pins. */
  readonly trust: Trust;
  readonly engine: Engine;
  /** Collects the checks and findings of the step. */
  readonly ledger: Ledger;
}
