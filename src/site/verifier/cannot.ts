/** Runs instead of `verify.js` if that cannot start: it leaves the error for the script that loaded it. */
import { shared } from './globals.ts';

/** What `verify.js` threw. This code is bundled into a `catch` block that gives the error this name. */
declare const pithTrouble: unknown;

shared.pithVerifierTrouble = pithTrouble;
