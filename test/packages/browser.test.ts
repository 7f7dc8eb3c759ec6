/** A package unpacked on a disk: it opens, is searched and verifies from `file:`, in Chromium and Firefox. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, it } from 'node:test';
import { inEveryWay } from '../support/browser/visit.ts';
import { buildVariety } from '../support/bundles/variety.ts';
import { PROJECT, pithMirror, runProgram, temporaryFolder } from '../support/sites/cli.ts';
import { needTool } from '../support/tools/tools.ts';

const folder = temporaryFolder();
const bag = join(folder, 'unpacked', 'mirror');
let suffixes: ReadonlyMap<string, string>;

before(async () => {
  const variety = await buildVariety(folder, { plain: 4 });
  ({ suffixes } = variety);
  const args = ['--format', 'zip', '--out', folder, '--name', 'mirror', '--trust', variety.trust];
  const packed = await pithMirror(['pack', variety.site, ...args]);
  assert.equal(packed.code, 0, packed.stderr);
  const run = await runProgram(needTool('unzip'), ['-q', join(folder, 'mirror.zip'), '-d', join(folder, 'unpacked')]);
  assert.equal(run.code, 0, run.stderr);
});

inEveryWay(bag, (way) => {
  it('opens data/index.html, finds a record by its title, and verifies it on its page', async () => {
    const { page, trouble, close } = await way.visit('data/index.html');
    await page.getByRole('searchbox').fill('Concordia');
    await page.locator('.search-results a').first().waitFor();
    await Promise.all([
      page.waitForURL(/\/pith\/[A-Z2-7]{26}\/index\.html/),
      page.locator('.search-results a').first().click(),
    ]);
    assert.ok(page.url().includes(suffixes.get('seed') ?? 'no seed'), page.url());
    await page.getByRole('button', { name: 'Verify this record here' }).click();
    const status = page.locator('#verify-here [role="status"]');
    await status.filter({ hasNotText: /…$|^$/ }).waitFor();
    assert.match((await status.textContent()) ?? '', /^Verified/);
    assert.deepEqual(trouble, []);
    await close();
  });

  it('checks a timestamp on data/verify.html and advises on a file that is not a bundle, with scripts that it loads only then', async () => {
    const { page, trouble, close } = await way.visit('data/verify.html');
    const script = page.locator('script[src$="verify-timestamps.js"]');
    const ots = (name: string): string => join(PROJECT, 'test/vectors/ots', name);
    assert.equal(await script.count(), 0);
    await page.setInputFiles('#verify-files', [ots('hello-world.txt.ots')]);
    const proofs = page.locator('#verify-proofs');
    await proofs.getByText('Not checked: the stamped file is missing').waitFor();
    assert.equal(await script.count(), 1);
    await page.setInputFiles('#verify-files', [ots('hello-world.txt'), ots('358391.hex')]);
    await proofs.getByText('hello-world.txt is proved to be that old').waitFor();
    await proofs.getByText(/existed before 2015-05-28 15:41 UTC, if block 358391 is in the Bitcoin chain/).waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    assert.equal(await proofs.textContent(), '');
    await page.setInputFiles('#verify-files', { name: 'a.json', mimeType: '', buffer: Buffer.from('<html>') });
    await page.getByText('this is an HTML page').waitFor();
    assert.deepEqual(trouble, []);
    await close();
  });
});
