/** Shows a verification as it runs: the ledger grows, then a sentence says what was proved. */

import { counted } from '../../formats/counts.ts';
import { readTrust, type Trust } from '../../protocol/index.ts';
import type { PageClaims, PageData } from '../shared/page-data.ts';
import { element, foreign, part } from './dom.ts';
import type { Judgement } from './judge.ts';
import { comparisonTable, LedgerView, outcomeIcon } from './ledger.ts';
import { run } from './run.ts';
import { announcement, comparisons, proved } from './words.ts';

/** Findings listed; a bundle can have a hundred thousand. */
const SHOWN_FINDINGS = 20;

/** One line per finding: its code, its place, and what was expected. */
export function findingList(
  findings: readonly { readonly code: string; readonly where: string; readonly message: string }[],
): readonly Node[] {
  if (findings.length === 0) return [];
  const items = findings.slice(0, SHOWN_FINDINGS).map(({ code, where, message }) => {
    const at = where === '' ? [] : [' at ', element('code', '', foreign(where))];
    return element('li', '', element('code', '', code), ...at, ': ', foreign(message));
  });
  const left = findings.length - items.length;
  if (left > 0) items.push(element('li', '', `and ${left} more`));
  return [element('ul', 'findings', ...items)];
}

/** The result for a file or a record: a judgement, or none because this browser cannot check. */
export type ShownOutcome = Judgement['outcome'] | 'unchecked';

const ICONS = { verified: 'verified', findings: 'uncheckable', rejected: 'failed', unchecked: 'uncheckable' } as const;

/** Colours the border of a box, and adds an icon that repeats its headline. */
export function mark(box: HTMLElement, words: HTMLElement | null, outcome: ShownOutcome | null): void {
  if (outcome !== null) words?.prepend(outcomeIcon(ICONS[outcome]));
  box.classList.toggle('is-verified', outcome === 'verified');
  box.classList.toggle('is-troubled', outcome === 'findings' || outcome === 'rejected');
}

interface Subject {
  /** The bundles as received, all of one number. */
  readonly received: readonly Uint8Array[];
  readonly trust: Trust;
  /** What the page says about them, if it does. */
  readonly claims?: PageClaims | null;
}

interface View {
  /** Whether the ledger is unfolded. */
  readonly isOpen: boolean;
  /** Asked after each step whether to give up. */
  readonly isStopped?: () => boolean;
}

/**
 * Verifies bundles of one number into a box, which it empties.
 *
 * @returns null if it was stopped.
 * @throws any error that keeps this browser from verifying; the box is empty then.
 */
export async function verifyInto(
  box: HTMLElement,
  { received, trust, claims = null }: Subject,
  { isOpen, isStopped = () => false }: View,
): Promise<Judgement | null> {
  const views = received.map(() => new LedgerView());
  const result = element('div', '');
  const count = element('summary', '');
  const details = element('details', '', count);
  details.open = isOpen;
  box.replaceChildren(result, details);
  for (const [i, { element: ledger }] of views.entries()) {
    if (views.length > 1) details.append(element('p', 'event-type', `Bundle ${i + 1} of ${views.length}`));
    details.append(ledger);
  }
  try {
    return await fill();
  } catch (error) {
    // What is shown so far is not a result: the browser may have failed before it could show a problem.
    box.textContent = '';
    throw error;
  }

  async function fill(): Promise<Judgement | null> {
    const judgement = await run(received, trust, ({ index, checks }) => {
      views[index]?.update(checks);
      count.textContent = counted(checks.length, 'check');
      return isStopped();
    });
    if (judgement === null) return null;
    const { verdicts, ledgers, findings } = judgement;
    for (const [i, verdict] of verdicts.entries()) views[i]?.finish(verdict);
    details.hidden = ledgers.flat().length === 0;
    // No count: the page's own ledger groups aliases and includes the keys, so the two numbers would differ.
    count.textContent = 'All checks, made in this browser';
    result.append(element('p', '', foreign(proved(judgement))), ...findingList(findings));
    if (claims !== null) result.append(comparisonTable(comparisons(claims, judgement)));
    return judgement;
  }
}

/** Verifies the record of the page that the section is on. */
export async function verifyHere(
  section: HTMLElement,
  { trust, claims }: PageData,
  received: readonly Uint8Array[],
): Promise<void> {
  const status = part(section, '[role="status"]');
  const box = part(section, '.verify-result');
  mark(box, null, null);
  box.textContent = '';
  box.hidden = false;
  status.textContent = 'Verifying…';
  const judgement = await verifyInto(box, { received, trust: readTrust(trust), claims }, { isOpen: true });
  if (judgement === null || claims === null) return;
  const compared = comparisons(claims, judgement);
  const isAsClaimed = compared.every(({ outcome }) => outcome === 'verified');
  status.textContent = announcement(judgement, compared);
  mark(box, status, isAsClaimed ? judgement.outcome : 'rejected');
}
