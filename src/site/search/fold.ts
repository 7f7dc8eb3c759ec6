/** Text as search compares it: letter cases, accents, signs and TeX's marks folded away. Pure; data and query alike. */

/** Letters that Unicode does not take apart into a base and a mark. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  æ: 'ae',
  œ: 'oe',
  ı: 'i',
  ȷ: 'j',
  ŋ: 'n',
  ħ: 'h',
  ŧ: 't',
  ς: 'σ',
};
const LETTER = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g');

/** Joins what is around it. */
const JOINER = /[’´\p{Default_Ignorable_Code_Point}\p{M}]+/gu;
/** `O'Brien` is `obrien`, `H$_2$O` is `h2o`. */
const ASCII_JOINER = /['`"\\$_^{}]+/g;
const PARTING = /[^\p{L}\p{N}]+/gu;
// Scripts that part no words: each sign is one.
const UNPARTED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/gu;

/** What is no ASCII comes as few different runs, most of them one letter of a name. */
const known = new Map<string, string>();

function foldRun(run: string): string {
  const found = known.get(run);
  if (found !== undefined) return found;
  const folded = run
    .normalize('NFKD')
    .toLowerCase()
    // Letter cases of some letters are several characters, and these may be taken apart again.
    .normalize('NFKD')
    .replace(JOINER, '')
    .replace(LETTER, (letter) => LETTERS[letter] ?? letter)
    .replace(UNPARTED, ' $& ')
    .replace(PARTING, ' ');
  if (known.size < 10_000) known.set(run, folded);
  return folded;
}

/**
 * The words of a text, each with one blank before it. Tabs and line feeds, which part fields and records, stay: what is
 * before one is never one phrase with what is after it.
 */
export function fold(text: string): string {
  // A mark that follows an ASCII letter is a run of its own, and goes.
  const words = text
    .replace(/[^\0-\x7f]+/g, foldRun)
    .toLowerCase()
    .replace(ASCII_JOINER, '')
    .replace(/[^a-z0-9\n\t\u0080-\uffff]+/g, ' ')
    .replace(/ ?([\n\t]) ?/g, '$1 ');
  return words.startsWith(' ') ? words : ` ${words}`;
}
