/** A published file, and the digests of several of them. */
import { createHash } from 'node:crypto';
import { sha256 } from '../../records/lists.ts';
import { type FileSum, formatSums } from '../../records/sums.ts';
import type { Content } from './disk.ts';

export interface SiteFile {
  /** See paths.ts. */
  readonly path: string;
  readonly content: Content;
  /** Of the content, in hexadecimal, if it is known already. */
  readonly sha256?: string;
}

/** The digest of each file. Content that has two names, such as a bundle's, is hashed once. */
export function sumsOf(files: readonly SiteFile[]): readonly FileSum[] {
  const known = new Map<Content, string>();
  return files.map(({ path, content }) => {
    const digest = known.get(content) ?? sha256(content);
    known.set(content, digest);
    return { path, sha256: digest };
  });
}

/** SHA-256 of a content in pieces, in hexadecimal. */
export function digestOfPieces(pieces: Iterable<Content>): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

/** One digest of several files: it changes if any of them changes. */
export const digestOfSums = (sums: readonly FileSum[]): string => sha256(formatSums(sums));
