import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryFolder } from '../sites/cli.ts';
import { writeFiles } from '../sites/site.ts';
import { kindOf, samplePages } from './page-kinds.ts';

const site = temporaryFolder();

test('pages that differ only in a number or a capital letter are of one kind', () => {
  assert.equal(kindOf('pith/4MJCW2CW2IJI4KFD2N5O7KXTYZ/index.html'), 'pith/*/index.html');
  assert.equal(kindOf('browse/2026/06.html'), kindOf('browse/1999/12.html'));
  assert.equal(kindOf('404.html'), '404.html');
  assert.notEqual(kindOf('index.html'), kindOf('verify.html'));
});

test('every named record is sampled, and the first and last page of each kind', () => {
  const pages = [
    '404',
    'index',
    'verify',
    ...[1, 2, 3, 4].map((n) => `list/${n}`),
    ...['A2', 'B2', 'C2', 'D2'].map((n) => `pith/${n}/index`),
  ];
  writeFiles(site, Object.fromEntries(pages.map((name) => [`${name}.html`, ''])));
  assert.deepEqual(
    samplePages({ site, suffixes: new Map([['tex', 'C2']]) }, 1).map(({ name }) => name),
    ['404', 'home', 'list-1', 'list-4', 'record-A2', 'record-tex', 'record-D2', 'verify'],
  );
});
