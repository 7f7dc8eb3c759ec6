/** Text as search compares it: letter cases, accents, signs and TeX folded away. Pure; data and query alike. */
import { foldedLetters, GREEK_NAMES } from '../../formats/letters.ts';

/** `O'Brien` is `obrien`, `H$_2$O` is `h2o`. */
const ASCII_JOINER = /['`"\\$_^{}]+/g;
const PARTING = /[^\p{L}\p{N}]+/gu;
// Scripts that part no words: each sign is one.
const UNPARTED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/gu;

/** TeX's commands that are letters of a word, words of a formula, or a style of what follows. */
const LETTER = /^(?:o|l|ae|oe|aa|ss|i|j|dh|dj|th|ng)$/i;
const WORD = new RegExp(
  `^(?:(?:var)?(?:${GREEK_NAMES.join('|')})|log|ln|exp|sin|cos|tan|min|max|lim|sup|inf|det|dim|ker)$`,
  'i',
);
const STYLE = /^(?:[a-z]|rm|bf|it|em|sf|tt|sc|cal|emph|bm|mbox|boldsymbol|operatorname|math[a-z]*|text[a-z]*)$/i;

/** A text with the commands of TeX as the words they show; all others part what is around them. */
export function withoutTex(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\([a-zA-Z]+) *(?:\{\})?/g, (_, name: string) => {
    if (LETTER.test(name)) return name;
    if (WORD.test(name)) return ` ${name.replace(/^var/, '')} `;
    return STYLE.test(name) ? '' : ' ';
  });
}

/** What is no ASCII comes as few different runs, most of them one letter of a name. */
const known = new Map<string, string>();

function foldRun(run: string): string {
  const found = known.get(run);
  if (found !== undefined) return found;
  const folded = foldedLetters(run).replace(UNPARTED, ' $& ').replace(PARTING, ' ');
  if (known.size < 10_000) known.set(run, folded);
  return folded;
}

/**
 * The words of a text, each with one blank before it. Tabs and line feeds, which part fields and records, stay: what is
 * before one is never one phrase with what is after it.
 */
export function fold(text: string): string {
  // A mark that follows an ASCII letter is a run of its own, and goes.
  const words = withoutTex(text)
    .replace(/[^\0-\x7f]+/g, foldRun)
    .toLowerCase()
    .replace(ASCII_JOINER, '')
    .replace(/[^a-z0-9\n\t\u0080-\uffff]+/g, ' ')
    .replace(/ ?([\n\t]) ?/g, '$1 ');
  return words.startsWith(' ') ? words : ` ${words}`;
}
