/** Folds text for search: ignores case, accents, signs and TeX. Pure; used for both data and queries. */
import { foldedLetters, GREEK_NAMES } from '../../formats/letters.ts';

/** `O'Brien` is `obrien`, `H$_2$O` is `h2o`. */
const ASCII_JOINER = /['`"\\$_^{}]+/g;
const PARTING = /[^\p{L}\p{N}]+/gu;
// Scripts without spaces between words: each character counts as a word.
const UNPARTED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/gu;

/** TeX's commands that are letters of a word, words of a formula, or a style of what follows. */
const LETTER = /^(?:o|l|ae|oe|aa|ss|i|j|dh|dj|th|ng)$/i;
const WORD = new RegExp(
  `^(?:(?:var)?(?:${GREEK_NAMES.join('|')})|log|ln|exp|sin|cos|tan|min|max|lim|sup|inf|det|dim|ker)$`,
  'i',
);
const STYLE = /^(?:[a-z]|rm|bf|it|em|sf|tt|sc|cal|emph|bm|mbox|boldsymbol|operatorname|math[a-z]*|text[a-z]*)$/i;

/** A text with TeX commands replaced by the words they show; any other command separates words. */
export function withoutTex(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\([a-zA-Z]+) *(?:\{\})?/g, (_, name: string) => {
    if (LETTER.test(name)) return name;
    if (WORD.test(name)) return ` ${name.replace(/^var/, '')} `;
    return STYLE.test(name) ? '' : ' ';
  });
}

/** Non-ASCII text consists of few distinct runs, most of them one letter of a name. */
const known = new Map<string, string>();

function foldRun(run: string): string {
  const found = known.get(run);
  if (found !== undefined) return found;
  const folded = foldedLetters(run).replace(UNPARTED, ' $& ').replace(PARTING, ' ');
  if (known.size < 10_000) known.set(run, folded);
  return folded;
}

/**
 * The words of a text, each preceded by one space. Tabs and line feeds, which separate fields and records, stay, so that
 * a phrase never matches across them.
 */
export function fold(text: string): string {
  // A mark that follows an ASCII letter is a separate run, and is removed.
  const words = withoutTex(text)
    .replace(/[^\0-\x7f]+/g, foldRun)
    .toLowerCase()
    .replace(ASCII_JOINER, '')
    .replace(/[^a-z0-9\n\t\u0080-\uffff]+/g, ' ')
    .replace(/ ?([\n\t]) ?/g, '$1 ');
  return words.startsWith(' ') ? words : ` ${words}`;
}
