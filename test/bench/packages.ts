/**
 * `npm run bench:packages`: what packages cost, next to Debian's `zip -6` and `zimwriterfs` on the same files. README.md tells how.
 *
 * `zip` only compresses, in one thread. `pack` also compares the SHA-256 of every file with the site's lists, writes manifests, and
 * reads the package back, on all processors; so one `pack` is held to one processor, and CPU time is in the table.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { thousands } from '../../src/formats/counts.ts';
import { ILLUSTRATION } from '../../src/packages/formats/illustration.ts';
import { findTool } from '../support/tools/tools.ts';
import { Course, failureNotes, publish } from './course.ts';
import { CACHE, cachedBundles, writeInput } from './dataset.ts';
import { trustFile } from './generate.ts';
import { describeLoad, describeMachine, measureIn, measurePace } from './machine.ts';
import { run } from './measure.ts';
import {
  formatPackages,
  PACKAGE_STEPS,
  type PackageMeasurements,
  type PackageRow,
  type PackageStep,
} from './package-results.ts';
import { command } from './subject.ts';
import { listTree, type SiteEntry } from './tree.ts';

const RESULTS = fileURLToPath(new URL('./RESULTS.md', import.meta.url));

const HELP = `npm run bench:packages -- [--records N,…] [--peers-up-to N] [--folder DIR] [--write]

  --records N,…     numbers of records; default 1000,20000,100000
  --peers-up-to N   more records than that are not packed by zip and zimwriterfs, nor on one processor; default 20000
  --folder DIR      where to work, on the file system to be measured; default ${CACHE}
  --write           replace the part about packages in test/bench/RESULTS.md, unless a step fails
`;

interface Options {
  readonly records: readonly number[];
  readonly peersUpTo: number;
  readonly folder: string;
  readonly write: boolean;
}

function readOptions(): Options | null {
  const { values } = parseArgs({
    options: {
      records: { type: 'string', default: '1000,20000,100000' },
      'peers-up-to': { type: 'string', default: '20000' },
      folder: { type: 'string', default: CACHE },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const positive = (text: string, name: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`--${name}: expected a number from 1 on, got ${text}`);
    return value;
  };
  return {
    records: values.records.split(',').map((text) => positive(text, 'records')),
    peersUpTo: positive(values['peers-up-to'], 'peers-up-to'),
    folder: values.folder,
    write: values.write,
  };
}

const say = (text: string): boolean => process.stderr.write(`${text}\n`);

const sizeOf = (files: readonly SiteEntry[]): PackageMeasurements['site'] => ({
  bytes: files.reduce((total, { size, linkOf }) => total + (linkOf === null ? size : 0), 0),
  files: files.length,
});

/** Files in a folder, with their sizes; of one file, that. */
function madeAt(path: string): NonNullable<PackageRow['made']> {
  const paths = statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path];
  return { bytes: paths.reduce((total, one) => total + statSync(one).size, 0), files: paths.length };
}

/** What a ZIM of ours leaves out, so that the other program gets the same files. */
const NOT_IN_A_ZIM = /[\\/](?:\.well-known|\.nojekyll|\.pith-mirror\.json|sums|records[\\/](?:\d{4}|undated))$/;

/**
 * Measures one site.
 *
 * @param add gets the measurements before the first step; their rows come with the steps.
 */
async function measure(
  records: number,
  work: string,
  options: Options,
  course: Course,
  add: (one: PackageMeasurements) => void,
): Promise<void> {
  const at = (...names: readonly string[]): string => join(work, ...names);
  mkdirSync(work, { recursive: true });
  const of = `of ${thousands(records)} records`;
  say(`${records} records: building their site`);
  await course.step(`the build ${of}`, async () => {
    writeInput(cachedBundles(records, options.folder), at('input'));
    writeFileSync(at('trust.json'), trustFile());
    await run(process.execPath, command.build(at('input'), at('site'), at('trust.json')));
  });
  const tree = listTree(at('site'));
  const payload = sizeOf(tree.filter(({ path }) => !path.startsWith('.well-known/')));
  const rows: PackageRow[] = [];
  add({ records, site: sizeOf(tree), payload, rows });

  async function step(
    name: PackageStep,
    file: string,
    args: readonly string[],
    out: string | null = null,
  ): Promise<void> {
    const paceSeconds = measurePace();
    const { seconds, cpuSeconds, peakBytes } = await course.step(`${PACKAGE_STEPS[name]} ${of}`, () =>
      run(file, args, work),
    );
    const made = out === null ? null : madeAt(out);
    rows.push({ step: name, seconds, cpuSeconds, peakBytes, paceSeconds, made });
    say(`  ${PACKAGE_STEPS[name]}: ${seconds.toFixed(2)} s`);
  }
  const pack = (name: PackageStep, ...more: readonly string[]): readonly string[] =>
    command.pack(at('site'), at(name), at('trust.json'), ...more);
  const zip = ['--format', 'zip'];
  const [zipper, zimWriter, taskset] = [findTool('zip'), findTool('zimwriterfs'), '/usr/bin/taskset'];
  const hasPeers = records <= options.peersUpTo;

  if (hasPeers && zipper !== undefined && existsSync(taskset)) {
    const args = ['-6', '-q', '-r', at('plain.zip'), 'site', '-x', 'site/.well-known/*'];
    await step('zipPeer', taskset, ['-c', '0', zipper, ...args], at('plain.zip'));
    // Right after it, so that both meet the machine as it is.
    await step('packSingle', taskset, ['-c', '0', process.execPath, ...pack('packSingle', ...zip)], at('packSingle'));
  }
  await step('pack', process.execPath, pack('pack', ...zip), at('pack'));
  await step('stored', process.execPath, pack('stored', ...zip, '--store'), at('stored'));
  await step('bundles', process.execPath, pack('bundles', ...zip, '--only', 'bundles'), at('bundles'));
  await step('zim', process.execPath, pack('zim', '--format', 'zim'), at('zim'));
  await step('zimCompact', process.execPath, pack('zimCompact', '--format', 'zim', '--compact'), at('zimCompact'));
  if (hasPeers && zimWriter !== undefined) {
    cpSync(at('site'), at('plain'), { recursive: true, filter: (path) => !NOT_IN_A_ZIM.test(path) });
    writeFileSync(at('plain', 'icon48.png'), ILLUSTRATION);
    const about = ['-l', 'eng', '-t', 'T', '-d', 'D', '-c', 'C', '-p', 'P'];
    const args = ['-j', '-w', 'index.html', '-I', 'icon48.png', ...about, at('plain'), at('plain.zim')];
    await step('zimPeer', zimWriter, args, at('plain.zim'));
  }
  const verify = (...paths: readonly string[]): readonly string[] => command.verifyAll(paths, at('trust.json'));
  const inside = (folder: string): readonly string[] =>
    readdirSync(folder)
      .sort()
      .map((name) => join(folder, name));
  await step('verifySite', process.execPath, verify(at('site')));
  await step('verifyZip', process.execPath, verify(...inside(at('pack'))));
  await step('verifyZim', process.execPath, verify(...inside(at('zim'))));
}

async function main(options: Options): Promise<void> {
  delete process.env.NODE_COMPILE_CACHE;
  mkdirSync(options.folder, { recursive: true });
  const machine = describeMachine(options.folder, []);
  const missing = (['zip', 'zimwriterfs'] as const).flatMap((name) =>
    findTool(name) === undefined ? [`${name}, which is not installed`] : [],
  );
  await measureIn(options.folder, 'packages-', async (folder) => {
    const measurements: PackageMeasurements[] = [];
    const course = new Course();
    const failure = await course.run(async () => {
      for (const records of options.records)
        await measure(records, join(folder, `${records}`), options, course, (one) => measurements.push(one));
    });
    const text = formatPackages({
      machine: [...machine, ['load after', describeLoad()]],
      measurements,
      missing,
      notes: failureNotes(failure),
    });
    process.exitCode = publish({ text, failure, file: options.write ? RESULTS : null, part: 'packages' });
  });
}

const options = readOptions();
if (options === null) process.stdout.write(HELP);
else await main(options);
