/**
 * The whole circle with the real programs: build a mirror, serve it with nginx under /repo/, fill a second one from it,
 * build that, and so on.
 *
 * Slow: builds several sites.
 */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { exitCode } from '../../src/cli/sync-text.ts';
import { suffixOf } from '../../src/protocol/identifier.ts';
import {
  bytesOf,
  digest,
  makeBundle,
  makeCorrection,
  makeRecord,
  makeRecordCreated,
  publicKeyEntry,
  registryKey,
} from '../support/bundles/make-bundle.ts';
import { type Nginx, startNginx } from '../support/network/nginx.ts';
import { syncInto, wanted } from '../support/network/syncing.ts';
import { pithMirror, temporaryFolder } from '../support/sites/cli.ts';

describe('a chain of three mirrors', () => {
  const root = temporaryFolder();
  const trust = join(root, 'trust.json');
  const input = join(root, 'input-0');
  let nginx: Nginx;

  before(async () => {
    const { public_key_hex, fingerprint_sha256_hex } = publicKeyEntry(registryKey);
    const key = { key_id: registryKey.keyId, public_key_hex, role: registryKey.role, fingerprint_sha256_hex };
    writeFileSync(trust, JSON.stringify({ keys: [key] }));
    mkdirSync(input);
    for (let i = 0; i < 5; i++) {
      const record = makeRecord({
        id: `2605.0010${i}`,
        metadata: { submitted_at: `2026-05-0${1 + (i % 3)}T00:00:00Z` },
      });
      const created = makeRecordCreated(record);
      const older = makeBundle(record, [created], { built_at: '2026-06-01T00:00:00Z' });
      writeFileSync(join(input, `${i}.json`), bytesOf(older));
      if (i > 2) continue;
      // A newer one, and for one record a split view: each bundle lacks an event of another.
      const events = [created, makeCorrection(record, 'one')];
      writeFileSync(
        join(input, `${i}b.json`),
        bytesOf(makeBundle(record, events, { built_at: '2026-06-02T00:00:00Z' })),
      );
      if (i > 0) continue;
      const split = [created, makeCorrection(record, 'other')];
      writeFileSync(
        join(input, `${i}c.json`),
        bytesOf(makeBundle(record, split, { built_at: '2026-06-03T00:00:00Z' })),
      );
    }
    await build(0);
    nginx = await startNginx(join(root, 'site-0'), join(root, 'nginx'));
  });
  after(() => nginx?.close());

  async function build(i: number): Promise<void> {
    const run = await pithMirror([
      'build',
      join(root, `input-${i}`),
      '--out',
      join(root, `site-${i}`),
      '--trust',
      trust,
    ]);
    assert.ok(run.code === 0 || run.code === 3, run.stderr);
  }
  const snapshotOf = (i: number): string => readFileSync(join(root, `site-${i}`, 'records/snapshot.txt'), 'utf8');
  const sync = (from: string, i: number) =>
    pithMirror(
      ['sync', '--all', '--from', from, '--to', join(root, `input-${i}`), '--trust', trust, '--rate', '0', '--json'],
      {
        env: { PITH_MIRROR_CACHE: join(root, 'cache') },
      },
    );

  const audit = () => pithMirror(['audit', nginx.url, '--trust', trust, '--rate', '0', '--json']);

  test('every mirror of the chain has the same snapshot, byte for byte', async () => {
    const first = await sync(nginx.url, 1);
    assert.equal(first.code, 0, first.stderr + first.stdout);
    assert.equal(JSON.parse(first.stdout).totals.kept, 9);
    await build(1);
    assert.equal(snapshotOf(1), snapshotOf(0));
    const second = await sync(join(root, 'site-1'), 2);
    assert.equal(second.code, 0, second.stderr);
    await build(2);
    assert.equal(snapshotOf(2), snapshotOf(0));
    const again = await sync(nginx.url, 2);
    assert.equal(JSON.parse(again.stdout).totals.held, 5);
  });

  test('nginx serves every type as it should be, and never says that a changed file is unchanged', async () => {
    const suffix = suffixOf(
      digest(makeRecord({ id: '2605.00104', metadata: { submitted_at: '2026-05-02T00:00:00Z' } })),
    );
    for (const [path, type] of [
      ['', 'text/html; charset=utf-8'],
      [`pith/${suffix}/bundle.json`, 'application/json; charset=utf-8'],
      [`pith/${suffix}/record.jsonld`, 'application/ld+json; charset=utf-8'],
      [`pith/${suffix}/cite.bib`, 'text/x-bibtex; charset=utf-8'],
      [`.well-known/pith/${suffix}/bundle.json`, 'application/json; charset=utf-8'],
      ['records/index.tsv', 'text/tab-separated-values; charset=utf-8'],
      ['records/snapshot.txt', 'text/plain; charset=utf-8'],
      ['sums/site.sha256', 'text/plain; charset=utf-8'],
    ] as const) {
      const response = await fetch(`${nginx.url}${path}`);
      assert.equal(response.status, 200, path);
      assert.equal(response.headers.get('content-type'), type, path);
      assert.equal(response.headers.get('etag'), null, path);
      assert.equal(response.headers.get('last-modified'), null, path);
    }
    const folder = await fetch(`${nginx.url}pith/${suffix}`, { redirect: 'manual' });
    assert.deepEqual([folder.status, folder.headers.get('location')], [301, `/repo/pith/${suffix}/`]);
    const lost = await fetch(`${nginx.url}nothing`);
    assert.equal(lost.status, 404);
    assert.match(await lost.text(), /<html/);
    const conditional = await fetch(`${nginx.url}records/snapshot.txt`, {
      headers: { 'if-modified-since': 'Mon, 01 Jan 2035 00:00:00 GMT' },
    });
    assert.equal(conditional.status, 200);
    const packed = await fetch(`${nginx.url}pith/${suffix}/bundle.json`);
    assert.equal(packed.headers.get('content-encoding'), 'gzip');
    assert.ok(existsSync(join(root, 'site-0/pith', suffix)));
  });

  test('a byte that was tampered with on the server, with the same size and time, is named by sync, audit and compare', async () => {
    const suffix = suffixOf(
      digest(makeRecord({ id: '2605.00104', metadata: { submitted_at: '2026-05-02T00:00:00Z' } })),
    );
    const path = join(root, `site-0/pith/${suffix}/bundle.json`);
    const good = readFileSync(path);
    const bad = Buffer.from(good.toString().replace('2026-06-01T', '2026-06-09T'));
    assert.equal(bad.length, good.length);
    const { atime, mtime } = statSync(path);
    writeFileSync(path, bad);
    utimesSync(path, atime, mtime);
    assert.equal(statSync(path).mtimeMs, mtime.getTime());
    try {
      const report = await syncInto(join(root, 'input-3'), [nginx.url], { wanted: wanted(suffix) });
      assert.equal(exitCode(report), 4);
      assert.deepEqual(
        report.records.map((line) => [line.suffix, line.code]),
        [[suffix, 'bundle_hash_mismatch']],
      );
      const audited = await audit();
      assert.equal(audited.code, 1);
      // The file in .well-known is the same one under a second name.
      const problems: readonly { code: string; path: string }[] = JSON.parse(audited.stdout).problems;
      assert.deepEqual(problems.map((problem) => `${problem.code} ${problem.path}`).sort(), [
        `bundle pith/${suffix}/bundle.json`,
        `changed .well-known/pith/${suffix}/bundle.json`,
        `changed pith/${suffix}/bundle.json`,
      ]);
      const compared = await pithMirror(['compare', join(root, 'site-2'), nginx.url, '--files', '--rate', '0']);
      assert.equal(compared.code, 4, compared.stderr);
      const digests = [good, bad].map((bytes) => hash('sha256', bytes));
      assert.equal(
        compared.stdout,
        'equal: both hold 5 records, in the same states and from the same bundles\n\nNot what the index lists:\n' +
          `  B: pith/${suffix}/bundle.json: the index lists SHA-256 ${digests[0]}, found ${digests[1]}\n`,
      );
    } finally {
      writeFileSync(path, good);
    }
    const compared = await pithMirror(['compare', join(root, 'site-2'), nginx.url, '--files', '--rate', '0']);
    assert.equal(compared.code, 0, compared.stderr);
    assert.match(compared.stdout, /\nboth serve the bundles and states that their indexes list\n$/);
  });

  test('an audit finds nothing wrong with what nginx serves, and a comparison that the mirrors are equal', async () => {
    const audited = await audit();
    assert.equal(audited.code, 0, audited.stdout + audited.stderr);
    const compared = await pithMirror(['compare', nginx.url, join(root, 'site-2'), '--rate', '0']);
    assert.equal(compared.code, 0, compared.stderr);
    assert.match(compared.stdout, /^equal: both hold 5 records/);
  });

  test('an index that was tampered with on the server is named by the comparison', async () => {
    const path = join(root, 'site-0/records/2026/index.tsv');
    const good = readFileSync(path);
    writeFileSync(path, good.toString().replace('2026-05-01.tsv\t', '2026-05-04.tsv\t'));
    try {
      // A server is waited for, a folder is not.
      const compared = await pithMirror(['compare', join(root, 'site-0'), join(root, 'site-1')]);
      assert.equal(compared.code, 4, compared.stdout);
      assert.match(compared.stderr, /site-0: records\/2026\/index\.tsv has the digest/);
    } finally {
      writeFileSync(path, good);
    }
  });
});
