/** The data that all citation formats share. Pure. */
import { arxivDoi, arxivUrl, doiUrl } from './arxiv.ts';
import { AUTHOR_ORDER_WORDS, type OrderedAuthors, orderedAuthors } from './author-order.ts';
import { citationKey } from './citation-key.ts';
import type { PaperRecord } from './input.ts';
import type { Paper } from './paper.ts';
import { richText } from './rich-text.ts';
import { oneLine } from './unseen.ts';

export interface Citation {
  readonly suffix: string;
  readonly pithNumber: string;
  /** The citation key: ASCII letters and digits. */
  readonly key: string;
  /** As upstream gives it, TeX included; null if there is no title. */
  readonly rawTitle: string | null;
  /** One line, accents and formulas as Unicode; the arXiv name if there is no title. */
  readonly title: string;
  /** Null if there are no authors. */
  readonly authors: OrderedAuthors | null;
  /** Of `submitted_at`. */
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** `arXiv:2606.23521v1` */
  readonly arxiv: string;
  readonly arxivId: string;
  readonly version: number;
  readonly primaryCategory: string;
  /** Null if the id is not an arXiv id. */
  readonly doi: string | null;
  /** Where the paper is: arXiv's page of this very version, else its record at the origin. */
  readonly url: string;
  /** The permanent address: by DOI if there is one. */
  readonly permanentUrl: string;
}

export const originRecord = (suffix: string): string => `https://pith.science/pith/${suffix}`;

/** Notes for a citation, one sentence each: the Pith Number, and the source of the author order. ASCII. */
export function citationNotes({ pithNumber, authors }: Pick<Citation, 'pithNumber' | 'authors'>): readonly string[] {
  const order = authors?.order ?? null;
  return [`Pith Number ${pithNumber}`, ...(order === null ? [] : [AUTHOR_ORDER_WORDS[order]])];
}

export function citationOf(
  { record, suffix, pithNumber }: PaperRecord['identified'],
  paper: Pick<Paper, 'title' | 'authors' | 'authorsBy' | 'authorsInOrder'>,
): Citation {
  const { id, version } = record.source;
  const [year = 0, month = 0, day = 0] = record.submittedAt.slice(0, 10).split('-').map(Number);
  const arxiv = `arXiv:${id}v${version}`;
  const doi = arxivDoi(id);
  const url = arxivUrl(id, version) ?? originRecord(suffix);
  const citation: Omit<Citation, 'key'> = {
    suffix,
    pithNumber,
    rawTitle: paper.title,
    title: oneLine(paper.title === null ? arxiv : richText(paper.title).plain),
    authors: orderedAuthors(paper),
    year,
    month,
    day,
    arxiv: oneLine(arxiv),
    arxivId: oneLine(id),
    version,
    primaryCategory: oneLine(record.primaryCategory),
    doi,
    url,
    permanentUrl: doi === null ? url : doiUrl(doi),
  };
  return { ...citation, key: citationKey(citation) };
}
