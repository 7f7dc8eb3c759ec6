/** `build --single`: one file that shows and verifies its record wherever it lies. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { BROWSERS, launchBrowser } from '../support/browser/browser.ts';
import { visit } from '../support/browser/visit.ts';
import { SEED_SUFFIX, seedBytes } from '../support/bundles/vectors.ts';
import { PROJECT, pithMirror, type Run, temporaryFolder } from '../support/sites/cli.ts';
import { elements, references } from '../support/sites/html.ts';

const folder = temporaryFolder();
const BUNDLES = join(PROJECT, 'bundles');
const page = join(folder, 'alone', 'page.html');
const RECORD_ONLY = 'POOAWVP32MAYC7PR4BZCMGULFG';

const single = (...args: readonly string[]): Promise<Run> => pithMirror(['build', BUNDLES, ...args], { cwd: folder });

describe('the page', () => {
  let html: string;
  before(async () => {
    const run = await single('--single', SEED_SUFFIX, '--out', page);
    assert.deepEqual([run.code, run.stdout], [0, 'page alone/page.html\n'], run.stderr);
    html = readFileSync(page, 'utf8');
  });

  it('refers to nothing that is not in it', () => {
    for (const reference of references(html)) assert.match(reference, /^(#|data:|https?:)/);
    const loaded = elements(html).filter(({ name }) => /^(script|img|link|iframe|object)$/.test(name));
    for (const { name, attributes } of loaded) {
      if (name === 'img' || attributes.get('rel') === 'icon') {
        assert.match(attributes.get('src') ?? attributes.get('href') ?? '', /^data:image\/svg\+xml;base64,/);
      } else {
        assert.equal(attributes.get('src'), undefined);
      }
    }
    assert.ok(
      loaded.some(({ name }) => name === 'img'),
      'the badge is in it',
    );
  });

  it('has the bundle as a file, byte for byte', () => {
    const link = elements(html).find(({ text, name }) => name === 'a' && text.trim() === 'bundle.json');
    assert.equal(link?.attributes.get('download'), `${SEED_SUFFIX}.bundle.json`);
    const [, data = ''] = link?.attributes.get('href')?.split('data:application/json;base64,') ?? [];
    assert.ok(Buffer.from(data, 'base64').equals(seedBytes()));
  });

  it('has no page of the mirror to go to: sentences keep their words, and navigation goes', () => {
    assert.ok(elements(html).some(({ name, text }) => name === 'span' && text === 'what each check proves'));
    assert.ok(!elements(html).some(({ text }) => text === 'All records'));
  });

  it('is the same each time, and lies alone', async () => {
    assert.equal((await single('--single', `pith:2026:${SEED_SUFFIX}`, '--out', page)).code, 0);
    assert.equal(readFileSync(page, 'utf8'), html);
    assert.deepEqual(readdirSync(join(folder, 'alone')), ['page.html']);
  });

  for (const name of BROWSERS) {
    it(`verifies itself from a disk, in ${name}`, async (t) => {
      const browser = await launchBrowser(name);
      // A browser that is left open where an assertion fails would keep the test from ending.
      t.after(() => browser.close());
      const root = pathToFileURL(page).href;
      const { page: opened, trouble, close } = await visit(browser, root, '');
      await opened.getByRole('button', { name: 'Verify this record here' }).click();
      const status = opened.locator('#verify-here [role="status"]').filter({ hasNotText: /…$|^$/ });
      assert.equal(await status.textContent(), 'Verified here, in this browser.');
      assert.notEqual(await opened.locator('body').evaluate((body) => getComputedStyle(body).maxWidth), '');
      // What the build checked is still shown together with what was checked here, which begins with the two compared.
      const built = await opened
        .locator('section[aria-labelledby="ledger"] table')
        .evaluateAll((tables) => tables.map((table) => table.getAttribute('aria-label') ?? ''));
      const here = await opened.locator('#verify-here .ledger caption').allTextContents();
      assert.deepEqual(
        here.slice(1),
        built.map((heading) => heading.trim()).filter((heading) => heading !== 'Pinned keys'),
      );
      assert.equal(here.length, 5);
      assert.deepEqual(trouble, []);
      await close();
    });
  }
});

describe('where it goes', () => {
  it('is this folder, under the suffix of each record, or a folder that was named; with --site, links lead there', async () => {
    const several = ['--single', SEED_SUFFIX, '--single', RECORD_ONLY];
    assert.equal((await single(...several, '--out', 'pages', '--site', 'https://mirror.example/a')).code, 0);
    assert.deepEqual(readdirSync(join(folder, 'pages')), [`${SEED_SUFFIX}.html`, `${RECORD_ONLY}.html`]);
    const html = readFileSync(join(folder, 'pages', `${SEED_SUFFIX}.html`), 'utf8');
    assert.ok(references(html).includes('https://mirror.example/a/index.html'));
    assert.equal((await single('--single', RECORD_ONLY)).code, 0);
    assert.ok(existsSync(join(folder, `${RECORD_ONLY}.html`)));
  });

  it('is never a file that is none of ours, unless forced', async () => {
    const theirs = join(folder, 'theirs.html');
    writeFileSync(theirs, '<p>mine</p>');
    const run = await single('--single', RECORD_ONLY, '--out', theirs);
    assert.equal(run.code, 2);
    assert.match(run.stderr, /theirs\.html exists and was not written by --single; --force replaces it$/m);
    assert.equal(readFileSync(theirs, 'utf8'), '<p>mine</p>');
    assert.equal((await single('--single', RECORD_ONLY, '--out', theirs, '--force')).code, 0);
    assert.ok(statSync(theirs).size > 10_000);
  });

  const wrong: readonly (readonly [name: string, words: RegExp, args: readonly string[]])[] = [
    ['no Pith Number', /expected a Pith Number/, ['--single', '../../etc/passwd']],
    ['a short number', /expected a Pith Number/, ['--single', 'pith:4MJCW2CW']],
    ['a record that is not there', /the input has no record A{26}/, ['--single', 'A'.repeat(26)]],
    ['one file for two', /expected a folder/, ['--single', SEED_SUFFIX, '--single', RECORD_ONLY, '--out', 'x.html']],
    ['--force without it', /--force can only be used with --single/, ['--force']],
  ];
  for (const [name, words, args] of wrong) {
    it(`is nowhere for ${name}`, async () => {
      const lonely = join(folder, name.replaceAll(' ', '-'));
      mkdirSync(lonely);
      const run = await pithMirror(['build', BUNDLES, ...args], { cwd: lonely });
      assert.equal(run.code, 2, run.stderr);
      assert.match(run.stderr, words);
      assert.deepEqual(readdirSync(lonely), []);
    });
  }
});
