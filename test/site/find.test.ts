/** Finding a record as a reader does: by the search in every browser and from a disk, and without scripts by the lists. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { follow, inEveryWay, type Way } from '../support/browser/visit.ts';
import { buildVariety } from '../support/bundles/variety.ts';
import { temporaryFolder } from '../support/sites/cli.ts';

const folder = temporaryFolder();
const site = join(folder, 'site');
let suffixes: ReadonlyMap<string, string>;

before(async () => {
  ({ suffixes } = await buildVariety(folder, { plain: 60 }));
});

const RESULTS = '.search-results a';

async function type(page: Page, text: string): Promise<void> {
  await page.getByRole('searchbox').fill(text);
}

/** Waits until the search says what it has. */
async function status(page: Page, expected: RegExp): Promise<void> {
  await page.waitForFunction(
    (pattern) => new RegExp(pattern).test(document.querySelector('[role=status]')?.textContent ?? ''),
    expected.source,
  );
}

const titles = (page: Page): Promise<readonly string[]> => page.locator(RESULTS).allTextContents();
const focused = (page: Page): Promise<string> => page.locator(':focus').innerText();

/** Goes to a record by typing, and asserts that it is the one. */
async function resolves(way: Way, page: Page, typed: string, suffix: string | undefined): Promise<void> {
  assert.ok(suffix !== undefined);
  await page.goto(`${way.root()}search/index.html`);
  await type(page, typed);
  const target = `${way.root()}pith/${suffix}/index.html`;
  await Promise.all([page.waitForURL(target), page.getByRole('searchbox').press('Enter')]);
}

inEveryWay(site, (way) => {
  it('finds while typing, can be used by keyboard, and shows the same results after going back', async () => {
    const { page, trouble, close } = await way.visit('index.html');
    await type(page, 'conc');
    await status(page, /^1 record matches/);
    assert.match((await titles(page)).join(), /^Concordia/);
    await type(page, 'TWO version paper');
    await status(page, /^2 records match, newest first/);
    assert.deepEqual(await titles(page), ['A Paper in Two Versions, Revised', 'A Paper in Two Versions']);

    const box = page.getByRole('searchbox');
    await box.press('ArrowDown');
    assert.equal(await focused(page), 'A Paper in Two Versions, Revised');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    assert.equal(await focused(page), 'A Paper in Two Versions');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    assert.ok(await box.evaluate((element) => element === document.activeElement));
    // Words name no record: Enter goes to the first that was found, and from there on.
    await box.press('Enter');
    assert.equal(await focused(page), 'A Paper in Two Versions, Revised');
    await Promise.all([page.waitForURL(/\/pith\//), page.keyboard.press('Enter')]);
    assert.match(await page.title(), /^A Paper in Two Versions, Revised/);
    await page.goBack({ waitUntil: 'load' });
    await status(page, /^2 records match/);
    assert.equal(await box.inputValue(), 'TWO version paper');

    await page.locator(RESULTS).first().focus();
    await page.keyboard.press('Escape');
    assert.ok(await box.evaluate((element) => element === document.activeElement));
    await box.press('Escape');
    assert.equal(await box.inputValue(), '');
    assert.deepEqual(await titles(page), []);
    assert.deepEqual(trouble, []);
    await close();
  });

  it('goes to the record that an identifier names, in any of its forms', async () => {
    const { page, trouble, close } = await way.visit('search/index.html');
    const seed = suffixes.get('seed') ?? '';
    await resolves(way, page, `pith:2026:${seed}`, seed);
    await resolves(way, page, seed.toLowerCase(), seed);
    await resolves(way, page, `pith:${seed.slice(0, 8).toLowerCase()}`, seed);
    await resolves(way, page, seed.slice(0, 12), seed);
    await resolves(way, page, 'arXiv:2606.23521', seed);
    await resolves(way, page, 'https://doi.org/10.48550/arXiv.2606.23521', seed);
    await resolves(way, page, '2605.00020v1', suffixes.get('version-1'));
    await resolves(way, page, 'cond-mat/0601001', suffixes.get('record-only'));
    // By an address, with no key pressed.
    await page.goto(`${way.root()}404.html`);
    await page.goto(`${way.root()}search/index.html#go=10.48550%2FarXiv.2606.23521`);
    await page.waitForURL(`${way.root()}pith/${seed}/index.html`);
    // A page that is left at once is left without its icon.
    assert.deepEqual(
      trouble.filter((line) => !line.endsWith('/icon.svg')),
      [],
    );
    await close();
  });

  it('lists the records if there are several, or says that there is none', async () => {
    const { page, trouble, close } = await way.visit('search/index.html');
    const short = `pith:${suffixes.get('short-collision-1')?.slice(0, 8)}`;
    await type(page, short);
    await status(page, /^2 records match/);
    await page.getByRole('searchbox').press('Enter');
    assert.match(await focused(page), /^One Short Number, Two Papers/);
    assert.match(page.url(), /\/search\/index\.html#q=pith/);
    await type(page, '2605.00020');
    await status(page, /^2 records match/);
    await type(page, '9912.99999');
    await status(page, /^None of the \d+ records matches/);
    assert.deepEqual(trouble, []);
    await close();
  });

  it('offers the versions held here for an identifier whose version is not', async () => {
    const { page, trouble, close } = await way.visit('search/index.html');
    await type(page, '2605.00020v7');
    await status(page, /^This mirror does not have version 7 of arXiv:2605\.00020\. It has these versions:$/);
    assert.deepEqual(await titles(page), ['A Paper in Two Versions, Revised', 'A Paper in Two Versions']);
    // Nothing is the version asked for, so Enter leads to the list and not to a record.
    await page.getByRole('searchbox').press('Enter');
    assert.equal(await focused(page), 'A Paper in Two Versions, Revised');
    assert.match(page.url(), /\/search\/index\.html#q=2605\.00020v7$/);
    await type(page, 'https://arxiv.org/abs/2606.23521v9');
    await status(page, /^This mirror does not have version 9 of arXiv:2606\.23521\. It has this version:$/);
    assert.equal((await titles(page)).length, 1);
    assert.deepEqual(trouble, []);
    await close();
  });

  it('shows the formulas of a title as the page of its record does', async () => {
    const { page, trouble, close } = await way.visit(`search/index.html#q=${suffixes.get('tex')}`);
    await status(page, /^1 record matches/);
    const formulas = (): Promise<readonly string[]> =>
      page
        .locator('.search-results a math, h1 math')
        .evaluateAll((found) => found.map((math) => `${math.namespaceURI} ${math.outerHTML}`));
    const inResult = await formulas();
    assert.equal(inResult.length, 3);
    // A browser that knows MathML sets a fraction above the line of its denominator.
    const [over, under] = await page
      .locator('.search-results a mfrac')
      .first()
      .evaluate((fraction) => [...fraction.children].map((child) => child.getBoundingClientRect().top));
    assert.ok(over !== undefined && under !== undefined && over < under, `${over} and ${under}`);
    await page.goto(`${way.root()}pith/${suffixes.get('tex')}/index.html`);
    assert.deepEqual(await formulas(), inResult);
    assert.deepEqual(trouble, []);
    await close();
  });

  it('shows the newest first, and more when it is asked', async () => {
    const { page, trouble, close } = await way.visit('search/index.html');
    await type(page, 'plain paper');
    await status(page, /^The newest 50 matches are shown; there are more/);
    assert.equal((await titles(page)).length, 50);
    await page.getByRole('button', { name: 'Show more' }).click();
    await status(page, /^60 records match/);
    const dates = await page
      .locator('.search-results .quiet')
      .evaluateAll((rows) => rows.map((row) => /\d{4}-\d{2}-\d{2}/.exec(row.textContent ?? '')?.[0] ?? ''));
    assert.deepEqual(dates, dates.toSorted().reverse());
    assert.equal(dates.length, 60);
    assert.equal(await focused(page), (await titles(page))[50]);
    assert.deepEqual(trouble, []);
    await close();
  });

  it('shows hostile text as text', async () => {
    const { page, trouble, close } = await way.visit(`search/index.html#q=${suffixes.get('hostile')}`);
    await status(page, /^1 record matches/);
    assert.deepEqual(
      await page
        .locator('.search-results li')
        .evaluate((item) => [...new Set([...item.querySelectorAll('*')].map(({ tagName }) => tagName))].sort()),
      ['A', 'BDI', 'CODE', 'P', 'SPAN'],
    );
    assert.deepEqual(trouble, []);
    await close();
  });
});

inEveryWay(
  site,
  (way) => {
    describe('without scripts', () => {
      it('there is no search box, and the lists lead to every record', async () => {
        const { page, trouble, close } = await way.visit('index.html', { scripts: false });
        assert.equal(await page.locator('.search').isVisible(), false);
        await follow(page, 'by date');
        await follow(page, '2026');
        await follow(page, /^Concordia/);
        assert.match(await page.title(), /^Concordia/);
        await page.goto(`${way.root()}browse/index.html`);
        await follow(page, /Digital Libraries/);
        assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'cs.DL: Digital Libraries');
        // By status, as the record's page shows it: a snapshot with an empty list of claims is not on that shelf.
        await follow(page, 'Browse');
        await follow(page, 'With claims');
        assert.deepEqual(await page.locator('.record-title').allInnerTexts(), [
          'A Paper with Every Part That a Graph Can Have',
        ]);
        await follow(page, 'Report');
        assert.ok(await page.getByRole('heading', { name: 'Rejected files' }).isVisible());
        // What is rejected has no link, whatever it says.
        assert.equal(await page.locator('section[aria-labelledby=rejected] a').count(), 0);
        assert.deepEqual(trouble, []);
        await close();
      });
    });
  },
  ['chromium'],
);
