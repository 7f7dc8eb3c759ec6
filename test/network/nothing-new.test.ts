/** Syncs that find nothing new: what they read, and what makes them read everything again. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { suffixOf } from '../../src/protocol/identifier.ts';
import { readTrust } from '../../src/protocol/index.ts';
import {
  bytesOf,
  digest,
  makeBundle,
  makeRecord,
  publicKeyEntry,
  registryKey,
  strangerKey,
} from '../support/bundles/make-bundle.ts';
import { siteFiles, writeSite } from '../support/network/indexed-site.ts';
import { plainHost, type StandIn, using } from '../support/network/stand-in.ts';
import { ALL, filesBelow, type Synced, syncInto } from '../support/network/syncing.ts';
import { temporaryFolder } from '../support/sites/cli.ts';

const records = ['2026-05-20', '2026-05-21', '2026-05-21'].map((day, i) =>
  makeRecord({ id: `2605.1000${i}`, metadata: { submitted_at: `${day}T10:00:00Z` } }),
);
const bundles = records.map((record) => bytesOf(makeBundle(record)));
const suffixes = records.map((record) => suffixOf(digest(record)));
const [withheld = '', first = ''] = suffixes;

interface Scene {
  readonly standIn: StandIn;
  readonly folder: string;
  /** Where the cache of this source and this folder is. */
  cached(name: string): string;
  /** Syncs everything. @returns the result, and the paths that were asked for. */
  sync(options?: Parameters<typeof syncInto>[2]): Promise<Synced & { readonly asked: readonly string[] }>;
}

/** A mirror that withholds one of three records, and a folder that has the others. */
async function scene(context: TestContext): Promise<Scene> {
  const site = temporaryFolder();
  writeSite(site, siteFiles(bundles, { withheld: { [withheld]: 'legal' } }));
  const standIn = await using(context, plainHost(site));
  const folder = temporaryFolder();
  const cache = temporaryFolder();
  const sync: Scene['sync'] = async (options = {}) => {
    const before = standIn.asked.length;
    const synced = await syncInto(folder, [standIn.url], { selection: ALL, cache, ...options });
    return { ...synced, asked: standIn.asked.slice(before).map(({ path }) => path) };
  };
  const cached = (name: string): string => {
    const [own = ''] = readdirSync(join(cache, 'sync'));
    return join(cache, 'sync', own, name);
  };
  assert.equal((await sync()).totals.kept, 2);
  await sync();
  return { standIn, folder, cached, sync };
}

const UNCHANGED = ['pith-mirrors.json', 'records/snapshot.txt'];

/** Removes the cached buckets, so that a run that needs them has to ask for them. */
function loseBuckets({ cached }: Scene): void {
  for (const name of readdirSync(cached('.'))) {
    const isBucket = name.endsWith('.tsv') && readFileSync(cached(name), 'utf8').includes(first);
    if (isBucket) rmSync(cached(name));
  }
}

test('reads no bucket again while the snapshot, the folder and the keys are the same, and reports the same', async (context) => {
  const own = await scene(context);
  const before = await own.sync();
  loseBuckets(own);
  const synced = await own.sync();
  assert.deepEqual(synced.asked, UNCHANGED);
  assert.equal(synced.text, before.text);
  assert.equal(synced.text, 'bundles kept            0\nalready in the folder   2\nwithheld by the mirror  1\n');
  assert.deepEqual(synced.records, before.records);
  assert.deepEqual(
    synced.records.map(({ outcome, suffix, message }) => [outcome, suffix, message]),
    [['withheld', withheld, 'legal']],
  );
});

test('downloads a bundle again that was deleted from the folder', async (context) => {
  const { folder, sync } = await scene(context);
  const before = filesBelow(folder);
  const [name = ''] = before.keys();
  rmSync(join(folder, name));
  assert.equal((await sync()).totals.kept, 1);
  assert.deepEqual(filesBelow(folder), before);
});

test('notices a bundle that was renamed, by its digest', async (context) => {
  const own = await scene(context);
  const { folder, sync } = own;
  const [name = ''] = filesBelow(folder).keys();
  renameSync(join(folder, name), join(folder, 'mine.json'));
  loseBuckets(own);
  const synced = await sync();
  assert.ok(synced.asked.some((path) => path.startsWith('records/2026/2026-')));
  assert.equal(synced.totals.kept, 0);
  assert.equal(synced.totals.held, 2);
  // Other bytes under the same name.
  writeFileSync(join(folder, 'mine.json'), bundles[0] ?? '');
  assert.equal((await sync()).totals.kept, 1);
});

test('notices a note that excludes a record', async (context) => {
  const { folder, sync } = await scene(context);
  writeFileSync(join(folder, `${first}.md`), '---\nexcluded: legal\n---\nA letter.\n');
  const synced = await sync();
  assert.equal(synced.totals.excluded, 1);
  assert.equal(synced.totals.held, 1);
  assert.deepEqual((await sync()).records, synced.records);
});

test('reads the index again with other keys or options', async (context) => {
  const own = await scene(context);
  const keys = [registryKey, strangerKey].map((key, i) => {
    const { public_key_hex, fingerprint_sha256_hex } = publicKeyEntry(key);
    return { key_id: `${key.keyId}${i || ''}`, public_key_hex, role: key.role, fingerprint_sha256_hex };
  });
  const trust = readTrust({ keys });
  for (const options of [{ trust }, { keepAll: true }, { selection: { since: '2026-05-21', categories: [] } }]) {
    loseBuckets(own);
    const { asked } = await own.sync(options);
    assert.ok(asked.includes('records/2026/2026-05-21.tsv'), JSON.stringify(Object.keys(options)));
    await own.sync();
  }
});

test('ignores a cached result that was damaged or belongs to another state', async (context) => {
  const own = await scene(context);
  const file = own.cached('nothing-new.txt');
  const whole = readFileSync(file, 'utf8');
  const [digits = '', result = ''] = whole.split('\n');
  for (const text of [
    '',
    'x',
    result,
    whole.replace('"held":2', '"held":9'),
    `${hash('sha256', digits)}\n${result}\n`,
  ]) {
    writeFileSync(file, text);
    loseBuckets(own);
    const synced = await own.sync();
    assert.ok(synced.asked.includes('records/2026/2026-05-21.tsv'), JSON.stringify(text));
    assert.equal(synced.totals.held, 2);
    assert.equal(readFileSync(file, 'utf8'), whole);
  }
});

test('a dry run uses the cached result and writes none', async (context) => {
  const own = await scene(context);
  assert.deepEqual((await own.sync({ dryRun: true })).asked, UNCHANGED);
  rmSync(own.cached('nothing-new.txt'));
  await own.sync({ dryRun: true });
  assert.ok(!readdirSync(own.cached('.')).includes('nothing-new.txt'));
});
