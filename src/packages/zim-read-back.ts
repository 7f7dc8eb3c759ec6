/** Reads a ZIM that was just written: every file of it, against the digests of what was packed. */
import { createHash, type Hash, hash } from 'node:crypto';
import { BuildError } from '../mirror/base/failure.ts';
import type { Progress } from '../mirror/base/progress.ts';
import { blobOf, ZimError } from './formats/unzim.ts';
import type { DoneFile, Job, StoredFile } from './job.ts';
import { suffixOfPath } from './parts.ts';
import type { ClusterPlace } from './place.ts';
import { ClusterReader } from './zim-clusters.ts';
import { ZimInput } from './zim-file.ts';

/** What was packed, as the files are read back: their paths and digests, in order. */
export function addToDigest(digest: Hash, { path, sha256 }: Pick<DoneFile, 'path' | 'sha256'>): void {
  digest.update(`${sha256}  ${path}\n`);
}

/** Files in one job that belong to no record. */
const BATCH = 200;

/** Jobs that read every file of a ZIM once, and judge its records. */
export function* zimJobs(zim: ZimInput): Generator<Job> {
  let files: StoredFile[] = [];
  let suffix: string | null = null;
  for (const content of zim.contents()) {
    // Redirects come last, and are no files.
    if ('target' in content) break;
    const { path, place } = content;
    const next = suffixOfPath(path);
    if (files.length > 0 && (next !== suffix || (next === null && files.length === BATCH))) {
      yield { files, suffix, pack: null };
      files = [];
    }
    suffix = next;
    files.push({ path, place, sha256: null });
  }
  if (files.length > 0) yield { files, suffix, pack: null };
}

/** The files of one cluster. */
interface Group {
  readonly place: ClusterPlace;
  readonly files: { readonly path: string; readonly blob: number }[];
}

function* clustersOf(zim: ZimInput): Generator<Group> {
  let group: Group | null = null;
  for (const content of zim.contents()) {
    if ('target' in content) break;
    const { cluster, blob } = content.place;
    if (group?.place.start !== cluster.start) {
      if (group !== null) yield group;
      group = { place: cluster, files: [] };
    }
    group.files.push({ path: content.path, blob });
  }
  if (group !== null) yield group;
}

/**
 * Reads each cluster in memory that is used again. Workers would be quicker by a second in 20,000 records, and take a hundred
 * megabytes of memory each.
 *
 * @throws BuildError if anything is not as it was written.
 */
export async function readZimBack(
  path: string,
  name: string,
  written: { readonly files: number; readonly contents: string },
  progress: Progress,
): Promise<void> {
  const fail = (message: string): never => {
    throw new BuildError(`${name}.zim was not written as it was meant: ${message}; is the disk in order?`);
  };
  progress.stage('reading back', written.files);
  const zim = new ZimInput(path, `${name}.zim`);
  const reader = new ClusterReader();
  try {
    const digest = createHash('sha256');
    for (const { place, files } of clustersOf(zim)) {
      const cluster = await reader.read(zim.packed(place));
      for (const file of files) {
        addToDigest(digest, { path: file.path, sha256: hash('sha256', blobOf(cluster, file.blob)) });
        progress.step();
      }
    }
    if (digest.digest('hex') !== written.contents) fail('its files are not those that were packed');
  } catch (error) {
    if (error instanceof ZimError) fail(error.message);
    throw error;
  } finally {
    reader.close();
    zim.close();
  }
}
