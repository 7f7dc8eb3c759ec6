/** Every published path, and the links between them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as paths from '../../../src/mirror/base/paths.ts';

const SUFFIX = '4MJCW2CW2IJI4KFD2N5O7KXTYZ';
const SHA = '0123456789abcdef'.repeat(4);

describe('published paths', () => {
  const table: readonly (readonly [string, string])[] = [
    [paths.HOME, 'index.html'],
    [paths.NOT_FOUND, '404.html'],
    [paths.NO_JEKYLL, '.nojekyll'],
    [paths.REPORT, 'mirror-report.json'],
    [paths.MIRRORS, 'pith-mirrors.json'],
    [paths.SIGNING_KEY, 'pith-signing-key.json'],
    [paths.recordPage(SUFFIX), `pith/${SUFFIX}/index.html`],
    [paths.bundleFile(SUFFIX), `pith/${SUFFIX}/bundle.json`],
    [paths.stateFile(SUFFIX), `pith/${SUFFIX}/state.json`],
    [paths.jsonLdFile(SUFFIX), `pith/${SUFFIX}/record.jsonld`],
    [paths.bibtexFile(SUFFIX), `pith/${SUFFIX}/cite.bib`],
    [paths.badgeFile(SUFFIX), `pith/${SUFFIX}/badge.svg`],
    [paths.PAGE_SCRIPT, 'page.js'],
    [paths.wellKnownBundleFile(SUFFIX), `.well-known/pith/${SUFFIX}/bundle.json`],
    [paths.receivedBundleFile(SUFFIX, SHA), `pith/${SUFFIX}/bundles/${SHA}.json`],
    [paths.browsePage(), 'browse/index.html'],
    [paths.browsePage('2026', '05', 'page-2'), 'browse/2026/05/page-2/index.html'],
    [paths.browsePage('category', 'cond-mat.dis-nn'), 'browse/category/cond-mat.dis-nn/index.html'],
    [paths.reportPage('bad_signature'), 'mirror-report/bad_signature/index.html'],
    [paths.SEARCH, 'search/index.html'],
    [paths.SEARCH_PARTS, 'search/parts.js'],
    [paths.SEARCH_SCRIPT, 'search.js'],
    [paths.searchPart('2026-3'), 'search/data/2026-3.js'],
  ];
  for (const [path, expected] of table) test(expected, () => assert.equal(path, expected));

  test('are all different, also where a file system folds letter cases, and none is above another', () => {
    const all = [...table.map(([path]) => path), paths.STYLE, paths.ICON, paths.MARKER];
    assert.equal(new Set(all.map((path) => path.toLowerCase())).size, all.length);
    for (const path of all)
      assert.ok(
        all.every((other) => !other.startsWith(`${path}/`)),
        path,
      );
  });
});

test('a list page takes no text that is more than a name', () => {
  for (const part of ['', '.', '..', 'a/b', 'a\\b', 'a b', '.a', 'a.', '-a', 'a\n', 'é', '%2e']) {
    assert.throws(() => paths.browsePage('2026', part), RangeError, part);
  }
});

describe('relative links', () => {
  const table: readonly (readonly [string, string, string])[] = [
    ['index.html', 'index.html', 'index.html'],
    ['index.html', 'style.css', 'style.css'],
    ['index.html', 'a/b.html', 'a/b.html'],
    ['a/b.html', 'index.html', '../index.html'],
    ['a/b.html', 'a/c.html', 'c.html'],
    ['a/b.html', 'a/b.html', 'b.html'],
    ['a/b/c.html', 'a/d/e.html', '../d/e.html'],
    ['a/b/c.html', 'a/b', '../b'],
    ['a/b', 'a/b/c.html', 'b/c.html'],
    ['a/x/a', 'x/a', '../../x/a'],
    [paths.recordPage(SUFFIX), paths.bundleFile(SUFFIX), 'bundle.json'],
    [paths.recordPage(SUFFIX), paths.receivedBundleFile(SUFFIX, SHA), `bundles/${SHA}.json`],
    [paths.recordPage(SUFFIX), paths.HOME, '../../index.html'],
    [paths.recordPage(SUFFIX), paths.wellKnownBundleFile(SUFFIX), `../../.well-known/pith/${SUFFIX}/bundle.json`],
    [paths.recordPage(SUFFIX), paths.recordPage('A'.repeat(26)), `../${'A'.repeat(26)}/index.html`],
    [paths.HOME, paths.recordPage(SUFFIX), `pith/${SUFFIX}/index.html`],
  ];
  for (const [from, to, expected] of table) {
    test(`${from} → ${to}`, () => assert.equal(paths.relativeLink(from, to), expected));
  }

  test('lead where they must, at a root, under a sub-path and from file:', () => {
    for (const base of ['https://a.example/', 'https://a.example/repo/', 'file:///home/u/dist/']) {
      for (const [from, to] of table) {
        assert.equal(new URL(paths.relativeLink(from, to), `${base}${from}`).href, `${base}${to}`);
      }
    }
  });
});

describe('absolute URLs', () => {
  for (const site of ['https://a.example', 'https://a.example/']) {
    test(site, () => assert.equal(paths.absoluteUrl(site, 'x/y.json'), 'https://a.example/x/y.json'));
  }
  test('under a sub-path', () => {
    assert.equal(paths.absoluteUrl('https://a.example/repo/', 'x.json'), 'https://a.example/repo/x.json');
  });
});
