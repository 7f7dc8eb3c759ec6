/** One record in a list: on the home page, in the browse trees, and in search results. Pure. */
import type { RichPart } from '../../formats/rich-text.ts';
import { recordPage, relativeLink } from '../../mirror/base/paths.ts';
import type { CatalogueEntry, Verdict } from '../../mirror/plan/catalogue.ts';

export interface RecordRow {
  readonly href: string;
  /** With its formulas; null if unknown. */
  readonly title: readonly RichPart[] | null;
  readonly authors: string | null;
  /** `arXiv:2605.21100v1`. */
  readonly arxiv: string;
  readonly date: string;
  readonly categories: string;
  readonly shortPithNumber: string;
  readonly verdict: Verdict;
  readonly verdictText: string;
}

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  verified: 'verified',
  findings: 'with findings',
  'record-only': 'record only',
};

/** The most characters of a list of names in a row. */
const SHOWN_AUTHORS = 240;

/** The beginning of a long list of names, cut between two names if it has commas. */
export function shortened(authors: string): string {
  if (authors.length <= SHOWN_AUTHORS) return authors;
  const start = authors.slice(0, SHOWN_AUTHORS);
  const comma = start.lastIndexOf(', ');
  // Not in the middle of a surrogate pair.
  return `${(comma > 0 ? start.slice(0, comma) : start).replace(/[\ud800-\udbff]$/, '')}, …`;
}

/** @param page published path of the page that the row is on. */
export function recordRow(entry: CatalogueEntry, page: string): RecordRow {
  const {
    suffix,
    title,
    titleParts,
    authors,
    sourceId,
    sourceVersion,
    submittedAt,
    categories,
    shortPithNumber,
    verdict,
  } = entry;
  return {
    href: relativeLink(page, recordPage(suffix)),
    title: titleParts ?? (title === null ? null : [{ kind: 'words', text: title, style: null }]),
    authors: authors === null ? null : shortened(authors),
    arxiv: `arXiv:${sourceId}v${sourceVersion}`,
    date: submittedAt.slice(0, 10),
    categories: categories.join(' · '),
    shortPithNumber,
    verdict,
    verdictText: VERDICT_WORDS[verdict],
  };
}
