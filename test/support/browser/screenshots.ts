/**
 * Pictures of every kind of page, for people: `node test/support/browser/screenshots.ts OUT [--site DIR] [--only TEXT] [--firefox]`.
 *
 * Each page is shown wide and narrow, light and dark, in print (all over http under /repo/), and wide from file:. Without
 * `--site`, the site of variety.ts is built and left in OUT/site. `--only` keeps the pages with that text in their names.
 * `--firefox` takes pictures in Firefox too, wide and narrow.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { buildVariety, writeVariety } from '../bundles/variety.ts';
import { serveFolder } from '../sites/serve.ts';
import { launchBrowser } from './browser.ts';
import { type SamplePage, samplePages } from './page-kinds.ts';
import { type Look, visit } from './visit.ts';

interface Shot {
  readonly name: string;
  readonly fromDisk?: boolean;
  readonly look: Look;
  readonly prepare?: (page: Page) => Promise<void>;
}

const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 320, height: 640 };
// A sheet of A4 without its margins, at 96 pixels an inch.
const SHEET = { width: 680, height: 960 };

const CHROMIUM: readonly Shot[] = [
  { name: 'wide-light', look: WIDE },
  { name: 'wide-dark', look: { ...WIDE, colorScheme: 'dark' } },
  { name: 'narrow-light', look: NARROW },
  { name: 'narrow-dark', look: { ...NARROW, colorScheme: 'dark' } },
  { name: 'print', look: SHEET, prepare: (page) => page.emulateMedia({ media: 'print' }) },
  { name: 'no-script', look: { ...WIDE, scripts: false } },
  { name: 'file', fromDisk: true, look: WIDE },
];
const FIREFOX: readonly Shot[] = [
  { name: 'firefox-wide', look: WIDE },
  { name: 'firefox-narrow', look: NARROW },
  { name: 'firefox-file', fromDisk: true, look: WIDE },
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { site: { type: 'string' }, only: { type: 'string' }, firefox: { type: 'boolean', default: false } },
});
const [target] = positionals;
if (target === undefined || positionals.length > 1) {
  console.error('usage: node test/support/browser/screenshots.ts OUT [--site DIR] [--only TEXT] [--firefox]');
  process.exit(2);
}
const out = resolve(target);
mkdirSync(out, { recursive: true });
const named =
  values.site === undefined
    ? await buildVariety(out, { plain: 130 })
    : // The names of a site that was built of the variety's input; any other has none of these records.
      { suffixes: writeVariety(join(out, 'input-of-names')).suffixes, site: resolve(values.site) };

async function take(browser: Browser, root: string, { name, path }: SamplePage, shot: Shot): Promise<void> {
  const { page, trouble, close } = await visit(browser, root, path, shot.look);
  await shot.prepare?.(page);
  // Hiding the caret would be an inline style, which a page's policy refuses.
  await page.screenshot({ path: join(out, `${name}.${shot.name}.png`), fullPage: true, caret: 'initial' });
  for (const text of trouble) console.log(`${name} ${shot.name}: ${text}`);
  await close();
}

const pages = samplePages(named, 1).filter(({ name }) => name.includes(values.only ?? ''));
const server = await serveFolder(named.site, '/repo/');
for (const [browserName, shots] of [
  ['chromium', CHROMIUM],
  ['firefox', values.firefox ? FIREFOX : []],
] as const) {
  if (shots.length === 0) continue;
  const browser = await launchBrowser(browserName);
  for (const page of pages) {
    for (const shot of shots) {
      await take(browser, shot.fromDisk ? `${pathToFileURL(named.site).href}/` : server.url, page, shot);
    }
  }
  await browser.close();
}
await server.close();
console.log(`${pages.length} pages in ${out}`);
