/** A record's citation as RIS, for EndNote, Zotero and similar programs. Lines end in CR LF. Pure. */
import { type Citation, citationNotes } from './citation.ts';
import { invertedName } from './names.ts';
import { oneLine } from './unseen.ts';

/** Zotero parses values as HTML, so the characters that would start a tag or an entity are replaced. */
const safe = (text: string): string =>
  oneLine(text).replace(/<(?=[a-z/!?])|&(?=[#a-z])/gi, (sign) => `&#${sign.charCodeAt(0)};`);

export function formatRis(citation: Citation): string {
  const { authors, doi, year, month, day } = citation;
  const two = (n: number): string => String(n).padStart(2, '0');
  const fields: readonly (readonly [string, string | null])[] = [
    // RIS has no type for preprints; a manuscript is at least not a journal article.
    ['TY', 'MANSCPT'],
    ['TI', citation.title],
    ...(authors?.list ?? []).map((author) => ['AU', invertedName(author)] as const),
    ['PY', String(year).padStart(4, '0')],
    ['DA', `${String(year).padStart(4, '0')}/${two(month)}/${two(day)}/`],
    ['M3', 'Preprint'],
    ['DB', 'arXiv'],
    ['AN', citation.arxiv],
    ['DO', doi],
    ['UR', citation.url],
    ['N1', citationNotes(citation).join('. ')],
    ['ER', ''],
  ];
  return fields.flatMap(([tag, value]) => (value === null ? [] : [`${tag}  - ${safe(value)}\r\n`])).join('');
}

/** The same in ASCII, for a file: other characters as numeric references, which Zotero reads in any charset. */
export function asciiRis(ris: string): string {
  return ris.replace(/[^\0-\x7f]/gu, (char) => `&#${char.codePointAt(0)};`);
}
