/** Pages out of the bundle are those that Astro's own build writes, byte for byte. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadTrust } from '../../src/mirror/pipeline.ts';
import { temporaryFolder } from '../support/cli.ts';
import { differences, mirror, snapshot } from '../support/mirror.ts';
import { writeVariety } from '../support/variety.ts';

test('every page of a varied site, with an address and without', async () => {
  const folder = temporaryFolder();
  // So many that there are lists of several pages.
  const variety = writeVariety(folder, { plain: 120 });
  const trust = await loadTrust(variety.trust);
  for (const site of [null, 'https://example.org/mirror/']) {
    const [fast, slow] = ['fast', 'astro'].map((name) => join(folder, name));
    assert.ok(fast !== undefined && slow !== undefined);
    assert.ok((await mirror(variety.input, fast, { trust, site })).published);
    assert.ok((await mirror(variety.input, slow, { trust, site, renderer: 'astro' })).published);
    const pages = snapshot(fast);
    for (const path of ['index.html', '404.html', 'browse/2026/page-1/index.html', 'browse/status/findings/index.html'])
      assert.ok(pages.has(path), path);
    for (const [name, suffix] of variety.suffixes) assert.ok(pages.has(`pith/${suffix}/index.html`), name);
    assert.deepEqual(differences(snapshot(slow), pages), []);
  }
});
