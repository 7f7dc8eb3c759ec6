/** `npm run check`: every static check, one after the other; a line for each, and the output of those that fail. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

// Each tool is named by its script and run with this very Node: node_modules/.bin holds shell scripts on Windows.
const biome = 'node_modules/@biomejs/biome/bin/biome';
const tsc = 'node_modules/typescript/bin/tsc';
const astro = 'node_modules/astro/bin/astro.mjs';

const steps: readonly (readonly [name: string, ...command: string[]])[] = [
  ['format and lint', biome, 'ci', '--error-on-warnings', '--diagnostic-level=warn', '--colors=off'],
  ['layers', '--test', 'test/layers.test.ts'],
  ['types', tsc, '-p', '.'],
  ['types of the pure layer, without DOM and Node', tsc, '-p', 'src/protocol'],
  ['types of the package build', tsc, '-p', 'src/tsconfig.package.json', '--noEmit'],
  [
    'types of the site, .astro files included',
    astro,
    'check',
    '--root',
    '.',
    '--tsconfig',
    'src/site/tsconfig.json',
    '--minimumFailingSeverity',
    'hint',
  ],
];

let failed = 0;
for (const [name, ...args] of steps) {
  const start = performance.now();
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    // Set here, not in package.json: npm scripts have no way to set a variable that works in every shell.
    env: { ...process.env, ASTRO_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${status === 0 ? '✔' : '✖'} ${name} (${seconds} s)`);
  if (status !== 0) {
    failed += 1;
    console.log(`${stdout}${stderr}${error?.message ?? ''}`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
