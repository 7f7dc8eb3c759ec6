/** Where a site may be published, and what lies there already. */
import { accessSync, constants, lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, parse, resolve } from 'node:path';
import { codeOf, UsageError } from '../base/failure.ts';
import { MARKER } from '../base/paths.ts';
import { isWithin } from '../base/tree.ts';
import { homeFolder } from '../base/user-cache.ts';

/** The real path of a folder that need not exist yet: what exists of it is resolved, the rest stays as given. */
function realTarget(path: string): string {
  const full = resolve(path);
  const parent = dirname(full);
  if (parent === full) return full;
  let real: string;
  try {
    real = realpathSync(parent);
  } catch {
    real = realTarget(parent);
  }
  return join(real, basename(full));
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/**
 * Refuses places that can only be mistakes. What is in the folder is checked later, under the lock. @throws UsageError.
 */
export function refusePlace(out: string, input: string, packageRoot: string): void {
  const no = (why: string): never => {
    throw new UsageError(`--out ${out}: ${why}`);
  };
  const status = lstatSync(out, { throwIfNoEntry: false });
  if (status?.isSymbolicLink()) no('is a symbolic link; name the folder itself');
  if (status !== undefined && !status.isDirectory()) no('is not a folder');
  const target = realTarget(out);
  if (parse(target).root === target) no('is the root of a file system');
  const home = homeFolder();
  if (home !== null && isWithin(target, realOf(home))) no('is or contains your home folder');
  if (isWithin(target, realOf(packageRoot))) no('is or contains the program itself');
  if (isWithin(realOf(join(packageRoot, 'src')), target)) no("lies in the program's sources");
  const source = realOf(input);
  if (isWithin(target, source)) no('is or contains the folder of bundles');
  if (isWithin(source, target)) no('lies in the folder of bundles');
}

/**
 * The folder in a site for work that cannot be done next to it, and the lock: dot names that are never published for
 * long.
 */
export const WORK_INSIDE = '.pith-mirror-work';
export const LOCK_INSIDE = '.pith-mirror-lock';
/** Whether a name in the root of a site belongs to a build that is running, or was killed. */
export const isWorkName = (name: string): boolean => name.startsWith(WORK_INSIDE) || name.startsWith(LOCK_INSIDE);

/** Names that a folder may contain before it gets its first site: a fresh worktree of a branch, a volume, a host's domain file. */
const isHarmless = (name: string): boolean => name.startsWith('.') || name === 'CNAME' || name === 'lost+found';

/** What is in place of the site. `fresh`: nothing but harmless names. */
export type Occupant = 'nothing' | 'fresh' | 'site' | 'foreign';

export function occupantOf(out: string): Occupant {
  try {
    const names = readdirSync(out).filter((name) => !isWorkName(name));
    if (names.includes(MARKER)) return 'site';
    return names.every(isHarmless) ? 'fresh' : 'foreign';
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'nothing';
    throw error;
  }
}

export const FOREIGN = `is not empty and was not written by pith-mirror (it has no ${MARKER}); name another folder, or empty it yourself`;

/** The mount points of this process; empty if the system has no list of them. */
function mountPoints(): readonly string[] {
  try {
    const plain = (path: string): string =>
      path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
    // The bytes of a path, one byte per character, as the kernel escapes them.
    return readFileSync('/proc/self/mountinfo', 'latin1')
      .split('\n')
      .map((line) => Buffer.from(plain(line.split(' ')[4] ?? ''), 'latin1').toString());
  } catch {
    return [];
  }
}

/**
 * Whether the work for a site can be done next to its folder, where no reader sees it. Not if the folder is a mount
 * point, whose neighbours are on another file system and perhaps in another container, or if nothing can be created
 * next to it.
 */
export function hasRoomBeside(out: string): boolean {
  const status = lstatSync(out, { throwIfNoEntry: false });
  const parent = dirname(resolve(out));
  if (status !== undefined) {
    if (status.dev !== lstatSync(parent).dev || mountPoints().includes(realOf(out))) return false;
  }
  return canCreateIn(parent);
}

export function canCreateIn(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
