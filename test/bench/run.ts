/**
 * `npm run bench`: measures the program, its parts, the least that it could cost, and its peers. README.md tells how.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { addNew, CACHE, cachedBundles, changeOne, writeInput } from './dataset.ts';
import { trustFile } from './generate.ts';
import { describeLoad, describeMachine, measurePace, touchMemory } from './machine.ts';
import { run } from './measure.ts';
import type { PartArguments, PartName, PartResult } from './parts.ts';
import {
  compare,
  findEleventy,
  findHugo,
  type PageData,
  prepareEleventy,
  prepareHugo,
  type Tool,
  takeApart,
} from './peers.ts';
import { formatResults, type Measurements, median, type Row, STEPS, type Step } from './results.ts';
import { command, isPage } from './subject.ts';
import { listTree, treeHash } from './tree.ts';

const PARTS = fileURLToPath(new URL('./parts.ts', import.meta.url));
const RESULTS = fileURLToPath(new URL('./RESULTS.md', import.meta.url));
/** Disk that a record takes in one run: its bundle, sites, and what peers make. Nothing is deleted before the end. */
const BYTES_PER_RECORD = 500_000;

/** Records at most of which the parts and the floor are measured. What a record costs there does not depend on how many there are. */
const SAMPLE = 20_000;

const GROUPS = ['parts', 'verify', 'build', 'again', 'limits', 'peers'] as const;
type Group = (typeof GROUPS)[number];
const NEED_A_SITE: readonly Group[] = ['build', 'again', 'limits', 'peers'];

const HELP = `npm run bench -- [--records N,…] [--only GROUP,…] [--runs N] [--peers-up-to N] [--folder DIR] [--write]

  --records N,…      numbers of records; default 1000,10000,20000,100000
  --only GROUP,…     of ${GROUPS.join(', ')}; default all
  --runs N           measure everything so many times and keep the middle one; default 1
  --peers-up-to N    more records than that are not given to Hugo and Eleventy; default 20000
  --folder DIR       where to work, on the file system to be measured; default ${CACHE}
  --write            write test/bench/RESULTS.md too
`;

interface Options {
  readonly records: readonly number[];
  readonly groups: ReadonlySet<Group>;
  readonly runs: number;
  readonly peersUpTo: number;
  readonly folder: string;
  readonly write: boolean;
}

function positive(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`--${name}: expected a number from 1 on, got ${text}`);
  return value;
}

function readOptions(): Options | null {
  const { values } = parseArgs({
    options: {
      records: { type: 'string', default: '1000,10000,20000,100000' },
      only: { type: 'string', default: GROUPS.join(',') },
      runs: { type: 'string', default: '1' },
      'peers-up-to': { type: 'string', default: '20000' },
      folder: { type: 'string', default: CACHE },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const groups = values.only.split(',').map((name) => {
    const group = GROUPS.find((one) => one === name);
    if (group === undefined) throw new RangeError(`--only: expected ${GROUPS.join(', ')}, got ${name}`);
    return group;
  });
  return {
    records: values.records.split(',').map((text) => positive(text, 'records')),
    groups: new Set(groups),
    runs: positive(values.runs, 'runs'),
    peersUpTo: positive(values['peers-up-to'], 'peers-up-to'),
    folder: values.folder,
    write: values.write,
  };
}

const say = (text: string): boolean => process.stderr.write(`${text}\n`);

/** One measured step after the other, and a line on each. */
class Steps {
  readonly rows: Row[] = [];

  add(row: Row): void {
    this.rows.push(row);
    const cpu = row.cpuSeconds === null ? '' : `, CPU ${row.cpuSeconds.toFixed(2)} s`;
    say(`  ${STEPS[row.step]}: ${row.seconds.toFixed(2)} s${cpu}${row.note === undefined ? '' : ` (${row.note})`}`);
  }

  async part(step: Step, name: PartName, args: PartArguments, more: More = () => ({})): Promise<void> {
    const paceSeconds = measurePace();
    const { stdout } = await run(process.execPath, [PARTS, name, JSON.stringify(args)]);
    const result: PartResult = JSON.parse(stdout);
    this.add({ step, paceSeconds, ...result, ...more(result) });
  }

  async command(step: Step, records: number, args: readonly string[]): Promise<void> {
    const paceSeconds = measurePace();
    const { seconds, cpuSeconds, peakBytes } = await run(process.execPath, args);
    this.add({ step, paceSeconds, records, seconds, cpuSeconds, peakBytes });
  }
}

type More = (result: PartResult) => Partial<Row>;
const rate: More = ({ bytes, seconds }) => ({ note: `${Math.round(bytes / seconds / 1e6)} MB/s` });
const each =
  (what: string): More =>
  ({ units, seconds, cpuSeconds }) => ({
    note: `${units} ${what}, ${((1e6 * (cpuSeconds || seconds)) / units).toFixed(0)} µs each`,
  });

async function measureParts(steps: Steps, input: string, trust: string, records: number): Promise<void> {
  const all = { input, trust, limit: Math.min(records, SAMPLE) };
  // What the bars compare with each other is of the same records.
  const some = { ...all, limit: Math.min(records, 2000) };
  const few = { ...all, limit: Math.min(records, 200) };
  await steps.part('read', 'read', { ...all, limit: records }, rate);
  await steps.part('sha256', 'sha256', { ...all, limit: records }, rate);
  await steps.part('plainParse', 'JSON.parse', all, rate);
  await steps.part('parse', 'read, strict parse', all, rate);
  await steps.part('canonical', 'strict parse, canonical form', all, rate);
  await steps.part('digests', 'digests', some, each('digests'));
  await steps.part('noble', 'noble, each signature', few, each('signatures'));
  await steps.part('openssl', 'OpenSSL, each signature', some, each('signatures'));
  await steps.part('verify', 'verify', some);
  await steps.part('merge', 'merge', some);
}

/** How a peer's pages compare with ours. */
function likeness(site: string, made: string, data: PageData): { readonly isFair: boolean; readonly note: string } {
  const { size, isSame, compared, isFair } = compare(site, made, data);
  const same = isSame ? `the same page in ${compared} of ${compared}` : 'NOT THE SAME PAGE';
  return { isFair, note: `${(100 * size).toFixed(1)} % of our bytes, ${same}` };
}

interface Tools {
  readonly hugo: Tool;
  readonly eleventy: Tool;
}

async function measurePeers(steps: Steps, work: string, site: string, data: PageData, tools: Tools): Promise<void> {
  const records = data.suffixes.length;
  const peer = async (step: Step, tool: Tool, name: string, prepare: (folder: string) => void): Promise<void> => {
    if ('missing' in tool) return;
    const [folder, out] = [join(work, name), join(work, `${name}-out`)];
    mkdirSync(folder);
    prepare(folder);
    const paceSeconds = measurePace();
    const { seconds, cpuSeconds, peakBytes } = await tool.run(folder, out);
    steps.add({ step, paceSeconds, records, seconds, cpuSeconds, peakBytes, ...likeness(site, out, data) });
  };
  await peer('hugo', tools.hugo, 'hugo', (folder) => prepareHugo(data, folder));
  await peer('nunjucks', tools.eleventy, 'nunjucks', (folder) => prepareEleventy(data, folder, 'Nunjucks'));
  await peer('javaScript', tools.eleventy, 'javascript', (folder) => prepareEleventy(data, folder, 'JavaScript'));
}

/** A built site's files, and what else is measured before anything changes. */
async function measureBeside(
  steps: Steps,
  work: string,
  site: string,
  inputs: { readonly input: string; readonly trust: string },
  options: Options,
  tools: Tools,
): Promise<{ readonly siteBytes: number; readonly siteFiles: number }> {
  const { groups, peersUpTo } = options;
  const tree = listTree(site);
  const records = tree.filter(({ path }) => isPage(path)).length;
  const treePath = join(work, 'tree.json');
  writeFileSync(treePath, JSON.stringify(tree));
  const given = { ...inputs, limit: Math.min(records, SAMPLE), tree: treePath };
  if (groups.has('limits')) {
    await steps.part('write', 'write', { ...given, out: join(work, 'written') }, ({ units, bytes }) => ({
      records,
      note: `${units} files, ${Math.round(bytes / 1e6)} MB`,
    }));
  }
  if (groups.has('limits') || groups.has('peers')) {
    const data = takeApart(site, join(work, 'pages'), SAMPLE);
    const pages = { ...given, template: data.templatePath, values: data.values };
    if (groups.has('limits')) {
      await steps.part('floor', 'floor', { ...pages, out: join(work, 'floor') }, each('signatures in it'));
    }
    if (groups.has('peers')) {
      const out = join(work, 'template');
      await steps.part('template', 'string template', { ...pages, out }, () => likeness(site, out, data));
      if (records <= peersUpTo) await measurePeers(steps, work, site, data, tools);
    }
  }
  return { siteBytes: tree.reduce((sum, { size }) => sum + size, 0), siteFiles: tree.length };
}

/** Updates an existing build. @returns whether that gave the tree of a first build of the same input. */
async function measureAgain(
  steps: Steps,
  work: string,
  site: string,
  { input, trust }: { readonly input: string; readonly trust: string },
  records: number,
): Promise<boolean> {
  const again = command.build(input, site, trust);
  await steps.command('unchanged', records, again);
  changeOne(input, Math.floor(records / 2));
  await steps.command('changed', records, again);
  const added = Math.ceil(records / 100);
  addNew(input, records, added);
  await steps.command('added', records + added, again);
  const clean = join(work, 'clean/out');
  mkdirSync(join(work, 'clean'));
  await steps.command('clean', records + added, command.build(input, clean, trust));
  return treeHash(site) === treeHash(clean);
}

async function measure(records: number, work: string, options: Options, tools: Tools): Promise<Measurements> {
  const { groups } = options;
  say(`${records} records`);
  const inputs = { input: join(work, 'input'), trust: join(work, 'trust.json') };
  const site = join(work, 'site/out');
  mkdirSync(join(work, 'site'), { recursive: true });
  writeInput(cachedBundles(records, options.folder), inputs.input);
  writeFileSync(inputs.trust, trustFile());

  const steps = new Steps();
  if (groups.has('parts')) await measureParts(steps, inputs.input, inputs.trust, records);
  if (groups.has('verify')) await steps.command('verifyCommand', records, command.verify(inputs.input, inputs.trust));
  if (!NEED_A_SITE.some((group) => groups.has(group)))
    return { records, rows: steps.rows, siteBytes: null, siteFiles: null, isSameTree: null };
  await steps.command('build', records, command.build(inputs.input, site, inputs.trust));
  const size = await measureBeside(steps, work, site, inputs, options, tools);
  const isSameTree = groups.has('again') ? await measureAgain(steps, work, site, inputs, records) : null;
  return { records, rows: steps.rows, ...size, isSameTree };
}

function checkSpace({ folder, records, runs }: Options): void {
  const { bavail, bsize } = statfsSync(folder);
  const need = records.reduce((sum, count) => sum + count, 0) * runs * BYTES_PER_RECORD;
  if (bavail * bsize < need) {
    const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
    throw new RangeError(
      `${folder} has ${gigabytes(bavail * bsize)} free of the ${gigabytes(need)} that so many records may take; give fewer --records, or another --folder`,
    );
  }
}

async function main(options: Options): Promise<void> {
  mkdirSync(options.folder, { recursive: true });
  checkSpace(options);
  const wantsPeers = options.groups.has('peers');
  const tools: Tools = wantsPeers
    ? { hugo: findHugo(), eleventy: findEleventy(options.folder) }
    : { hugo: { missing: '' }, eleventy: { missing: '' } };
  const missing = wantsPeers
    ? Object.values(tools).flatMap((tool: Tool) => ('missing' in tool ? [tool.missing] : []))
    : [];
  for (const text of missing) say(`not measured: ${text}`);
  const versions = (['hugo', 'eleventy'] as const).flatMap((name): (readonly [string, string])[] => {
    const tool = tools[name];
    return 'version' in tool ? [[name === 'hugo' ? 'Hugo' : 'Eleventy', tool.version]] : [];
  });
  const machine = describeMachine(options.folder, versions);

  // Deleted at the very end: on some file systems, files are made much more slowly soon after many were deleted.
  const folder = mkdtempSync(join(options.folder, 'run-'));
  const clear = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('SIGINT', () => {
    clear();
    process.exit(130);
  });
  try {
    touchMemory(folder);
    // The first time is the compiler's.
    measurePace();
    const measurements: Measurements[] = [];
    for (const records of options.records) {
      const runs: Measurements[] = [];
      for (let i = 0; i < options.runs; i++)
        runs.push(await measure(records, join(folder, `${records}-${i}`), options, tools));
      measurements.push(median(runs));
    }
    const results = formatResults({
      machine: [...machine, ['load after', describeLoad()]],
      measurements,
      runs: options.runs,
      missing,
    });
    process.stdout.write(results);
    if (options.write) writeFileSync(RESULTS, results);
  } finally {
    if (existsSync(folder)) clear();
  }
}

const options = readOptions();
if (options === null) process.stdout.write(HELP);
else await main(options);
