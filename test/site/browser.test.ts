/** The built site as readers open it: in both browsers, over http under a sub-path and from a disk. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser/browser.ts';
import { samplePages } from '../support/browser/page-kinds.ts';
import { follow, inEveryWay, type Look, visit } from '../support/browser/visit.ts';
import { SEED_SUFFIX } from '../support/bundles/vectors.ts';
import { PROJECT, temporaryFolder } from '../support/sites/cli.ts';
import { type ServedFolder, serveFolder } from '../support/sites/serve.ts';
import { build } from '../support/sites/site.ts';

const out = join(temporaryFolder(), 'site');
const record = `pith/${SEED_SUFFIX}/index.html`;

before(() => build([join(PROJECT, 'bundles'), '--out', out], 0));

inEveryWay(out, (way) => {
  // Reading needs no script; only Chromium can be told to run none.
  const look: Look = way.browser === 'chromium' ? { scripts: false } : {};

  it('a reader comes from the list to a record, sees its verdict, comes back, and can save its bundle', async () => {
    const { page, trouble, close } = await way.visit('index.html', look);
    await follow(page, /^Concordia/);
    assert.match(await page.title(), /^Concordia: .* · pith:4MJCW2CW$/);
    assert.ok(await page.getByRole('heading', { name: 'Verified when this page was built' }).isVisible());
    await follow(page, 'pith mirror');
    assert.equal(page.url(), `${way.root()}index.html`);
    await page.goBack({ waitUntil: 'load' });
    assert.equal(page.url(), `${way.root()}${record}`);
    assert.deepEqual(trouble, []);
    const bundle = page.locator('.files').getByRole('link', { name: 'bundle.json' });
    // Saved, never shown in the frame of a viewer.
    assert.equal(await bundle.getAttribute('download'), 'bundle.json');
    assert.equal(
      await bundle.evaluate((link: HTMLAnchorElement) => link.href),
      `${way.root()}pith/${SEED_SUFFIX}/bundle.json`,
    );
    await close();
  });

  it('saves RIS, CSL-JSON and the canonical record from the page itself, under their names and without a script', async () => {
    const { page, trouble, close } = await way.visit(record, look);
    const saved = async (name: string): Promise<string> => {
      // Not by its role: in a closed fold it has none.
      const link = page.locator(`a[download="${name}"]`);
      const fold = page.locator('details:not([open])', { has: link });
      if ((await fold.count()) > 0) await fold.locator('> summary').click();
      const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
      assert.equal(download.suggestedFilename(), name);
      return readFileSync(await download.path(), 'utf8');
    };
    assert.match(await saved('cite.ris'), /^TY {2}- MANSCPT\r\nTI {2}- Concordia: [\0-\x7f]*\r\nER {2}- \r\n$/);
    const [item] = JSON.parse(await saved('cite.csl.json'));
    assert.match(item.title, /^Concordia: /);
    const sha256 = createHash('sha256')
      .update(await saved('record.json'))
      .digest('hex');
    assert.equal(await page.locator('.pairs div', { hasText: 'Canonical hash' }).locator('dd').innerText(), sha256);
    assert.equal(page.url(), `${way.root()}${record}`);
    assert.deepEqual(trouble, []);
    await close();
  });

  it('no page of any kind has trouble, scripts on', async () => {
    for (const { path } of samplePages({ site: out, suffixes: new Map([['seed', SEED_SUFFIX]]) })) {
      const { page, trouble, close } = await way.visit(path);
      assert.deepEqual(trouble, [], path);
      const styled = await page.evaluate(() => [...document.styleSheets].length);
      assert.ok(styled > 0, path);
      await close();
    }
  });

  it('no page scrolls sideways at 320 px', async () => {
    for (const path of ['index.html', '404.html', record, 'pith/POOAWVP32MAYC7PR4BZCMGULFG/index.html']) {
      const { page, trouble, close } = await way.visit(path, { ...look, width: 320 });
      // Firefox takes some of the width for its scroll bar.
      assert.equal(await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth), 0, path);
      assert.deepEqual(trouble, [], path);
      await close();
    }
  });

  it('the keyboard reaches the content first', async () => {
    const { page, close } = await way.visit(record, look);
    await page.keyboard.press('Tab');
    assert.equal(await page.locator(':focus').textContent(), 'Skip to the content');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${way.root()}${record}#main`);
    await close();
  });
});

describe('what only Chromium can be told', () => {
  let browser: Browser;
  let server: ServedFolder;
  before(async () => {
    server = await serveFolder(out, '/repo/');
    browser = await launchBrowser();
  });
  after(async () => {
    await browser.close();
    await server.close();
  });

  it('the style sheet knows light and dark', async () => {
    const colours: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, trouble, close } = await visit(browser, server.url, record, { colorScheme });
      colours.push(await page.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor));
      assert.deepEqual(trouble, []);
      await close();
    }
    assert.deepEqual(colours, ['rgb(251, 250, 246)', 'rgb(20, 24, 26)']);
  });

  it('print shows addresses of links that leave the page, and no wash of colour', async () => {
    const { page, close } = await visit(browser, server.url, record, { scripts: false });
    await page.emulateMedia({ media: 'print' });
    const link = page.locator('main a[href^="https://arxiv.org"]').first();
    assert.match(
      await link.evaluate((element) => getComputedStyle(element, '::after').content),
      /arxiv\.org\/abs\/2606\.23521v1/,
    );
    assert.equal(
      await page
        .locator('.verdict')
        .first()
        .evaluate((box) => getComputedStyle(box).backgroundColor),
      'rgb(255, 255, 255)',
    );
    await close();
  });

  it('404.html is readable at any depth, and links to the home page if --site is given', async () => {
    const own = join(temporaryFolder(), 'own');
    await build([join(PROJECT, 'bundles'), '--out', own, '--site', server.url], 0);
    const served = await serveFolder(own, '/repo/');
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    const response = await page.goto(`${served.url}pith/NONE/deeper/still`);
    assert.equal(response?.status(), 404);
    assert.ok(await page.getByRole('heading', { name: 'This mirror has no page at this address' }).isVisible());
    await follow(page, 'All records of this mirror');
    assert.equal(page.url(), `${server.url}index.html`);
    await context.close();
    await served.close();
  });
});
