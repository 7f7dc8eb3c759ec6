import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir, hostname } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { describe, it } from 'node:test';
import {
  bytesOf,
  makeBundle,
  makeEvent,
  makeRecord,
  makeRecordCreated,
  makeSnapshot,
  publicKeyEntry,
  registryKey,
  trustOf,
} from '../support/bundles/make-bundle.ts';
import { SEED_SUFFIX, seedBytes, seedText } from '../support/bundles/vectors.ts';
import { PROJECT, pithMirror, temporaryFolder } from '../support/sites/cli.ts';
import { elements, isInPage, references } from '../support/sites/html.ts';
import { mirror } from '../support/sites/mirror.ts';
import { assertSameTree, build, buildHere, readTree, writeFiles } from '../support/sites/site.ts';

const folder = temporaryFolder();
const SEED_FOLDER = join(PROJECT, 'bundles');
const TEST_TRUST = join(folder, 'trust.json');
/** What the file pins, for builds in this process: those whose exit code and words are no part of a test. */
const trust = trustOf(registryKey);
writeFileSync(
  TEST_TRUST,
  JSON.stringify({
    keys: [
      {
        key_id: registryKey.keyId,
        role: registryKey.role,
        public_key_hex: publicKeyEntry(registryKey).public_key_hex,
        fingerprint_sha256_hex: publicKeyEntry(registryKey).fingerprint_sha256_hex,
      },
    ],
  }),
);

let made = 0;
/** A fresh folder of bundles and the output next to it. */
function project(files: Readonly<Record<string, Uint8Array | string>>): { input: string; out: string } {
  const root = join(folder, `project-${made++}`);
  mkdirSync(join(root, 'bundles'), { recursive: true });
  writeFiles(join(root, 'bundles'), files);
  return { input: join(root, 'bundles'), out: join(root, 'dist') };
}

describe('the real site', () => {
  const out = join(folder, 'real');
  const built = build([SEED_FOLDER, '--out', out], 0);

  it('has the received bytes as bundle.json, twice, and the shipped state as state.json', async () => {
    await built;
    const tree = readTree(out);
    const seed = seedText();
    const state = seed.slice(seed.indexOf('"state":{') + 8, seed.indexOf(',"bundle_signature"'));
    assert.equal(tree.get(`pith/${SEED_SUFFIX}/bundle.json`)?.toString(), seed);
    assert.equal(tree.get(`.well-known/pith/${SEED_SUFFIX}/bundle.json`)?.toString(), seed);
    assert.equal(tree.get(`pith/${SEED_SUFFIX}/state.json`)?.toString(), state);
  });

  it('has exactly the files that it should have', async () => {
    await built;
    const records = [
      '37ZQDNJOON6QQXTEBSYMMDCWTX',
      SEED_SUFFIX,
      'IUO2D37CHJK57UHKMP5LSFFOEP',
      'POOAWVP32MAYC7PR4BZCMGULFG',
    ];
    const expected = [
      '.nojekyll',
      '.pith-mirror.json',
      `.well-known/pith/${SEED_SUFFIX}/bundle.json`,
      '404.html',
      ...['', '2026/', 'category/cs.AI/', 'category/cs.DC/', 'category/cs.LG/', 'status/record-only/'].map(
        (folder) => `browse/${folder}index.html`,
      ),
      'icon.svg',
      'index.html',
      'mirror-report.json',
      'mirror-report/index.html',
      'search/data/2026-1.js',
      'search/index.html',
      'search/parts.js',
      'search.js',
      'datapackage.json',
      'pith-mirrors.json',
      'pith-signing-key.json',
      'records.csv',
      'check.py',
      'page.js',
      ...['2026/2026-06-22.tsv', '2026/index.tsv', 'index.tsv', 'snapshot.txt'].map((name) => `records/${name}`),
      ...['2026-05-20', '2026-06-07', '2026-06-22', '2026-07-02'].map((day) => `sums/2026/${day}.sha256`),
      'sums/site.sha256',
      ...records.flatMap((suffix) =>
        ['badge.svg', 'cite.bib', 'index.html', 'record.jsonld'].map((name) => `pith/${suffix}/${name}`),
      ),
      `pith/${SEED_SUFFIX}/bundle.json`,
      `pith/${SEED_SUFFIX}/state.json`,
      'style.css',
      'verify-advice.js',
      'verify-button.js',
      'verify-page.js',
      'verify-timestamps.js',
      'verify.html',
      'verify.js',
    ];
    assert.deepEqual([...readTree(out).keys()].sort(), expected.sort());
  });

  it('has only relative links to files that exist, and http links out', async () => {
    await built;
    const tree = readTree(out);
    for (const [path, bytes] of tree) {
      if (!path.endsWith('.html')) continue;
      for (const reference of references(bytes.toString())) {
        // An empty icon keeps browsers from asking the host's root for one, where 404.html may be anywhere.
        if (reference === 'data:,' && path === '404.html') continue;
        if (
          isInPage(reference) ||
          reference.startsWith('https://') ||
          reference.startsWith('http://') ||
          reference.startsWith('#')
        )
          continue;
        assert.match(reference, /^[^/:][^:#]*\.[a-z]+(#[\w%.!~*'()=-]+)?$/, `${path} links to ${reference}`);
        const target = posix.normalize(posix.join(dirname(path), reference.replace(/#.*$/, '')));
        assert.ok(tree.has(target), `${path} links to ${reference}, which is not there`);
      }
    }
  });

  it('publishes a report without time, absolute path or host name', async () => {
    await built;
    const report = readFileSync(join(out, 'mirror-report.json'), 'utf8');
    // A user without a home has "/" for one.
    for (const secret of [hostname(), PROJECT, folder, homedir()])
      assert.ok(secret === '/' || !report.includes(secret), secret);
    assert.doesNotMatch(report, /20\d\d-\d\d-\d\dT/);
    const run = await pithMirror(['build', SEED_FOLDER, '--out', out, '--json']);
    assert.equal(run.stdout, report);
  });

  it('names the origin as a mirror, and with --site itself', async () => {
    await built;
    const bases = (at: string): string[] =>
      JSON.parse(readFileSync(join(at, 'pith-mirrors.json'), 'utf8')).mirrors.map(
        ({ base_url }: { base_url: string }) => base_url,
      );
    assert.deepEqual(bases(out), ['https://pith.science']);
    const own = join(folder, 'own');
    await buildHere([SEED_FOLDER, '--out', own, '--site', 'https://example.org/repo'], 0);
    assert.deepEqual(bases(own), ['https://pith.science', 'https://example.org/repo']);
    const page = readFileSync(join(own, `pith/${SEED_SUFFIX}/index.html`), 'utf8');
    assert.ok(page.includes(`<link rel="canonical" href="https://example.org/repo/pith/${SEED_SUFFIX}/">`));
    assert.ok(page.includes(`curl -O 'https://example.org/repo/pith/${SEED_SUFFIX}/bundle.json'`));
  });

  it('publishes the pinned key as upstream writes keys', async () => {
    await built;
    const own = JSON.parse(readFileSync(join(out, 'pith-signing-key.json'), 'utf8'));
    const upstream = JSON.parse(seedText()).public_keys[0];
    for (const name of [
      'key_id',
      'algorithm',
      'format',
      'public_key_b64',
      'public_key_hex',
      'fingerprint_sha256_b32_first128bits',
      'fingerprint_sha256_hex',
    ]) {
      assert.equal(own[name], upstream[name], name);
    }
  });
});

describe('a build is reproducible', () => {
  it('the same bytes in another place, time zone and locale, with another umask and other file names', async () => {
    const record = makeRecord();
    const other = makeRecord({ id: '2606.00002' });
    const files: Record<string, Uint8Array> = {
      'a.json': seedBytes(),
      'b.json': bytesOf(makeBundle(record)),
      'c/d.json': bytesOf(makeBundle(other)),
      [`${SEED_SUFFIX}.md`]: new TextEncoder().encode(
        `---\npith_number: "pith:2026:${SEED_SUFFIX}"\n---\n\nA *note*.\n`,
      ),
    };
    const renamed = Object.fromEntries(
      Object.entries(files)
        .reverse()
        .map(([name, bytes]) => [name.endsWith('.md') ? `z/${name}` : `z${name.replace('.json', '')}-9.json`, bytes]),
    );
    const trust = join(folder, 'both.json');
    const keys = [TEST_TRUST, join(PROJECT, 'src/mirror/trust.json')].flatMap(
      (path) => JSON.parse(readFileSync(path, 'utf8')).keys,
    );
    writeFileSync(trust, JSON.stringify({ keys }));
    const first = project(files);
    const second = project(renamed);
    const umask = process.umask(0o077);
    await build([first.input, '--out', first.out, '--trust', trust], 0, { env: { TZ: 'UTC', LANG: 'C' } });
    process.umask(umask);
    await build(['bundles', '--trust', trust], 0, {
      cwd: dirname(second.input),
      env: {
        TZ: 'Asia/Kathmandu',
        LANG: 'tr_TR.UTF-8',
        LC_ALL: 'tr_TR.UTF-8',
        SOURCE_DATE_EPOCH: '1',
        NODE_ENV: 'development',
      },
    });
    const [a, b] = [new Map(readTree(first.out)), new Map(readTree(second.out))];
    // The report is the one file that names the input's files.
    const names = (tree: Map<string, Buffer>): unknown => {
      const report = JSON.parse(tree.get('mirror-report.json')?.toString() ?? '');
      tree.delete('mirror-report.json');
      for (const file of report.files) file.file = 'renamed';
      const sums = tree
        .get('sums/site.sha256')
        ?.toString()
        .replace(/^.* {2}mirror-report\.json\n/m, '');
      tree.set('sums/site.sha256', Buffer.from(sums ?? ''));
      return report;
    };
    assert.deepEqual(names(a), names(b));
    assertSameTree(a, b);
  });
});

describe('bad input', () => {
  const good = bytesOf(makeBundle(makeRecord()));

  it('is rejected with its reason while the rest is published: exit code 3', async () => {
    const { input, out } = project({
      'good.json': good,
      'bad.json': new TextDecoder().decode(good).replace('Nothing of It', 'Everything of It'),
      'not.json': '{',
      'README.txt': 'ignored',
    });
    const run = await buildHere([input, '--out', out, '--trust', TEST_TRUST], 3);
    assert.match(run.stderr, /ignored.*README\.txt/);
    assert.match(run.stdout, /rejected {2}bad\.json\n {4}bundle_hash_mismatch/);
    assert.match(run.stdout, /rejected {2}not\.json\n {4}not_json/);
    const report = JSON.parse(readFileSync(join(out, 'mirror-report.json'), 'utf8'));
    assert.deepEqual([report.totals.records, report.totals.rejected, report.totals.verified], [1, 2, 1]);
  });

  it('with --strict publishes nothing: exit code 1, and the old site stays', async () => {
    const { input, out } = project({ 'good.json': good });
    assert.ok((await mirror(input, out, { trust, strict: true })).published);
    const before = readTree(out);
    writeFiles(input, { 'bad.json': '{}' });
    const run = await buildHere([input, '--out', out, '--trust', TEST_TRUST, '--strict'], 1);
    assert.match(run.stderr, /nothing was published: --strict/);
    assertSameTree(before, readTree(out));
  });

  it('publishes nothing if no good file is left: exit code 1, and the old site stays', async () => {
    const { input, out } = project({ 'good.json': good });
    assert.ok((await mirror(input, out, { trust })).published);
    const before = readTree(out);
    writeFiles(input, { 'good.json': '{}' });
    await buildHere([input, '--out', out, '--trust', TEST_TRUST], 1);
    assertSameTree(before, readTree(out));
    rmSync(join(input, 'good.json'));
    assert.equal((await mirror(input, out, { trust })).refusal, 'there is no bundle in the input');
    assertSameTree(before, readTree(out));
  });

  it('an invalid event is listed with its reason, and the record is published without it', async () => {
    const record = makeRecord();
    const broken = { ...makeEvent(record, 'correction'), payload: { changed: true } };
    const bundle = makeBundle(record, [makeRecordCreated(record), makeSnapshot(record), broken]);
    const { input, out } = project({ 'x.json': bytesOf(bundle) });
    await mirror(input, out, { trust });
    const [file] = JSON.parse(readFileSync(join(out, 'mirror-report.json'), 'utf8')).files;
    assert.equal(file.outcome, 'findings');
    assert.deepEqual(
      file.findings.map(({ code, where, event_id }: Record<string, string>) => [code, where, event_id]),
      [['content_hash_mismatch', '/events/2/content_sha256', broken.event_id]],
    );
    const suffix = file.pith_number.slice(-26);
    const state = JSON.parse(readFileSync(join(out, `pith/${suffix}/state.json`), 'utf8'));
    assert.deepEqual(state.invalid_events, [{ event_id: broken.event_id, reason: 'content_hash_mismatch' }]);
    assert.deepEqual(state.current.corrections, []);
  });
});

describe('several bundles of one number', () => {
  const record = makeRecord();
  const base = [makeRecordCreated(record), makeSnapshot(record)];
  const correction = makeEvent(record, 'correction', { payload: { note: 'one' } });
  const other = makeEvent(record, 'author_attestation', { payload: { note: 'two' } });
  const older = bytesOf(makeBundle(record, [...base, correction], { built_at: '2026-07-01T00:00:00Z' }));
  const newer = bytesOf(makeBundle(record, [...base, other], { built_at: '2026-07-02T00:00:00Z' }));

  it('are assembled if none has all events; each stays available byte for byte, and the page says so', async () => {
    const { input, out } = project({ 'older.json': older, 'newer.json': newer });
    await mirror(input, out, { trust });
    const tree = readTree(out);
    const bundles = [...tree].filter(([path]) => path.includes('/bundles/')).map(([, bytes]) => bytes.toString());
    assert.deepEqual(bundles.sort(), [older, newer].map((bytes) => new TextDecoder().decode(bytes)).sort());
    const [page = ''] = [...tree]
      .filter(([path]) => /^pith\/.*index\.html$/.test(path))
      .map(([, bytes]) => bytes.toString());
    assert.match(page, /split_view/);
    assert.match(page, /assembled by this mirror, not signed/);
    assert.match(page, /pith-mirror verify bundles --trust trust\.json/);
    // The ledger has every event of both bundles, each once, and both bundles' signatures.
    const rows = elements(page)
      .filter(({ name }) => name === 'th')
      .map(({ text }) => text.trim());
    assert.equal(rows.filter((text) => text.startsWith('Event signature')).length, 4);
    assert.equal(rows.filter((text) => text.startsWith('Bundle signature')).length, 2);
    assert.match(page, /1 attestation, in signed events/);
    assert.doesNotMatch(page, /The bundle’s digest and signature hold/);
    // What each bundle adds and withholds: the correction is only in the older, the attestation only in the newer.
    const received = elements(page).filter(
      ({ name, attributes }) => name === 'p' && attributes.get('class') === 'quiet',
    );
    const lines = received.map(({ text }) => text.replaceAll(/\s+/g, ' ').trim());
    for (const line of [
      `Only in this bundle: ${correction.event_id}`,
      `Missing here, but in another bundle: ${correction.event_id}`,
    ]) {
      assert.ok(lines.includes(line), line);
      assert.ok(lines.includes(line.replace(correction.event_id, other.event_id)), line);
    }
    const [assembled = ''] = [...tree]
      .filter(([path]) => /^pith\/[A-Z2-7]+\/bundle\.json$/.test(path))
      .map(([, bytes]) => bytes.toString());
    assert.deepEqual(JSON.parse(assembled).bundle_signature, { signature_status: 'assembled_by_mirror' });
    const again = await pithMirror(['verify', '-', '--trust', TEST_TRUST, '--json'], {
      input: new TextEncoder().encode(assembled),
    });
    assert.equal(again.code, 1);
    assert.equal(JSON.parse(again.stdout).files[0].findings[0].code, 'signature_status');
  });
});

describe('the output folder', () => {
  const { input } = project({ 'good.json': bytesOf(makeBundle(makeRecord())) });
  const args = (out: string): string[] => [input, '--out', out, '--trust', TEST_TRUST];

  it('is refused if it contains what this program did not write', async () => {
    const out = join(folder, 'thesis');
    writeFiles(out, { 'chapter-1.tex': 'years of work' });
    const run = await buildHere(args(out), 2);
    assert.match(run.stderr, /was not written by pith-mirror/);
    assert.equal(readFileSync(join(out, 'chapter-1.tex'), 'utf8'), 'years of work');
  });

  it('may be empty, and need not exist', async () => {
    const out = join(folder, 'deep/er/empty');
    assert.ok((await mirror(input, out, { trust })).published);
    rmSync(out, { recursive: true });
    mkdirSync(out);
    assert.ok((await mirror(input, out, { trust })).published);
  });

  it('is refused if it is a link, a root, a home, the program, the input or a part of these', async () => {
    const link = join(folder, 'link');
    mkdirSync(join(folder, 'target'));
    symlinkSync(join(folder, 'target'), link);
    for (const out of [
      link,
      '/',
      homedir(),
      dirname(homedir()),
      PROJECT,
      join(PROJECT, 'src/x'),
      input,
      join(input, 'x'),
      dirname(input),
    ]) {
      await assert.rejects(mirror(input, out, { trust }), { name: 'UsageError', message: /--out/ }, out);
    }
  });

  it('keeps the old site when a build fails, and what is no longer in the input leaves the new one', async () => {
    const { input: own, out } = project({
      'a.json': bytesOf(makeBundle(makeRecord())),
      'b.json': bytesOf(makeBundle(makeRecord({ id: '2606.00002' }))),
    });
    await mirror(own, out, { trust });
    const before = readTree(out);
    rmSync(join(own, 'b.json'));
    await buildHere([own, '--out', out, '--trust', TEST_TRUST, '--allow-loss'], 0);
    const gone = [...before.keys()].filter((path) => !readTree(out).has(path));
    assert.equal(gone.length, 7);
    assert.equal(new Set(gone.map((path) => /[A-Z2-7]{26}/.exec(path)?.[0])).size, 1);
  });

  it('is locked while a build writes it, and a lock without a sign of life for a minute is taken over', async () => {
    const out = join(folder, 'locked');
    const lock = join(out, '.pith-mirror-lock');
    // Nobody can look up a process of another machine.
    writeFiles(lock, { holder: JSON.stringify({ pid: 7, host: 'elsewhere.example' }) });
    const run = await buildHere(args(out), 1);
    assert.match(
      run.stderr,
      /another build is writing this output: process 7 on elsewhere\.example, last sign of life \d+ s ago\. .* expires in \d+ s/,
    );
    assert.deepEqual(readdirSync(out), ['.pith-mirror-lock']);
    const silent = new Date(Date.now() - 61_000);
    utimesSync(join(lock, 'holder'), silent, silent);
    assert.ok((await mirror(input, out, { trust })).published);
    assert.ok(!existsSync(lock));
  });
});
