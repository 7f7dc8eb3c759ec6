/** Waits for a deployment: until the expected mirror is served and the host's caches no longer have old files. */
import { decodeUtf8 } from '../protocol/index.ts';
import { SITE_SUMS, SNAPSHOT } from '../records/layout.ts';
import { parseSnapshot, sha256 } from '../records/lists.ts';
import type { Audit } from './audit.ts';
import { MAX_FILE_BYTES } from './audit-files.ts';
import type { Clock } from './pace.ts';
import type { Source } from './source.ts';

/** Milliseconds between two attempts. */
const PAUSE = 30_000;

export interface Expectation {
  /** A root of the mirror, or the digest of its list of digests; null to accept any mirror. */
  readonly expected: string | null;
  /** In milliseconds. */
  readonly wait: number;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly say: (text: string) => void;
}

/** Whether the site claims to be the expected one. */
async function isExpected(source: Source, expected: string): Promise<boolean> {
  try {
    const snapshot = await source.file(SNAPSHOT, 1024, true);
    if (snapshot.kind === 'found') {
      const { states, bundles } = parseSnapshot(decodeUtf8(snapshot.bytes));
      if (states === expected || bundles === expected) return true;
    }
  } catch {
    // Not a snapshot: either not deployed yet, or not a mirror. The audit reports which.
    return false;
  }
  const sums = await source.file(SITE_SUMS, MAX_FILE_BYTES, true);
  return sums.kind === 'found' && sha256(sums.bytes) === expected;
}

/**
 * Audits a site once it is the expected one, and repeats the audit if there are problems, until the time is up.
 *
 * @param audit one audit. Its result counts even if the expected mirror is never served.
 */
export async function auditUntil(
  source: Source,
  { expected, wait, clock, say }: Expectation,
  audit: () => Promise<Audit>,
): Promise<{ readonly result: Audit; readonly isServed: boolean }> {
  const end = clock.now() + wait;
  const pause = async (why: string): Promise<boolean> => {
    const left = end - clock.now();
    if (left <= 0) return false;
    const next = Math.min(PAUSE, left);
    say(`${why}; looking again in ${Math.ceil(next / 1000)} s`);
    await clock.sleep(next);
    return true;
  };
  while (expected !== null && !(await isExpected(source, expected))) {
    if (!(await pause('the expected mirror is not served yet'))) return { result: await audit(), isServed: false };
  }
  for (;;) {
    const result = await audit();
    const { length } = result.problems;
    if (length === 0 || !(await pause(`${length} problems were found, which may be old files in a cache`)))
      return { result, isServed: true };
  }
}
