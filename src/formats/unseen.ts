/** Characters that are invisible, or that change the direction of other text. Pure. */

/** Controls, lone surrogates, line separators, and characters that are invisible or set a direction. */
export const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/u;

// Nearly all text is printable ASCII and some letters, so only the rest is looked up, which is ten times as fast.
const BEYOND_ASCII = /[^ -~]+/g;

/** Whether any character of a text is one of {@link UNSEEN}. */
export function hasUnseen(text: string): boolean {
  const beyond = text.match(BEYOND_ASCII);
  // Replaced separately, so that two halves cannot join into one visible character.
  return beyond !== null && UNSEEN.test(beyond.join(' '));
}

// Marked as pure, so that scripts which show text but write no files leave it out.
export const UNSEEN_ALL = /* @__PURE__ */ new RegExp(UNSEEN, 'gu');
const BLANK = /[\t-\r\u0085\u2028\u2029]/;
// Joiners are kept, because some scripts cannot be written without them.
const JOINER = /[\u200c\u200d]/;

/**
 * One line for a file of a format that knows lines: controls that separate words become a space, other invisible
 * characters are removed, and runs of spaces are collapsed.
 */
export function oneLine(text: string): string {
  if (!hasUnseen(text) && !text.includes('  ')) return text.trim();
  return text
    .replace(UNSEEN_ALL, (char) => (BLANK.test(char) ? ' ' : JOINER.test(char) ? char : ''))
    .replace(/ {2,}/g, ' ')
    .trim();
}
