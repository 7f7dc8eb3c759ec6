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

/** Commands that only change the style of their argument: the argument is shown unchanged. */
export const STYLES: ReadonlySet<string> = new Set(
  'emph textit textbf textrm textsc textsf texttt textsl textup textmd textnormal text mbox hbox uline underline'.split(
    ' ',
  ),
);

/** The same as switches at the beginning of a group: `{\it in situ}`. */
export const SWITCHES: ReadonlySet<string> = new Set(
  'it bf em rm sc sl tt sf cal itshape bfseries scshape slshape upshape ttfamily rmfamily sffamily normalfont small large Large'.split(
    ' ',
  ),
);
