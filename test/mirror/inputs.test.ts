/** Inputs that people really have, built as a whole: published mirrors, the same bytes under several names, links. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { sha256Hex } from '../../src/protocol/index.ts';
import {
  bytesOf,
  type Data,
  makeBundle,
  makeCorrection,
  makeRecord,
  makeRecordCreated,
  numberOf,
} from '../support/bundles/make-bundle.ts';
import { temporaryFolder } from '../support/sites/cli.ts';
import { forget, mirror, settle } from '../support/sites/mirror.ts';

const folder = temporaryFolder();
const at = (...names: readonly string[]): string => join(folder, ...names);

function put(name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), content);
}

const alone = makeRecord({ id: '2606.00001' });
const several = makeRecord({ id: '2606.00002' });
const suffixOf = (record: Data): string => numberOf(record).slice(-26);
const created = makeRecordCreated(several);
/** Two bundles of one record, of which neither has all events: the mirror assembles its own. */
const halves = ['first', 'second'].map((note, i) =>
  bytesOf(makeBundle(several, [created, makeCorrection(several, note, { created_at: `2026-07-0${i + 2}T00:00:00Z` })])),
);

/** Published files of records, with their bytes; no page, since a page may name the mirror. */
function dataOf(site: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(join(site, 'pith'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(path.slice(site.length), sha256Hex(new Uint8Array(readFileSync(path))));
  }
  return found;
}

interface ListedFile {
  readonly file: string;
  readonly sha256: string;
  readonly outcome: string;
}

const reportOf = (site: string): readonly ListedFile[] =>
  JSON.parse(readFileSync(join(site, 'mirror-report.json'), 'utf8')).files;

describe('a mirror that is made from a mirror', () => {
  before(async () => {
    put('in/alone.json', bytesOf(makeBundle(alone)));
    for (const [i, bytes] of halves.entries()) put(`in/half-${i}.json`, bytes);
    await mirror(at('in'), at('first'));
    const published = JSON.parse(readFileSync(at('first/pith', suffixOf(several), 'bundle.json'), 'utf8'));
    assert.equal(published.bundle_signature.signature_status, 'assembled_by_mirror');
  });

  test('rejects nothing, and publishes the same states, bundles and other data byte for byte', async () => {
    const told = await mirror(at('first'), at('second'));
    assert.deepEqual([told.report.totals.files, told.report.totals.rejected, told.report.totals.records], [3, 0, 2]);
    assert.deepEqual(dataOf(at('second')), dataOf(at('first')));
    assert.ok(told.notes.some((note) => note.includes('is a published mirror')));
  });

  test('may be fed by several mirrors and the bundles themselves: each bundle counts once', async () => {
    for (const name of ['first', 'second']) cpSync(at(name), at('many', name), { recursive: true });
    cpSync(at('in'), at('many/own'), { recursive: true });
    const told = await mirror(at('many'), at('third'));
    assert.deepEqual([told.report.totals.files, told.report.totals.rejected], [3, 0]);
    assert.deepEqual(dataOf(at('third')), dataOf(at('first')));
  });
});

describe('the same bytes under several names', () => {
  const bytes = bytesOf(makeBundle(alone));

  test('are one bundle, listed once under the name that sorts first, and the build says so', async () => {
    for (const name of ['z.json', 'b/a.json', 'a/z.json']) put(`same/${name}`, bytes);
    const told = await mirror(at('same'), at('same-out'));
    assert.deepEqual(
      reportOf(at('same-out')).map(({ file }) => file),
      ['a/z.json'],
    );
    assert.ok(
      told.notes.includes(
        'files with the same bytes as another file, counted once: b/a.json (same as a/z.json), z.json (same as a/z.json)',
      ),
      told.notes.join('\n'),
    );
  });

  test('give the record that one file gives', async () => {
    put('once/x.json', bytes);
    await mirror(at('once'), at('once-out'));
    assert.deepEqual(dataOf(at('same-out')), dataOf(at('once-out')));
  });

  test('stay one bundle when a name comes or goes, as in a build from nothing', async () => {
    const build = async (): Promise<void> => {
      settle(at('same'), at('same-out'));
      await mirror(at('same'), at('same-out'));
      const updated = [dataOf(at('same-out')), reportOf(at('same-out'))];
      forget(at('same-out'));
      await mirror(at('same'), at('same-out'));
      assert.deepEqual(updated, [dataOf(at('same-out')), reportOf(at('same-out'))]);
    };
    put('same/A.json', bytes);
    await build();
    assert.equal(reportOf(at('same-out'))[0]?.file, 'A.json');
    for (const name of ['A.json', 'a/z.json']) {
      rmSync(at('same', name));
      await build();
    }
    assert.deepEqual(
      reportOf(at('same-out')).map(({ file }) => file),
      ['b/a.json'],
    );
  });

  test('are each listed if they are rejected, because each one needs to be fixed', async () => {
    put('bad/good.json', bytes);
    for (const name of ['x.json', 'y.json']) put(`bad/${name}`, '');
    await mirror(at('bad'), at('bad-out'));
    const rejected = reportOf(at('bad-out')).filter(({ outcome }) => outcome === 'rejected');
    assert.deepEqual(
      rejected.map(({ file }) => file),
      ['x.json', 'y.json'],
    );
  });
});

describe('links in the input', () => {
  before(() => {
    put('links/..v1/x.json', bytesOf(makeBundle(alone)));
    symlinkSync('..v1', at('links/..data'));
    symlinkSync('..data/x.json', at('links/x.json'));
  });

  test('are refused by default, with the name of the option that accepts them', async () => {
    const told = await mirror(at('links'), at('links-out'));
    assert.equal(told.published, false);
    const [file] = told.report.troubled;
    assert.equal(file?.findings[0]?.code, 'unreadable');
    assert.match(file?.findings[0]?.message ?? '', /--follow-links/);
  });

  test('are files with --follow-links, and a link that is switched to a newer file makes an update', async () => {
    const build = (): ReturnType<typeof mirror> => mirror(at('links'), at('links-out'), { followLinks: true });
    assert.deepEqual((await build()).report.totals.records, 1);
    assert.equal(reportOf(at('links-out'))[0]?.file, 'x.json');
    const newer = bytesOf(makeBundle(alone, [makeRecordCreated(alone), makeCorrection(alone, 'new')]));
    put('links/..v2/x.json', newer);
    rmSync(at('links/..data'));
    symlinkSync('..v2', at('links/..data'));
    await build();
    assert.equal(reportOf(at('links-out'))[0]?.sha256, sha256Hex(newer));
  });
});
