/** What TeX's commands for letters, accents and signs stand for in Unicode. Pure tables. */

/** Combining marks of TeX's accents, by the sign or the name after the backslash. */
export const ACCENTS: ReadonlyMap<string, string> = new Map([
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
  ['textcommabelow', '\u0326'],
]);

/** Commands that are letters of a word: TeX drops the space after them. */
export const LETTERS: ReadonlyMap<string, string> = new Map([
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

/** Commands that are separate signs or words. */
export const SIGNS: ReadonlyMap<string, string> = new Map([
  ['S', '§'],
  ['P', '¶'],
  ['dag', '†'],
  ['ddag', '‡'],
  ['textdagger', '†'],
  ['textdaggerdbl', '‡'],
  ['pounds', '£'],
  ['euro', '€'],
  ['copyright', '©'],
  ['textregistered', '®'],
  ['texttrademark', '™'],
  ['textdegree', '°'],
  ['degree', '°'],
  ['textmu', 'µ'],
  ['texttimes', '×'],
  ['textpm', '±'],
  ['ldots', '…'],
  ['dots', '…'],
  ['textellipsis', '…'],
  ['textendash', '–'],
  ['textemdash', '—'],
  ['textquoteleft', '‘'],
  ['textquoteright', '’'],
  ['textquotedblleft', '“'],
  ['textquotedblright', '”'],
  ['textquotedbl', '"'],
  ['textbackslash', '\\'],
  ['textbraceleft', '{'],
  ['textbraceright', '}'],
  ['textasciitilde', '~'],
  ['textasciicircum', '^'],
  ['textunderscore', '_'],
  ['textbar', '|'],
  ['textless', '<'],
  ['textgreater', '>'],
  ['textbullet', '•'],
  ['textasteriskcentered', '*'],
  ['slash', '/'],
  ['textsection', '§'],
  ['textparagraph', '¶'],
  ['textperthousand', '‰'],
  ['backslash', '\\'],
  ['thinspace', '\u2009'],
  ['nobreakspace', '\u00a0'],
  // Commands for the layout, which say nothing.
  ['noindent', ''],
  ['protect', ''],
  ['relax', ''],
  ['xspace', ''],
  ['newline', ' '],
  ['linebreak', ' '],
  ['par', ' '],
  ['quad', ' '],
  ['qquad', ' '],
  ['TeX', 'TeX'],
  ['LaTeX', 'LaTeX'],
  ['BibTeX', 'BibTeX'],
]);

/** Commands of a backslash and one sign: `5\,GeV`, `R\&D`. */
export const ESCAPED: ReadonlyMap<string, string> = new Map([
  ...Array.from('&%#_}{$ ', (sign) => [sign, sign] as const),
  [',', '\u2009'],
  [';', ' '],
  [':', ' '],
  ['>', ' '],
  ['\\', ' '],
  ['!', ''],
  ['/', ''],
  ['-', ''],
  ['@', ''],
]);

/** A style that a page shows: emphasis, or italics for any other reason. */
export type TextStyle = 'em' | 'i';

const styles = (names: string, style: TextStyle | null): readonly (readonly [string, TextStyle | null])[] =>
  names.split(' ').map((name) => [name, style]);

/** Commands that only change the style of their argument; null if a page shows the argument unchanged. */
export const STYLES: ReadonlyMap<string, TextStyle | null> = new Map([
  ...styles('emph', 'em'),
  ...styles('textit textsl', 'i'),
  ...styles('textbf textrm textsc textsf texttt textup textmd textnormal text mbox hbox uline underline', null),
]);

/** The same as switches at the beginning of a group: `{\it in situ}`. */
export const SWITCHES: ReadonlyMap<string, TextStyle | null> = new Map([
  ...styles('em', 'em'),
  ...styles('it itshape sl slshape', 'i'),
  ...styles(
    'bf bfseries rm rmfamily sc scshape tt ttfamily sf sffamily cal upshape normalfont tiny scriptsize footnotesize small normalsize large Large',
    null,
  ),
]);
