/**
 * The journal of an update in place: what is to be moved into a published site and removed from it.
 *
 * Once it is written, the update will be done, by this command or by the next: every step can be done again. Readers
 * meanwhile see each file old or new in whole.
 */
import { lstat, mkdir, open, readFile, rename, rmdir, unlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BuildError, codeOf, messageOf } from '../base/failure.ts';
import { RECORD_FOLDERS } from '../base/paths.ts';

/** Paths are published ones, relative to the site's root. */
export interface Changes {
  /** Files, and folders that the site does not have yet, in the order in which they are moved from the stage. */
  readonly moves: readonly string[];
  /** Files that leave, after that; and the folders that are empty then. */
  readonly removes: readonly string[];
  /** Folders and the time that each has in the end, seconds since 1970; a site's root is ''. */
  readonly times: readonly (readonly [path: string, seconds: number])[];
}

/** Writes the journal; when this returns, the update is decided. */
export async function writeJournal(path: string, changes: Changes): Promise<void> {
  const draft = `${path}-draft`;
  const file = await open(draft, 'w');
  try {
    await file.writeFile(`${JSON.stringify(changes)}\n`);
    // A journal that is there must be whole after a power failure too.
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

/** @returns null where no update was decided; 'damaged' where one was, and nobody can say which. */
export async function readJournal(path: string): Promise<Changes | 'damaged' | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    return JSON.parse(text) as Changes;
  } catch {
    return 'damaged';
  }
}

const exists = async (path: string): Promise<boolean> => (await lstat(path).catch(codeOf)) !== 'ENOENT';

/** @returns whether it is where it belongs, by this call or by one that was interrupted. */
async function move(staged: string, site: string, path: string): Promise<boolean> {
  const [from, to] = [join(staged, path), join(site, path)];
  try {
    await mkdir(dirname(to), { recursive: true });
    await rename(from, to);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return exists(to);
  }
  return true;
}

/** A site has these whether they are empty or not. */
const KEPT: ReadonlySet<string> = new Set(RECORD_FOLDERS);

async function remove(site: string, path: string): Promise<void> {
  await unlink(join(site, path)).catch((error) => {
    if (codeOf(error) !== 'ENOENT') throw error;
  });
  for (let folder = dirname(path); folder !== '.' && !KEPT.has(folder); folder = dirname(folder)) {
    try {
      await rmdir(join(site, folder));
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') return;
    }
  }
}

/**
 * Does what a journal says, and what of it is not done yet.
 *
 * @param staged what is to be moved.
 * @returns false where that is gone, and the site cannot be made what it was to be.
 * @throws BuildError; then it can be done again.
 */
export async function applyChanges(staged: string, site: string, changes: Changes): Promise<boolean> {
  try {
    if (!(await exists(staged))) return false;
    for (const moved of changes.moves) if (!(await move(staged, site, moved))) return false;
    for (const removed of changes.removes) await remove(site, removed);
    for (const [folder, seconds] of changes.times) {
      await utimes(join(site, folder), seconds, seconds).catch((error) => {
        if (codeOf(error) !== 'ENOENT') throw error;
      });
    }
    return true;
  } catch (error) {
    const state = 'each file is old or new in whole; the next build goes on';
    throw new BuildError(`the update of ${site} is not complete (${messageOf(error)}); ${state}`);
  }
}
