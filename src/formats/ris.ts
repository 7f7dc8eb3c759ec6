/** A record's citation as RIS, for EndNote, Zotero and their kin. UTF-8, lines end in CR LF. Pure. */
import type { Citation } from './citation.ts';
import { oneLine } from './unseen.ts';

export function formatRis(citation: Citation): string {
  const { authors, doi, year, month, day } = citation;
  const two = (n: number): string => String(n).padStart(2, '0');
  const fields: readonly (readonly [string, string | null])[] = [
    // "Unpublished work": RIS has no type for a preprint that all of its readers know.
    ['TY', 'UNPB'],
    ['TI', citation.title],
    // A comma parts family and given names here, so a text that must stay whole cannot have one.
    ...(authors?.list ?? []).map(({ name }) => ['AU', authors?.isSplit ? name : name.replaceAll(', ', '; ')] as const),
    ['PY', String(year).padStart(4, '0')],
    ['DA', `${String(year).padStart(4, '0')}/${two(month)}/${two(day)}/`],
    ['PB', 'arXiv'],
    ['M1', citation.arxiv],
    ['DO', doi],
    ['UR', citation.url],
    ['N1', `Pith Number ${citation.pithNumber}`],
    ['ER', ''],
  ];
  return fields.flatMap(([tag, value]) => (value === null ? [] : [`${tag}  - ${oneLine(value)}\r\n`])).join('');
}
