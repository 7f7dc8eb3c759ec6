/** The digest of a file of any size, which is read in pieces. */
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { messageOf, UsageError } from '../mirror/base/failure.ts';
import type { Progress } from '../mirror/base/progress.ts';
import { hashOfFile, type TimestampProof } from '../protocol/index.ts';

/** Bytes that are read at once: a step of the progress. */
const PIECE = 1 << 20;
/** A file of fewer pieces is read in less than a second, and needs no progress. */
const FEW_PIECES = 64;

/** In pieces, the digest by which calendars know a file; the other algorithms, which only old proofs have, read a file at once. */
async function readPieces(path: string, progress: Progress): Promise<Uint8Array> {
  const pieces = Math.ceil(statSync(path).size / PIECE);
  if (pieces >= FEW_PIECES) progress.stage('reading the file, in MiB', pieces);
  const digest = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: PIECE })) {
    digest.update(piece as Uint8Array);
    if (pieces >= FEW_PIECES) progress.step();
  }
  return new Uint8Array(digest.digest());
}

/** @throws UsageError if the file cannot be read. */
export async function digestOfFile(
  path: string,
  algorithm: TimestampProof['hash'],
  progress: Progress,
): Promise<Uint8Array> {
  try {
    if (algorithm === 'sha256') return await readPieces(path, progress);
    return hashOfFile(algorithm, new Uint8Array(readFileSync(path)));
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}
