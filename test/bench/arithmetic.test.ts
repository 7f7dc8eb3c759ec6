import assert from 'node:assert/strict';
import { test } from 'node:test';
import { estimate } from './arithmetic.ts';

const build = { records: 1000, seconds: 1, cpuSeconds: 2, peakBytes: 2 ** 28, siteBytes: 50e6, siteFiles: 5000 };
const values = (...builds: readonly (typeof build)[]): Readonly<Record<string, string>> =>
  Object.fromEntries(estimate(builds).map(({ what, value }) => [what, value]));

test('the cost of all records is in proportion to what was measured', () => {
  assert.deepEqual(values(build), {
    'time of one first build, on this machine': '0.4 h',
    'CPU time of it': '0.9 h',
    'memory of the largest process, unsharded': 'not known',
    bytes: '76.5 GB',
    files: '7,650,000',
    'GitHub Pages sites, 1 GB each': '77',
    'time of one such shard, on this machine': '20 s',
    'archive items, files loose': '7,650',
    'archive items, each shard packed in one file': '1',
  });
});

test('memory is extrapolated from the smallest and the largest build, all else from the largest', () => {
  const larger = { ...build, records: 2000, siteBytes: 200e6, peakBytes: 2 ** 28 + 1_024_000 };
  const all = values(larger, build);
  assert.equal(all.bytes, '153.0 GB');
  // 256 MiB, and 1,024 bytes for each of 1,529,000 records.
  assert.equal(all['memory of the largest process, unsharded'], '1.7 GiB');
});
