/** Keeps what Node compiled of the program, in the user's cache folder: the next run starts in half the time. */
import { hash } from 'node:crypto';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { PACKAGE_ROOT } from './package.ts';
import { cacheFolder, markUsed, privateFolder } from './user-cache.ts';

/**
 * Lets Node keep the compiled code of every module that is loaded from now on, here and in worker threads. Does nothing if the
 * user has chosen a folder for that, or has no cache folder.
 */
export function keepCode(): void {
  const cache = cacheFolder();
  if (process.env.NODE_COMPILE_CACHE !== undefined || cache === null) return;
  const room = privateFolder(join(cache, 'code'));
  if (room === null) return;
  // Node adds a file for each module and never removes one, so each installed program has a folder.
  const name = hash('sha256', `${PACKAGE_ROOT}\0${process.version}`).slice(0, 32);
  const folder = privateFolder(join(room, name));
  if (folder === null) return;
  markUsed(room, name);
  enableCompileCache(folder);
  // Worker threads read it.
  process.env.NODE_COMPILE_CACHE = folder;
}
