/**
 * Gives a run of tests a cache folder of its own, so that no test depends on what the user's cache has, and the pages are bundled
 * once for the whole run. Its first process makes the folder and removes it: `checks/run.ts`, or else each test file for itself.
 *
 * Only what Node compiled of the program and of the tests is kept for later runs, next to what the program keeps for its user. Node uses
 * such code only for the very text that it was made of. Without it, every test file loads a compiler for TypeScript.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, privateFolder } from '../../../src/mirror/base/user-cache.ts';

/** Tells the processes that the first one starts that there is a folder already. */
const MARK = 'PITH_MIRROR_TEST_RUN';

if (process.env[MARK] === undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'pith-mirror-run-'));
  process.env[MARK] = folder;
  const users = cacheFolder();
  const compiled = users === null ? null : privateFolder(join(users, 'tests'));
  process.env.NODE_COMPILE_CACHE ??= compiled ?? join(folder, 'compiled');
  process.env.PITH_MIRROR_CACHE = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
}
