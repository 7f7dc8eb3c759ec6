/**
 * A copy that `wget --mirror` makes has everything that the search and the verifier load.
 *
 * Slow: builds a site and copies it with wget.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { buildVerifySite, SUFFIXES } from '../support/browser/verify-site.ts';
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
  assert.ok(needed.includes('search/parts.js') && needed.includes('verify.js'));
  assert.ok(
    needed.includes(`pith/${SUFFIXES.large}/bundle.js`),
    'expected a record with its bundle outside of the page',
  );
  for (const path of needed) assert.deepEqual(copy.get(path), original.get(path), path);
});
