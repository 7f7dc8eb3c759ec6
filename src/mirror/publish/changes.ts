/** What has to be moved and removed so that a published site becomes the one that is staged. */
import { lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { SITE_SUMS, SNAPSHOT } from '../../records/layout.ts';
import { exists } from '../base/disk.ts';
import { BuildError } from '../base/failure.ts';
import { MARKER } from '../base/paths.ts';

function statusOf(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

const inTheWay = (path: string, what: string): BuildError =>
  new BuildError(
    `${path}: ${what} that is not part of the mirror is in the way; nothing was published. Move it away, and build again`,
  );

/** Paths with a slash are below folders of the mirror; only in the root a foreign file may have a name that the mirror needs. */
const isTop = (path: string): boolean => !path.includes('/');

/** Records first, then lists and pages; the index and the digests of all files last. A new site is marked as ours at once. */
function rankOf(path: string, isMarked: boolean): number {
  if (path === MARKER) return isMarked ? 4 : 0;
  if (path.startsWith('pith') || path.startsWith('.well-known')) return 1;
  if (path.startsWith('records') || path.startsWith('sums')) return path === SNAPSHOT || path === SITE_SUMS ? 4 : 3;
  return 2;
}

/**
 * The files of the stage, in the order in which they are moved. A folder that the site does not have is moved as a whole.
 *
 * @param mayReplace whether a file in the root of the site may be replaced by one of the mirror.
 * @throws BuildError if something is in the way.
 */
export function movesOf(stage: string, site: string, mayReplace: (path: string) => boolean): readonly string[] {
  const moves: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(stage, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const status = statusOf(join(site, path));
      if (entry.isDirectory()) {
        if (status?.isDirectory()) visit(path);
        else if (exists(join(site, path))) throw inTheWay(join(site, path), 'a file');
        else if (hasFiles(join(stage, path))) moves.push(path);
      } else {
        if (lstatSync(join(site, path), { throwIfNoEntry: false })?.isDirectory())
          throw inTheWay(join(site, path), 'a folder');
        if (isTop(path) && status !== null && !mayReplace(path)) throw inTheWay(join(site, path), 'a file');
        moves.push(path);
      }
    }
  };
  if (exists(stage)) visit('');
  const isMarked = exists(join(site, MARKER));
  return moves.sort((a, b) => rankOf(a, isMarked) - rankOf(b, isMarked));
}

/** An empty folder of the stage is not published. */
function hasFiles(folder: string): boolean {
  return readdirSync(folder, { withFileTypes: true }).some(
    (entry) => !entry.isDirectory() || hasFiles(join(folder, entry.name)),
  );
}
