/** What all forms of a citation say of a record. Pure. */
import type { RecordEntry } from '../mirror/plan/plan.ts';
import { arxivDoi, arxivUrl, doiUrl } from './arxiv.ts';
import { type Authors, splitAuthors } from './names.ts';
import type { Paper } from './paper.ts';
import { plainTitle } from './tex-text.ts';
import { oneLine } from './unseen.ts';

export interface Citation {
  readonly suffix: string;
  readonly pithNumber: string;
  /** As upstream gives it, TeX included; null where no title is at hand. */
  readonly rawTitle: string | null;
  /** One line, accents as letters; the arXiv name where no title is at hand. */
  readonly title: string;
  /** Null where no authors are at hand. */
  readonly authors: Authors | null;
  /** Of `submitted_at`. */
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** `arXiv:2606.23521v1` */
  readonly arxiv: string;
  readonly arxivId: string;
  readonly version: number;
  readonly primaryCategory: string;
  /** Null where the id is none of arXiv's. */
  readonly doi: string | null;
  /** Where the paper is: arXiv's page of this very version, else its record at the origin. */
  readonly url: string;
  /** The address that stays: by the DOI where there is one. */
  readonly permanentUrl: string;
}

export const originRecord = (suffix: string): string => `https://pith.science/pith/${suffix}`;

export function citationOf(
  { record, suffix, pithNumber }: RecordEntry['identified'],
  { title, authors }: Pick<Paper, 'title' | 'authors'>,
): Citation {
  const { id, version } = record.source;
  const [year = 0, month = 0, day = 0] = record.submittedAt.slice(0, 10).split('-').map(Number);
  const arxiv = `arXiv:${id}v${version}`;
  const doi = arxivDoi(id);
  const url = arxivUrl(id, version) ?? originRecord(suffix);
  return {
    suffix,
    pithNumber,
    rawTitle: title,
    title: oneLine(title === null ? arxiv : plainTitle(title)),
    authors: authors === null ? null : splitAuthors(authors),
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
}
