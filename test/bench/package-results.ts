/** What packages cost, as tables, with the limits (bars) that they must keep. */
import { ALL_RECORDS } from './arithmetic.ts';
import type { Cost } from './measure.ts';
import { type Bar, table } from './results.ts';
import { FILES_PER_ZIP } from './subject.ts';

/** What the steps of a run are called. Bars and tables find them by these names. */
export const PACKAGE_STEPS = {
  zipPeer: '`zip -6`, one processor',
  packSingle: '`pack --format zip`, one processor',
  pack: '`pack --format zip`',
  stored: '`pack --format zip --store`',
  bundles: '`pack --format zip --only bundles`',
  zim: '`pack --format zim`',
  zimCompact: '`pack --format zim --compact`',
  zimPeer: '`zimwriterfs` without index',
  verifySite: '`verify` of the site',
  verifyZip: '`verify` of the ZIPs',
  verifyZim: '`verify` of the ZIM',
} as const;
export type PackageStep = keyof typeof PACKAGE_STEPS;

export interface PackageRow extends Cost {
  readonly step: PackageStep;
  /** Of the fixed work right before it, see `measurePace`. */
  readonly paceSeconds: number;
  /** Bytes and files that came out; null if nothing did. */
  readonly made: { readonly bytes: number; readonly files: number } | null;
}

/** All that was measured with one site. */
export interface PackageMeasurements {
  readonly records: number;
  /** The whole site, as it is served. */
  readonly site: { readonly bytes: number; readonly files: number };
  /** What of it goes into a package. */
  readonly payload: { readonly bytes: number; readonly files: number };
  readonly rows: readonly PackageRow[];
}

const rowOf = (one: PackageMeasurements | undefined, step: PackageStep): PackageRow | undefined =>
  one?.rows.find((row) => row.step === step);
const count = (value: number): string => value.toLocaleString('en');
const MEGABYTE = 1e6;

/** The bars. What was not measured neither holds nor fails. */
export function packageBars(all: readonly PackageMeasurements[]): readonly Bar[] {
  const sorted = all.toSorted((a, b) => a.records - b.records);
  const lastWith = (...steps: readonly PackageStep[]): PackageMeasurements | undefined =>
    sorted.findLast((one) => steps.every((step) => rowOf(one, step) !== undefined));
  const of = (one: PackageMeasurements | undefined): string => (one === undefined ? '' : `; of ${count(one.records)}`);
  const bar = (text: string, measured: number | undefined, most: number, format: (value: number) => string): Bar => ({
    bar: text,
    measured: measured === undefined ? 'not measured' : format(measured),
    holds: measured === undefined ? null : measured <= most,
  });
  const ratio = (value: number): string => `${value.toFixed(2)} ×`;
  const cost = (one: PackageMeasurements | undefined, step: PackageStep): number | undefined => {
    const row = rowOf(one, step);
    return row?.cpuSeconds ?? row?.seconds;
  };
  const over = (a: number | undefined, b: number | undefined): number | undefined =>
    a === undefined || b === undefined || b === 0 ? undefined : a / b;
  const peak = (step: PackageStep): Bar => {
    const one = lastWith(step);
    const isDecisive = one?.records === 100_000;
    const where = one === undefined || isDecisive ? '' : `; here of ${count(one.records)}, which decides nothing`;
    const most = 400 * MEGABYTE;
    const found = bar(
      `100,000, ${PACKAGE_STEPS[step]}: at most 400 MB of memory${where}`,
      rowOf(one, step)?.peakBytes ?? undefined,
      most,
      (value) => `${Math.round(value / MEGABYTE)} MB`,
    );
    return isDecisive ? found : { ...found, holds: null };
  };
  const zips = lastWith('zipPeer', 'packSingle');
  const zims = lastWith('zim', 'zimPeer');
  const compact = lastWith('zimCompact');
  const verified = lastWith('verifySite', 'verifyZip');
  const compactBytes = rowOf(compact, 'zimCompact')?.made?.bytes;
  return [
    bar(
      `a ZIP: at most 1.25 × the time of \`zip -6\`, which only compresses (CPU, one processor each${of(zips)})`,
      over(cost(zips, 'packSingle'), cost(zips, 'zipPeer')),
      1.25,
      ratio,
    ),
    bar(
      `a ZIM, \`--compact\`: at most 4.5 kB a record${of(compact)}`,
      compactBytes === undefined || compact === undefined ? undefined : compactBytes / compact.records / 1000,
      4.5,
      (value) => `${value.toFixed(2)} kB`,
    ),
    bar(
      `a ZIM: at most 0.1 × the time of \`zimwriterfs\` without index (wall${of(zims)})`,
      over(rowOf(zims, 'zim')?.seconds, rowOf(zims, 'zimPeer')?.seconds),
      0.1,
      ratio,
    ),
    bar(
      `\`verify\` of ZIPs: at most 1.2 × \`verify\` of the site (CPU${of(verified)})`,
      over(cost(verified, 'verifyZip'), cost(verified, 'verifySite')),
      1.2,
      ratio,
    ),
    peak('pack'),
    peak('zim'),
    peak('zimCompact'),
  ];
}

/** @param best the shortest pace of the whole run. */
function figures({ records, payload, rows }: PackageMeasurements, best: number): string {
  const lines = rows.map(({ step, seconds, cpuSeconds, peakBytes, made, paceSeconds }) => [
    PACKAGE_STEPS[step],
    seconds.toFixed(2),
    cpuSeconds === null ? '' : cpuSeconds.toFixed(2),
    (payload.bytes / seconds / MEGABYTE).toFixed(1),
    peakBytes === null ? '' : count(Math.round(peakBytes / MEGABYTE)),
    made === null ? '' : (made.bytes / records / 1000).toFixed(2),
    (paceSeconds / best).toFixed(2),
  ]);
  const header = ['step', 'wall s', 'CPU s', 'MB/s of the files', 'peak MB', 'kB a record', 'pace'];
  return table(header, lines, [1, header.length]);
}

interface Form {
  readonly name: string;
  readonly sizeOf: (one: PackageMeasurements) => { readonly bytes: number; readonly files: number } | null;
  /** Files that so many records need, from what was measured. */
  readonly filesOf: (records: number, one: PackageMeasurements) => number;
}

/** ZIPs of all files that go into a package. */
const zipsOf: Form['filesOf'] = (records, { records: measured, payload }) =>
  Math.ceil((payload.files * records) / measured / FILES_PER_ZIP);

/** The forms in which a mirror can be kept. */
const FORMS: readonly Form[] = [
  {
    name: 'site, as it is served',
    sizeOf: ({ site }) => site,
    filesOf: (records, one) => Math.ceil((one.site.files * records) / one.records),
  },
  { name: 'site in ZIPs', sizeOf: (one) => rowOf(one, 'pack')?.made ?? null, filesOf: zipsOf },
  { name: 'site in ZIPs, `--store`', sizeOf: (one) => rowOf(one, 'stored')?.made ?? null, filesOf: zipsOf },
  {
    name: 'bundles alone in ZIPs',
    sizeOf: (one) => rowOf(one, 'bundles')?.made ?? null,
    filesOf: (records) => Math.ceil(records / FILES_PER_ZIP),
  },
  { name: 'ZIM for Kiwix', sizeOf: (one) => rowOf(one, 'zim')?.made ?? null, filesOf: () => 1 },
  { name: 'ZIM for Kiwix, `--compact`', sizeOf: (one) => rowOf(one, 'zimCompact')?.made ?? null, filesOf: () => 1 },
];

function gigabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

const sizeText = ({ bytes, files }: { readonly bytes: number; readonly files: number }): string =>
  `${gigabytes(bytes)}, ${count(files)} ${files === 1 ? 'file' : 'files'}`;

/** What each form needs at each size; the last column is in proportion to the largest, which nobody made. */
function needs(all: readonly PackageMeasurements[]): string {
  const sorted = all.toSorted((a, b) => a.records - b.records);
  const lines = FORMS.flatMap(({ name, sizeOf, filesOf }): readonly (readonly string[])[] => {
    const largest = sorted.findLast((one) => sizeOf(one) !== null);
    const size = largest === undefined ? null : sizeOf(largest);
    if (largest === undefined || size === null) return [];
    const measured = sorted.map((one) => {
      const found = sizeOf(one);
      return found === null ? '' : sizeText(found);
    });
    const bytes = (size.bytes * ALL_RECORDS) / largest.records;
    return [[name, ...measured, sizeText({ bytes, files: filesOf(ALL_RECORDS, largest) })]];
  });
  const header = [
    'form',
    ...sorted.map(({ records }) => `${count(records)} records`),
    `${count(ALL_RECORDS)}, estimated`,
  ];
  return table(header, lines, [1, header.length]);
}

/** The line with which the packages' part of RESULTS.md begins. */
export const PACKAGES_HEADING = '# What packages cost';

export interface PackageRun {
  readonly machine: readonly (readonly [string, string])[];
  readonly measurements: readonly PackageMeasurements[];
  readonly missing: readonly string[];
  /** What `failureNotes` says of the run. */
  readonly notes: readonly string[];
}

/** The packages' part of RESULTS.md. */
export function formatPackages({ machine, measurements, missing, notes }: PackageRun): string {
  const best = Math.min(...measurements.flatMap(({ rows }) => rows.map(({ paceSeconds }) => paceSeconds)));
  const yes = (holds: boolean | null): string => (holds === null ? '' : holds ? 'yes' : 'NO');
  const sections = [
    PACKAGES_HEADING,
    ...notes,
    'Written by `npm run bench:packages -- --write`, in one run on one machine:',
    table(['machine', ''], machine),
    ...missing.map((text) => `Not measured: ${text}.`),
    table(
      ['bar', 'measured', 'holds'],
      packageBars(measurements).map(({ bar, measured, holds }) => [bar, measured, yes(holds)]),
    ),
    '## What each form needs',
    'The last column is in proportion to the largest measured site; nothing of this size was built.',
    needs(measurements),
    ...measurements.flatMap((one) => [
      `## Packages of ${count(one.records)} records`,
      `${count(one.payload.files)} files of ${count(one.payload.bytes)} bytes go into a package of the site.`,
      figures(one, best),
    ]),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** RESULTS.md with one part replaced; the other stays as it is. */
export function withPart(results: string, part: 'site' | 'packages', text: string): string {
  const start = results.indexOf(`${PACKAGES_HEADING}\n`);
  const [site, packages] = start === -1 ? [results, ''] : [results.slice(0, start), results.slice(start)];
  const parts = part === 'site' ? [text, packages] : [site, text];
  return `${parts
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .join('\n\n')}\n`;
}
