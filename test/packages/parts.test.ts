import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cutParts, partName, placeOf, type Unit } from '../../src/packages/parts.ts';

const unit = (path: string, files = 1, bytes = 10): Unit => ({ path, files, bytes });
const SUFFIX = 'A'.repeat(26);

describe('where a file of a site belongs', () => {
  const cases: readonly (readonly [path: string, site: string, bundles: string])[] = [
    [`pith/${SUFFIX}/index.html`, 'record', 'left-out'],
    [`pith/${SUFFIX}/bundle.json`, 'record', 'record'],
    [`pith/${SUFFIX}/bundles/${'0'.repeat(64)}.json`, 'record', 'record'],
    [`.well-known/pith/${SUFFIX}/bundle.json`, 'left-out', 'left-out'],
    ['style.css', 'every-part', 'left-out'],
    ['verify.html', 'every-part', 'left-out'],
    ['pith-signing-key.json', 'every-part', 'every-part'],
    ['records/snapshot.txt', 'every-part', 'every-part'],
    ['records/2026/2026-05-21.tsv', 'first-part', 'first-part'],
    ['index.html', 'first-part', 'left-out'],
    ['browse/2026/index.html', 'first-part', 'left-out'],
    ['search/data/2026-1.js', 'first-part', 'left-out'],
  ];
  for (const [path, site, bundles] of cases) {
    it(`${path}: ${site} of a whole site, ${bundles} with --only bundles`, () => {
      assert.deepEqual([placeOf(path, 'site'), placeOf(path, 'bundles')], [site, bundles]);
    });
  }
});

describe('cutting a site into parts', () => {
  const every = [unit('style.css'), unit('verify.js')];
  const lists = [unit('index.html'), unit('search.js')];
  const records = ['a', 'b', 'c', 'd'].map((name) => unit(`pith/${name}/`, 3, 100));

  it('keeps everything in one part if it fits', () => {
    const [part, ...more] = cutParts(every, lists, records, { files: 1, bytes: 1 }, { files: 17, bytes: 1000 });
    assert.equal(more.length, 0);
    assert.deepEqual([part?.files, part?.bytes], [16, 440]);
    assert.deepEqual(
      part?.units.map(({ path }) => path),
      ['index.html', 'pith/a/', 'pith/b/', 'pith/c/', 'pith/d/', 'search.js', 'style.css', 'verify.js'],
    );
  });

  it('cuts between records, by files', () => {
    const parts = cutParts(every, lists, records, { files: 1, bytes: 1 }, { files: 11, bytes: 1000 });
    assert.deepEqual(
      parts.map(({ units }) => units.map(({ path }) => path).join(' ')),
      ['index.html pith/a/ pith/b/ search.js style.css verify.js', 'pith/c/ pith/d/ style.css verify.js'],
    );
    for (const { files } of parts) assert.ok(files + 1 <= 11);
  });

  it('cuts between records, by bytes before compression', () => {
    const parts = cutParts(every, lists, records, { files: 1, bytes: 1 }, { files: 100, bytes: 150 });
    assert.equal(parts.length, 4);
    for (const { bytes } of parts) assert.ok(bytes + 1 <= 150);
  });

  it('says which record is too large for any package', () => {
    assert.throws(
      () => cutParts(every, lists, [unit('pith/x/', 3, 200)], { files: 1, bytes: 1 }, { files: 100, bytes: 150 }),
      /pith\/x\/: 3 files of 200 bytes are too much/,
    );
  });

  it('gives the packages names that sort in their order', () => {
    assert.equal(partName('m', 0, 1), 'm');
    assert.deepEqual([partName('m', 0, 12), partName('m', 11, 12)], ['m-001-of-012', 'm-012-of-012']);
    assert.equal(partName('m', 6, 1234), 'm-0007-of-1234');
  });
});
