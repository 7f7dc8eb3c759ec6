/** A record's citation as CSL-JSON 1.0.2, for citeproc, Zotero and pandoc. Pure. */
import type { Citation } from './citation.ts';

export function formatCsl(citation: Citation): string {
  const { authors, doi, year, month, day } = citation;
  const item = {
    id: `pith${citation.suffix}`,
    // A preprint, in the words of CSL 1.0.2.
    type: 'article',
    title: citation.title,
    // Literal: nobody here knows which of a name's words are the family's.
    ...(authors === null ? {} : { author: authors.list.map(({ name }) => ({ literal: name })) }),
    issued: { 'date-parts': [[year, month, day]] },
    publisher: 'arXiv',
    number: citation.arxiv,
    version: String(citation.version),
    ...(doi === null ? {} : { DOI: doi }),
    URL: citation.url,
    note: `Pith Number ${citation.pithNumber}`,
  };
  return `${JSON.stringify([item], null, 2)}\n`;
}
