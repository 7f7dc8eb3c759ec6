/** The built site in a real browser: over http under a sub-path, and from file://; with scripts off. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { PROJECT, temporaryFolder } from '../support/cli.ts';
import { type ServedFolder, serveFolder } from '../support/serve.ts';
import { build } from '../support/site.ts';
import { SEED_SUFFIX } from '../support/vectors.ts';

const out = join(temporaryFolder(), 'site');
let browser: Browser;
let server: ServedFolder;

before(async () => {
  await build([join(PROJECT, 'bundles'), '--out', out], 0);
  server = await serveFolder(out, '/repo/');
  browser = await launchBrowser();
});
after(async () => {
  await browser.close();
  await server.close();
});

interface Visit {
  readonly page: Page;
  /** Messages of the console, failed requests and requests to elsewhere. */
  readonly trouble: readonly string[];
  close(): Promise<void>;
}

interface Look {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
}

/** Opens a page as a reader with scripts off would, and notes whatever goes wrong. */
async function visit(root: string, path: string, { width = 1200, colorScheme = 'light' }: Look = {}): Promise<Visit> {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width, height: 800 }, colorScheme });
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on('console', (message) => trouble.push(message.text()));
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('requestfailed', (request) => {
    // Chromium loads a page's icon on the side and drops it when the reader goes on: no event says that it is there.
    const isDroppedIcon = request.failure()?.errorText === 'net::ERR_ABORTED' && request.url().endsWith('/icon.svg');
    if (!isDroppedIcon) trouble.push(`failed: ${request.url()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(root)) trouble.push(`elsewhere: ${request.url()}`);
  });
  await page.goto(`${root}${path}`);
  return { page, trouble, close: () => context.close() };
}

/** Follows a link and waits until all of the next page is there: a request that is cut off by the next click is no trouble. */
async function follow(page: Page, name: string | RegExp): Promise<void> {
  await Promise.all([page.waitForEvent('load'), page.getByRole('link', { name }).click()]);
}

const ROOTS: readonly (readonly [string, () => string])[] = [
  ['http under /repo/', () => server.url],
  ['file://', () => `${pathToFileURL(out).href}/`],
];

for (const [name, root] of ROOTS) {
  describe(`over ${name}`, () => {
    it('a reader comes from the list to a record, sees its verdict, opens its bundle and comes back', async () => {
      const { page, trouble, close } = await visit(root(), 'index.html');
      await follow(page, /^Concordia/);
      assert.match(await page.title(), /^Concordia: .* · pith:4MJCW2CW$/);
      assert.ok(await page.getByRole('heading', { name: 'Verified when this page was built' }).isVisible());
      await follow(page, 'pith mirror');
      assert.equal(page.url(), `${root()}index.html`);
      await page.goBack({ waitUntil: 'load' });
      assert.deepEqual(trouble, []);
      // Last, because a browser looks for an icon at the host's root for what is no page.
      await page.getByRole('link', { name: 'bundle.json' }).click();
      assert.equal(page.url(), `${root()}pith/${SEED_SUFFIX}/bundle.json`);
      await close();
    });

    it('the style sheet is there, in light and in dark', async () => {
      const colours: string[] = [];
      for (const colorScheme of ['light', 'dark'] as const) {
        const { page, trouble, close } = await visit(root(), `pith/${SEED_SUFFIX}/index.html`, { colorScheme });
        colours.push(await page.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor));
        assert.deepEqual(trouble, []);
        await close();
      }
      assert.deepEqual(colours, ['rgb(251, 250, 246)', 'rgb(20, 24, 26)']);
    });

    it('no page scrolls sideways at 320 px', async () => {
      for (const path of [
        'index.html',
        '404.html',
        `pith/${SEED_SUFFIX}/index.html`,
        'pith/POOAWVP32MAYC7PR4BZCMGULFG/index.html',
      ]) {
        const { page, trouble, close } = await visit(root(), path, { width: 320 });
        assert.equal(await page.locator('html').evaluate((html) => html.scrollWidth), 320, path);
        assert.deepEqual(trouble, [], path);
        await close();
      }
    });

    it('the keyboard reaches the content first', async () => {
      const { page, close } = await visit(root(), `pith/${SEED_SUFFIX}/index.html`);
      await page.keyboard.press('Tab');
      assert.equal(await page.locator(':focus').textContent(), 'Skip to the content');
      await close();
    });
  });
}

describe('print', () => {
  it('shows addresses of links that leave the page, and no wash of colour', async () => {
    const { page, close } = await visit(server.url, `pith/${SEED_SUFFIX}/index.html`);
    await page.emulateMedia({ media: 'print' });
    const link = page.locator('main a[href^="https://arxiv.org"]');
    assert.match(
      await link.evaluate((element) => getComputedStyle(element, '::after').content),
      /arxiv\.org\/abs\/2606\.23521v1/,
    );
    assert.equal(
      await page.locator('.verdict').evaluate((box) => getComputedStyle(box).backgroundColor),
      'rgb(255, 255, 255)',
    );
    await close();
  });
});

describe('a host that serves 404.html at any depth', () => {
  it('shows it readable, and a --site leads home', async () => {
    const own = join(temporaryFolder(), 'own');
    await build([join(PROJECT, 'bundles'), '--out', own, '--site', server.url], 0);
    const served = await serveFolder(own, '/repo/');
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    const response = await page.goto(`${served.url}pith/NONE/deeper/still`);
    assert.equal(response?.status(), 404);
    assert.ok(await page.getByRole('heading', { name: 'There is no such page in this mirror' }).isVisible());
    await follow(page, 'All records of this mirror');
    assert.equal(page.url(), `${server.url}index.html`);
    await context.close();
    await served.close();
  });
});
