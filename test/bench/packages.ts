/**
 * `node test/bench/packages.ts [--records N] [--folder DIR]`: what packages cost, compared with Debian's `zip -6` on the same files.
 *
 * Prints a table. `zip` compresses in one thread; `pack` also verifies every bundle and state, takes SHA-256 of every file, reads
 * the package back, and uses all processors. So CPU time is in the table too, and so is a `pack` that is held to one processor.
 */
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ILLUSTRATION } from '../../src/packages/formats/illustration.ts';
import { LAUNCHER } from '../support/sites/cli.ts';
import { needTool } from '../support/tools/tools.ts';
import { CACHE, cachedBundles, writeInput } from './dataset.ts';
import { trustFile } from './generate.ts';
import { describeLoad, touchMemory } from './machine.ts';
import { type Cost, run } from './measure.ts';
import { listTree } from './tree.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '10000' },
    folder: { type: 'string', default: join(CACHE, 'packages') },
  },
});
const records = Number(values.records);
if (!Number.isSafeInteger(records) || records < 1) throw new RangeError(`--records: expected a number from 1 on`);
const command = (...args: readonly string[]): readonly string[] => [LAUNCHER, ...args];
const at = (...names: readonly string[]): string => join(values.folder, ...names);

const number = (value: number | null, digits: number): string => (value === null ? '' : value.toFixed(digits));

interface Line {
  readonly what: string;
  readonly cost: Cost;
  /** Bytes that went in. */
  readonly bytes: number;
  /** Bytes that came out; null if nothing did. */
  readonly made: number | null;
}

function row({ what, cost, bytes, made }: Line): string {
  const rate = (bytes / cost.seconds / 1e6).toFixed(1);
  const size = made === null ? '' : `${(made / records / 1000).toFixed(2)} kB`;
  const peak = cost.peakBytes === null ? '' : `${Math.round(cost.peakBytes / 1e6)} MB`;
  return `| ${what} | ${number(cost.seconds, 2)} s | ${number(cost.cpuSeconds, 2)} s | ${rate} MB/s | ${peak} | ${size} |`;
}

rmSync(values.folder, { recursive: true, force: true });
mkdirSync(values.folder, { recursive: true });
console.error(`making ${records} bundles and their site`);
writeInput(cachedBundles(records), at('input'));
writeFileSync(at('trust.json'), trustFile());
const trust = ['--trust', at('trust.json')];
await run(process.execPath, command('build', at('input'), '--out', at('site'), ...trust));
touchMemory(values.folder);

const files = listTree(at('site')).filter(({ path }) => !path.startsWith('.well-known/'));
const bytes = files.reduce((total, { size }) => total + size, 0);
const lines: Line[] = [];
const measure = async (
  what: string,
  file: string,
  args: readonly string[],
  made: string | (() => string) | null,
): Promise<void> => {
  console.error(what);
  const cost = await run(file, args, values.folder);
  lines.push({
    what,
    cost,
    bytes,
    made: made === null ? null : statSync(typeof made === 'string' ? made : made()).size,
  });
};
const pack = (name: string, ...more: readonly string[]): readonly string[] =>
  command('pack', at('site'), '--format', 'zip', '--out', at('out'), '--name', name, ...trust, ...more);
const oneProcessor = ['-c', '0', process.execPath];

await measure(
  '`zip -6`, one thread',
  'zip',
  ['-6', '-q', '-r', at('plain.zip'), 'site', '-x', 'site/.well-known/*'],
  at('plain.zip'),
);
const zips = Math.ceil(files.length / 59_900);
const madeBy = (name: string): string | null => (zips === 1 ? at('out', `${name}.zip`) : null);
await measure('`pack`', process.execPath, pack('whole'), madeBy('whole'));
await measure('`pack`, one processor', 'taskset', [...oneProcessor, ...pack('single')], madeBy('single'));
await measure('`pack --store`', process.execPath, pack('stored', '--store'), madeBy('stored'));
await measure(
  '`pack --only bundles`',
  process.execPath,
  pack('bundles', '--only', 'bundles'),
  at('out', 'bundles.zip'),
);
const zim = (): string => at('out', readdirSync(at('out')).find((name) => name.endsWith('.zim')) ?? 'no.zim');
const packZim = command('pack', at('site'), '--format', 'zim', '--out', at('out'), ...trust);
await measure('`pack --format zim`', process.execPath, packZim, zim);
await measure('`verify` of the ZIM', process.execPath, command('verify', zim(), ...trust), null);
// The same files, without what a ZIM of ours leaves out.
cpSync(at('site'), at('plain'), {
  recursive: true,
  filter: (path) => !/[\\/](?:\.well-known|\.nojekyll|\.pith-mirror\.json|sums)$/.test(path),
});
writeFileSync(at('plain', 'icon48.png'), ILLUSTRATION);
const about = ['-l', 'eng', '-t', 'T', '-d', 'D', '-c', 'C', '-p', 'P'];
const writer = ['-j', '-w', 'index.html', '-I', 'icon48.png', ...about, at('plain'), at('plain.zim')];
await measure('`zimwriterfs` without index', needTool('zimwriterfs'), writer, at('plain.zim'));
await measure('`verify` of the site', process.execPath, command('verify', at('site'), ...trust), null);
if (zips === 1)
  await measure('`verify` of the package', process.execPath, command('verify', at('out', 'whole.zip'), ...trust), null);

console.log(`${records} records, ${files.length} files, ${(bytes / 1e6).toFixed(1)} MB; load ${describeLoad()}\n`);
console.log('| what | time | CPU | of the site’s bytes | memory | a record |\n| --- | --- | --- | --- | --- | --- |');
for (const line of lines) console.log(row(line));
