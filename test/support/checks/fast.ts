/**
 * `npm run test:fast`: every test file but those that open a browser, inject faults or kill builds, or name a reason to be slow.
 *
 * A file names its reason in its first comment, in a line that begins with `Slow:`.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const SLOW_IMPORT = /from '[^']*support\/(?:browser|faults)\//;
const SLOW_REASON = /^(?:\/\*\*| \*) Slow: .+/m;

export const isFast = (text: string): boolean => !SLOW_IMPORT.test(text) && !SLOW_REASON.test(text);

if (import.meta.main) {
  const files = globSync('test/**/*.test.ts', { cwd: root })
    .filter((file) => isFast(readFileSync(`${root}/${file}`, 'utf8')))
    .sort();
  const { status } = spawnSync(
    process.execPath,
    [
      '--import=./test/support/sites/run-cache.ts',
      '--test',
      '--test-timeout=300000',
      `--test-concurrency=${availableParallelism()}`,
      '--test-reporter=./test/support/checks/reporter.ts',
      ...files,
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  process.exitCode = status ?? 1;
}
