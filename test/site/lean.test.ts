/**
 * What a record costs a host: names, bytes of its page, bytes in all. Hosts limit both, so a record that grows by a few kB is a
 * mirror that no longer fits.
 *
 * Slow: builds a site.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { MANY_EVERY, makeBundle, trustFile } from '../bench/generate.ts';
import { temporaryFolder } from '../support/sites/cli.ts';
import { build } from '../support/sites/site.ts';

const folder = temporaryFolder();
const out = join(folder, 'site');
/** The second one has 41 events, the others two. */
const bundles = [0, MANY_EVERY - 1, 1, 2, 3, 4, 5, 6, 7, 8].map((index) => makeBundle(index));
const isLarge = (text: string): boolean => text.length > 40_000;
const ordinary = bundles.filter(({ text }) => !isLarge(text));

before(async () => {
  mkdirSync(join(folder, 'bundles'));
  for (const { suffix, text } of bundles) writeFileSync(join(folder, 'bundles', `${suffix}.json`), text);
  writeFileSync(join(folder, 'trust.json'), trustFile());
  const options = ['--trust', join(folder, 'trust.json'), '--site', 'https://mirror.example/', '--out', out];
  await build([join(folder, 'bundles'), ...options], 0);
});

const namesOf = (suffix: string): readonly string[] =>
  ['pith', '.well-known/pith'].flatMap((top) =>
    readdirSync(join(out, top, suffix)).map((name) => `${top}/${suffix}/${name}`),
  );
const sizeOf = (path: string): number => statSync(join(out, path)).size;
const pageOf = (suffix: string): string => `pith/${suffix}/index.html`;
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;

describe('a record of a bundle of 14 kB with two events', () => {
  it('has seven names', () => {
    assert.equal(ordinary.length, bundles.length - 1);
    for (const { suffix } of bundles) {
      assert.deepEqual(
        namesOf(suffix).map((path) => path.replace(suffix, 'SUFFIX')),
        [
          ...['badge.svg', 'bundle.json', 'cite.bib', 'index.html', 'record.jsonld', 'state.json'].map(
            (name) => `pith/SUFFIX/${name}`,
          ),
          '.well-known/pith/SUFFIX/bundle.json',
        ],
      );
    }
  });

  it('has a page of at most 37 kB', () => {
    const size = mean(ordinary.map(({ suffix }) => sizeOf(pageOf(suffix))));
    assert.ok(size <= 37_000, `${size} bytes`);
  });

  it('takes at most 75 kB, links counted twice', () => {
    const size = mean(ordinary.map(({ suffix }) => namesOf(suffix).reduce((sum, path) => sum + sizeOf(path), 0)));
    assert.ok(size <= 75_000, `${size} bytes`);
  });
});

it('a row of the ledger takes at most 350 bytes on the page of a record with 41 events, its share of the headings included', () => {
  const [large] = bundles.filter(({ text }) => isLarge(text));
  const html = readFileSync(join(out, pageOf(large?.suffix ?? '')), 'utf8');
  const groups = html.match(/<details class="fold".*?<\/details>/gs) ?? [];
  assert.equal(groups.length, 44);
  const rows = groups.join('').split('<tr').length - 1;
  assert.ok(rows >= 90, `${rows} rows`);
  const size = Buffer.byteLength(groups.join('')) / rows;
  assert.ok(size <= 350, `${size} bytes`);
});
