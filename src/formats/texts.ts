/**
 * The texts of a record that stand in files of its own and on its page too. Made once, by the program: the page's copy of
 * these functions would make them again. Pure.
 */
import type { RecordEntry } from '../mirror/plan/plan.ts';
import { formatBibtex } from './bibtex.ts';
import { type Citation, citationOf } from './citation.ts';
import { formatCsl } from './csl.ts';
import { formatJsonLd } from './json-ld.ts';
import { type Paper, paperOf } from './paper.ts';
import { formatRis } from './ris.ts';

export interface RecordTexts {
  readonly paper: Paper;
  readonly citation: Citation;
  readonly jsonLd: string;
  readonly bibtex: string;
  readonly ris: string;
  readonly csl: string;
}

export function recordTexts(entry: Pick<RecordEntry, 'identified' | 'merged' | 'notes'>): RecordTexts {
  const paper = paperOf(entry);
  const citation = citationOf(entry.identified, paper);
  return {
    paper,
    citation,
    jsonLd: formatJsonLd(entry, paper, citation),
    bibtex: formatBibtex(citation),
    ris: formatRis(citation),
    csl: formatCsl(citation),
  };
}
