/** JSON text that is safe in a page's script element, and in a separate file. Pure. */
import { hasUnseen, UNSEEN } from './unseen.ts';

const UNSEEN_ALL = /* @__PURE__ */ new RegExp(UNSEEN, 'gu');

const escapeOf = (char: string): string =>
  [...Array(char.length).keys()].map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');

/** The same JSON in ASCII, for a file that a server may send without its charset. */
export function asciiJson(json: string): string {
  return json.replace(/[^\0-\x7f]+/g, escapeOf);
}

/** Escapes characters in JSON that a page could parse as markup or that a reader could not see. The value stays the same. */
export function safeJson(json: string): string {
  // `<`, `>` and `&` could end the element or open a comment in it; older JavaScript treats U+2028 and U+2029 as line ends.
  const safe = json.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026');
  if (!hasUnseen(safe)) return safe;
  // Outside of strings, the only such characters in JSON are line ends.
  return safe.replace(UNSEEN_ALL, (char) => (char === '\n' ? char : escapeOf(char)));
}
