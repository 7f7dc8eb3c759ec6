/** Syncs from mirrors that publish an index: selections, agreement, changes during the sync, and chains of mirrors. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { exitCode } from '../../src/cli/sync-text.ts';
import { suffixOf } from '../../src/protocol/identifier.ts';
import {
  bytesOf,
  type Data,
  digest,
  makeBundle,
  makeCorrection,
  makeRecord,
  makeRecordCreated,
  makeSnapshot,
  strangerKey,
} from '../support/bundles/make-bundle.ts';
import { siteFiles, writeSite } from '../support/network/indexed-site.ts';
import {
  answer,
  cloudflarePages,
  githubPages,
  htmlPage,
  netlify,
  plainHost,
  routes,
  stale,
  status,
  swappedAt,
  using,
} from '../support/network/stand-in.ts';
import { ALL, filesBelow, syncInto, wanted } from '../support/network/syncing.ts';
import { pithMirror, temporaryFolder } from '../support/sites/cli.ts';

const days = ['2026-05-20', '2026-05-21', '2026-05-21', '2025-12-31'];
const records = days.map((day, i) =>
  makeRecord({
    id: `2605.0000${i}`,
    metadata: { submitted_at: `${day}T10:00:00Z`, primary_cat: i === 0 ? 'math.PR' : 'cs.DC' },
  }),
);
const suffixes = records.map((record) => suffixOf(digest(record)));
const [record0, record1] = records;
const [suffix0 = '', suffix1 = ''] = suffixes;
const built = (record: Data, day: string, ...more: readonly Data[]): Uint8Array =>
  bytesOf(
    makeBundle(record, [makeRecordCreated(record), makeSnapshot(record), ...more], {
      built_at: `2026-07-${day}T00:00:00Z`,
    }),
  );
const bundles = records.map((record) => built(record, '01'));
const correction = makeCorrection(record1, 'a later correction');
const newer = built(record1, '02', correction);
const sha = (bytes: Uint8Array): string => hash('sha256', bytes);

function site(files = siteFiles(bundles)): string {
  const folder = temporaryFolder();
  writeSite(folder, files);
  return folder;
}

const catalogue = records.map(
  (record, i) =>
    `${suffixes[i]},${record.source.id},1,"A title, with ""quotes""",${record.metadata.primary_cat},${days[i]}`,
);

/** Names of the files in a folder of bundles. */
const names = (folder: string): readonly string[] => [...filesBelow(folder).keys()];
const nameOf = (i: number, bytes = bundles[i] ?? new Uint8Array()): string =>
  `${days[i]?.replace('-', '/')}/${suffixes[i]}.${sha(bytes).slice(0, 12)}.json`;

test('fetches every record of a mirror into folders by day, and nothing the second time', async (context) => {
  const standIn = await using(context, plainHost(site()));
  const folder = temporaryFolder();
  const cache = temporaryFolder();
  const first = await syncInto(folder, [standIn.url], { selection: ALL, cache });
  assert.equal(first.totals.kept, 4);
  assert.deepEqual(names(folder), [3, 0, 1, 2].map((i) => nameOf(i)).sort());
  assert.equal(first.sources[0]?.index?.records, 4);
  const before = standIn.asked.length;
  const second = await syncInto(folder, [standIn.url], { selection: ALL, cache });
  assert.equal(second.text, 'bundles kept            0\nalready in the folder   4\n');
  assert.equal(exitCode(second), 0);
  // The manifest and the snapshot tell that nothing is new; the lists below are in the cache.
  assert.deepEqual(
    standIn.asked.slice(before).map(({ path }) => path),
    ['pith-mirrors.json', 'records/snapshot.txt'],
  );
});

test('reads a site from a folder as it reads one from a URL', async () => {
  const folder = temporaryFolder();
  const synced = await syncInto(folder, [site()], { selection: ALL });
  assert.equal(synced.totals.kept, 4);
});

test('fetches only records of the requested days and categories', async (context) => {
  const standIn = await using(context, plainHost(site(siteFiles(bundles, { catalogue }))));
  const since = temporaryFolder();
  await syncInto(since, [standIn.url], { selection: { since: '2026-05-21', categories: [] } });
  assert.deepEqual(names(since), [nameOf(1), nameOf(2)].sort());
  assert.ok(!standIn.asked.some(({ path }) => path === 'records/2025/2025-12-31.tsv'));
  const category = temporaryFolder();
  await syncInto(category, [standIn.url], { selection: { since: null, categories: ['math'] } });
  assert.deepEqual(names(category), [nameOf(0)]);
});

test('says that a source lists no record of a category, and which one may be meant', async (context) => {
  const standIn = await using(context, plainHost(site(siteFiles(bundles, { catalogue }))));
  const selection = { since: null, categories: ['math.pr', 'cs.NOPE', 'math'] };
  const { said } = await syncInto(temporaryFolder(), [standIn.url], { selection });
  assert.deepEqual(
    said.filter((line) => line.includes('category')),
    [
      `${standIn.url} lists no record of the category math.pr; did you mean math.PR?`,
      `${standIn.url} lists no record of the category cs.NOPE`,
    ],
  );
});

test('finds records by short number, arXiv id, DOI and URL', async (context) => {
  const standIn = await using(context, plainHost(site(siteFiles(bundles, { catalogue }))));
  for (const [name, i] of [
    [`pith:${suffix0.slice(0, 8)}`, 0],
    ['2605.00001', 1],
    ['arXiv:2605.00001v1', 1],
    ['https://doi.org/10.48550/arXiv.2605.00002', 2],
    [`https://pith.science/pith/${suffixes[3]}`, 3],
    [`pith:2025:${suffixes[3]}`, 3],
  ] as const) {
    const folder = temporaryFolder();
    const synced = await syncInto(folder, [standIn.url], { wanted: wanted(name) });
    assert.deepEqual(names(folder), [nameOf(i)], name);
    assert.equal(exitCode(synced), 0, name);
  }
});

test('refuses a record that the catalogue lists as another paper', async (context) => {
  const lying = [`${suffix0},2605.00001,1,title,cs.DC,${days[0]}`];
  const standIn = await using(context, plainHost(site(siteFiles(bundles, { catalogue: lying }))));
  const folder = temporaryFolder();
  const synced = await syncInto(folder, [standIn.url], { wanted: wanted('2605.00001') });
  assert.equal(synced.records[0]?.message, `asked for 2605.00001, got pith:2026:${suffix0} of 2605.00000v1`);
  assert.equal(exitCode(synced), 3);
  const category = await syncInto(folder, [standIn.url], { selection: { since: null, categories: ['cs.DC'] } });
  assert.equal(category.records[0]?.message, 'asked for cs.DC, got a record of math.PR');
  assert.deepEqual(
    names(folder).filter((name) => name.endsWith('.json')),
    [],
  );
});

test('refuses a Pith Number with a wrong year', async (context) => {
  const standIn = await using(context, plainHost(site()));
  const synced = await syncInto(temporaryFolder(), [standIn.url], { wanted: wanted(`pith:1999:${suffix0}`) });
  assert.equal(synced.records[0]?.message, `asked for pith:1999:${suffix0}, got pith:2026:${suffix0} of 2605.00000v1`);
});

test('says what needs an index if the source has none', async (context) => {
  const standIn = await using(context, routes({ [`pith/${suffix0}/bundle.json`]: answer(bundles[0] ?? '') }));
  const all = await syncInto(temporaryFolder(), [standIn.url], { selection: ALL });
  assert.equal(
    all.records[0]?.message,
    'it publishes no index, so --all, --since and --category cannot be used with it; name the records, or give a mirror with --from',
  );
  assert.equal(exitCode(all), 1);
  const paper = await syncInto(temporaryFolder(), [standIn.url], { wanted: wanted('2605.00001', suffix0) });
  assert.equal(
    paper.records.find(({ outcome }) => outcome === 'failed')?.message,
    '2605.00001: it publishes no index, so only a full Pith Number or suffix can be found there; give a mirror with --from',
  );
  assert.equal(paper.totals.kept, 1);
});

test('says that a mirror without a catalogue cannot be searched by arXiv id', async (context) => {
  const standIn = await using(context, plainHost(site()));
  const synced = await syncInto(temporaryFolder(), [standIn.url], { wanted: wanted('2605.00001') });
  assert.equal(
    synced.records[0]?.message,
    "2605.00001: an arXiv id is found by the mirror's catalogue, but it publishes no records.csv",
  );
});

test('fetches every bundle that a mirror received for a record, and loses none across three mirrors', async (context) => {
  const re = built(record1, '05', correction);
  const all = siteFiles([...bundles, newer, re]);
  let current = all;
  for (let i = 0; i < 3; i++) {
    const standIn = await using(context, plainHost(site(current)));
    const folder = temporaryFolder();
    const synced = await syncInto(folder, [standIn.url], { selection: ALL });
    assert.equal(exitCode(synced), 0);
    assert.equal(synced.totals.kept, 6);
    current = siteFiles(names(folder).map((name) => new Uint8Array(readFileSync(join(folder, name)))));
    assert.deepEqual(current, all);
  }
});

test('fetches new records from another mirror, but not bundles that were only signed again', async (context) => {
  const folder = temporaryFolder();
  const cache = temporaryFolder();
  const first = await using(context, plainHost(site()));
  await syncInto(folder, [first.url], { selection: ALL, cache });
  const again = records.map((record) => built(record, '09'));
  const second = await using(context, plainHost(site(siteFiles([...again, newer]))));
  const synced = await syncInto(folder, [second.url], { selection: ALL, cache });
  assert.equal(synced.totals.kept, 1);
  assert.ok(names(folder).includes(nameOf(1, newer)));
  assert.equal(names(folder).length, 5);
  // Of records with the same state nothing was fetched.
  const fetched = second.asked.filter(({ path }) => path.startsWith('pith/'));
  assert.deepEqual(
    fetched.map(({ path }) => path).sort(),
    [sha(newer), sha(again[1] ?? new Uint8Array())].map((name) => `pith/${suffix1}/bundles/${name}.json`).sort(),
  );
  const before = second.asked.length;
  const third = await syncInto(folder, [second.url], { selection: ALL, cache });
  assert.equal(second.asked.length - before, 2);
  assert.equal(third.totals.known + third.totals.held, 4);
});

test('keeps every bundle with --keep-all', async (context) => {
  const folder = temporaryFolder();
  const first = await using(context, plainHost(site()));
  await syncInto(folder, [first.url], { selection: ALL });
  const second = await using(context, plainHost(site(siteFiles(records.map((record) => built(record, '09'))))));
  await syncInto(folder, [second.url], { selection: ALL, keepAll: true });
  assert.equal(names(folder).length, 8);
});

test('ignores an older bundle of another mirror without reporting a fault', async (context) => {
  const folder = temporaryFolder();
  const ahead = await using(context, plainHost(site(siteFiles([newer]))));
  const behind = await using(context, plainHost(site()));
  await syncInto(folder, [ahead.url], { selection: ALL });
  const synced = await syncInto(folder, [behind.url], { wanted: wanted(suffix1) });
  assert.equal(synced.text, 'bundles kept            0\nalready in the folder   0\nolder than in folder    1\n');
  assert.equal(exitCode(synced), 0);
});

test('tells which records a mirror withholds', async (context) => {
  const standIn = await using(context, plainHost(site(siteFiles(bundles, { withheld: { [suffix0]: 'legal' } }))));
  const synced = await syncInto(temporaryFolder(), [standIn.url], { selection: ALL });
  assert.deepEqual(
    synced.records.filter(({ outcome }) => outcome === 'withheld').map(({ suffix, message }) => [suffix, message]),
    [[suffix0, 'legal']],
  );
  assert.equal(synced.totals.kept, 3);
  assert.equal(exitCode(synced), 0);
});

test('does not fetch what a note in the folder excludes, however it is asked for', async (context) => {
  const [mirror, plain] = [
    await using(context, plainHost(site(siteFiles(bundles, { catalogue })))),
    await using(
      context,
      plainHost(site(new Map([...siteFiles(bundles)].filter(([path]) => !path.startsWith('records'))))),
    ),
  ];
  const folder = temporaryFolder();
  // Even a note with a mistake says what its operator wants.
  writeFileSync(join(folder, `${suffix0}.md`), `---\npith_number: ${suffix0}\nexcluded: leagl\n---\nx\n`);
  const asked = [
    { from: mirror, options: { selection: ALL } },
    { from: mirror, options: { wanted: wanted(suffix0) } },
    { from: mirror, options: { wanted: wanted(suffix0.slice(0, 8)) } },
    { from: mirror, options: { wanted: wanted(records[0]?.source.id) } },
    { from: plain, options: { wanted: wanted(suffix0) } },
  ];
  for (const { from, options } of asked) {
    const synced = await syncInto(folder, [from.url], options);
    assert.deepEqual(
      synced.records.filter(({ suffix }) => suffix === suffix0).map(({ outcome, message }) => [outcome, message]),
      [['excluded', `the note ${suffix0}.md in the folder excludes it`]],
    );
    assert.match(synced.text, /^excluded by your notes {2}1$/m);
    assert.equal(exitCode(synced), 0);
  }
  assert.equal([...filesBelow(folder).keys()].filter((name) => name.includes(suffix0)).length, 1);
});

test('says of a record asked for by its number that the mirror withholds it', async (context) => {
  const files = new Map(siteFiles(bundles, { withheld: { [suffix0]: 'legal' } }));
  files.set(`pith/${suffix0}/index.html`, Buffer.from('<!doctype html>'));
  const standIn = await using(context, plainHost(site(files)));
  const synced = await syncInto(temporaryFolder(), [standIn.url], { wanted: wanted(suffix0) });
  assert.deepEqual(
    synced.records.map(({ outcome, message }) => [outcome, message]),
    [['withheld', `its page says why: pith/${suffix0}/index.html`]],
  );
  assert.equal(exitCode(synced), 0);
});

test('asks several sources in their order, and needs a record from one of them only', async (context) => {
  const empty = await using(context, plainHost(site(siteFiles([bundles[3] ?? new Uint8Array()]))));
  const full = await using(context, plainHost(site()));
  const synced = await syncInto(temporaryFolder(), [empty.url, full.url], { wanted: wanted(suffix0) });
  assert.equal(exitCode(synced), 0);
  assert.deepEqual(
    synced.records.map(({ outcome, source }) => [outcome, source]),
    [['kept', full.url]],
  );
});

test('starts again from the snapshot if the site is replaced while it is read', async (context) => {
  const before = plainHost(site());
  const after = plainHost(site(siteFiles([...bundles.slice(0, 1), newer, ...bundles.slice(2)])));
  const standIn = await using(
    context,
    swappedAt(before, after, (path) => path === 'records/2026/index.tsv'),
  );
  const folder = temporaryFolder();
  const synced = await syncInto(folder, [standIn.url], { selection: ALL });
  assert.equal(exitCode(synced), 0);
  assert.deepEqual(synced.waits, [30_000]);
  assert.ok(names(folder).includes(nameOf(1, newer)));
  assert.match(
    synced.said[0] ?? '',
    /^http:\S+ has an index that contradicts itself: records\/2026\/index\.tsv has the digest [0-9a-f]{64}, but records\/index\.tsv names [0-9a-f]{64}; reading it again in 30 s$/,
  );
});

test('reads only those records again that do not fit the index', async (context) => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'own'), { recursive: true });
  writeFileSync(join(folder, 'own/x.json'), newer);
  // The index still lists a bundle with one more event, but what is served by now has none that is not held.
  const another = makeCorrection(record1, 'another correction');
  const list = (bytes: Uint8Array) => siteFiles([...bundles.slice(0, 1), bytes, ...bundles.slice(2)]);
  const before = plainHost(site(list(built(record1, '03', correction, another))));
  const after = plainHost(site(list(built(record1, '04', correction))));
  const standIn = await using(
    context,
    swappedAt(before, after, (path) => path.startsWith('pith/')),
  );
  const synced = await syncInto(folder, [standIn.url], { selection: ALL });
  assert.equal(exitCode(synced), 0);
  assert.deepEqual(synced.waits, [30_000]);
  assert.equal(synced.totals.kept, 3);
  const fetched = standIn.asked.filter(({ path }) => path.startsWith('pith/')).map(({ path }) => path);
  assert.equal(fetched.length, 4);
  assert.ok(names(folder).includes('own/x.json'));
  assert.equal(names(folder).filter((name) => name.includes(suffix1)).length, 0);
});

test('keeps a bundle that is newer than the index says', async (context) => {
  const fresh = site(siteFiles([...bundles.slice(0, 1), newer, ...bundles.slice(2)]));
  const standIn = await using(
    context,
    stale(plainHost(fresh), plainHost(site()), (path) => path.startsWith('records/')),
  );
  const folder = temporaryFolder();
  const synced = await syncInto(folder, [standIn.url], { selection: ALL });
  assert.equal(exitCode(synced), 0);
  assert.ok(names(folder).includes(nameOf(1, newer)));
  assert.match(synced.said.join('\n'), /is newer than the index says; it verifies and is kept/);
});

/** A mirror with an answer of its own for some paths. */
const changed = (table: Parameters<typeof routes>[0]) => routes(table, plainHost(site()));

test('gives up after 15 minutes on a list that does not fit, and says that the source changes or was tampered with', async (context) => {
  const list = siteFiles(bundles).get('records/2026/2026-05-21.tsv') ?? '';
  const forged = Buffer.from(list.toString().replace(/[0-9a-f]{64}$/m, 'f'.repeat(64)));
  const standIn = await using(context, changed({ 'records/2026/2026-05-21.tsv': answer(forged) }));
  const folder = temporaryFolder();
  const synced = await syncInto(folder, [standIn.url], { selection: ALL });
  assert.deepEqual(synced.waits, [30_000, 60_000, 120_000, 240_000, 450_000]);
  assert.equal(exitCode(synced), 4);
  assert.match(
    synced.text,
    /^the source is changing or was tampered with: http:\S+: records\/2026\/2026-05-21\.tsv has the digest [0-9a-f]{64}, but records\/2026\/index\.tsv names [0-9a-f]{64}\n/,
  );
  assert.deepEqual(names(folder), []);
});

for (const [name, served, code] of [
  ['another bundle of the same record', built(record1, '07'), null],
  [
    'a tampered bundle',
    Buffer.from(
      Buffer.from(bundles[1] ?? '')
        .toString()
        .replace('2026-07-01', '2026-07-03'),
    ),
    'bundle_hash_mismatch',
  ],
  ['an HTML page', null, 'not_json'],
  ['nothing', undefined, 'unreadable'],
] as const) {
  test(`ends with code 4 if a mirror serves ${name} in place of what its index lists`, async (context) => {
    const path = `pith/${suffix1}/bundle.json`;
    const table = {
      [path]: served === undefined ? status(404) : served === null ? htmlPage('Home') : answer(served),
    };
    const standIn = await using(context, changed(table));
    const folder = temporaryFolder();
    const synced = await syncInto(folder, [standIn.url], { selection: ALL });
    const isNews = code === null;
    // A valid bundle of a record that is not held yet is kept, whatever the index says.
    assert.equal(exitCode(synced), isNews ? 0 : 4);
    assert.equal(synced.totals.kept, isNews ? 4 : 3);
    if (!isNews) {
      assert.equal(synced.records.find(({ outcome }) => outcome === 'refused')?.code, code);
      assert.match(
        synced.text,
        new RegExp(`${suffix1}: its index lists the bundle ${sha(bundles[1] ?? new Uint8Array())}, but it`),
      );
    }
  });
}

test('refuses a record that is listed under another day than its own', async (context) => {
  const [bundle = new Uint8Array()] = bundles;
  const files = siteFiles([bundle]);
  const moved = new Map([...files].map(([path, bytes]) => [path.replace(days[0] ?? '', '2026-05-01'), bytes] as const));
  const list = Buffer.from((files.get('records/2026/index.tsv') ?? '').toString().replace(days[0] ?? '', '2026-05-01'));
  const top = Buffer.from(
    `2026/index.tsv\t1\t${sha(Buffer.from(list.toString().replace(/\t[^\t\n]*$/gm, '')))}\t${sha(list)}\n`,
  );
  moved.set('records/2026/index.tsv', list);
  moved.set('records/index.tsv', top);
  const states = sha(Buffer.from(top.toString().replace(/\t[^\t\n]*$/gm, '')));
  moved.set(
    'records/snapshot.txt',
    Buffer.from(`pith-mirror snapshot v1\nrecords 1\nstates ${states}\nbundles ${sha(top)}\n`),
  );
  const standIn = await using(context, plainHost(site(moved)));
  const synced = await syncInto(temporaryFolder(), [standIn.url], { selection: ALL });
  assert.equal(
    synced.records[0]?.message,
    `the index lists it under 2026-05-01, but it was submitted at ${days[0]}T10:00:00Z`,
  );
});

test('stops before it fetches anything if a mirror lost more than a tenth of what came from it', async (context) => {
  const standIn = await using(context, plainHost(site()));
  for (const cache of [temporaryFolder(), null]) {
    standIn.play(plainHost(site()));
    const folder = temporaryFolder();
    await syncInto(folder, [standIn.url], { selection: ALL, cache });
    standIn.play(plainHost(site(siteFiles([newer]))));
    const synced = await syncInto(folder, [standIn.url], { selection: ALL, cache });
    assert.equal(exitCode(synced), 4);
    assert.equal(
      synced.contradictions[0],
      `${standIn.url}: it lists only 1 of the 4 records that the folder has from it; nothing was downloaded. If that is right, run again with --allow-shrink (${standIn.url})`,
    );
    assert.ok(!names(folder).includes(nameOf(1, newer)));
    const allowed = await syncInto(folder, [standIn.url], { selection: ALL, cache, allowShrink: true });
    assert.equal(allowed.totals.kept, 1);
    assert.equal(names(folder).length, 5);
  }
});

test('does not count a small mirror as a large one that lost records', async (context) => {
  const large = await using(context, plainHost(site(siteFiles(bundles.slice(0, 3)))));
  const small = await using(context, plainHost(site(siteFiles(bundles.slice(3)))));
  const folder = temporaryFolder();
  const synced = await syncInto(folder, [large.url, small.url], { selection: ALL });
  assert.equal(exitCode(synced), 0);
  assert.equal(names(folder).length, 4);
});

test('a dry run says what it would fetch, and writes nothing', async (context) => {
  const standIn = await using(context, plainHost(site()));
  const folder = join(temporaryFolder(), 'bundles');
  const synced = await syncInto(folder, [standIn.url], { selection: ALL, dryRun: true });
  assert.equal(synced.text, 'would be downloaded     4\nbundles kept            0\nalready in the folder   0\n');
  assert.deepEqual(names(dirname(folder)), []);
  assert.ok(!standIn.asked.some(({ path }) => path.startsWith('pith/')));
});

test('recognises existing bundles in folders and under names of any kind', async (context) => {
  const standIn = await using(context, plainHost(site()));
  const folder = temporaryFolder();
  for (const [i, bytes] of bundles.entries()) {
    mkdirSync(join(folder, `by/hand${i}`), { recursive: true });
    writeFileSync(join(folder, `by/hand${i}/paper.json`), bytes);
  }
  const synced = await syncInto(folder, [standIn.url], { selection: ALL });
  assert.equal(synced.totals.held, 4);
  assert.equal(names(folder).length, 4);
});

test('accepts a refused bundle from the quarantine once its key is pinned', async (context) => {
  const signed = bytesOf(makeBundle(record0, [makeRecordCreated(record0, {}, strangerKey)], {}, strangerKey));
  const { trustOf, registryKey } = await import('../support/bundles/make-bundle.ts');
  const both = trustOf(registryKey, strangerKey);
  const standIn = await using(context, plainHost(site(siteFiles([signed], { trust: both }))));
  const folder = temporaryFolder();
  const refused = await syncInto(folder, [standIn.url], { selection: ALL });
  assert.equal(refused.records[0]?.code, 'untrusted_key');
  const before = standIn.asked.length;
  const again = await syncInto(folder, [standIn.url], { selection: ALL });
  assert.equal(exitCode(again), 3);
  assert.ok(!standIn.asked.slice(before).some(({ path }) => path.startsWith('pith/')));
  const kept = await syncInto(folder, [standIn.url], { selection: ALL, trust: both });
  assert.equal(kept.totals.kept, 1);
});

const hosts: readonly (readonly [string, (folder: string) => ReturnType<typeof plainHost>])[] = [
  ['GitHub Pages', githubPages],
  ['Cloudflare Pages', cloudflarePages],
  ['Netlify', netlify],
];
for (const [name, host] of hosts) {
  test(`syncs from a mirror on ${name}`, async (context) => {
    const standIn = await using(context, host(site()));
    const synced = await syncInto(temporaryFolder(), [standIn.url], { selection: ALL });
    assert.equal(synced.totals.kept, 4);
    assert.equal(exitCode(synced), 0);
  });
}

test('does not mistake a host’s home page for an index', async (context: TestContext) => {
  const folder = site(new Map([['index.html', Buffer.from('<!doctype html><title>Home</title>')]]));
  const standIn = await using(context, cloudflarePages(folder));
  const synced = await syncInto(temporaryFolder(), [standIn.url], { wanted: wanted(suffix0) });
  assert.equal(synced.records[0]?.message, 'expected a bundle, got an HTML page with status 200 ("Home")');
  assert.equal(synced.sources[0]?.index, null);
});

test('only saves bytes with an ETag: a body that is still held is not sent again', async (context) => {
  const { play, url, asked } = await using(context, status(404));
  const [bundle = new Uint8Array()] = bundles;
  const withEtag = (bytes: Uint8Array, etag: string) =>
    routes({
      [`pith/${suffix0}/bundle.json`]: (request, response, path) =>
        request.headers['if-none-match'] === etag
          ? void response.writeHead(304).end()
          : answer(bytes, { etag })(request, response, path),
    });
  const folder = temporaryFolder();
  const cache = temporaryFolder();
  play(withEtag(bundle, '"1"'));
  await syncInto(folder, [url], { wanted: wanted(suffix0), cache });
  const second = await syncInto(folder, [url], { wanted: wanted(suffix0), cache });
  assert.equal(asked.at(-1)?.headers['if-none-match'], '"1"');
  assert.equal(exitCode(second), 0);
  // What is not held any more is fetched, whatever the validator was.
  rmSync(folder, { recursive: true });
  const third = await syncInto(folder, [url], { wanted: wanted(suffix0), cache });
  assert.equal(third.totals.kept, 1);
});

test('an index decides by digests, although a changed bundle has an old validator', async (context) => {
  const { play, url } = await using(context, status(404));
  const old = { etag: '"same"', 'last-modified': 'Mon, 01 Jun 2026 00:00:00 GMT' };
  const serve = (files: ReadonlyMap<string, Uint8Array>) => {
    const folder = site(new Map(files));
    return (...[request, response, path]: Parameters<ReturnType<typeof plainHost>>) =>
      request.headers['if-none-match'] !== undefined
        ? void response.writeHead(304).end()
        : answer(files.get(path) ?? readFileSync(join(folder, 'none')), old)(request, response, path);
  };
  const known = (files: ReadonlyMap<string, Uint8Array>) => {
    const behaviour = serve(files);
    return (...args: Parameters<ReturnType<typeof plainHost>>) =>
      files.has(args[2]) ? behaviour(...args) : status(404)(...args);
  };
  const folder = temporaryFolder();
  const cache = temporaryFolder();
  play(known(siteFiles(bundles)));
  await syncInto(folder, [url], { wanted: wanted(suffix1), selection: ALL, cache });
  play(known(siteFiles([...bundles.slice(0, 1), newer, ...bundles.slice(2)])));
  const synced = await syncInto(folder, [url], { wanted: wanted(suffix1), selection: ALL, cache });
  assert.equal(synced.totals.kept, 1);
});

test('takes sources and contact from the note of the operator, and options before it', async (context) => {
  const noted = await using(context, plainHost(site()));
  const given = await using(context, plainHost(site()));
  const folder = temporaryFolder();
  const note = `---\nname: Test\ncontact: pith@mirror.example\nsources:\n  - ${noted.url}\n---\nWe keep what our readers cite.\n`;
  writeFileSync(join(folder, 'mirror.md'), note);
  // The bundles are signed with a test key, so that all of them are refused: what counts is who is asked.
  const args = ['sync', suffix0, '--to', folder, '--rate', '0'];
  const env = { PITH_MIRROR_CACHE: join(folder, '.cache') };
  assert.equal((await pithMirror(args, { env })).code, 3);
  assert.match(noted.asked[0]?.headers['user-agent'] ?? '', /^pith-mirror\/\S+ \(\+pith@mirror\.example\)$/);
  assert.equal(given.asked.length, 0);
  await pithMirror([...args, '--from', given.url], { env });
  assert.ok(given.asked.length > 0);
});
