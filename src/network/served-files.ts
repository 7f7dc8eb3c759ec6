/** Finds bundles and states that a mirror serves in place of those that its index lists. Nothing is verified or merged: see audit. */
import { bundleFile, receivedBundleFile, stateFile } from '../mirror/base/paths.ts';
import { MAX_BUNDLE_BYTES } from '../protocol/index.ts';
import { type IndexRow, isWithheld } from '../records/bucket.ts';
import { sha256 } from '../records/lists.ts';
import { Changing } from './listing.ts';
import { isRemote, named, openListing } from './settled.ts';
import type { Source } from './source.ts';
import { problemOf } from './words.ts';

/** A file that is missing, or is not the one that the index lists. */
export interface WrongFile {
  readonly path: string;
  /** The record that it belongs to. */
  readonly suffix: string;
  readonly message: string;
}

/** The files of a record, and the SHA-256 of each. */
function listedFiles(row: IndexRow): readonly (readonly [path: string, digest: string])[] {
  if (isWithheld(row)) return [];
  const { suffix, state, bundles } = row;
  const [only = '', ...more] = bundles;
  const received = bundles.map((digest) => [receivedBundleFile(suffix, digest), digest] as const);
  return [[stateFile(suffix), state], ...(more.length === 0 ? [[bundleFile(suffix), only] as const] : received)];
}

/**
 * Reads every bundle and every state of a mirror.
 *
 * @param step is called for each record.
 * @returns wrong files, in the order of the index.
 * @throws NoIndex, Changing, Unreadable. A mirror that was replaced in the meantime is changing, not wrong.
 */
export async function wrongFilesOf(source: Source, step: () => void): Promise<readonly WrongFile[]> {
  const listing = await openListing(source);
  const wrong: WrongFile[] = [];
  for (const line of listing.buckets) {
    for (const row of await named(source, listing.read(line))) {
      for (const [path, digest] of listedFiles(row)) {
        // A state may be larger than any bundle: it is made of several.
        const answer = await source.file(path, 4 * MAX_BUNDLE_BYTES);
        const found = answer.kind === 'found' ? sha256(answer.bytes) : null;
        if (found === digest) continue;
        const message =
          answer.kind === 'found' ? `the index lists SHA-256 ${digest}, found ${found}` : problemOf(answer);
        wrong.push({ path, suffix: row.suffix, message });
      }
      step();
    }
  }
  if (wrong.length > 0 && isRemote(source) && (await openListing(source)).snapshot.bundles !== listing.snapshot.bundles)
    throw new Changing(`${source.name}: the mirror was replaced while its files were read`);
  return wrong;
}
