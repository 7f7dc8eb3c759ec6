/** A record's citation as CSL-JSON 1.0.2, for citeproc, Zotero and pandoc. Pure. */
import { type Citation, citationNotes } from './citation.ts';
import type { Author } from './names.ts';

function nameOf({ name, family, given, particle, suffix }: Author): object {
  if (family === null) return { literal: name };
  return {
    family,
    ...(given === null ? {} : { given }),
    ...(particle === null ? {} : { 'non-dropping-particle': particle }),
    ...(suffix === null ? {} : { suffix }),
  };
}

export function formatCsl(citation: Citation): string {
  const { authors, doi, year, month, day } = citation;
  const item = {
    id: citation.key,
    // CSL 1.0.2's terms for a preprint.
    type: 'article',
    title: citation.title,
    ...(authors === null ? {} : { author: authors.list.map(nameOf) }),
    issued: { 'date-parts': [[year, month, day]] },
    genre: 'Preprint',
    publisher: 'arXiv',
    number: citation.arxiv,
    version: String(citation.version),
    ...(doi === null ? {} : { DOI: doi }),
    URL: citation.url,
    note: citationNotes(citation).join('\n'),
  };
  // One member a line: indented all the way, most of the text would be white space.
  const members = Object.entries(item).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return `[{\n${members.join(',\n')}\n}]\n`;
}
