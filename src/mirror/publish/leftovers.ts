/** Removing temporary folders. One that cannot be removed never stops a build: it is named, with the command that removes it. */
import { rmSync } from 'node:fs';
import { rm, unlink } from 'node:fs/promises';
import { codeOf, messageOf } from '../base/failure.ts';

const quoted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);

/** The command that removes what this program could not. */
export function removalCommand(path: string, code: unknown): string {
  const remove = `sudo rm -rf ${quoted(path)}`;
  // EBUSY: a mount point lies in it. EPERM for root: a file in it is immutable.
  if (code === 'EBUSY') return `sudo umount -R ${quoted(path)}; ${remove}`;
  if (code === 'EPERM' && process.getuid?.() === 0) return `chattr -R -ia ${quoted(path)}; ${remove}`;
  return remove;
}

/**
 * Removes a file or a folder.
 *
 * @param isInUse whether something may still be written into it; then it is tried for some seconds.
 * @returns null, or one line that says why not and how the user can remove it.
 */
export async function removeLeftover(path: string, isInUse = false): Promise<string | null> {
  try {
    await rm(path, { recursive: true, force: true, ...(isInUse ? { maxRetries: 8, retryDelay: 50 } : {}) });
    return null;
  } catch (error) {
    const cause = await causeOf(error);
    return `could not remove ${path} (${messageOf(cause)}); to remove it: ${removalCommand(path, codeOf(cause))}`;
  }
}

/** The error of a removal. Of an immutable file, Node says only that it is no folder: it lists what it may not unlink. */
async function causeOf(error: unknown): Promise<unknown> {
  if (codeOf(error) !== 'ENOTDIR' || !(error instanceof Error) || !('path' in error)) return error;
  return unlink(String(error.path)).then(
    () => error,
    (cause: unknown) => cause,
  );
}

/** Removes a file or a folder without waiting, and without a message if it cannot: the next run tries again. */
export function removeNow(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // A mount point lies in it, for example.
  }
}
