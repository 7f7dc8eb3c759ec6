/**
 * `verify-timestamps.js`: checks OpenTimestamps proofs that a reader gives to `verify.html`. Loaded when the first one comes, since
 * few readers have any.
 */
import { shared } from './globals.ts';
import { Proofs } from './proofs.ts';

shared.pithTimestamps = Proofs;
