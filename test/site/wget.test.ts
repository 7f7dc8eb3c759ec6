/**
 * A copy that `wget --mirror` makes has everything that the search and the verifier load, and works from a disk.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { BROWSERS, launchBrowser } from '../support/browser/browser.ts';
import { buildVerifySite, SUFFIXES } from '../support/browser/verify-site.ts';
import { visit } from '../support/browser/visit.ts';
import { serveFolder } from '../support/sites/serve.ts';
import { readTree } from '../support/sites/site.ts';
import { needTool } from '../support/tools/tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'pith-mirror-wget-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('wget --mirror copies every script and every data file that the search and the verifier load', async () => {
  const site = join(folder, 'site');
  await buildVerifySite(join(folder, 'input'), site, join(folder, 'files'));
  const served = await serveFolder(site, '/repo/');
  try {
    const args = [
      '--mirror',
      '--no-verbose',
      '--no-host-directories',
      '-e',
      'robots=off',
      '-P',
      join(folder, 'copy'),
      served.url,
    ];
    const child = spawn(needTool('wget'), args, { stdio: 'ignore', env: { ...process.env, no_proxy: '*' } });
    await once(child, 'exit');
  } finally {
    await served.close();
  }
  const original = readTree(site);
  const copy = readTree(join(folder, 'copy', 'repo'));
  const needed = [...original.keys()].filter((path) =>
    /^(?:search\/|search\.js|verify|page\.js|pith\/.*\/(?:bundle\.js|bundle\.json|index\.html)$)/.test(path),
  );
  for (const path of ['search/parts.js', 'verify.js', 'verify-advice.js', 'verify-timestamps.js'])
    assert.ok(needed.includes(path), path);
  assert.ok(
    needed.includes(`pith/${SUFFIXES.large}/bundle.js`),
    'expected a record with its bundle outside of the page',
  );
  for (const path of needed) assert.deepEqual(copy.get(path), original.get(path), path);
});

for (const name of BROWSERS) {
  test(`the copy searches and verifies from a disk, in ${name}`, async (t) => {
    const browser = await launchBrowser(name);
    // A browser that is left open where an assertion fails would keep the test from ending.
    t.after(() => browser.close());
    const root = pathToFileURL(join(folder, 'copy', 'repo', '/')).href;
    const search = await visit(browser, root, 'search/index.html#q=concordia');
    await search.page.locator('.search-results a').first().waitFor();
    assert.match((await search.page.locator('.search-results a').first().getAttribute('href')) ?? '', /pith\//);
    for (const suffix of [SUFFIXES.seed, SUFFIXES.large]) {
      const { page, trouble } = await visit(browser, root, `pith/${suffix}/index.html`);
      await page.getByRole('button', { name: 'Verify this record here' }).click();
      const status = page.locator('#verify-here [role="status"]').filter({ hasNotText: /…$|^$/ });
      assert.equal(await status.textContent(), 'Verified here, in this browser.', suffix);
      assert.deepEqual(trouble, []);
    }
    assert.deepEqual(search.trouble, []);
    const { page, trouble } = await visit(browser, root, 'verify.html');
    await page.setInputFiles('#verify-files', [
      { name: 'empty.json', mimeType: 'application/json', buffer: Buffer.alloc(0) },
      { name: 'x.ots', mimeType: '', buffer: Buffer.alloc(1) },
    ]);
    await page.getByText('this file is empty').waitFor();
    await page.getByText('Not a valid proof').waitFor();
    assert.deepEqual(trouble, []);
  });
}
