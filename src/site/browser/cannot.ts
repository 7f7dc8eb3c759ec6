/**
 * What a script says if it cannot do its work in this browser.
 *
 * A script that lacks something may fail at any step, also in the middle of a check. Whatever it had found by then
 * counts for nothing, and it says so: a reader must never take the browser's fault for the record's.
 */

/** What went wrong, in brackets: `x is not a function` tells a reader who asks for help what is missing. */
const because = (error: unknown): string => ` (${error instanceof Error ? error.message : String(error)})`;

export const cannotCheck = (error: unknown): string =>
  `This browser cannot check it: something that the verifier needs is missing or does not work${because(error)}. That says nothing about the record. Check it with a newer browser, or with “pith-mirror verify” in a shell.`;

export const cannotSearch = (error: unknown): string =>
  `This browser cannot search: something that the search needs is missing or does not work${because(error)}. The lists of this mirror have every record.`;
