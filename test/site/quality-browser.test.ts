/**
 * What every kind of page must be as a browser shows it: usable by anybody, at any size, in any light, on paper.
 *
 * The pages of some records alone: node --test --test-name-pattern='^(home|record-tex)' test/site/quality-browser.test.ts
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { launchBrowser } from '../support/browser/browser.ts';
import { samplePages } from '../support/browser/page-kinds.ts';
import { type Look, type Visit, visit } from '../support/browser/visit.ts';
import { buildVariety } from '../support/bundles/variety.ts';
import { temporaryFolder } from '../support/sites/cli.ts';
import { serveFolder } from '../support/sites/serve.ts';
import { writeFiles } from '../support/sites/site.ts';

const folder = temporaryFolder();
const variety = await buildVariety(folder, { plain: 130 });
const pages = samplePages(variety, 1);
const server = await serveFolder(variety.site, '/repo/');
const browser = await launchBrowser();
after(async () => {
  await browser.close();
  await server.close();
});

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const open = (path: string, look?: Look): Promise<Visit> => visit(browser, server.url, path, look);

/**
 * One page of the browser that goes from page to page of the site: a new one for each takes as much of a processor as all that is
 * looked at on it. It has the site's files in its cache, as a reader has who follows links.
 */
async function tab(
  look: Look,
): Promise<(path: string) => Promise<{ readonly page: Page; trouble(): readonly string[] }>> {
  const { page, trouble, close } = await open('404.html', look);
  after(close);
  const { width = 1280, height = 800 } = look;
  return async (path) => {
    const told = trouble.length;
    await page.emulateMedia({ media: 'screen', colorScheme: look.colorScheme ?? 'light' });
    await page.setViewportSize({ width, height });
    await page.goto(`${server.url}${path}`);
    return { page, trouble: () => trouble.slice(told) };
  };
}

const onDesk = await tab({ width: 1280 });
// 320 px is 1280 px at 400 %, 640 px at 200 %.
const inHand = await tab({ width: 320, reducedMotion: 'reduce' });

const EVERYTHING = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'],
  // Part of WCAG 2.2 AA, but off unless asked for.
  rules: { 'target-size': { enabled: true } },
};
/** The rules for what another light may change. */
const COLOURS = { runOnly: ['color-contrast', 'link-in-text-block'] };

/** What axe finds, one line each: the rule, the element, what is wrong. */
async function violations(page: Page, rules: RunOptions = EVERYTHING): Promise<readonly string[]> {
  // Evaluated, not added as a script: the page's policy refuses scripts that are not its own.
  await page.evaluate(axe);
  const results: AxeResults = await page.evaluate(
    // biome-ignore lint/suspicious/noExplicitAny: axe is a global of the page.
    (options) => (globalThis as any).axe.run(document, { ...options, resultTypes: ['violations'] }),
    rules,
  );
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
  );
}

/** The width that a page takes, whatever it is given. */
const widthOf = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth);

/** What moved after it was first shown, as the browser weighs it. */
async function shiftOf(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) sum += (entry as PerformanceEntry & { value: number }).value;
        }).observe({ type: 'layout-shift', buffered: true });
        // Two frames: what the first one shifts is reported after the second.
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(sum), 50)));
      }),
  );
}

/** Interactive elements whose keyboard focus cannot be seen, one of each kind. */
async function unseenFocus(page: Page): Promise<readonly string[]> {
  // Focus that a script gives after a key counts as the keyboard's.
  await page.keyboard.press('Tab');
  return page.evaluate(() => {
    const kinds = new Map<string, HTMLElement>();
    for (const element of document.querySelectorAll<HTMLElement>(
      'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex="-1"])',
    )) {
      if (!element.checkVisibility({ visibilityProperty: true })) continue;
      kinds.set(`${element.tagName} ${element.className} ${element.getAttribute('type') ?? ''}`, element);
    }
    return [...kinds].flatMap(([kind, element]) => {
      element.focus();
      const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
      const isSeen =
        document.activeElement === element &&
        outlineStyle !== 'none' &&
        Number.parseFloat(outlineWidth) >= 2 &&
        !/^rgba\(.*, 0\)$|^transparent$/.test(outlineColor);
      return isSeen ? [] : [`${kind}: outline ${outlineStyle} ${outlineWidth} ${outlineColor}`];
    });
  });
}

/** Elements that move though the reader asked for less of it. */
function movingElements(page: Page): Promise<readonly string[]> {
  return page.evaluate(() =>
    [document.documentElement, ...document.body.querySelectorAll('*')].flatMap((element) => {
      const { animationName, animationDuration, transitionDuration, scrollBehavior } = getComputedStyle(element);
      const lasts = (durations: string): boolean => durations.split(',').some((one) => Number.parseFloat(one) > 0.001);
      const isMoving = (animationName !== 'none' && lasts(animationDuration)) || lasts(transitionDuration);
      return isMoving || scrollBehavior === 'smooth' ? [`${element.tagName}.${element.className}`] : [];
    }),
  );
}

/** What a reader of the paper misses: addresses of links that leave, and hashes that are cut or folded away. */
function missingInPrint(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const missing: string[] = [];
    const isShown = (element: Element): boolean =>
      element.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true }) &&
      element.getClientRects().length > 0;
    for (const link of document.querySelectorAll<HTMLAnchorElement>('main a[href^="http"]')) {
      if (!isShown(link)) continue;
      const shown = `${link.textContent} ${getComputedStyle(link, '::after').content}`;
      const href = link.getAttribute('href') ?? '';
      if (!shown.includes(href)) missing.push(`address: ${href}`);
    }
    const walker = document.createTreeWalker(document.querySelector('main') ?? document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const hash = /[0-9a-f]{64}/.exec(node.nodeValue ?? '')?.[0];
      const element = node.parentElement;
      if (hash === undefined || element === null || element.closest('script, style, template') !== null) continue;
      if (!isShown(element)) missing.push(`folded away: ${hash}`);
      else if (element.scrollWidth > element.clientWidth && getComputedStyle(element).overflowX !== 'visible') {
        missing.push(`cut: ${hash}`);
      }
    }
    return missing;
  });
}

/** A page on which everything that is looked for is wrong. */
const BAD_PAGE = `<!doctype html><html lang="en"><title>bad</title><link rel="icon" href="data:,">
  <style>
    body { margin: 0 } .grey { color: #bbb; background: #fff } .wide { width: 900px }
    a:focus-visible { outline: 2px solid blue } button { outline: none !important }
    .small { display: inline-block; width: 10px; height: 10px; overflow: hidden }
    .moving { transition: color 1s } code { display: block; width: 5em; overflow: hidden }
  </style>
  <p class="grey">grey</p><div class="wide">wide</div><p class="moving">moving</p><img src="data:," width="1" height="1">
  <button class="small">1</button><button class="small">2</button>
  <main><h1>bad</h1><a href="https://example.org/hidden">link</a> <a href="https://example.org/a">https://example.org/a</a>
  <code>${'a'.repeat(64)}</code><details><summary>more</summary><p>${'b'.repeat(64)}</p></details></main>`;

test('each check finds the fault it looks for, so that the tests below are meaningful', async () => {
  writeFiles(folder, { 'bad/bad.html': BAD_PAGE });
  const { page, close } = await visit(browser, `${pathToFileURL(join(folder, 'bad')).href}/`, 'bad.html', {
    width: 320,
    reducedMotion: 'reduce',
  });
  const found = await violations(page);
  for (const rule of ['color-contrast', 'target-size', 'image-alt', 'region']) {
    assert.ok(
      found.some((line) => line.startsWith(`${rule}:`)),
      rule,
    );
  }
  assert.ok((await violations(page, COLOURS)).some((line) => line.startsWith('color-contrast:')));
  await page.evaluate(() => {
    const late = document.createElement('div');
    late.style.height = '99px';
    document.body.prepend(late);
  });
  // However late a busy browser reports it.
  let shift = 0;
  for (let i = 0; i < 300 && shift === 0; i++) shift = await shiftOf(page);
  assert.ok(shift > 0);
  assert.equal(await widthOf(page), 900);
  assert.deepEqual(
    (await unseenFocus(page)).map((line) => line.replace(/ .*/, '')),
    ['BUTTON', 'SUMMARY'],
  );
  assert.deepEqual(await movingElements(page), ['P.moving']);
  await page.emulateMedia({ media: 'print' });
  assert.deepEqual(await missingInPrint(page), [
    'address: https://example.org/hidden',
    `cut: ${'a'.repeat(64)}`,
    `folded away: ${'b'.repeat(64)}`,
  ]);
  await close();
});

for (const { name, path } of pages) {
  test(name, async (t) => {
    await t.test('on a desk: nothing goes wrong or shifts; axe finds nothing, in light and in dark', async () => {
      const { page, trouble } = await onDesk(path);
      assert.equal(await shiftOf(page), 0, 'layout shift');
      assert.equal(await widthOf(page), 1280);
      assert.deepEqual(await violations(page), [], 'light');
      await page.emulateMedia({ colorScheme: 'dark' });
      assert.deepEqual(await violations(page, COLOURS), [], 'dark');
      assert.deepEqual(trouble(), []);
    });

    await t.test(
      'in a hand, with less motion: nothing shifts, scrolls sideways or moves, focus is seen; paper has it all',
      async () => {
        const { page, trouble } = await inHand(path);
        assert.equal(await shiftOf(page), 0, 'layout shift');
        assert.equal(await widthOf(page), 320);
        await page.setViewportSize({ width: 640, height: 800 });
        assert.equal(await widthOf(page), 640);
        assert.deepEqual(await unseenFocus(page), []);
        assert.deepEqual(await movingElements(page), []);
        // About as wide as the paper.
        await page.setViewportSize({ width: 680, height: 800 });
        await page.emulateMedia({ media: 'print' });
        assert.deepEqual(await missingInPrint(page), []);
        assert.equal(await widthOf(page), 680);
        assert.deepEqual(trouble(), []);
      },
    );
  });
}

test('nothing shifts on a page that a reader opens first, though its scripts come long after it is shown', async () => {
  const record = (name: string) => `pith/${variety.suffixes.get(name)}/index.html`;
  for (const path of [
    'index.html',
    'browse/index.html',
    'search/index.html',
    'mirror-report/index.html',
    'verify.html',
    record('full'),
    // To what scripts show.
    `${record('full')}#verify-here`,
    `${record('version-2')}#verify-here`,
    `${record('right-to-left')}#cite`,
  ]) {
    for (const width of [1280, 320]) {
      const page = await browser.newPage({ viewport: { width, height: 800 } });
      await page.route('**/*.js', async (route) => {
        await wait(200);
        await route.continue();
      });
      await page.goto(`${server.url}${path}`);
      assert.equal(await shiftOf(page), 0, `${path} at ${width}`);
      await page.close();
    }
  }
});

test('tables are tables for screen readers, however they are laid out', async () => {
  const path = `pith/${variety.suffixes.get('full')}/index.html`;
  for (const width of [1280, 320]) {
    const { page, close } = await open(path, { width });
    const session = await page.context().newCDPSession(page);
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    const roles = nodes.filter(({ ignored }) => !ignored).map(({ role }) => String(role?.value));
    const count = (...names: readonly string[]): number => roles.filter((role) => names.includes(role)).length;
    const inPage = (selector: string): Promise<number> => page.locator(selector).count();
    assert.ok((await inPage('.fold table')) > 0 && (await inPage('table.data')) > 0);
    assert.equal(count('table'), await inPage('table'), `tables at ${width}`);
    assert.equal(count('row'), await inPage('tr'), `rows at ${width}`);
    assert.equal(count('rowheader'), await inPage('th[scope^="row"]'), `heads of rows at ${width}`);
    assert.equal(count('columnheader'), await inPage('th[scope="col"]'), `heads of columns at ${width}`);
    assert.equal(count('cell', 'gridcell'), await inPage('td'), `cells at ${width}`);
    await close();
  }
});

test('on paper, a search has what was typed and found, and no part is empty', async () => {
  const found = await open('search/index.html#q=concordia', {});
  await found.page.locator('.search-results a').first().waitFor();
  await found.page.emulateMedia({ media: 'print' });
  assert.ok(await found.page.locator('.search-results a').first().isVisible());
  assert.ok(await found.page.getByRole('searchbox').isVisible());
  assert.ok(!(await found.page.locator('.search-data').isVisible()));
  await found.close();
  for (const [path, part] of [
    ['index.html', '.search'],
    ['verify.html', '#verify-list'],
  ] as const) {
    const { page, close } = await open(path, {});
    await page.emulateMedia({ media: 'print' });
    assert.ok(!(await page.locator(part).isVisible()), path);
    if (path === 'verify.html')
      assert.ok(!(await page.getByRole('heading', { name: 'Bundles', exact: true }).isVisible()));
    await close();
  }
});

test('without scripts, nothing is shown that needs them', async () => {
  const { page, close } = await open('verify.html', { scripts: false });
  // What <noscript> has is not looked for: Chromium shows none of it where scripts are only emulated away.
  assert.equal(await page.locator('#verify-page').isVisible(), false);
  assert.ok(await page.getByRole('heading', { level: 1 }).isVisible());
  await close();
});

describe('the record page', () => {
  const seed = `pith/${variety.suffixes.get('seed')}/index.html`;
  const full = `pith/${variety.suffixes.get('full')}/index.html`;
  /** Where an element begins and ends, from the top of the page. */
  const span = (page: Page, selector: string): Promise<{ readonly top: number; readonly bottom: number }> =>
    page
      .locator(selector)
      .first()
      .evaluate((element) => {
        const { top, bottom } = element.getBoundingClientRect();
        return { top: top + scrollY, bottom: bottom + scrollY };
      });

  test('shows title, authors, verdict and the start of the abstract on the first screen, on a desktop and a phone', async (t) => {
    for (const path of [seed, full]) {
      for (const [width, height] of [
        [1280, 900],
        [390, 844],
      ] as const) {
        const { page, close } = await open(path, { width, height });
        const [title, authors, line, abstract] = await Promise.all(
          ['h1', '.authors p', '.verdict-line', '.abstract'].map((selector) => span(page, selector)),
        );
        t.diagnostic(`${path.slice(5, 9)} at ${width} x ${height}: abstract at ${abstract?.top} px`);
        for (const part of [title, authors, line]) assert.ok((part?.bottom ?? height) < height, `${path} ${width}`);
        // Its first line.
        assert.ok((abstract?.top ?? height) + 24 < height, `${path} ${width}: abstract at ${abstract?.top} px`);
        await close();
      }
    }
  });

  test('of the real bundle is at most 5,500 px high on a desktop', async (t) => {
    const { page, close } = await open(seed, { width: 1280, height: 900 });
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    t.diagnostic(`${height} px`);
    assert.ok(height <= 5500, `${height} px`);
    await close();
  });

  test('has its table of contents next to the text or folded above it, without a script', async () => {
    const wide = await open(full, { width: 1280, height: 900, scripts: false });
    const list = wide.page.locator('.toc ol');
    assert.ok(await list.isVisible());
    assert.ok(!(await wide.page.locator('.toc summary').isVisible()));
    const [toc, text] = [await list.boundingBox(), await wide.page.locator('h1').boundingBox()];
    assert.ok((toc?.x ?? 0) + (toc?.width ?? 0) <= (text?.x ?? 0), 'next to the text');
    const hrefs = await list.locator('a').evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
    for (const href of hrefs) assert.equal(await wide.page.locator(href).count(), 1, href);
    for (const href of ['#abstract', '#snapshot-claims', '#snapshot-references', '#cite', '#ledger'])
      assert.ok(hrefs.includes(href), href);
    // It stays in sight.
    await wide.page.evaluate(() => scrollTo(0, 3000));
    assert.ok(((await list.boundingBox())?.y ?? -1) >= 0);
    await wide.close();

    const narrow = await open(full, { width: 390, height: 844, scripts: false });
    assert.ok(!(await narrow.page.locator('.toc ol').isVisible()));
    await narrow.page.locator('.toc summary').click();
    assert.ok(await narrow.page.locator('.toc ol').isVisible());
    await narrow.close();
  });

  test('folds groups of checks that all passed, and opens those with a failure; print and screen readers get every row', async () => {
    const path = `pith/${variety.suffixes.get('mismatches')}/index.html`;
    const { page, close } = await open(path, { width: 1280 });
    const groups = await page.locator('.fold').evaluateAll((found) =>
      found.map((group) => ({
        isOpen: (group as HTMLDetailsElement).open,
        outcomes: [...group.querySelectorAll('td:first-child')].map(({ textContent }) => textContent),
        summary: group.querySelector('summary')?.textContent ?? '',
        rowHeight: group.querySelector('tbody')?.getBoundingClientRect().height ?? 0,
        isSeen: document.elementFromPoint(1, 1) !== null,
      })),
    );
    assert.ok(groups.some(({ isOpen }) => isOpen) && groups.some(({ isOpen }) => !isOpen));
    for (const { isOpen, outcomes, summary } of groups) {
      assert.equal(
        isOpen,
        outcomes.some((outcome) => outcome !== 'verified'),
        summary,
      );
      const verified = outcomes.filter((outcome) => outcome === 'verified').length;
      if (verified > 0) assert.match(summary, new RegExp(`\\b${verified} verified`));
    }
    // Nothing in a folded group takes the focus.
    assert.deepEqual(
      await page
        .locator('.fold:not([open]) a')
        .evaluateAll((links) =>
          links.filter((link) => link.checkVisibility({ visibilityProperty: true })).map(({ outerHTML }) => outerHTML),
        ),
      [],
    );
    const session = await page.context().newCDPSession(page);
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    const heads = nodes.filter(({ ignored, role }) => !ignored && role?.value === 'rowheader').length;
    assert.equal(heads, await page.locator('tbody th[scope="row"]').count());
    await page.emulateMedia({ media: 'print' });
    const printed = await page.locator('.fold tbody tr').evaluateAll((rows) =>
      rows.map((row) => {
        const box = row.closest('.fold')?.getBoundingClientRect();
        return box !== undefined && row.getBoundingClientRect().bottom <= box.bottom + 1;
      }),
    );
    assert.ok(printed.length > 10 && printed.every((isInside) => isInside));
    await close();
  });
});
