/** What runs in the place of `search.js` if it cannot begin. */
import { showTrouble } from './trouble.ts';

/** What `search.js` threw; the `catch` around it, into which this is bundled, has it by that name. */
declare const pithTrouble: unknown;

for (const box of Array.from(document.querySelectorAll<HTMLElement>('[data-search]'))) showTrouble(box, pithTrouble);
