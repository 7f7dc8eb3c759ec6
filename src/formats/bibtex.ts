/**
 * A record's citation as BibTeX, for BibTeX, biber and reference managers. Pure.
 *
 * ASCII with TeX's commands, since BibTeX knows no Unicode and servers send files without a charset; only characters that TeX
 * cannot write stay UTF-8, and a comment says so.
 */
import { type Citation, citationNotes } from './citation.ts';
import type { Author } from './names.ts';
import { expandedMaths, isKnownMaths } from './tex-maths.ts';
import { texParts } from './tex-text.ts';
import { type TexText, toTex } from './to-tex.ts';
import { oneLine } from './unseen.ts';

const joined = (texts: readonly TexText[]): TexText => ({
  tex: texts.map(({ tex }) => tex).join(''),
  isAscii: texts.every(({ isAscii }) => isAscii),
});

const FONT_SWITCH = /\\(rm|bf|it|sf|tt|cal)(?![a-zA-Z])\s*/g;

/**
 * A formula whose switches of fonts outside of any group, as in `\rm H_2O`, are commands with an argument. citation-js reads no entry with
 * such a switch, and in LaTeX they are kept only for old documents.
 */
function withoutSwitches(formula: string): string {
  for (const { 0: command, 1: font, index } of formula.matchAll(FONT_SWITCH)) {
    const [before, after] = [formula.slice(0, index), formula.slice(index + command.length)];
    const isOutside = before.split('{').length === before.split('}').length;
    if (isOutside && !after.includes('&')) return `${before}\\math${font}{${withoutSwitches(after)}}`;
  }
  return formula;
}

/** Words are re-encoded; a formula is kept as a formula only if it is known to be harmless TeX. */
function titleTex({ rawTitle, title }: Citation): TexText {
  if (rawTitle === null) return toTex(title);
  const { tex, isAscii } = joined(
    texParts(rawTitle).map((part) => {
      if (part.kind === 'words') return toTex(part.text);
      // \mathscr is of a package that a paper need not have.
      const formula = withoutSwitches(expandedMaths(oneLine(part.text)).replace(/\\mathscr(?![a-zA-Z])/g, '\\mathcal'));
      // A letter without a TeX command has none in a formula either.
      return isKnownMaths(formula) && /^[ -~]*$/.test(formula)
        ? { tex: `$${formula}$`, isAscii: true }
        : toTex(part.typed);
    }),
  );
  return { tex: tex.trim(), isAscii };
}

/** `{van der Sample}, Jr., Zo{\"e}`; a name that is not a person's is kept whole by braces. */
function authorTex({ name, family, given, particle, suffix }: Author): TexText {
  if (family === null) {
    const whole = toTex(name);
    return { ...whole, tex: wholeName(whole.tex) };
  }
  // BibTeX finds the particle by its lower case. Several words before the comma still form one family name.
  const surname = particle === null ? family : `${particle} ${family}`;
  const pieces = [surname, ...(suffix === null ? [] : [suffix]), ...(given === null ? [] : [given])].map(nameTex);
  const tex = joined(pieces);
  // A family name alone must not be split into a given name and a family name.
  return {
    ...tex,
    tex:
      pieces.length === 1 && surname.includes(' ') ? `${pieces[0]?.tex},` : pieces.map((piece) => piece.tex).join(', '),
  };
}

/**
 * A name that BibTeX must not split. With braces around all of it, styles would cut commands in two when they take the
 * first letters for a label. So if it contains a command, only the words that separate names are in braces.
 */
function wholeName(tex: string): string {
  if (!tex.includes('\\')) return `{${tex}}`;
  return tex.replace(/\{(?:[^{}]|\{[^{}]*\})*\}|[\s,~]/g, (piece) => (piece.startsWith('{') ? piece : `{${piece}}`));
}

/** A part of a name. A bare `and` would separate two names. */
function nameTex(part: string): TexText {
  const { tex, isAscii } = toTex(part);
  return { tex: tex.replace(/(?<=^|[\s~])and(?=$|[\s~])/gi, '{$&}'), isAscii };
}

function authorsTex({ list, hasOthers }: NonNullable<Citation['authors']>): TexText {
  const names = list.map(authorTex);
  return {
    tex: [...names.map(({ tex }) => tex), ...(hasOthers ? ['others'] : [])].join(' and '),
    isAscii: names.every(({ isAscii }) => isAscii),
  };
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] as const;

const NOT_ASCII =
  'This entry is UTF-8. Some characters in braces have no TeX command, so it needs biber with XeLaTeX or LuaLaTeX.';

export function formatBibtex(citation: Citation): string {
  const { authors, doi, primaryCategory, arxiv } = citation;
  const title = titleTex(citation);
  const names = authors === null ? null : authorsTex(authors);
  const category = toTex(primaryCategory);
  const id = toTex(`${citation.arxivId}v${citation.version}`);
  const [number = '', ...comments] = citationNotes(citation);
  const where = toTex(`${arxiv} [${primaryCategory}]`);
  const fields: readonly (readonly [string, string | null])[] = [
    // A second pair of braces preserves upper and lower case.
    ['title', `{{${title.tex}}}`],
    ['author', names === null ? null : `{${names.tex}}`],
    ['year', `{${String(citation.year).padStart(4, '0')}}`],
    ['month', MONTHS[citation.month - 1] ?? null],
    // For BibTeX's styles; biblatex uses the three fields after it.
    ['howpublished', `{${where.tex}}`],
    ['eprint', `{${id.tex}}`],
    ['archiveprefix', '{arXiv}'],
    ['primaryclass', `{${category.tex}}`],
    ['doi', doi === null ? null : `{${doi}}`],
    ['url', `{${citation.url}}`],
    ['note', `{${number}}`],
  ];
  const isAscii = [title, names, category, id].every((text) => text === null || text.isAscii);
  return [
    ...comments.map((comment) => `% ${comment}\n`),
    ...(isAscii ? [] : [`% ${NOT_ASCII}\n`]),
    `@misc{${citation.key},\n`,
    ...fields.map(([name, value]) => (value === null ? '' : `  ${name.padEnd(13)} = ${value},\n`)),
    '}\n',
  ].join('');
}
