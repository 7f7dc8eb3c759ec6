/** Runs instead of `search.js` if that cannot start. */
import { showTrouble } from './trouble.ts';

/** What `search.js` threw. This code is bundled into a `catch` block that gives the error this name. */
declare const pithTrouble: unknown;

for (const box of Array.from(document.querySelectorAll<HTMLElement>('[data-search]'))) showTrouble(box, pithTrouble);
