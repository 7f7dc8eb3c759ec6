/**
 * Pages out of the bundle are those that Astro's own build writes, byte for byte.
 *
 * Slow: Astro itself renders some two hundred pages, twice.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadTrust } from '../../../src/mirror/read/trust-file.ts';
import { writeVariety } from '../../support/bundles/variety.ts';
import { temporaryFolder } from '../../support/sites/cli.ts';
import { differences, mirror, snapshot } from '../../support/sites/mirror.ts';

test('every page of a varied site is the same, with an address and without, with kept pages and without', async () => {
  const folder = temporaryFolder();
  // So many that a year has months.
  const variety = writeVariety(folder, { plain: 150 });
  const trust = await loadTrust(variety.trust);
  const cacheOfRun = process.env.PITH_MIRROR_CACHE;
  for (const [site, cache] of [
    [null, cacheOfRun],
    ['https://example.org/mirror/', 'off'],
  ] as const) {
    process.env.PITH_MIRROR_CACHE = cache;
    const [fast, slow] = ['fast', 'astro'].map((name) => join(folder, name));
    assert.ok(fast !== undefined && slow !== undefined);
    assert.ok((await mirror(variety.input, fast, { trust, site })).published);
    assert.ok((await mirror(variety.input, slow, { trust, site, renderer: 'astro' })).published);
    const pages = snapshot(fast);
    for (const page of [/^index/, /^404/, /^browse\/index/, /^browse\/2026\/05\/index/, /^browse\/status\/findings\//])
      assert.ok(
        [...pages.keys()].some((path) => page.test(path)),
        String(page),
      );
    for (const [name, suffix] of variety.suffixes) assert.ok(pages.has(`pith/${suffix}/index.html`), name);
    assert.deepEqual(differences(snapshot(slow), pages), []);
  }
});
