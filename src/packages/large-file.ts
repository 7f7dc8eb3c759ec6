/**
 * Files that are too large to be held in memory: they are read, digested and compressed in pieces. The report of a mirror of 100,000
 * records has 75 MB, of which only the compressed bytes are kept.
 */
import { createHash } from 'node:crypto';
import { packPieces } from './compress.ts';
import type { DoneFile, Job, StoredFile } from './job.ts';
import { filePieces, type PlaceInPieces, seePieces, sizeAt } from './place.ts';

/** A file of more bytes is read in pieces. */
const LARGE_BYTES = 1 << 20;

/** A large file, of which only the digest is wanted, or what a ZIP holds of it. */
export interface LargeFile extends StoredFile {
  readonly place: PlaceInPieces;
}

/** Whether a file of a job is one that is read in pieces. Files of a record that is judged, and files that are stored, are not. */
export function isLarge(file: StoredFile, { suffix, pack }: Pick<Job, 'suffix' | 'pack'>): file is LargeFile {
  return suffix === null && pack !== 'stored' && !('zim' in file.place) && sizeAt(file.place) > LARGE_BYTES;
}

async function digestLarge({ path, place }: LargeFile): Promise<DoneFile> {
  const digest = createHash('sha256');
  let bytes = 0;
  await seePieces(place, (piece) => {
    digest.update(piece);
    bytes += piece.length;
  });
  return { path, bytes, sha256: digest.digest('hex'), packed: null };
}

async function deflateLarge(path: string, file: string): Promise<DoneFile | null> {
  const found = await packPieces(filePieces(file));
  return found === null ? null : { path, bytes: found.packed.size, ...found };
}

/**
 * @param pack how to compress; null if only the digest is wanted.
 * @returns what the whole file would give in memory; null if it must be stored, which needs all of its bytes.
 * @throws PlaceError as `readPlace` does.
 */
export function doLarge(file: LargeFile, pack: Job['pack']): Promise<DoneFile | null> {
  if (pack === null) return digestLarge(file);
  if (!('file' in file.place)) throw new TypeError('expected a file on the disk to be packed');
  return deflateLarge(file.path, file.place.file);
}
