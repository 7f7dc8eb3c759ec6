import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  formatPackages,
  PACKAGES_HEADING,
  type PackageMeasurements,
  type PackageRow,
  type PackageStep,
  packageBars,
  withPart,
} from './package-results.ts';

const row = (step: PackageStep, seconds: number, more: Partial<PackageRow> = {}): PackageRow => ({
  step,
  seconds,
  cpuSeconds: seconds,
  peakBytes: 1e8,
  paceSeconds: 0.05,
  made: null,
  ...more,
});
const measurements = (records: number, ...rows: readonly PackageRow[]): PackageMeasurements => ({
  records,
  site: { bytes: 80_000 * records, files: 7 * records },
  payload: { bytes: 66_000 * records, files: 6 * records },
  rows,
});

/** All that is needed for every bar, each at its very edge; `slow` takes a little more of all of it. */
function atTheEdge(slow: number): readonly PackageMeasurements[] {
  return [
    measurements(20_000, row('zipPeer', 20), row('packSingle', 25 * slow), row('zim', 10 * slow), row('zimPeer', 100)),
    measurements(
      100_000,
      row('pack', 9, { peakBytes: 400e6 * slow, made: { bytes: 2.2e9, files: 11 } }),
      row('zim', 10, { peakBytes: 400e6 * slow, made: { bytes: 700e6, files: 1 } }),
      row('zimCompact', 10, { peakBytes: 400e6 * slow, made: { bytes: 450e6 * slow, files: 1 } }),
      row('verifySite', 10),
      row('verifyZip', 12 * slow),
    ),
  ];
}

test('each bar of packages holds at its limit and fails beyond it', () => {
  const holds = (slow: number): readonly (boolean | null)[] => packageBars(atTheEdge(slow)).map((bar) => bar.holds);
  assert.deepEqual(holds(1), Array(7).fill(true));
  assert.deepEqual(holds(1.01), Array(7).fill(false));
});

test('a bar of packages that was not measured neither holds nor fails, and memory counts at 100,000 records only', () => {
  for (const { holds } of packageBars([measurements(1000)])) assert.equal(holds, null);
  const small = packageBars([measurements(1000, row('pack', 1, { peakBytes: 9e9 }))]);
  assert.deepEqual(
    small.map(({ holds }) => holds),
    Array(7).fill(null),
  );
  assert.ok(small.some(({ bar }) => bar.endsWith('here of 1,000, which decides nothing')));
});

test('what each form needs is told for each size, and estimated from the largest with as many files as fit into a ZIP', () => {
  const text = formatPackages({ machine: [['commit', 'x']], measurements: atTheEdge(1), missing: ['zip'], notes: [] });
  const lines = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  const cells = (name: string): readonly string[] => lines.find(([, first]) => first === name)?.slice(2, -1) ?? [];
  assert.deepEqual(cells('site, as it is served'), [
    '1.6 GB, 140,000 files',
    '8.0 GB, 700,000 files',
    '122.4 GB, 10,710,000 files',
  ]);
  assert.deepEqual(cells('site in ZIPs'), ['', '2.2 GB, 11 files', '33.7 GB, 153 files']);
  assert.deepEqual(cells('ZIM for Kiwix'), ['', '700.0 MB, 1 file', '10.7 GB, 1 file']);
  assert.deepEqual(cells('ZIM for Kiwix, `--compact`'), ['', '450.0 MB, 1 file', '6.9 GB, 1 file']);
  assert.match(text, /^Not measured: zip\.$/m);
});

test('one part of RESULTS.md is replaced and the other is kept, whichever was there first', () => {
  const site = '# What was measured\n\nsite\n';
  const packages = `${PACKAGES_HEADING}\n\npackages\n`;
  const both = `${site}\n${packages}`;
  assert.equal(withPart('', 'site', site), site);
  assert.equal(withPart(site, 'packages', packages), both);
  assert.equal(
    withPart(both, 'packages', packages.replace('packages\n', 'newer\n')),
    both.replace('packages\n', 'newer\n'),
  );
  assert.equal(withPart(both, 'site', site.replace('site', 'newer')), both.replace('site\n', 'newer\n'));
});

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the README of packages repeats what 1,000 records take in a ZIM', () => {
  const kilobytes = (form: string): number => {
    const [row = ''] = read('test/bench/RESULTS.md')
      .split('\n')
      .filter((line) => line.startsWith(`| ${form} `));
    return Math.round(Number(/([\d.]+) MB, 1 file/.exec(row)?.[1]));
  };
  const readme = read('src/packages/README.md').replace(/\s+/g, ' ');
  const told = [kilobytes('ZIM for Kiwix'), kilobytes('ZIM for Kiwix, `--compact`')] as const;
  assert.ok(readme.includes(`A record takes about ${told[0]} kB, and ${told[1]} kB with \`--compact\`.`), told.join());
});

test('the README says what each form needs: what was measured of 1,000 records, and the rest in proportion to the largest size', () => {
  const cellsOf = (text: string, first: RegExp): readonly string[] =>
    (text.split('\n').find((line) => first.test(line)) ?? '').split('|').slice(2, -1);
  const bytesOf = (text = ''): number => {
    const [, value, unit] = /^\s*([\d.]+) ([MG]B)/.exec(text) ?? [];
    return Number(value) * (unit === 'GB' ? 1e9 : 1e6);
  };
  const rounded = (bytes: number): string => {
    const [value, unit] = bytes >= 1e8 ? [bytes / 1e9, 'GB'] : [bytes / 1e6, 'MB'];
    return `${value < 10 && unit === 'GB' ? value.toFixed(1) : value.toFixed(0)} ${unit}`;
  };
  const forms = [
    /^\| site, as/,
    /^\| site in ZIPs +\|/,
    /^\| bundles alone/,
    /^\| ZIM for Kiwix +\|/,
    /^\| ZIM.*--compact/,
  ].map((form) => cellsOf(read('test/bench/RESULTS.md'), form));
  const readme = read('README.md');
  const isMeasured = /^\| form +\|.* 100,000 records \|/m.test(read('test/bench/RESULTS.md'));
  const all = forms.map((cells) => bytesOf(cells.at(-1)));
  for (const [line, sizes] of [
    [/^\| 1,000, measured/, forms.map(([of1000]) => bytesOf(of1000))],
    [isMeasured ? /^\| 100,000, measured/ : /^\| 100,000, estimated/, all.map((bytes) => bytes / 15.3)],
    [/^\| 1,530,000, estimated/, all],
  ] as const)
    assert.deepEqual(
      cellsOf(readme, line).map((cell) => cell.trim()),
      sizes.map(rounded),
    );
});
