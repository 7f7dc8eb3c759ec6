/** Folds letters for search and citation keys: no accents, lower case, Greek letters by name. Pure; runs in a browser too. */

/** Letters that Unicode does not decompose into a base and a mark. */
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

/** Joins the characters around it. */
const JOINER = /[’´\p{Default_Ignorable_Code_Point}\p{M}]+/gu;

/** From α to ω, with ς in its place. */
const GREEK =
  'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau upsilon phi chi psi omega'.split(
    ' ',
  );

/** Names of Greek letters, as TeX's commands and search write them. */
export const GREEK_NAMES: readonly string[] = GREEK;

// One or two Greek letters are symbols, a word of a formula; more are a word of Greek.
const SYMBOLS = /(?<![α-ω])[α-ω]{1,2}(?![α-ω])/g;

/** A text in lower case, without accents; lone Greek letters are words of their own: `ΛCDM` is ` lambda cdm`. */
export function foldedLetters(text: string): string {
  return (
    text
      .normalize('NFKD')
      .toLowerCase()
      // Case mapping can turn one letter into several characters, which may decompose again.
      .normalize('NFKD')
      .replace(JOINER, '')
      .replace(LETTER, (letter) => LETTERS[letter] ?? letter)
      .replace(SYMBOLS, (letters) =>
        Array.from(letters, (letter) => ` ${GREEK[letter.charCodeAt(0) - 0x3b1]} `).join(''),
      )
  );
}

/** The words of a text in ASCII letters and digits, lower case; words without any are dropped. */
export function asciiWords(text: string): readonly string[] {
  return foldedLetters(text)
    .replace(/['`]/g, '')
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}
