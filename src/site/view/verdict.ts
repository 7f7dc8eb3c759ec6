/** The verdict, as one line next to the number and as a paragraph. Pure. */

import { counted } from '../../formats/counts.ts';
import type { Verdict } from '../../mirror/plan/catalogue.ts';
import type { RecordEntry } from '../../mirror/plan/plan.ts';
import type { OutcomeCount } from './ledger.ts';

export interface VerdictView {
  readonly verdict: Verdict;
  readonly verdictHeading: string;
  readonly verdictText: string;
  /** The same in one line, with the number of checks. */
  readonly verdictLine: string;
}

const countOf = (counts: readonly OutcomeCount[], outcome: OutcomeCount['outcome']): number =>
  counts.find((count) => count.outcome === outcome)?.count ?? 0;

/** `23 checks passed, 1 not possible here` */
function checksLine(counts: readonly OutcomeCount[]): string {
  const [passed, failed] = [countOf(counts, 'verified'), countOf(counts, 'failed')];
  const open = countOf(counts, 'uncheckable') + countOf(counts, 'absent');
  return [
    `${counted(passed, 'check')} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(open > 0 ? [`${open} not possible here`] : []),
  ].join(', ');
}

/** `All 3 events are valid.`, or how many are and how many are not. */
function eventsSentence(valid: number, invalid: number): string {
  if (invalid === 0) return valid === 1 ? 'Its only event is valid.' : `All ${valid} events are valid.`;
  return `${counted(valid, 'event is', 'events are')} valid and ${invalid} ${invalid === 1 ? 'is' : 'are'} not.`;
}

/** @param counts of the rows of the ledger. */
export function verdictView({ merged, findings }: RecordEntry, counts: readonly OutcomeCount[]): VerdictView {
  if (merged === null) {
    return {
      verdict: 'record-only',
      verdictHeading: 'Record only: this mirror has no signed bundle',
      verdictText:
        'This mirror recomputed the hash and the Pith Number from the record shown below, and both match. Without a signed bundle it cannot check who vouches for the record, or which events belong to it.',
      verdictLine: 'Record only: no signed bundle here',
    };
  }
  const found = counted(findings.length, 'finding');
  const checks = checksLine(counts);
  if (findings.length === 0) {
    return {
      verdict: 'verified',
      verdictHeading: 'Verified when this page was built',
      verdictText: `This mirror checked every signature of the bundle and its ${counted(merged.events.valid.length, 'event')} against the pinned keys, compared every digest that can be computed from a bundle, and recomputed the state from the events.`,
      verdictLine: `Verified: ${checks}`,
    };
  }
  const events = eventsSentence(merged.events.valid.length, merged.events.invalid.length);
  if (merged.published.kind === 'assembled') {
    return {
      verdict: 'findings',
      verdictHeading: `Assembled from several bundles, with ${found}`,
      verdictText: `None of the bundles received for this Pith Number has every valid event, so this mirror assembled one from ${merged.bundles.length} bundles. Their digests and signatures are valid and prove the events; the assembled bundle itself is not signed. ${events} Read the findings before you rely on this record.`,
      verdictLine: `Assembled, ${found}: ${checks}`,
    };
  }
  return {
    verdict: 'findings',
    verdictHeading: `Verified, with ${found}`,
    verdictText: `The bundle’s digest and signature are valid. ${events} Read the findings before you rely on this record.`,
    verdictLine: `Verified, with ${found}: ${checks}`,
  };
}
