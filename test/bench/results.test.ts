import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { thousands } from '../../src/formats/counts.ts';
import { bars, formatResults, type Measurements, median, type Row, table } from './results.ts';

const row = (step: Row['step'], records: number, seconds: number, more: Partial<Row> = {}): Row => ({
  step,
  records,
  seconds,
  paceSeconds: 0.05,
  cpuSeconds: seconds,
  peakBytes: 2 ** 30,
  ...more,
});
const measurements = (records: number, ...rows: readonly Row[]): Measurements => ({
  records,
  rows,
  siteBytes: 50_000 * records,
  siteFiles: 5 * records,
  isSameTree: true,
});
const judged = (...all: readonly Measurements[]): readonly (boolean | null)[] => bars(all).map(({ holds }) => holds);

test('a bar that was not measured neither holds nor fails', () => {
  const none = { ...measurements(1000), isSameTree: null };
  for (const { measured, holds } of bars([none])) assert.deepEqual([measured, holds], ['not measured', null]);
});

/** All that is needed for every bar, each but the growth at its very edge; `slow` takes a little longer in all of it. */
function atTheEdge(slow: number): readonly Measurements[] {
  return [
    measurements(10_000, row('build', 10_000, 8 * slow)),
    measurements(
      20_000,
      row('build', 20_000, 7 * slow),
      row('hugo', 20_000, 20, { isFair: true }),
      row('javaScript', 20_000, 7, { isFair: true }),
      row('restored', 20_000, 1.4 * slow * slow),
    ),
    measurements(
      100_000,
      row('plainParse', 100, 1),
      row('canonical', 100, 4 * slow),
      row('openssl', 100, 2),
      row('digests', 100, 2),
      row('verify', 100, 5 * slow),
      row('verifyCommand', 2500, slow),
      row('build', 100_000, 60 * slow, { peakBytes: 1.2 * 2 ** 30 * slow }),
      row('floor', 10_000, 4),
      row('unchanged', 100_000, 2 * slow),
      row('changed', 100_000, 3 * slow),
      row('added', 101_000, 8 * slow),
    ),
  ];
}

test('each bar holds at its limit and fails beyond it', () => {
  assert.ok(judged(...atTheEdge(1)).every((holds) => holds === true));
  const beyond = bars(atTheEdge(1.01)).filter(({ holds }) => holds !== false);
  // The growth is the same and the trees are equal, however slow it is.
  assert.deepEqual(
    beyond.map(({ measured }) => measured),
    ['0.75 ×', 'one tree hash'],
  );
  const different = atTheEdge(1).map((one) => ({ ...one, isSameTree: one.records !== 20_000 }));
  assert.deepEqual(
    bars(different)
      .filter(({ holds }) => holds === false)
      .map(({ measured }) => measured),
    ['different trees'],
  );
});

test('a record may cost a little more in a mirror ten times as large', () => {
  const of = (seconds: number): readonly (boolean | null)[] =>
    judged(measurements(10_000, row('build', 10_000, 5)), measurements(100_000, row('build', 100_000, seconds)));
  assert.ok(!of(57.4).includes(false));
  assert.ok(of(57.6).includes(false));
});

test('a peer with other pages, or another number of pages, decides no bar', () => {
  const of = (records: number, isFair: boolean): readonly (boolean | null)[] =>
    judged({
      ...measurements(records, row('build', records, 1), row('hugo', records, 9, { isFair })),
      isSameTree: null,
    });
  assert.ok(of(20_000, true).includes(true));
  assert.ok(!of(20_000, false).includes(true));
  assert.ok(!of(1000, true).includes(true));
});

test('each step reports the median of several runs, and one differing tree fails the bar', () => {
  const runs = [3, 1, 2].map((seconds) => ({
    ...measurements(1000, row('build', 1000, seconds)),
    isSameTree: seconds !== 1,
  }));
  const { rows, isSameTree } = median(runs);
  assert.deepEqual(
    rows.map(({ seconds }) => seconds),
    [2],
  );
  assert.equal(isSameTree, false);
});

test('a table is Markdown with aligned figures', () => {
  assert.equal(
    table(
      ['step', 's'],
      [
        ['a', '1.00'],
        ['bc', '10.00'],
      ],
      [1, 2],
    ),
    '| step |     s |\n| ---- | ----: |\n| a    |  1.00 |\n| bc   | 10.00 |',
  );
});

test('the result says what is missing, and extrapolates from the largest build', () => {
  const text = formatResults({
    machine: [['commit', 'x']],
    measurements: atTheEdge(1),
    runs: 1,
    missing: ['no Hugo'],
    notes: [],
  });
  assert.match(text, /^Not measured: no Hugo\.$/m);
  assert.match(text, /1,530,000 × 50,000 bytes/);
});

test('the result tells how steady the machine was', () => {
  const steps = [row('read', 1000, 1, { paceSeconds: 0.04 }), row('build', 1000, 9, { paceSeconds: 0.07 })];
  const text = formatResults({
    machine: [],
    measurements: [measurements(1000, ...steps)],
    runs: 1,
    missing: [],
    notes: [],
  });
  assert.match(text, /here 40 ms to 70 ms, so the machine was up to 1\.75 times as slow at one step as at another/);
  const cells = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  const [header = [], ...lines] = cells.filter(([, name = '']) =>
    ['step', 'reading the files', 'first build'].includes(name),
  );
  assert.deepEqual(
    lines.map((line) => line[header.indexOf('pace')]),
    ['1.00', '1.75'],
  );
});

test('the README repeats what was measured', () => {
  const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const results = read('test/bench/RESULTS.md');
  const secondsOf = (step: string): string => {
    const sizes = results.split(/^## /m).find((part) => part.startsWith('20,000 records')) ?? '';
    const line = sizes.split('\n').find((row) => row.split('|')[1]?.trim() === step) ?? '';
    return Number(line.split('|')[3]).toFixed(0);
  };
  const [, bytes = '', records = ''] =
    /1 GB \/ ([\d,]+) bytes = ([\d,]+) records a site/.exec(results)?.map((text) => text.replace(',', '')) ?? [];
  const kilobytes = Math.round(Number(bytes) / 1000);
  const rounded = thousands(Math.floor(Number(records) / 100) * 100);
  const readme = read('README.md').replace(/\s+/g, ' ');
  assert.ok(
    readme.includes(`A record takes about ${kilobytes} kB, so 1 GB of GitHub Pages holds about ${rounded} records.`),
  );
  assert.ok(
    readme.includes(
      `20,000 records takes ${secondsOf('first build')} s, and a later one with 1 % new records takes ${secondsOf('build again, 1 % new')} s`,
    ),
  );
});
