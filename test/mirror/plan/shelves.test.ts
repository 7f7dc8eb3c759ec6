/** The browse trees: complete, bounded, linked, and stable when records are added. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { CatalogueEntry } from '../../../src/mirror/plan/catalogue.ts';
import { NEWEST_ROWS, PAGE_ROWS, type ShelfPage, shelfPages } from '../../../src/mirror/plan/shelves.ts';
import { Random } from '../../fuzz/random.ts';
import { inOrder, madeEntries, madeEntry } from '../../support/bundles/catalogue.ts';

type Pages = ReadonlyMap<string, ShelfPage>;
const pagesOf = (entries: readonly CatalogueEntry[]): Pages =>
  new Map([...shelfPages(entries)].map((page) => [page.path, page]));

/** The paths of pages that two states of a mirror have in common and that are not the same. */
function changed(before: Pages, after: Pages): readonly string[] {
  return [...before].flatMap(([path, page]) =>
    after.has(path) && !isDeepStrictEqual(after.get(path), page) ? [path] : [],
  );
}

const gone = (before: Pages, after: Pages): readonly string[] => [...before.keys()].filter((path) => !after.has(path));

/** Shelves of a record: its date, its distinct categories, its marks, its verdict if it has a shelf. */
const shelvesOf = ({ categories, marks, verdict }: CatalogueEntry): number =>
  1 + new Set(categories).size + marks.length + (verdict === 'verified' ? 0 : 1);

/** Records below a folder, by the pages that hold all of theirs. */
const under = (pages: Pages, folder: string): readonly string[] =>
  [...pages.values()]
    .filter(({ path, isIndex }) => !isIndex && path.startsWith(folder))
    .flatMap(({ rows }) => rows.map(({ suffix }) => suffix));

const suffixes = (entries: readonly CatalogueEntry[]): readonly string[] => entries.map(({ suffix }) => suffix);
const sorted = (texts: readonly string[]): readonly string[] => texts.toSorted();

const entries = madeEntries(6000);
const pages = pagesOf(entries);

describe('the browse trees', () => {
  it('list every record once by date, once for each of its categories and once for each of its statuses', () => {
    assert.equal(
      under(pages, 'browse/').length,
      entries.reduce((sum, entry) => sum + shelvesOf(entry), 0),
    );
    const byYear = Map.groupBy(entries, ({ submittedAt }) => submittedAt.slice(0, 4));
    for (const [year, records] of byYear)
      assert.deepEqual(sorted(under(pages, `browse/${year}/`)), sorted(suffixes(records)));
    const inOne = entries.filter(({ categories }) => categories.includes('cs.AR'));
    assert.deepEqual(sorted(under(pages, 'browse/category/cs.AR/')), sorted(suffixes(inOne)));
    const anchored = entries.filter(({ marks }) => marks.includes('anchored'));
    assert.deepEqual(sorted(under(pages, 'browse/status/anchored/')), sorted(suffixes(anchored)));
    const findings = entries.filter(({ verdict }) => verdict === 'findings');
    assert.deepEqual(sorted(under(pages, 'browse/status/findings/')), sorted(suffixes(findings)));
  });

  it('keep each page short and newest first, and an index shows the newest records below it', () => {
    for (const { path, rows, isIndex, groups } of pages.values()) {
      assert.ok(rows.length <= PAGE_ROWS, path);
      assert.deepEqual(rows, inOrder(rows), path);
      assert.equal(isIndex, groups.length > 0, path);
      if (path === 'browse/index.html' || !isIndex) continue;
      const folder = path.slice(0, -'index.html'.length);
      const below = new Set(under(pages, folder));
      const newest = entries.filter(({ suffix }) => below.has(suffix)).slice(0, NEWEST_ROWS);
      assert.deepEqual(suffixes(rows), suffixes(newest), path);
    }
  });

  it('link only to pages that exist, each reached from the one above, with correct counts', () => {
    const reached = new Set(['browse/index.html']);
    for (const { path, above, groups, newer, older } of pages.values()) {
      for (const link of [...above, ...groups.flatMap(({ parts }) => parts), newer, older]) {
        if (link !== null) assert.ok(pages.has(link.path), `${path} → ${link.path}`);
      }
      for (const { parts } of groups) {
        for (const part of parts) {
          reached.add(part.path);
          assert.equal(part.records, under(pages, part.path.slice(0, -'index.html'.length)).length, part.path);
        }
      }
      if (newer !== null) assert.equal(pages.get(newer.path)?.older?.path, path);
      if (older !== null) assert.equal(pages.get(older.path)?.newer?.path, path);
    }
    assert.deepEqual(sorted([...reached]), sorted([...pages.keys()]));
  });

  it('have paths that stay distinct on a file system that ignores case', () => {
    assert.equal(new Set([...pages.keys()].map((path) => path.toLowerCase())).size, pages.size);
    assert.equal([...shelfPages(entries)].length, pages.size);
  });

  it('need few pages for few records', () => {
    const few = pagesOf(madeEntries(3));
    assert.ok([...few.values()].every(({ isIndex, path }) => !isIndex || path === 'browse/index.html'));
    assert.deepEqual([...pagesOf([]).keys()], ['browse/index.html']);
  });

  it('take no path from a record: an unknown category or date goes among the others', () => {
    const [entry] = madeEntries(1);
    assert.ok(entry !== undefined);
    const hostile = ['../../x', 'cs.dc', '', '__proto__', 'other', 'con', 'a/b', 'cs.DC\u0000', 'index.html'];
    const found = pagesOf([
      { ...entry, categories: [...hostile, ...hostile] },
      { ...entry, suffix: 'A'.repeat(26), submittedAt: '../../etc/passwd' },
      { ...entry, suffix: 'B'.repeat(26), submittedAt: '2026-13-01T00:00:00Z' },
    ]);
    assert.deepEqual(
      sorted([...found.keys()].filter((path) => !path.includes('/status/'))),
      [
        'browse/category/other/index.html',
        'browse/index.html',
        'browse/other/index.html',
        `browse/${entry.submittedAt.slice(0, 4)}/index.html`,
      ].sort(),
    );
    assert.equal(found.get('browse/category/other/index.html')?.rows.length, 1);
    assert.equal(found.get('browse/other/index.html')?.rows.length, 2);
  });
});

describe('adding records', () => {
  const seeds = fc.integer({ min: 0, max: 1_000_000 });
  const runs = { numRuns: 60, seed: 4 } as const;

  it('of today changes a handful of pages for each of their shelves, and removes none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2500 }), seeds, (count, seed) => {
        const before = entries.slice(entries.length - count);
        const added = { ...madeEntry(new Random(`new ${seed}`), 1, 0.999), submittedAt: '2026-12-31T00:00:00Z' };
        const [from, to] = [pagesOf(before), pagesOf([added, ...before])];
        // The top, and of each shelf: its index, a year, a month, the last numbered page, and the link of the one before.
        const most = 1 + 5 * shelvesOf(added);
        assert.ok(changed(from, to).length <= most, `${changed(from, to).length} changed: ${changed(from, to)}`);
        assert.ok(isExcused(gone(from, to), from));
      }),
      runs,
    );
  });

  it('of any date changes only pages of their shelves, and within a shelf by time only later ones', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2500 }),
        seeds,
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (count, seed, at) => {
          const before = entries.slice(entries.length - count);
          const added = madeEntry(new Random(`old ${seed}`), 1, at);
          const [from, to] = [pagesOf(before), pagesOf(inOrder([added, ...before]))];
          const year = added.submittedAt.slice(0, 4);
          const month = added.submittedAt.slice(5, 7);
          const folders = [
            ...added.categories.map((code) => `browse/category/${code}/`),
            ...[...added.marks, added.verdict].map((status) => `browse/status/${status}/`),
          ];
          for (const path of changed(from, to)) {
            const page = from.get(path);
            assert.ok(page !== undefined);
            if (path === 'browse/index.html' || folders.some((folder) => path.startsWith(folder))) {
              // A full page of older records stays as it is, but for the link to the first page after it.
              const newest = page.rows[0];
              if (!page.isIndex && page.rows.length === PAGE_ROWS && newest !== undefined && page.newer !== null) {
                assert.ok(newest.submittedAt >= added.submittedAt, path);
              }
            } else if (!path.startsWith(`browse/${year}/${month}/`) && path !== `browse/${year}/index.html`) {
              // In addition: the link to a year or month that is new.
              const { newer: _, older: __, ...rest } = page;
              const { newer: _n, older: _o, ...same } = to.get(path) ?? page;
              assert.deepEqual(same, rest, path);
            }
          }
          assert.ok(isExcused(gone(from, to), from));
        },
      ),
      runs,
    );
  });

  /** Numbered pages go only where a shelf of 1,000 is parted by time from now on. */
  function isExcused(paths: readonly string[], before: Pages): boolean {
    return paths.every((path) => {
      const shelf = before.get(path.replace(/page-\d+\//, ''));
      const records = shelf?.groups.flatMap(({ parts }) => parts).reduce((sum, part) => sum + part.records, 0);
      return /\/page-\d+\/index\.html$/.test(path) && records === 1000;
    });
  }
});
