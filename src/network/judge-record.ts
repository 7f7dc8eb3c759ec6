/** Verifies one published record again: its bundles with the pinned keys, its state by the merge, and its line of the index. */

import { receivedBundleFile } from '../mirror/base/paths.ts';
import { judgeBundle } from '../mirror/judge/judge.ts';
import { openSslEngine } from '../mirror/judge/openssl.ts';
import { mergeBundles, type Trust, type VerifiedBundle } from '../protocol/index.ts';
import { formatRow, type IndexRow, isWithheld } from '../records/bucket.ts';
import { sha256 } from '../records/lists.ts';
import type { FileSum } from '../records/sums.ts';
import { rowOf } from '../records/update.ts';

/** A problem with one file of a record. */
export interface RecordProblem {
  readonly code: 'index' | 'bundle' | 'state';
  readonly path: string;
  readonly message: string;
}

export interface RecordVerdict {
  readonly problems: readonly RecordProblem[];
  /** Bundles that were verified, and whether the state was merged. */
  readonly bundles: number;
  readonly isMerged: boolean;
}

/**
 * @param row what the index says; null if it does not list the record.
 * @param sums the digests of all files of the record.
 * @param read a file of the site; null if it could not be read, which is reported elsewhere.
 */
export async function judgeServedRecord(
  suffix: string,
  row: IndexRow | null,
  sums: readonly FileSum[],
  read: (path: string) => Promise<Uint8Array | null>,
  trust: Trust,
): Promise<RecordVerdict> {
  const published = `pith/${suffix}/bundle.json`;
  const expected = rowOf({ suffix, withheld: null, sums: () => sums });
  if (row === null || expected === null || isWithheld(row) || formatRow(row) !== formatRow(expected)) {
    const found = row === null ? 'does not list the record' : `says ${JSON.stringify(formatRow(row).trim())}`;
    const message = `the index ${found}, and the digests of the record's files say otherwise`;
    return { problems: [{ code: 'index', path: published, message }], bundles: 0, isMerged: false };
  }
  const problems: RecordProblem[] = [];
  const verified: VerifiedBundle[] = [];
  const isSeveral = sums.some(({ path }) => path.startsWith(`pith/${suffix}/bundles/`));
  for (const digest of row.bundles) {
    const path = isSeveral ? receivedBundleFile(suffix, digest) : published;
    const bytes = await read(path);
    if (bytes === null) continue;
    const { bundle, report } = judgeBundle(path, bytes, trust, openSslEngine);
    const [reason] = report.findings;
    if (bundle === null)
      problems.push({ code: 'bundle', path, message: `${reason?.code ?? 'rejected'}: ${reason?.message ?? ''}` });
    else if (bundle.suffix !== suffix)
      problems.push({ code: 'bundle', path, message: `it is the bundle of another record, ${bundle.pithNumber}` });
    else verified.push(bundle);
  }
  // If a bundle is missing, the state would differ.
  if (verified.length !== row.bundles.length) return { problems, bundles: verified.length, isMerged: false };
  const merged = mergeBundles(verified, openSslEngine);
  if (sha256(merged.state.bytes) !== row.state)
    problems.push({ code: 'state', path: `pith/${suffix}/state.json`, message: 'the bundles merge to another state' });
  if (sha256(merged.published.bytes) !== sums.find(({ path }) => path === published)?.sha256)
    problems.push({ code: 'bundle', path: published, message: 'the bundles received give another published bundle' });
  return { problems, bundles: verified.length, isMerged: true };
}
