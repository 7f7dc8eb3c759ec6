/**
 * `verify-timestamps.js`: checks OpenTimestamps proofs that a reader gives to `verify.html`. Loaded when the first one comes, since
 * few readers have any.
 */
import { checkProof } from './check-proof.ts';
import { shared } from './globals.ts';

shared.pithTimestamps = checkProof;
