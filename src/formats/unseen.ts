/** Characters that a reader cannot see, or that turn other text around. Pure. */

/** Controls, lone surrogates, separators of lines, and whatever is invisible or sets a direction. */
export const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/u;

// Nearly all text is printable ASCII and some letters, and only the rest need be looked up: ten times as fast.
const BEYOND_ASCII = /[^ -~]+/g;

/** Whether any character of a text is one of {@link UNSEEN}. */
export function hasUnseen(text: string): boolean {
  const beyond = text.match(BEYOND_ASCII);
  // Apart, so that no two halves become one character that can be seen.
  return beyond !== null && UNSEEN.test(beyond.join(' '));
}

// The mark lets scripts that show text, and write no files, leave it out.
export const UNSEEN_ALL = /* @__PURE__ */ new RegExp(UNSEEN, 'gu');
const BLANK = /[\t-\r\u0085\u2028\u2029]/;
// The joiners stay: some scripts cannot be written without them.
const JOINER = /[\u200c\u200d]/;

/**
 * One line for a file of a format that knows lines: controls that part words become a blank, whatever else cannot be
 * seen is left out, blanks are folded.
 */
export function oneLine(text: string): string {
  if (!hasUnseen(text) && !text.includes('  ')) return text.trim();
  return text
    .replace(UNSEEN_ALL, (char) => (BLANK.test(char) ? ' ' : JOINER.test(char) ? char : ''))
    .replace(/ {2,}/g, ' ')
    .trim();
}
