/** A built site as a list of files. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface SiteEntry {
  /** Relative to the site's root, with `/`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** The path of the file of which this one is a hard link; the first of them is none. */
  readonly linkOf: string | null;
}

/** So many of all, evenly spread, in order; all of them if there are fewer. */
export function spread<T>(all: readonly T[], count: number): readonly T[] {
  return count >= all.length
    ? all
    : all.filter((_, i) => Math.ceil((i * count) / all.length) < Math.ceil(((i + 1) * count) / all.length));
}

/** Every file of a site, sorted. */
export function listTree(root: string): readonly SiteEntry[] {
  const paths: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile()) paths.push(path);
    }
  };
  visit('');
  const first = new Map<number, string>();
  return paths.sort().map((path) => {
    const { size, nlink, ino } = statSync(join(root, path));
    const linkOf = nlink > 1 ? (first.get(ino) ?? null) : null;
    if (nlink > 1 && linkOf === null) first.set(ino, path);
    return { path, size, linkOf };
  });
}

/** SHA-256 over every path and its content: two sites with one hash are the same site. */
export function treeHash(root: string): string {
  const hash = createHash('sha256');
  for (const { path, size } of listTree(root)) hash.update(`${path}\0${size}\0`).update(readFileSync(join(root, path)));
  return hash.digest('hex');
}
