/**
 * `npm run bench`: measures the program, its parts, the least that it could cost, and its peers. README.md tells how.
 */
import { cpSync, mkdirSync, readdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { thousands } from '../../src/formats/counts.ts';
import { Course, failureNotes, publish } from './course.ts';
import { addNew, CACHE, cachedBundles, changeOne, writeInput } from './dataset.ts';
import { trustFile } from './generate.ts';
import { describeLoad, describeMachine, measureIn, measurePace } from './machine.ts';
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
import { cacheOf, command, isPage } from './subject.ts';
import { listTree, treeHash } from './tree.ts';

const PARTS = fileURLToPath(new URL('./parts.ts', import.meta.url));
const RESULTS = fileURLToPath(new URL('./RESULTS.md', import.meta.url));
/** Disk that a record takes in one run: its bundle, sites, and what peers make. Nothing is deleted before the end. */
const BYTES_PER_RECORD = 600_000;

/** Records at most of which the parts and the floor are measured. What a record costs there does not depend on how many there are. */
const SAMPLE = 20_000;

/** Records at most that Astro's own renderer gets: it holds all pages in memory, and takes many times as long. */
const ASTRO_UP_TO = 2000;

/** Steps that are usually wanted together. */
const GROUPS = {
  parts: ['read', 'sha256', 'plainParse', 'parse', 'canonical', 'digests', 'noble', 'openssl', 'verify', 'merge'],
  verify: ['verifyCommand'],
  build: ['build'],
  ways: ['unflushed', 'compared', 'copied', 'restored', 'astro', 'joined'],
  again: ['unchanged', 'changed', 'added', 'clean'],
  limits: ['write', 'floor'],
  peers: ['template', 'hugo', 'nunjucks', 'javaScript'],
} as const satisfies Readonly<Record<string, readonly Step[]>>;
const isGroup = (name: string): name is keyof typeof GROUPS => Object.hasOwn(GROUPS, name);
const isStep = (name: string): name is Step => Object.hasOwn(STEPS, name);
/** All others work on a built site. */
const WITHOUT_A_SITE: readonly Step[] = [...GROUPS.parts, ...GROUPS.verify];

const HELP = `npm run bench -- [--records N,…] [--only NAME,…] [--runs N] [--peers-up-to N] [--folder DIR] [--write]

  --records N,…      numbers of records; default 1000,10000,20000,100000
  --only NAME,…      groups of steps, or steps; default all
${Object.entries(GROUPS)
  .map(([name, steps]) => `                     ${name.padEnd(7)} ${steps.join(', ')}`)
  .join('\n')}
  --runs N           measure everything so many times and keep the middle one; default 1
  --peers-up-to N    more records than that are not given to Hugo and Eleventy, nor built in other ways; default 20000
  --folder DIR       where to work, on the file system to be measured; default ${CACHE}
  --write            write test/bench/RESULTS.md too, unless a step fails
`;

interface Options {
  readonly records: readonly number[];
  readonly wanted: ReadonlySet<Step>;
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
      only: { type: 'string', default: Object.keys(GROUPS).join(',') },
      runs: { type: 'string', default: '1' },
      'peers-up-to': { type: 'string', default: '20000' },
      folder: { type: 'string', default: CACHE },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const steps = values.only.split(',').flatMap((name): readonly Step[] => {
    if (isGroup(name)) return GROUPS[name];
    if (!isStep(name)) throw new RangeError(`--only: expected names that --help lists, got ${name}`);
    return [name];
  });
  return {
    records: values.records.split(',').map((text) => positive(text, 'records')),
    wanted: new Set(steps),
    runs: positive(values.runs, 'runs'),
    peersUpTo: positive(values['peers-up-to'], 'peers-up-to'),
    folder: values.folder,
    write: values.write,
  };
}

const say = (text: string): boolean => process.stderr.write(`${text}\n`);

/** One measured step after the other, and a line on each. Steps that nobody wants are left out. */
class Steps {
  readonly rows: Row[] = [];
  readonly #wanted: ReadonlySet<Step>;
  readonly #course: Course;
  readonly #records: number;

  constructor(wanted: ReadonlySet<Step>, course: Course, records: number) {
    this.#wanted = wanted;
    this.#course = course;
    this.#records = records;
  }

  /** Runs what a step measures. */
  run<Result>(step: Step, work: () => Promise<Result>): Promise<Result> {
    return this.#course.step(`${STEPS[step]} of ${thousands(this.#records)} records`, work);
  }

  wants(...steps: readonly Step[]): boolean {
    return steps.some((step) => this.#wanted.has(step));
  }

  add(row: Row): void {
    this.rows.push(row);
    const cpu = row.cpuSeconds === null ? '' : `, CPU ${row.cpuSeconds.toFixed(2)} s`;
    say(`  ${STEPS[row.step]}: ${row.seconds.toFixed(2)} s${cpu}${row.note === undefined ? '' : ` (${row.note})`}`);
  }

  async part(step: Step, name: PartName, args: PartArguments, more: More = () => ({})): Promise<void> {
    if (!this.wants(step)) return;
    const paceSeconds = measurePace();
    const { stdout } = await this.run(step, () => run(process.execPath, [PARTS, name, JSON.stringify(args)]));
    const result: PartResult = JSON.parse(stdout);
    this.add({ step, paceSeconds, ...result, ...more(result) });
  }

  async command(step: Step, records: number, args: readonly string[]): Promise<void> {
    if (!this.wants(step)) return;
    const paceSeconds = measurePace();
    const { seconds, cpuSeconds, peakBytes } = await this.run(step, () => run(process.execPath, args));
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
    if ('missing' in tool || !steps.wants(step)) return;
    const [folder, out] = [join(work, name), join(work, `${name}-out`)];
    mkdirSync(folder);
    prepare(folder);
    const paceSeconds = measurePace();
    const { seconds, cpuSeconds, peakBytes } = await steps.run(step, () => tool.run(folder, out));
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
  inputs: Inputs,
  options: Options,
  tools: Tools,
): Promise<{ readonly siteBytes: number; readonly siteFiles: number }> {
  const { peersUpTo } = options;
  const tree = listTree(site);
  const records = tree.filter(({ path }) => isPage(path)).length;
  const treePath = join(work, 'tree.json');
  writeFileSync(treePath, JSON.stringify(tree));
  const given = { ...inputs, limit: Math.min(records, SAMPLE), tree: treePath };
  await steps.part('write', 'write', { ...given, out: join(work, 'written') }, ({ units, bytes }) => ({
    records,
    note: `${units} files, ${Math.round(bytes / 1e6)} MB`,
  }));
  if (steps.wants('floor', ...GROUPS.peers)) {
    const data = takeApart(site, join(work, 'pages'), SAMPLE);
    const pages = { ...given, template: data.templatePath, values: data.values };
    await steps.part('floor', 'floor', { ...pages, out: join(work, 'floor') }, each('signatures in it'));
    const out = join(work, 'template');
    await steps.part('template', 'string template', { ...pages, out }, () => likeness(site, out, data));
    if (records <= peersUpTo) await measurePeers(steps, work, site, data, tools);
  }
  return { siteBytes: tree.reduce((sum, { size }) => sum + size, 0), siteFiles: tree.length };
}

interface Inputs {
  readonly input: string;
  readonly trust: string;
}

/** Builds the same site in other ways. @returns whether each gave the same tree; null if none was wanted. */
async function measureWays(
  steps: Steps,
  work: string,
  site: string,
  { input, trust }: Inputs,
): Promise<boolean | null> {
  const records = readdirSync(input).length;
  const trees = new Set<string>();
  const way = async (step: Step, from: string, out: string, ...more: readonly string[]): Promise<void> => {
    if (!steps.wants(step)) return;
    await steps.command(step, records, command.build(from, out, trust, ...more));
    trees.add(treeHash(out));
  };
  const at = (name: string): string => {
    mkdirSync(join(work, name));
    return join(work, name, 'out');
  };
  await way('unflushed', input, at('unflushed'), '--no-sync');
  if (steps.wants('copied', 'restored')) {
    // As `actions/checkout` leaves it: every file has a new time and a new inode.
    const copy = join(work, 'copy');
    cpSync(input, copy, { recursive: true });
    await way('copied', copy, site);
    const restored = at('restored');
    for (const [from, to] of [
      [input, join(work, 'copy-2')],
      [site, restored],
      [cacheOf(site), cacheOf(restored)],
    ] as const)
      cpSync(from, to, { recursive: true });
    await way('restored', join(work, 'copy-2'), restored);
  }
  if (steps.wants('compared')) {
    const compared = at('compared');
    cpSync(site, compared, { recursive: true });
    await way('compared', input, compared);
  }
  if (steps.wants('joined')) {
    const shards = [1, 2].map((i) => ({ part: `${i}/2`, out: at(`shard-${i}`) }));
    for (const { part, out } of shards) await run(process.execPath, command.build(input, out, trust, '--shard', part));
    const joined = at('joined');
    const outs = shards.map(({ out }) => out);
    await steps.command('joined', records, command.join(outs, joined, trust));
    trees.add(treeHash(joined));
  }
  if (records <= ASTRO_UP_TO) await way('astro', input, at('astro'), '--renderer', 'astro');
  if (trees.size === 0) return null;
  return trees.size === 1 && trees.has(treeHash(site));
}

/**
 * Updates an existing build.
 *
 * @returns whether that gave the tree of a first build of the same input; null if none was wanted.
 */
async function measureAgain(
  steps: Steps,
  work: string,
  site: string,
  { input, trust }: Inputs,
  records: number,
): Promise<boolean | null> {
  const again = command.build(input, site, trust);
  await steps.command('unchanged', records, again);
  if (steps.wants('changed')) {
    changeOne(input, Math.floor(records / 2));
    await steps.command('changed', records, again);
  }
  const added = steps.wants('added') ? Math.ceil(records / 100) : 0;
  if (added > 0) {
    addNew(input, records, added);
    await steps.command('added', records + added, again);
  }
  if (!steps.wants('clean')) return null;
  const clean = join(work, 'clean/out');
  mkdirSync(join(work, 'clean'));
  await steps.command('clean', records + added, command.build(input, clean, trust));
  return treeHash(site) === treeHash(clean);
}

const needsSite = (wanted: ReadonlySet<Step>): boolean => [...wanted].some((step) => !WITHOUT_A_SITE.includes(step));

/** @param steps gets a row for each step, also if a later one fails. */
async function measure(
  records: number,
  work: string,
  options: Options,
  tools: Tools,
  steps: Steps,
): Promise<Measurements> {
  const { wanted, peersUpTo } = options;
  say(`${records} records`);
  const inputs = { input: join(work, 'input'), trust: join(work, 'trust.json') };
  const site = join(work, 'site/out');
  mkdirSync(join(work, 'site'), { recursive: true });
  writeInput(cachedBundles(records, options.folder), inputs.input);
  writeFileSync(inputs.trust, trustFile());
  // A user's first run: it bundles the pages, and nothing of the program is compiled yet.
  process.env.PITH_MIRROR_CACHE = join(work, 'cache');

  await measureParts(steps, inputs.input, inputs.trust, records);
  await steps.command('verifyCommand', records, command.verify(inputs.input, inputs.trust));
  if (!needsSite(wanted)) return { records, rows: steps.rows, siteBytes: null, siteFiles: null, isSameTree: null };
  await steps.command('build', records, command.build(inputs.input, site, inputs.trust));
  const size = await measureBeside(steps, work, site, inputs, options, tools);
  const again = await measureAgain(steps, work, site, inputs, records);
  // Last: they leave the input and the site with other times.
  const ways = records <= peersUpTo ? await measureWays(steps, work, site, inputs) : null;
  const trees = [again, ways].filter((same) => same !== null);
  return { records, rows: steps.rows, ...size, isSameTree: trees.length === 0 ? null : trees.every(Boolean) };
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
  // Of the tests' support: peers would get it too.
  delete process.env.NODE_COMPILE_CACHE;
  mkdirSync(options.folder, { recursive: true });
  checkSpace(options);
  const wantsPeers = GROUPS.peers.some((step) => step !== 'template' && options.wanted.has(step));
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

  await measureIn(options.folder, 'run-', async (folder) => {
    const measurements: Measurements[] = [];
    const course = new Course();
    // Whatever is measured of a site, it has to be built.
    const wanted = needsSite(options.wanted) ? new Set<Step>([...options.wanted, 'build']) : options.wanted;
    const failure = await course.run(async () => {
      for (const records of options.records) {
        const runs: Measurements[] = [];
        try {
          for (let i = 0; i < options.runs; i++) {
            const steps = new Steps(wanted, course, records);
            runs.push({ records, rows: steps.rows, siteBytes: null, siteFiles: null, isSameTree: null });
            runs[i] = await measure(records, join(folder, `${records}-${i}`), options, tools, steps);
          }
        } finally {
          measurements.push(median(runs));
        }
      }
    });
    const text = formatResults({
      machine: [...machine, ['load after', describeLoad()]],
      measurements,
      runs: options.runs,
      missing,
      notes: failureNotes(failure),
    });
    process.exitCode = publish({ text, failure, file: options.write ? RESULTS : null, part: 'site' });
  });
}

const options = readOptions();
if (options === null) process.stdout.write(HELP);
else await main(options);
