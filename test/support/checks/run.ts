/**
 * `npm test` runs every test file; `npm run test:fast` runs all but those that open a browser, inject faults or kill builds, or
 * name a reason to be slow. With names of files, either runs only those: `npm test -- test/layers.test.ts`.
 *
 * A file names its reason in its first comment, in a line that begins with `Slow:`.
 *
 * As many files run at a time as there are processors, for Node by itself would leave one of them idle, which is half of a small machine.
 * Of the fast ones it is one more, since each also waits: for the disk, for hosts, for processes. Browsers do not leave that much idle.
 * With every processor busy, V8 optimizes code in the thread that runs it, which takes a twentieth less time.
 */
// First, so that all files of the run share one cache.
import '../sites/run-cache.ts';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const SLOW_IMPORT = /from '[^']*support\/(?:browser|faults)\//;
const SLOW_REASON = /^(?:\/\*\*| \*) Slow: .+/m;

function isFast(file: string): boolean {
  const text = readFileSync(join(root, file), 'utf8');
  return !SLOW_IMPORT.test(text) && !SLOW_REASON.test(text);
}

const [, , ...args] = process.argv;
const named = args.filter((arg) => arg !== '--fast');
const areFast = args.includes('--fast');
const all = globSync('test/**/*.test.ts', { cwd: root }).sort();
const chosen = areFast ? all.filter(isFast) : all;
const { status } = spawnSync(
  process.execPath,
  [
    ...(areFast ? ['--no-concurrent-recompilation'] : []),
    '--test',
    '--test-timeout=900000',
    `--test-concurrency=${availableParallelism() + (areFast ? 1 : 0)}`,
    '--test-reporter=./test/support/checks/reporter.ts',
    ...(named.length > 0 ? named : chosen),
  ],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
);
process.exitCode = status ?? 1;
