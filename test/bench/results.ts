/** Figures as tables, and the limits (bars) that they must keep. */
import { estimate, type MeasuredBuild } from './arithmetic.ts';

/** What the steps of a run are called. Bars and tables find them by these names. */
export const STEPS = {
  read: 'reading the files',
  sha256: 'SHA-256 of the files',
  plainParse: '`JSON.parse`, text in memory',
  parse: 'reading, strict parse',
  canonical: 'strict parse, canonical form',
  digests: 'digests',
  noble: 'signatures, noble',
  openssl: 'signatures, OpenSSL',
  verify: 'verification, in one thread',
  merge: 'merge',
  verifyCommand: 'the command `verify`',
  build: 'first build',
  unchanged: 'build again, nothing changed',
  changed: 'build again, one changed',
  added: 'build again, 1 % new',
  clean: 'first build of the same',
  unflushed: 'first build, `--no-sync`',
  compared: 'first build over the same site',
  copied: 'build again, input copied',
  restored: 'build again, all copied',
  astro: 'first build, `--renderer astro`',
  joined: 'joining two shards',
  write: 'writing the output’s bytes',
  floor: 'floor: all that a build must do',
  template: 'HTML alone: string template',
  hugo: 'HTML alone: Hugo',
  nunjucks: 'HTML alone: Eleventy, Nunjucks',
  javaScript: 'HTML alone: Eleventy, JavaScript',
} as const;
export type Step = keyof typeof STEPS;

export interface Row {
  readonly step: Step;
  /** Records that the step worked on: fewer than there are where it is a sample. */
  readonly records: number;
  readonly seconds: number;
  /** Of the fixed work right before it, see `measurePace`. */
  readonly paceSeconds: number;
  readonly cpuSeconds: number | null;
  readonly peakBytes: number | null;
  /** Signatures, digests or files, where that is more than one a record. */
  readonly units?: number;
  /** False for a peer whose pages are not ours, or not of our size: then nothing follows from its figures. */
  readonly isFair?: boolean;
  /** What else is to be known of it. */
  readonly note?: string;
}

/** All that was measured with one number of records. */
export interface Measurements {
  readonly records: number;
  readonly rows: readonly Row[];
  readonly siteBytes: number | null;
  readonly siteFiles: number | null;
  /** Whether every other way gave the tree of a first build of the same input; null if none was tried. */
  readonly isSameTree: boolean | null;
}

/** For each step, the run in the middle by wall time. */
export function median(runs: readonly Measurements[]): Measurements {
  const [first] = runs;
  if (first === undefined) throw new RangeError('expected one run at least, got none');
  const middle = (rows: readonly Row[]): Row | undefined =>
    rows.toSorted((a, b) => a.seconds - b.seconds)[Math.floor((rows.length - 1) / 2)];
  const rows = first.rows.flatMap(
    ({ step }) => middle(runs.flatMap((one) => one.rows.filter((row) => row.step === step))) ?? [],
  );
  return {
    ...first,
    rows,
    isSameTree: runs.every(({ isSameTree }) => isSameTree !== false) ? first.isSameTree : false,
  };
}

export interface Bar {
  readonly bar: string;
  readonly measured: string;
  readonly holds: boolean | null;
}

const rowOf = (measurements: Measurements | undefined, step: Step): Row | undefined =>
  measurements?.rows.find((row) => row.step === step);
const cpuEach = (row: Row | undefined): number | undefined =>
  row?.cpuSeconds == null || row.records === 0 ? undefined : row.cpuSeconds / row.records;
const secondsEach = (row: Row | undefined): number | undefined =>
  row === undefined ? undefined : row.seconds / row.records;

const GIB = 2 ** 30;

/** The bars. What was not measured neither holds nor fails. */
export function bars(all: readonly Measurements[]): readonly Bar[] {
  const sorted = all.toSorted((a, b) => a.records - b.records);
  const largest = sorted.at(-1);
  const at = (records: number): Measurements | undefined => all.find((one) => one.records === records);
  const bar = (text: string, measured: number | undefined, most: number, format: (value: number) => string): Bar => ({
    bar: text,
    measured: measured === undefined ? 'not measured' : format(measured),
    holds: measured === undefined ? null : measured <= most,
  });
  const ratio = (value: number): string => `${value.toFixed(2)} ×`;
  const seconds = (value: number): string => `${value.toFixed(1)} s`;
  const over = (a: number | undefined, b: number | undefined): number | undefined =>
    a === undefined || b === undefined || b === 0 ? undefined : a / b;

  // Of the small steps, the largest run has the steadiest figures.
  const large = (step: Step): Row | undefined => sorted.flatMap((one) => rowOf(one, step) ?? []).at(-1);
  const of = (step: Step): string => {
    const row = large(step);
    return row === undefined ? '' : `; of ${count(row.records)}`;
  };
  const bare = [cpuEach(large('openssl')), cpuEach(large('digests'))];
  const bareSum = bare.every((value) => value !== undefined) ? bare.reduce((sum, value) => sum + value, 0) : undefined;
  const verifyRate = over(large('verifyCommand')?.records, large('verifyCommand')?.seconds);
  const overPeer = (step: Step, name: string, most: number): Bar => {
    // A peer whose pages are not ours is not a measure.
    const one = sorted.findLast((run) => rowOf(run, step)?.isFair === true);
    const isDecisive = one === undefined || one.records === 20_000;
    const { holds, measured } = bar('', over(rowOf(one, 'build')?.seconds, rowOf(one, step)?.seconds), most, ratio);
    const where = isDecisive ? '' : `; here of ${count(one.records)}, which decides nothing`;
    return {
      bar: `first build of 20,000: at most ${most} × ${name}${where}`,
      measured,
      holds: isDecisive ? holds : null,
    };
  };
  const copiedAt = sorted.findLast((one) => rowOf(one, 'restored') !== undefined);
  const floorAt = sorted.findLast((one) => rowOf(one, 'floor') !== undefined);
  const peak = rowOf(at(100_000), 'build')?.peakBytes ?? undefined;
  const sameTrees = all.map(({ isSameTree }) => isSameTree).filter((same) => same !== null);
  return [
    bar(
      `strict parse and canonical form: at most 4 × \`JSON.parse\` (CPU${of('canonical')})`,
      over(cpuEach(large('canonical')), cpuEach(large('plainParse'))),
      4,
      ratio,
    ),
    bar(
      `verification: at most 1.25 × its signatures by OpenSSL and its digests (CPU, one thread${of('verify')})`,
      over(cpuEach(large('verify')), bareSum),
      1.25,
      ratio,
    ),
    {
      bar: `guide: \`verify\` does 2,500 records/s with two workers${of('verifyCommand')}`,
      measured: verifyRate === undefined ? 'not measured' : `${Math.round(verifyRate)} records/s`,
      holds: verifyRate === undefined ? null : verifyRate >= 2500,
    },
    bar('first build of 10,000: at most 8 s', rowOf(at(10_000), 'build')?.seconds, 8, seconds),
    bar('first build of 100,000: at most 60 s', rowOf(at(100_000), 'build')?.seconds, 60, seconds),
    bar('its largest process: at most 1.2 GiB', peak, 1.2 * GIB, (value) => `${(value / GIB).toFixed(2)} GiB`),
    overPeer('hugo', 'Hugo’s HTML alone', 0.35),
    overPeer('javaScript', 'the HTML alone of Eleventy’s JavaScript templates', 1),
    bar(
      'a record of 100,000: at most 1.15 × one of 10,000 (wall)',
      over(secondsEach(rowOf(at(100_000), 'build')), secondsEach(rowOf(at(10_000), 'build'))),
      1.15,
      ratio,
    ),
    bar(
      `first build${floorAt === undefined ? '' : ` of ${count(floorAt.records)}`}: at most 1.5 × the floor (CPU a record)`,
      over(cpuEach(rowOf(floorAt, 'build')), cpuEach(rowOf(floorAt, 'floor'))),
      1.5,
      ratio,
    ),
    bar(
      `fresh checkout${copiedAt === undefined ? '' : ` of ${count(copiedAt.records)}`}, everything copied: at most 0.2 × the first build`,
      over(rowOf(copiedAt, 'restored')?.seconds, rowOf(copiedAt, 'build')?.seconds),
      0.2,
      ratio,
    ),
    bar('100,000, nothing changed: at most 2 s', rowOf(at(100_000), 'unchanged')?.seconds, 2, seconds),
    bar('100,000, one changed: at most 3 s', rowOf(at(100_000), 'changed')?.seconds, 3, seconds),
    bar('100,000, 1 % new: at most 8 s', rowOf(at(100_000), 'added')?.seconds, 8, seconds),
    {
      bar: `updates, copies and Astro’s renderer give the tree of a first build${largest === undefined || sameTrees.length === 0 ? '' : ', at every size'}`,
      measured:
        sameTrees.length === 0 ? 'not measured' : sameTrees.every(Boolean) ? 'one tree hash' : 'different trees',
      holds: sameTrees.length === 0 ? null : sameTrees.every(Boolean),
    },
  ];
}

const count = (value: number): string => value.toLocaleString('en');

/** A Markdown table that is also a table to the eye: columns padded. @param figures the columns that are set to the right. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  figures: readonly [from: number, to: number] = [0, 0],
): string {
  const width = header.map((title, i) => Math.max(title.length, 3, ...rows.map((row) => row[i]?.length ?? 0)));
  const isFigure = (i: number): boolean => i >= figures[0] && i < figures[1];
  const pad = (text: string, i: number): string =>
    isFigure(i) ? text.padStart(width[i] ?? 0) : text.padEnd(width[i] ?? 0);
  const line = (cells: readonly string[]): string => `| ${cells.map(pad).join(' | ')} |`;
  const rule = width.map((n, i) => (isFigure(i) ? `${'-'.repeat(n - 1)}:` : '-'.repeat(n)));
  return [line(header), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}

/** @param best the shortest pace of the whole run. */
function figures({ rows }: Measurements, best: number): string {
  const floor = cpuEach(rows.find(({ step }) => step === 'floor'));
  const build = rows.find(({ step }) => step === 'build');
  const lines = rows.map((row) => {
    const cpu = cpuEach(row);
    const isBuild = secondsEach(build) ?? 0;
    return [
      STEPS[row.step],
      count(row.records),
      row.seconds.toFixed(2),
      row.cpuSeconds === null ? '' : row.cpuSeconds.toFixed(2),
      count(Math.round(row.records / row.seconds)),
      cpu === undefined ? '' : (1000 * cpu).toFixed(3),
      row.peakBytes === null ? '' : count(Math.round(row.peakBytes / 2 ** 20)),
      isBuild === 0 ? '' : (row.seconds / row.records / isBuild).toFixed(3),
      floor === undefined || cpu === undefined ? '' : (cpu / floor).toFixed(3),
      (row.paceSeconds / best).toFixed(2),
      row.note ?? '',
    ];
  });
  const header = [
    'step',
    'records',
    'wall s',
    'CPU s',
    'records/s',
    'CPU ms a record',
    'peak MiB',
    'wall / first build',
    'CPU / floor',
    'pace',
    'note',
  ];
  return table(header, lines, [1, header.length - 1]);
}

/** How steady the machine was, in words. */
function paceLine(paces: readonly number[]): string {
  const [best, worst] = [Math.min(...paces), Math.max(...paces)];
  const milliseconds = (seconds: number): string => `${(1000 * seconds).toFixed(0)} ms`;
  return `The pace is how long one fixed piece of work took right before a step, against the shortest of the run: here ${milliseconds(best)} to ${milliseconds(worst)}, so the machine was up to ${(worst / best).toFixed(2)} times as slow at one step as at another. Steps of unlike pace compare only roughly.`;
}

const yes = (holds: boolean | null): string => (holds === null ? '' : holds ? 'yes' : 'NO');

export interface Run {
  readonly machine: readonly (readonly [string, string])[];
  readonly measurements: readonly Measurements[];
  /** How often each was measured. */
  readonly runs: number;
  /** What could not be measured, and why. */
  readonly missing: readonly string[];
  /** What `failureNotes` says of the run. */
  readonly notes: readonly string[];
}

/** The whole result as Markdown. */
export function formatResults({ machine, measurements, runs, missing, notes }: Run): string {
  const builds = measurements.flatMap(({ records, rows, siteBytes, siteFiles }): MeasuredBuild[] => {
    const row = rows.find(({ step }) => step === 'build');
    return row === undefined || siteBytes === null || siteFiles === null
      ? []
      : [{ ...row, records, siteBytes, siteFiles }];
  });
  const paces = measurements.flatMap(({ rows }) => rows.map(({ paceSeconds }) => paceSeconds));
  const best = Math.min(...paces);
  const sections = [
    '# What was measured',
    ...notes,
    'Written by `npm run bench -- --write`. What each step is, and how it is measured, is in [README.md](README.md).',
    table(['machine', ''], machine),
    ...missing.map((text) => `Not measured: ${text}.`),
    ...(paces.length === 0 ? [] : [paceLine(paces)]),
    '## Bars',
    table(
      ['bar', 'measured', 'holds'],
      bars(measurements).map(({ bar, measured, holds }) => [bar, measured, yes(holds)]),
    ),
    ...measurements.flatMap((one) => [
      `## ${count(one.records)} records`,
      [
        runs > 1 ? `Of ${runs} runs, the one in the middle for each step.` : 'Each step was measured once.',
        one.siteFiles === null
          ? ''
          : `The site has ${count(one.siteFiles)} files of ${count(one.siteBytes ?? 0)} bytes.`,
      ]
        .join(' ')
        .trim(),
      figures(one, best),
    ]),
    ...(builds.length === 0
      ? []
      : [
          '## What 1.53 million records would cost',
          'Extrapolated in proportion from the largest build above; nothing of this size was built.',
          table(
            ['what', 'estimate', 'from'],
            estimate(builds).map(({ what, value, from }) => [what, value, from]),
          ),
        ]),
  ];
  return `${sections.join('\n\n')}\n`;
}
