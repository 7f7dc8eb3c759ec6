/**
 * The user's cache folder: what the program keeps from one run for the next, wherever that runs. It saves time and cannot
 * change a result, so every error of the disk is ignored.
 *
 * Some of it is code that the next run executes. Such a folder is used only if nobody but the user and root can have written
 * in it, as ssh demands of its keys.
 */
import {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';

/** The value of `PITH_MIRROR_CACHE` that turns the cache off. */
const OFF = 'off';

/** Null for a user without one: in a container there may be neither HOME nor an entry in passwd. */
export function homeFolder(): string | null {
  try {
    return homedir() || null;
  } catch {
    return null;
  }
}

function namedFolder(): string | null {
  const { PITH_MIRROR_CACHE: named = '', XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (named === OFF) return null;
  if (named !== '') return resolve(named);
  if (process.platform === 'win32' && LOCALAPPDATA !== undefined) return join(LOCALAPPDATA, 'pith-mirror', 'Cache');
  if (process.platform !== 'darwin' && XDG_CACHE_HOME?.startsWith('/') === true)
    return join(XDG_CACHE_HOME, 'pith-mirror');
  const home = homeFolder();
  if (home === null) return null;
  return join(home, process.platform === 'darwin' ? 'Library/Caches' : '.cache', 'pith-mirror');
}

/**
 * The user's cache folder by the conventions of the system; `PITH_MIRROR_CACHE` names another one, or is `off`.
 *
 * @returns null if the user has none.
 */
export function cacheFolder(): string | null {
  const folder = namedFolder();
  // Node loads nothing below a folder with \ in its name, except on Windows, where it separates folders.
  return sep === '/' && folder?.includes('\\') === true ? null : folder;
}

const WRITABLE_BY_OTHERS = 0o022;
/** In such a folder, as /tmp is one, users can replace only what is theirs. */
const STICKY = 0o1000;

function isOfUser({ uid, mode }: Stats, isParent: boolean): boolean {
  const isOwn = uid === process.geteuid?.() || uid === 0;
  return isOwn && ((mode & WRITABLE_BY_OTHERS) === 0 || (isParent && (mode & STICKY) !== 0));
}

/**
 * Whether nobody but the user and root can have written this folder, or put another in its place. On Windows the user's
 * folders are closed to others.
 */
export function isPrivate(folder: string): boolean {
  if (process.geteuid === undefined) return true;
  try {
    let path = realpathSync(folder);
    if (!isOfUser(lstatSync(path), false)) return false;
    for (; dirname(path) !== path; path = dirname(path)) if (!isOfUser(lstatSync(dirname(path)), true)) return false;
    return true;
  } catch {
    return false;
  }
}

/** Creates a folder that only the user may write. @returns null if there can be none. */
export function privateFolder(folder: string): string | null {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch {
    return null;
  }
  return isPrivate(folder) ? folder : null;
}

/** Shows by its time when the entry that it lies in was last used. */
const USED = 'used';
/** Entries that are kept: enough for several versions of the program, and for the checkout of somebody who works on it. */
const KEPT = 8;

function lastUsed(entry: string): number {
  try {
    return statSync(join(entry, USED)).mtimeMs;
  } catch {
    return 0;
  }
}

/** Notes that an entry of a private folder is in use, and removes those that were not used for the longest time. */
export function markUsed(folder: string, entry: string): void {
  try {
    closeSync(openSync(join(folder, entry, USED), 'w', 0o600));
    const others = readdirSync(folder).filter((name) => name !== entry);
    if (others.length < KEPT) return;
    const newest = others.map((name) => join(folder, name)).sort((a, b) => lastUsed(b) - lastUsed(a));
    for (const old of newest.slice(KEPT - 1)) rmSync(old, { recursive: true, force: true });
  } catch {
    // A full disk, or another run that removes the same: the next one tries again.
  }
}
