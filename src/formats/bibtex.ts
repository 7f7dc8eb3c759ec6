/** A record's citation as BibTeX, for BibTeX, biber and reference managers. UTF-8. Pure. */
import type { Citation } from './citation.ts';
import type { Author } from './names.ts';
import { isKnownMaths } from './tex-maths.ts';
import { texParts } from './tex-text.ts';
import { oneLine } from './unseen.ts';

// BibTeX counts braces even after a backslash, so each of them is written by its name, which is balanced.
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\textbraceleft{}',
  '}': '\\textbraceright{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '"': '\\textquotedbl{}',
};

function escaped(words: string): string {
  return oneLine(words).replace(/[\\{}~^<>|"$%&#_]/g, (char) => ESCAPES[char] ?? `\\${char}`);
}

/** Words are escaped; a formula stays one only where it is known to be harmless TeX. */
function escapedTitle(title: string): string {
  return texParts(title)
    .map(({ kind, text }) => {
      const source = kind === 'maths' ? `$${oneLine(text)}$` : text;
      if (kind === 'maths' && isKnownMaths(oneLine(text))) return source;
      const blanks = /^(\s*)[\s\S]*?(\s*)$/.exec(source);
      return `${blanks?.[1] ? ' ' : ''}${escaped(source)}${blanks?.[2] && source.trim() !== '' ? ' ' : ''}`;
    })
    .join('')
    .trim();
}

function authorField({ name, isLiteral }: Author): string {
  return isLiteral ? `{${escaped(name)}}` : escaped(name);
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] as const;

export function formatBibtex(citation: Citation): string {
  const { rawTitle, title, authors, doi } = citation;
  const fields: readonly (readonly [string, string | null])[] = [
    // A second pair of braces keeps the letters' case.
    ['title', `{{${rawTitle === null ? escaped(title) : escapedTitle(rawTitle)}}}`],
    ['author', authors === null ? null : `{${authors.list.map(authorField).join(' and ')}}`],
    ['year', `{${String(citation.year).padStart(4, '0')}}`],
    ['month', MONTHS[citation.month - 1] ?? null],
    ['eprint', `{${escaped(`${citation.arxivId}v${citation.version}`)}}`],
    ['archiveprefix', '{arXiv}'],
    ['primaryclass', `{${escaped(citation.primaryCategory)}}`],
    ['doi', doi === null ? null : `{${doi}}`],
    ['url', `{${citation.url}}`],
    ['note', `{Pith Number ${citation.pithNumber}}`],
  ];
  const lines = fields.flatMap(([name, value]) => (value === null ? [] : [`  ${name.padEnd(13)} = ${value},`]));
  return `@misc{pith${citation.suffix},\n${lines.join('\n')}\n}\n`;
}
