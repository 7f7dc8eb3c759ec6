/**
 * The TeX that titles and names carry: accents and letters as Unicode, formulas told apart from words. Pure.
 *
 * Upstream's texts come from arXiv, whose authors type `Ren\'e` and `$\eta \to 3\pi$`. Only what is certain is changed; a
 * command that is not known here stays as it was typed.
 */

/** A piece of a text: words, or the TeX source of a formula without its dollars. */
export interface TexPart {
  readonly kind: 'words' | 'maths';
  readonly text: string;
}

/** Combining marks (Unicode block Combining Diacritical Marks) of TeX's accents. */
const ACCENTS: ReadonlyMap<string, string> = new Map([
  ["'", '\u0301'],
  ['`', '\u0300'],
  ['^', '\u0302'],
  ['"', '\u0308'],
  ['~', '\u0303'],
  ['=', '\u0304'],
  ['.', '\u0307'],
  ['u', '\u0306'],
  ['v', '\u030c'],
  ['H', '\u030b'],
  ['r', '\u030a'],
  ['c', '\u0327'],
  ['k', '\u0328'],
  ['d', '\u0323'],
  ['b', '\u0331'],
]);

const LETTERS: ReadonlyMap<string, string> = new Map([
  ['o', 'ø'],
  ['O', 'Ø'],
  ['l', 'ł'],
  ['L', 'Ł'],
  ['ae', 'æ'],
  ['AE', 'Æ'],
  ['oe', 'œ'],
  ['OE', 'Œ'],
  ['aa', 'å'],
  ['AA', 'Å'],
  ['ss', 'ß'],
  ['i', 'ı'],
  ['j', 'ȷ'],
  ['dh', 'ð'],
  ['DH', 'Ð'],
  ['dj', 'đ'],
  ['DJ', 'Đ'],
  ['th', 'þ'],
  ['TH', 'Þ'],
  ['ng', 'ŋ'],
  ['NG', 'Ŋ'],
]);

// An accent's letter: bare or in braces, itself perhaps \i or \j. A name of letters needs a blank or a brace after it. Blanks are
// taken all or none: else a long run of them could be shared out in too many ways.
const LETTER = String.raw`(?:\p{L}|\\[ij](?![a-zA-Z]))`;
const ARGUMENT = String.raw`\s*(?:\{\s*(${LETTER})\s*\}|(${LETTER})(?:\{\}|(?<=\\[ij])\s+(?!\s))?)`;
const ACCENTED = new RegExp(
  String.raw`\\(?:(['\x60^"~=.])|([uvHrckdb])(?=[\s{\\]))${ARGUMENT}|\\([a-zA-Z]{1,2})(?![a-zA-Z])(?:\{\}|[ \t]+)?|\\([&%#_$])`,
  'gu',
);
// What an accent or a letter is wrapped in: {\'e}, {\o}, {\v{c}}.
const WRAPPED = new RegExp(
  String.raw`\{\s*(\\(?:['\x60^"~=.]|[uvHrckdb](?=[\s{\\]))${ARGUMENT}|\\[a-zA-Z]{1,2})\s*\}`,
  'gu',
);
const STYLED = /\\(?:emph|text(?:it|bf|rm|sc|sf|tt|sl|up|normal)?|mbox)\{([^{}\\$]*)\}/g;

function accented(
  raw: string,
  sign: string | undefined,
  name: string | undefined,
  braced: string | undefined,
  bare: string | undefined,
  letter: string | undefined,
  symbol: string | undefined,
): string {
  if (symbol !== undefined) return symbol;
  if (letter !== undefined) return LETTERS.get(letter) ?? raw;
  const mark = ACCENTS.get(sign ?? name ?? '') ?? '';
  // The dot of an i goes away under an accent, which Unicode's í does by itself.
  const base = (braced ?? bare ?? '').replace(/^\\([ij])$/, '$1');
  return `${base}${mark}`.normalize('NFC');
}

/** Longer texts are no titles; they stay as they are, so that no pattern below can be made to work for long. */
const MAX_LENGTH = 20_000;

/** Two hyphens between letters are TeX's dash between names: `Erd\H{o}s--R\'enyi`. */
const DASH = /(?<=[\p{L}\p{N}])--(?=[\p{L}\p{N}])/gu;

function wordsOf(typed: string): string {
  return (typed.includes('\\') ? lettersOf(typed) : typed).replace(DASH, '–');
}

function lettersOf(text: string): string {
  const inner = resolve(text);
  // An accent on a letter that has one: \~{\^e}.
  return (inner.includes('\\') ? resolve(inner) : inner).replace(STYLED, '$1').replace(/(?<=\p{L})\{\}/gu, '');
}

function resolve(text: string): string {
  return text
    .replace(WRAPPED, (raw, inside: string) => (knows(inside) ? `${inside}{}` : raw))
    .replace(ACCENTED, accented);
}

/** Whether a wrapped command is one of ours: `{\bf` is not, and keeps its braces. */
function knows(inside: string): boolean {
  const name = /^\\([a-zA-Z]{1,2})$/.exec(inside)?.[1];
  return name === undefined || LETTERS.has(name);
}

/** Where the formula that opens at `open` ends: before its closing sign, and after it; null where it does not. */
function formulaAt(
  text: string,
  open: number,
): { readonly inner: readonly [number, number]; readonly end: number } | null {
  const sign = text.startsWith('\\(', open) ? '\\)' : text.startsWith('$$', open) ? '$$' : '$';
  const start = open + sign.length;
  let close = text.indexOf(sign, start);
  while (close > 0 && sign !== '\\)' && text[close - 1] === '\\') close = text.indexOf(sign, close + 1);
  if (close <= start) return null;
  // "from $5 to $10" has no formula.
  const isMoney = sign === '$' && (/\s/.test(text[start] ?? '') || /\s\$|\$\d/.test(text.slice(close - 1, close + 2)));
  return isMoney || text.slice(start, close).trim() === '' ? null : { inner: [start, close], end: close + sign.length };
}

/**
 * Splits a text into words, accents resolved, and formulas as TeX: `$…$`, `$$…$$`, `\(…\)`.
 *
 * A dollar opens a formula only where no blank follows it, and closes one where none precedes it and no digit follows.
 */
export function texParts(text: string): readonly TexPart[] {
  if (text.length > MAX_LENGTH) return [{ kind: 'words', text }];
  if (!text.includes('$') && !text.includes('\\(')) return [{ kind: 'words', text: wordsOf(text) }];
  const parts: TexPart[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const isEscape = text[at] === '\\' && text[at + 1] !== '(';
    if (isEscape) at++;
    else if (text[at] === '$' || text[at] === '\\') {
      const formula = formulaAt(text, at);
      if (formula === null) continue;
      if (at > from) parts.push({ kind: 'words', text: wordsOf(text.slice(from, at)) });
      parts.push({ kind: 'maths', text: text.slice(...formula.inner).trim() });
      from = formula.end;
      at = from - 1;
    }
  }
  if (from < text.length) parts.push({ kind: 'words', text: wordsOf(text.slice(from)) });
  return parts;
}

/** A text with its accents as letters; formulas stay as TeX, between dollars. For lists, search and citations. */
export function plainTex(text: string): string {
  return texParts(text)
    .map((part) => (part.kind === 'maths' ? `$${part.text}$` : part.text))
    .join('')
    .normalize('NFC');
}

/** A title for lists and search. */
export const plainTitle = plainTex;
/** Names for lists and search: one text, as upstream writes it. */
export const plainAuthors = plainTex;
