/** Entries of a plan, made of bundles without a build. */

import { judgeBundle } from '../../../src/mirror/judge/judge.ts';
import type { RecordEntry } from '../../../src/mirror/plan/plan.ts';
import { bytesOf, type Data, testTrust } from './make-bundle.ts';
import { makePlan } from './plan.ts';

/** The one record that bundles of one number give. */
export function entryOf(...bundles: readonly Data[]): RecordEntry {
  const judged = bundles.map((bundle, i) => judgeBundle(`${i}.json`, bytesOf(bundle), testTrust));
  const plan = makePlan({ judged, notes: [], rejected: [], trust: testTrust });
  const [entry] = plan.records;
  if (entry === undefined || plan.records.length !== 1) throw new RangeError(JSON.stringify(plan.files));
  return entry;
}
