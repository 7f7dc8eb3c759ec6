/** An update gives what a clean build gives: the same files and folders with the same bytes. `update-steps.test.ts` tries many changes. */
import assert from 'node:assert/strict';
import fs, { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BAD, FILLERS, noteName, noteOf, plain, recordOf } from '../support/bundles/changing-input.ts';
import { numberOf, registryKey, trustOf } from '../support/bundles/make-bundle.ts';
import { temporaryFolder } from '../support/sites/cli.ts';
import { differences, snapshot } from '../support/sites/mirror.ts';
import { Pair } from '../support/sites/pair.ts';

const folder = temporaryFolder();
const suffixOf = (i: number): string => numberOf(recordOf(i)).slice(-26);

describe('an update', () => {
  it('reports a folder that cannot be listed until it can be listed or is gone', async () => {
    const pair = await Pair.of(folder, FILLERS);
    const { readdir } = fs.promises;
    // Root may list every folder.
    const denied = ((path: string, options: { withFileTypes: true }) =>
      path.endsWith('locked')
        ? Promise.reject(Object.assign(new Error('EACCES'), { code: 'EACCES' }))
        : readdir(path, options)) as typeof readdir;
    for (const edits of [{}, { 'locked/a.json': null }]) {
      fs.promises.readdir = denied;
      syncBuiltinESMExports();
      try {
        const told = await pair.update({ 'locked/a.json': plain(1) });
        assert.equal(told.report.totals.rejected, 1);
      } finally {
        fs.promises.readdir = readdir;
        syncBuiltinESMExports();
      }
      pair.edit(edits);
      if ('locked/a.json' in edits) rmSync(join(pair.input, 'locked'), { recursive: true });
      assert.equal((await pair.update({})).report.totals.rejected, 0);
    }
  });

  it('gives what a clean build gives when the last bundle goes and when one comes again', async () => {
    const quoted = [90, 91, 92, 93].map(recordOf);
    const notes = Object.fromEntries(quoted.map((of) => [noteName(of), noteOf(of, { canonical_record: of })]));
    const pair = await Pair.of(folder, { ...notes, 'a.json': plain(1) });
    for (const edits of [{ 'a.json': null }, { 'a.json': plain(1) }, { 'a.json': BAD }, { 'a.json': plain(2) }]) {
      const told = await pair.update(edits);
      assert.ok(told.isUpdate, String(told.stages));
    }
  });

  it('touches only what differs', async () => {
    const pair = await Pair.of(folder, FILLERS);
    const inode = (path: string): number => statSync(join(pair.out, path)).ino;
    const paths = [`pith/${suffixOf(11)}/index.html`, 'style.css', `pith/${suffixOf(12)}/bundle.json`];
    const before = paths.map(inode);
    const told = await pair.update({ 'plain/0.json': plain(10, { built_at: '2026-07-03T00:00:00Z' }) });
    assert.ok(told.isUpdate);
    assert.deepEqual(paths.map(inode), before);
    assert.ok(told.stages.includes('verifying and rendering (1)'), String(told.stages));
  });

  it('that is refused leaves the old site, and what the next build needs', async () => {
    const pair = await Pair.of(folder, FILLERS);
    const before = snapshot(pair.out);
    pair.edit({ 'a.json': BAD });
    const told = await pair.build({ strict: true });
    assert.match(told.refusal ?? '', /--strict/);
    assert.deepEqual(differences(snapshot(pair.out), before), []);
    assert.ok((await pair.update({ 'a.json': plain(1) })).isUpdate);
  });

  it('gives the same without a worker, with one, and with as many as its files can keep busy', async () => {
    // That is three, however many are allowed.
    const many = Array.from({ length: 33 }, (_, i) => [`plain/${i}.json`, plain(i + 10)] as const);
    const pair = new Pair(folder);
    pair.edit(Object.fromEntries(many));
    const sites: ReadonlyMap<string, string>[] = [];
    for (const jobs of [null, 1, 40]) {
      rmSync(pair.out, { recursive: true, force: true });
      await pair.build({ jobs });
      sites.push(snapshot(pair.out));
      assert.deepEqual(differences(snapshot(pair.out), sites[0] ?? new Map()), [], String(jobs));
    }
  });
});

describe('a build makes everything again', () => {
  it('if the address or the trust file changes', async () => {
    const pair = await Pair.of(folder, FILLERS);
    for (const options of [{ site: 'https://example.org/' }, { site: null }, { trust: trustOf(registryKey) }]) {
      const told = await pair.update({}, options);
      assert.ok(told.published && !told.isUnchanged && !told.isUpdate, JSON.stringify(options));
    }
  });

  it('if asked for', async () => {
    const pair = await Pair.of(folder, FILLERS);
    const path = join(pair.out, 'index.html');
    // Nothing else would notice.
    writeFileSync(path, readFileSync(path, 'utf8').replace('<', ' <'));
    assert.equal((await pair.build()).isUnchanged, true);
    const told = await pair.build({ recheck: true });
    assert.ok(told.stages.includes('verifying and rendering (10)'), String(told.stages));
    await pair.assertClean('rechecked');
  });
});
