/**
 * Messages of a script that cannot work in this browser.
 *
 * A script that lacks a feature may fail at any step, even in the middle of a check. Its results up to then
 * do not count, and the message says so: a reader must never take a browser's fault for the record's.
 */

/** The error in parentheses. `x is not a function` shows what is missing when a reader asks for help. */
const because = (error: unknown): string => ` (${error instanceof Error ? error.message : String(error)})`;

export const cannotCheck = (error: unknown): string =>
  `This browser cannot verify: a feature that the verifier needs is missing or broken${because(error)}. This says nothing about the record. Try a newer browser, or run “pith-mirror verify” in a shell.`;

export const cannotSearch = (error: unknown): string =>
  `This browser cannot search: a feature that the search needs is missing or broken${because(error)}. The lists of this mirror have every record.`;
