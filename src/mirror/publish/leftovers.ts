/** Removing temporary folders. One that cannot be removed never stops a build: it is named, with the command that removes it. */
import { rm } from 'node:fs/promises';
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
    return `could not remove ${path} (${messageOf(error)}); to remove it: ${removalCommand(path, codeOf(error))}`;
  }
}
