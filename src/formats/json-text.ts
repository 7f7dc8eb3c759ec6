/** JSON as text that may stand in a script element of a page, and in a file of its own. Pure. */
import { hasUnseen, UNSEEN } from './unseen.ts';

const UNSEEN_ALL = /* @__PURE__ */ new RegExp(UNSEEN, 'gu');

const escapeOf = (char: string): string =>
  [...Array(char.length).keys()].map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');

/** The same JSON in ASCII, for a file that a server may send without its charset. */
export function asciiJson(json: string): string {
  return json.replace(/[^\0-\x7f]+/g, escapeOf);
}

/** Escapes, in JSON, whatever a page could take for markup or a reader could not see. It stays the same JSON. */
export function safeJson(json: string): string {
  // `<`, `>` and `&` could end the element or open a comment in it; JavaScript once took U+2028 and U+2029 for ends of lines.
  const safe = json.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026');
  if (!hasUnseen(safe)) return safe;
  // Outside of strings, JSON has no such character but the ends of lines.
  return safe.replace(UNSEEN_ALL, (char) => (char === '\n' ? char : escapeOf(char)));
}
