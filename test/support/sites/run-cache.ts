/**
 * Gives a run of tests a cache folder of its own, so that no test depends on what the user's cache has, and the pages are bundled
 * once for the whole run. Its first process makes the folder and removes it: `checks/run.ts`, or else each test file for itself.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Tells the processes that the first one starts that there is a folder already. */
const MARK = 'PITH_MIRROR_TEST_RUN';

if (process.env[MARK] === undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'pith-mirror-run-'));
  process.env[MARK] = folder;
  process.env.PITH_MIRROR_CACHE = folder;
  // What Node compiles of the program and of the tests.
  process.env.NODE_COMPILE_CACHE = join(folder, 'compiled');
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
}
