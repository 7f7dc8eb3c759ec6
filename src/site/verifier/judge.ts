/** Verifies bundles as the program does, in steps: verification, then the merge, compared with the state they ship. */
import {
  type BundleVerdict,
  type Check,
  type Finding,
  type MergedRecord,
  mergeBundles,
  stateCheck,
  type Trust,
  type VerifiedBundle,
  verifyBundleSteps,
} from '../../protocol/index.ts';

/** What is known about one bundle after a step. */
export interface Step {
  /** Which of the bundles. */
  readonly index: number;
  /** The same growing array while a bundle is verified. */
  readonly checks: readonly Check[];
}

export interface Judgement {
  readonly outcome: 'verified' | 'findings' | 'rejected';
  readonly verdicts: readonly BundleVerdict[];
  /** For each bundle, its whole ledger. */
  readonly ledgers: readonly (readonly Check[])[];
  readonly findings: readonly Finding[];
  /** The merge of all; null if any is rejected. */
  readonly merged: MergedRecord | null;
}

function merge(bundles: readonly VerifiedBundle[], all: number, findings: Finding[]): MergedRecord | null {
  const [first] = bundles;
  if (first === undefined || bundles.length < all) return null;
  const stranger = bundles.find(({ pithNumber }) => pithNumber !== first.pithNumber);
  if (stranger === undefined) return mergeBundles(bundles);
  const message = `expected bundles of ${first.pithNumber}, got one of ${stranger.pithNumber}`;
  findings.push({ code: 'number_mismatch', where: '/pith_number', eventId: null, message });
  return null;
}

/** @param received the bundles of one Pith Number, as received; at least one. */
export function* judge(received: readonly Uint8Array[], trust: Trust): Generator<Step, Judgement, undefined> {
  const verdicts: BundleVerdict[] = [];
  for (const [index, bytes] of received.entries()) {
    const steps = verifyBundleSteps(bytes, trust);
    let step = steps.next();
    while (step.done !== true) {
      yield { index, checks: step.value.checks };
      step = steps.next();
    }
    verdicts.push(step.value);
    yield { index, checks: step.value.checks };
  }
  const findings = verdicts.flatMap((verdict) => [...verdict.findings]);
  const bundles = verdicts.flatMap(({ bundle }) => bundle ?? []);
  const merged = merge(bundles, received.length, findings);
  findings.push(...(merged?.findings ?? []));
  const ledgers = verdicts.map(({ checks, bundle }) => [
    ...checks,
    ...(merged?.comparisons ?? []).filter((comparison) => comparison.bundle === bundle).map(stateCheck),
  ]);
  for (const [index, checks] of ledgers.entries()) yield { index, checks };
  const outcome = merged === null ? 'rejected' : findings.length > 0 ? 'findings' : 'verified';
  return { outcome, verdicts, ledgers, findings, merged };
}
