/** What the browser found, in plain sentences. Pure. */

import { counted } from '../../formats/counts.ts';
import type { CheckOutcome, Finding } from '../../protocol/index.ts';
import type { PageClaims } from '../shared/page-data.ts';
import { CHECK_WORDS, spaced } from '../shared/words.ts';
import type { Judgement } from './judge.ts';
import type { ShownOutcome } from './show.ts';

/** The name of the first step that failed; null if none did. */
export function failedStep({ ledgers, findings, verdicts }: Judgement): string | null {
  const failed = ledgers.flat().find(({ outcome }) => outcome === 'failed');
  if (failed !== undefined) return CHECK_WORDS[failed.subject].name;
  if (findings.length === 0) return null;
  // If there is no check, the file could not be read. A finding without a failed check is about shape or trust.
  const [first] = findings;
  const wasRead = verdicts.some(({ checks }) => checks.length > 0);
  return wasRead ? spaced(first?.code ?? '') : `Reading the bundle (${spaced(first?.code ?? '')})`;
}

/** The headline, one line. */
export function headline(judgement: Judgement): string {
  const { outcome, findings } = judgement;
  if (outcome === 'verified') return 'Verified here, in this browser';
  if (outcome === 'findings') return `Verified here, with ${counted(findings.length, 'finding')}`;
  return `Not verified: “${failedStep(judgement)}” failed`;
}

/** What was proved, one sentence. */
export function proved({ ledgers, merged, verdicts }: Judgement): string {
  if (merged === null) return 'This proves nothing.';
  const checks = ledgers.flat().filter((check) => check.outcome === 'verified');
  const signatures = checks.filter(({ how }) => how === 'signature').length;
  const digests = checks.filter(({ how }) => how === 'digest').length;
  const by = new Set(
    verdicts.flatMap(({ bundle }) =>
      bundle === null ? [] : `${bundle.key.keyId} (fingerprint ${bundle.key.fingerprint})`,
    ),
  );
  return `${counted(signatures, 'signature')} and ${counted(digests, 'digest')} are valid. The bundle is signed by ${[...by].join(' and ')}; its ${counted(merged.events.valid.length, 'valid event')} give the state ${merged.state.sha256}.`;
}

/** A row that compares what the page says with what was found. */
export interface ComparisonRow {
  readonly outcome: CheckOutcome;
  readonly name: string;
  readonly shows: string;
  readonly value: string;
}

const codesOf = (findings: readonly Finding[]): readonly string[] => [...new Set(findings.map(({ code }) => code))];

/** Compares what the page says with what was found here. */
export function comparisons(claims: PageClaims, { merged, findings }: Judgement): readonly ComparisonRow[] {
  const row = (name: string, says: string, found: string): ComparisonRow => ({
    outcome: says === found ? 'verified' : 'failed',
    name,
    shows: says === found ? 'as this page says' : `this page says ${says}`,
    value: found,
  });
  const listed = (codes: readonly string[]): string => codes.toSorted().map(spaced).join(', ') || 'none';
  return [
    row('Pith Number', claims.pithNumber, merged?.bundles[0].pithNumber ?? 'none'),
    row('State hash', claims.stateSha256, merged?.state.sha256 ?? 'none'),
    row('Findings', listed(claims.findings), listed(codesOf(findings))),
  ];
}

/** The final announcement for screen readers. */
export function announcement(judgement: Judgement, compared: readonly ComparisonRow[] = []): string {
  const differing = compared.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name);
  const rest = differing.length > 0 ? ` The result differs from this page in: ${differing.join(', ')}.` : '';
  return `${headline(judgement)}.${rest}`;
}

/** How many files had each outcome. */
export function countsOf(outcomes: readonly ShownOutcome[], files: number): string {
  const count = (wanted: ShownOutcome): number => outcomes.filter((outcome) => outcome === wanted).length;
  const parts = [
    `${count('verified')} verified`,
    ...(count('findings') > 0 ? [`${count('findings')} verified with findings`] : []),
    `${count('rejected')} not verified`,
    ...(count('unchecked') > 0 ? [`${count('unchecked')} could not be checked`] : []),
  ];
  const words = parts.join(', ');
  return outcomes.length === files
    ? `${counted(files, 'file')}: ${words}.`
    : `${outcomes.length} of ${files} files: ${words}…`;
}
