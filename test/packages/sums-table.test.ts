/** The digests of a site's files in memory. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SumsTable } from '../../src/packages/sums-table.ts';

const A = 'A'.repeat(26);
const B = 'B'.repeat(26);
const digest = (i: number): string => i.toString(16).padStart(64, '0');

function listed(): { readonly table: SumsTable; readonly all: ReadonlyMap<string, string> } {
  const lists = [
    [`.well-known/pith/${A}/bundle.json`, `pith/${A}/bundle.json`, `pith/${A}/bundles/${digest(7)}.json`],
    [`pith/${B}/bundle.json`, `pith/${B}/index.html`],
    ['index.html', 'browse/index.html', `pith/${B.slice(1)}/bundle.json`, 'pith/index.html'],
  ];
  const table = new SumsTable();
  const all = new Map<string, string>();
  for (const paths of lists) {
    const sums = paths.map((path) => ({ path, sha256: digest(all.size + paths.indexOf(path) + 1) }));
    for (const { path, sha256 } of sums) all.set(path, sha256);
    table.add(sums);
  }
  return { table, all };
}

describe('the table of digests', () => {
  it('gives the digest of every listed file, and no other', () => {
    const { table, all } = listed();
    assert.equal(table.size, all.size);
    for (const [path, sha256] of all) assert.equal(table.get(path), sha256, path);
    for (const path of [
      `pith/${B}/bundle.js`,
      `pith/${'C'.repeat(26)}/bundle.json`,
      `.well-known/pith/${B}/bundle.json`,
      '',
      '/',
    ])
      assert.equal(table.get(path), null, path);
  });

  it('lists each file once, under a number of its own', () => {
    const { table, all } = listed();
    const entries = [...table.entries()];
    assert.deepEqual(new Set(entries.map(([path]) => path)), new Set(all.keys()));
    assert.deepEqual(new Set(entries.map(([, index]) => index)), new Set(Array.from(all.keys(), (_, i) => i)));
    for (const [path, index] of entries) assert.equal(table.indexOf(path), index);
  });

  it('refuses a second list with the same file, or with files of the same record', () => {
    const { table } = listed();
    assert.throws(() => table.add([{ path: 'index.html', sha256: digest(1) }]), /index\.html is in two lists/);
    assert.throws(() => table.add([{ path: `pith/${B}/new`, sha256: digest(1) }]), /files of B{26} are in two lists/);
  });

  it('grows past the memory it begins with', () => {
    const table = new SumsTable();
    for (let i = 0; i < 5000; i++) table.add([{ path: `browse/${i}.html`, sha256: digest(i) }]);
    assert.equal(table.size, 5000);
    assert.equal(table.get('browse/0.html'), digest(0));
    assert.equal(table.get('browse/4999.html'), digest(4999));
  });
});
