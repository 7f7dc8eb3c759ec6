/** JSON as text that may stand in a script element of a page, and in a file of its own. Pure. */
import { UNSEEN } from './unseen.ts';

// `<`, `>` and `&` could end the element or open a comment in it; JavaScript once took U+2028 and U+2029 for ends of lines.
const ESCAPED = new RegExp(`[<>&]|${UNSEEN.source}`, 'gu');

/** Escapes, in JSON, whatever a page could take for markup or a reader could not see. It stays the same JSON. */
export function safeJson(json: string): string {
  return json.replace(ESCAPED, (char) =>
    // Outside of strings, JSON has no such character but the ends of lines.
    char === '\n'
      ? char
      : [...Array(char.length).keys()].map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  );
}
