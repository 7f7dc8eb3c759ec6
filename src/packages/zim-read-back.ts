/** Reads a ZIM that was just written: every file of it, against the digests of what was packed. */
import { createHash, type Hash } from 'node:crypto';
import { BuildError } from '../mirror/base/failure.ts';
import type { Progress } from '../mirror/base/progress.ts';
import { ZimError } from './formats/unzim.ts';
import type { DoneFile, Job, StoredFile } from './job.ts';
import { suffixOfPath } from './parts.ts';
import type { Team } from './team.ts';
import { ZimInput } from './zim-file.ts';

/** What was packed, as the files are read back: their paths and digests, in order. */
export function addToDigest(digest: Hash, { path, sha256 }: Pick<DoneFile, 'path' | 'sha256'>): void {
  digest.update(`${sha256}  ${path}\n`);
}

/** Files in one job that belong to no record. */
const BATCH = 200;

/**
 * Jobs that read every file of a ZIM once.
 *
 * @param cut one job for each record, which judges it; or for each cluster, so that each is unpacked in one thread only.
 */
export function* zimJobs(zim: ZimInput, cut: 'records' | 'clusters'): Generator<Job> {
  let files: StoredFile[] = [];
  let suffix: string | null = null;
  let start = 0;
  for (const content of zim.contents()) {
    // Redirects come last, and are no files.
    if ('target' in content) break;
    const { path, place } = content;
    const next = cut === 'records' ? suffixOfPath(path) : null;
    const isCut =
      cut === 'records' ? next !== suffix || (next === null && files.length === BATCH) : place.cluster.start !== start;
    if (isCut && files.length > 0) {
      yield { files, suffix, pack: null };
      files = [];
    }
    suffix = next;
    start = place.cluster.start;
    files.push({ path, place, sha256: null });
  }
  if (files.length > 0) yield { files, suffix, pack: null };
}

/** @throws BuildError if anything is not as it was written. */
export async function readZimBack(
  path: string,
  name: string,
  written: { readonly files: number; readonly contents: string },
  team: Team,
  progress: Progress,
): Promise<void> {
  const fail = (message: string): never => {
    throw new BuildError(`${name}.zim was not written as it was meant: ${message}; is the disk in order?`);
  };
  progress.stage('reading back', written.files);
  const zim = new ZimInput(path, `${name}.zim`);
  try {
    const digest = createHash('sha256');
    for await (const [, { files, problems }] of team.inOrder(zimJobs(zim, 'clusters'))) {
      const [problem] = problems;
      if (problem !== undefined) fail(`${problem.path}: ${problem.message}`);
      for (const file of files) {
        addToDigest(digest, file);
        progress.step();
      }
    }
    if (digest.digest('hex') !== written.contents) fail('its files are not those that were packed');
  } catch (error) {
    if (error instanceof ZimError) fail(error.message);
    throw error;
  } finally {
    zim.close();
  }
}
