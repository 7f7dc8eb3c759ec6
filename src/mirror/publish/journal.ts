/**
 * The journal of a publication: what is moved into the published site, and what is removed from it.
 *
 * Once the journal is written, the publication will be completed, by this command or by the next one: every step can be
 * repeated. Meanwhile readers see each file either old or new, never a part of it.
 */
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { copyNew, exists, writeWhole } from '../base/disk.ts';
import { BuildError, codeOf, messageOf } from '../base/failure.ts';
import { assertNotInterrupted } from '../base/interrupt.ts';

/** Paths are relative to the root of the site. */
export interface Changes {
  /** Files, and folders that the site does not have yet, in the order in which they are moved out of the stage. */
  readonly moves: readonly string[];
  /** Files that are removed after that, together with the folders that are empty then. */
  readonly removes: readonly string[];
}

export interface Journal extends Changes {
  /** The name of the folder that holds what is moved; it is next to the journal. */
  readonly staged: string;
  /** Whether there was no site before: then a folder without the marker is a site that has just begun. */
  readonly isFirst: boolean;
}

/** Writes the journal. When this returns, the publication is decided, and remains so after a power failure. */
export function writeJournal(path: string, journal: Journal): void {
  writeWhole(path, [`${JSON.stringify(journal)}\n`], true);
}

/** @returns null if no publication was decided; 'damaged' if one was, and the journal does not say which. */
export function readJournal(path: string): Journal | 'damaged' | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    const journal = JSON.parse(text) as Partial<Journal>;
    const isWhole =
      Array.isArray(journal.moves) && Array.isArray(journal.removes) && typeof journal.staged === 'string';
    return isWhole ? (journal as Journal) : 'damaged';
  } catch {
    return 'damaged';
  }
}

const isFolder = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** Moves file by file to another file system. A file is complete when it has its name. */
function carry(from: string, to: string): void {
  if (isFolder(from)) {
    mkdirSync(to);
    for (const name of readdirSync(from)) carry(join(from, name), join(to, name));
    rmdirSync(from);
    return;
  }
  const part = join(dirname(to), `.${basename(to)}.pith-mirror-part`);
  rmSync(part, { force: true });
  copyNew(from, part);
  renameSync(part, to);
  unlinkSync(from);
}

/**
 * Renames, or copies if both are not on one file system: if the site is a mount point, has one inside, or lies on an overlay
 * whose lower layer holds the folder.
 */
function put(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error;
    carry(from, to);
  }
}

/** @returns whether it is in its place now, by this call or by one that was interrupted. */
function move(staged: string, site: string, path: string): boolean {
  const [from, to] = [join(staged, path), join(site, path)];
  if (!exists(from)) return exists(to);
  if (isFolder(from) && exists(to)) {
    for (const name of readdirSync(from)) if (!move(staged, site, `${path}/${name}`)) return false;
    return true;
  }
  try {
    put(from, to);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    mkdirSync(dirname(to), { recursive: true });
    put(from, to);
  }
  return true;
}

/** Removes a file, and the folders that are empty then. */
function remove(site: string, path: string): void {
  const target = join(site, path);
  if (isFolder(target)) return;
  try {
    unlinkSync(target);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw error;
  }
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    try {
      rmdirSync(join(site, folder));
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EIO') throw error;
      // Not empty, a mount point, or another user's.
      if (code !== 'ENOENT') return;
    }
  }
}

/** Steps after which signals, timers and other tasks get their turn. */
const STEPS_IN_A_ROW = 64;

/**
 * Carries out the steps of a journal that are not done yet.
 *
 * @param staged the folder that holds what is moved.
 * @returns false if that is gone, so that the publication cannot be completed.
 * @throws BuildError; the next command can complete it.
 */
export async function applyChanges(staged: string, site: string, changes: Changes): Promise<boolean> {
  let steps = 0;
  const pause = async (): Promise<void> => {
    if (steps++ % STEPS_IN_A_ROW !== 0) return;
    await new Promise((resolve) => setImmediate(resolve));
    assertNotInterrupted();
  };
  try {
    if (!exists(staged)) return false;
    for (const path of changes.moves) {
      await pause();
      if (!move(staged, site, path)) return false;
    }
    for (const path of changes.removes) {
      await pause();
      remove(site, path);
    }
    return true;
  } catch (error) {
    throw new BuildError(
      `the update of ${site} is not complete (${messageOf(error)}); each file is old or new, and the next build completes it`,
    );
  }
}
