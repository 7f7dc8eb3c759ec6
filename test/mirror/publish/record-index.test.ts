/** The record index and the lists of digests of built sites. */
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { BuildError } from '../../../src/mirror/base/failure.ts';
import { sha256 } from '../../../src/records/lists.ts';
import { rowOf } from '../../../src/records/update.ts';
import {
  bytesOf,
  type Data,
  makeBundle,
  makeCorrection,
  makeRecord,
  makeRecordCreated,
  makeSnapshot,
  numberOf,
} from '../../support/bundles/make-bundle.ts';
import { PROJECT, runProgram, temporaryFolder } from '../../support/sites/cli.ts';
import { mirror, settle } from '../../support/sites/mirror.ts';
import { readTree, writeFiles } from '../../support/sites/site.ts';

const folder = temporaryFolder();
const input = join(folder, 'bundles');
const out = join(folder, 'dist');

const record = (i: number, day: string): Data =>
  makeRecord({ id: `2606.0000${i}`, metadata: { submitted_at: `${day}T12:00:00Z` } });
const suffixOf = (of: Data): string => numberOf(of).slice(-26);
const SPLIT = record(1, '2026-05-21');
const PLAIN = record(2, '2026-05-21');
const OLD = record(3, '2024-02-29');
const NOTED = record(4, '2025-01-01');
const BASE = [makeRecordCreated(SPLIT), makeSnapshot(SPLIT)];
const VIEWS = ['a', 'b'].map((word, i) =>
  bytesOf(makeBundle(SPLIT, [...BASE, makeCorrection(SPLIT, word)], { built_at: `2026-07-0${i + 2}T00:00:00Z` })),
);
const files = {
  'split/a.json': VIEWS[0] ?? '',
  'split/b.json': VIEWS[1] ?? '',
  'plain.json': bytesOf(makeBundle(PLAIN)),
  'old.json': bytesOf(makeBundle(OLD)),
  'bad.json': '{"bundle_type":',
  [`${suffixOf(NOTED)}.md`]: `---\npith_number: "${numberOf(NOTED)}"\ncanonical_record: ${JSON.stringify(NOTED)}\n---\n`,
};

const read = (path: string): string => readFileSync(join(out, path), 'utf8');
/** The blocks of shell lines in the README, each as one script that fails with its first failing line. */
const scripts = [...readFileSync(join(PROJECT, 'src/mirror/README.md'), 'utf8').matchAll(/```sh\n(.*?)```/gs)].map(
  ([, block = '']) => `set -euo pipefail\n${block}`,
);
const shell = (script: string | undefined, env: Readonly<Record<string, string>> = {}) =>
  // Of a locale that the system lacks, bash says so each time.
  runProgram('bash', ['-c', script ?? 'exit 99'], { cwd: out, env: { LC_ALL: 'C.UTF-8', ...env } });
const ENV = { year: '2026', day: '2026-05-21', suffix: suffixOf(SPLIT) };

before(async () => {
  writeFiles(input, files);
  await mirror(input, out);
});

describe('the record index of a site', () => {
  it('lists every received bundle of a split view, and not the assembled one', () => {
    const expected = VIEWS.map((bytes) => sha256(bytes)).sort();
    const [, state, bundles] =
      read('records/2026/2026-05-21.tsv')
        .split('\n')
        .find((line) => line.startsWith(ENV.suffix))
        ?.split('\t') ?? [];
    assert.equal(bundles, expected.join(','));
    assert.equal(state, sha256(readFileSync(join(out, 'pith', ENV.suffix, 'state.json'))));
    assert.ok(!expected.includes(sha256(readFileSync(join(out, 'pith', ENV.suffix, 'bundle.json')))));
  });

  it('counts the records with bundles, and not those that only a note describes', () => {
    assert.match(
      read('records/snapshot.txt'),
      /^pith-mirror snapshot v1\nrecords 3\nstates [0-9a-f]{64}\nbundles [0-9a-f]{64}\n$/,
    );
    assert.equal(read('records/index.tsv').replaceAll(/\t[0-9a-f]{64}/g, ''), '2024/index.tsv\t1\n2026/index.tsv\t2\n');
    assert.match(read('sums/2025/2025-01-01.sha256'), new RegExp(`  pith/${suffixOf(NOTED)}/index\\.html\n`));
  });

  it('agrees with the digests of the published files', () => {
    for (const suffix of [SPLIT, PLAIN].map(suffixOf)) {
      const sums = read('sums/2026/2026-05-21.sha256')
        .trimEnd()
        .split('\n')
        .map((line) => ({ sha256: line.slice(0, 64), path: line.slice(66) }));
      const own = sums.filter(({ path }) => path.includes(suffix));
      const row = rowOf({ suffix, withheld: null, sums: () => own });
      assert.ok(row !== null && 'state' in row);
      assert.ok(read('records/2026/2026-05-21.tsv').includes(`${suffix}\t${row.state}\t${row.bundles.join(',')}\n`));
    }
  });

  it('is checked by the shell lines of the README', async () => {
    assert.equal(scripts.length, 3);
    for (const script of scripts.slice(0, 2)) {
      const run = await shell(script, ENV);
      assert.deepEqual([run.code, run.stdout, run.stderr], [0, '', ''], script);
    }
    const same = await shell(scripts[2], { a: out, b: out });
    assert.match(same.stdout, /^states [0-9a-f]{64}\n$/);
  });

  it('has the digest of every file of the site in exactly one list', () => {
    const tree = readTree(out);
    const listed = [...tree]
      .filter(([path]) => path.startsWith('sums/'))
      .flatMap(([, text]) => text.toString().trimEnd().split('\n'));
    const expected = [...tree]
      .filter(([path]) => path !== 'sums/site.sha256')
      .map(([path, bytes]) => `${sha256(bytes)}  ${path}`);
    assert.deepEqual(listed.sort(), expected.sort());
  });
});

describe('the shell lines of the README', () => {
  const damage = async (path: string, script: string | undefined): Promise<number | null> => {
    const original = readFileSync(join(out, path));
    try {
      appendFileSync(join(out, path), ' ');
      return (await shell(script, ENV)).code;
    } finally {
      writeFileSync(join(out, path), original);
    }
  };

  it('find a changed file of a record, of the site and of the lists of digests', async () => {
    for (const path of [`pith/${ENV.suffix}/index.html`, 'style.css', 'sums/2026/2026-05-21.sha256'])
      assert.notEqual(await damage(path, scripts[0]), 0, path);
  });

  it('find a changed list, bucket or state below the snapshot', async () => {
    const paths = [
      'records/index.tsv',
      'records/2026/index.tsv',
      'records/2026/2026-05-21.tsv',
      `pith/${ENV.suffix}/state.json`,
    ];
    for (const path of paths) assert.notEqual(await damage(path, scripts[1]), 0, path);
  });
});

describe('an update', () => {
  it('of an index file that was changed since refuses to build on it and says how to go on', async () => {
    settle(input, out);
    appendFileSync(join(out, 'records/2026/2026-05-21.tsv'), `${'7'.repeat(26)}\twithheld\tlegal\n`);
    rmSync(join(input, 'plain.json'));
    await assert.rejects(mirror(input, out), (error) => {
      assert.ok(error instanceof BuildError);
      assert.match(error.message, /2026-05-21\.tsv is not what the last build wrote .*--recheck$/);
      return true;
    });
    const told = await mirror(input, out, { recheck: true });
    assert.ok(told.published);
    assert.doesNotMatch(read('records/2026/2026-05-21.tsv'), /withheld/);
    assert.match(read('records/snapshot.txt'), /^records 2$/m);
  });
});
