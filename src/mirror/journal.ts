/**
 * The journal of an update in place: what is to be moved into a published site and removed from it.
 *
 * Once it is written, the update will be done, by this command or by the next: every step can be done again. Readers
 * meanwhile see each file old or new in whole.
 */
import { mkdir, open, readdir, readFile, rename, rm, rmdir, unlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BuildError, codeOf } from './failure.ts';

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

/** @returns null where no update was decided. */
export async function readJournal(path: string): Promise<Changes | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  return JSON.parse(text) as Changes;
}

async function move(stage: string, site: string, path: string): Promise<void> {
  const [from, to] = [join(stage, path), join(site, path)];
  await mkdir(dirname(to), { recursive: true });
  try {
    await rename(from, to);
  } catch (error) {
    // Done already, by whoever was interrupted.
    if (codeOf(error) === 'ENOENT' && (await readdir(to).catch(codeOf)) !== 'ENOENT') return;
    throw error;
  }
}

async function remove(site: string, path: string): Promise<void> {
  await unlink(join(site, path)).catch((error) => {
    if (codeOf(error) !== 'ENOENT') throw error;
  });
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    try {
      await rmdir(join(site, folder));
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') return;
    }
  }
}

/**
 * Does what the journal says, and what of it is not done yet.
 *
 * @throws BuildError; then the journal stays, and the next command goes on.
 */
export async function applyJournal(path: string, stage: string, site: string, changes: Changes): Promise<void> {
  try {
    for (const moved of changes.moves) await move(stage, site, moved);
    for (const removed of changes.removes) await remove(site, removed);
    for (const [folder, seconds] of changes.times) {
      await utimes(join(site, folder), seconds, seconds).catch((error) => {
        if (codeOf(error) !== 'ENOENT') throw error;
      });
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BuildError(
      `the update of ${site} is not complete (${why}); each file is old or new in whole; the next build goes on`,
    );
  }
  await rm(path, { force: true });
}
