/** What runs in the place of `verify.js` if it cannot begin: it leaves word for the script that asked for it. */
import { shared } from './globals.ts';

/** What `verify.js` threw; the `catch` around it, into which this is bundled, has it by that name. */
declare const pithTrouble: unknown;

shared.pithVerifierTrouble = pithTrouble;
