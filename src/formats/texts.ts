/**
 * The texts of a record that appear both in its files and on its page. The program makes them once and passes them to the
 * page. Pure.
 */
import { formatBibtex } from './bibtex.ts';
import { type Citation, citationOf } from './citation.ts';
import { formatCsl } from './csl.ts';
import type { PaperRecord } from './input.ts';
import { formatJsonLd, type JsonLdTexts } from './json-ld.ts';
import { type Paper, paperOf } from './paper.ts';
import { type RichText, richText } from './rich-text.ts';
import { formatRis } from './ris.ts';
import { oneLine } from './unseen.ts';

export interface RecordTexts extends JsonLdTexts {
  readonly paper: Paper;
  /** The paper's texts with their formulas. */
  readonly title: RichText | null;
  readonly authors: RichText | null;
  readonly abstractExcerpt: RichText | null;
  /** The excerpt on one line, with an ellipsis if it was cut. */
  readonly excerpt: string | null;
  readonly citation: Citation;
  readonly bibtex: string;
  readonly ris: string;
  readonly csl: string;
}

/** The length of upstream's excerpt in characters: a shorter text is the whole abstract. */
const EXCERPT_LENGTH = 600;

function excerptOf({ plain, raw }: RichText): string {
  return Array.from(raw).length < EXCERPT_LENGTH ? oneLine(plain) : `${oneLine(plain)} […]`;
}

const rich = (raw: string | null): RichText | null => (raw === null ? null : richText(raw));

export function recordTexts(entry: PaperRecord): RecordTexts {
  const paper = paperOf(entry);
  const citation = citationOf(entry.identified, paper);
  const abstractExcerpt = rich(paper.abstractExcerpt);
  const excerpt = abstractExcerpt === null ? null : excerptOf(abstractExcerpt);
  return {
    paper,
    title: rich(paper.title),
    authors: rich(paper.authors),
    abstractExcerpt,
    excerpt,
    citation,
    ...formatJsonLd(entry, excerpt, citation),
    bibtex: formatBibtex(citation),
    ris: formatRis(citation),
    csl: formatCsl(citation),
  };
}
