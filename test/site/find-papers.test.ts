/** What people type to find papers with formulas, Greek letters and emphasis, over http and from a disk. `find.test.ts` searches in both browsers. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, it } from 'node:test';
import { inEveryWay } from '../support/browser/visit.ts';
import { READERS_PAPERS } from '../support/bundles/vectors.ts';
import { temporaryFolder } from '../support/sites/cli.ts';
import { buildPapers } from '../support/sites/papers.ts';

const folder = temporaryFolder();
before(() => buildPapers(folder, new Map(READERS_PAPERS.map((paper) => [paper.name, paper]))));

const WATER = ['H2O ice and CO2'];
const LAMBDA = ['The ΛCDM model and α-decay', 'ΛCDM and α-decay again'];
/** What is typed, and the titles found, as a browser gives their text. */
const TYPED: readonly (readonly [typed: string, titles: readonly string[]])[] = [
  ...['H2O', 'H₂O', '$' + '{\\rm H}_2{\\rm O}$', 'h_2o ice'].map((typed) => [typed, WATER] as const),
  ...['ΛCDM', 'Lambda CDM', 'lambda-cdm', '$\\Lambda$CDM', 'α-decay', 'alpha-decay', '\\alpha decay'].map(
    (typed) => [typed, LAMBDA] as const,
  ),
  ['brebeuf et al.', ['Accents, one']],
  ['Brébeuf and others', []],
  ['@misc{brebeuf2606accents,', ['Accents, one']],
  ['sample and third', ['One apostrophe']],
  ['2606.40012 (v1)', ['Accents, one']],
];

inEveryWay(
  join(folder, 'site'),
  (way) => {
    it('finds a paper however its formulas, letters and names are typed', async () => {
      const { page, trouble, close } = await way.visit('search/index.html');
      const box = page.getByRole('searchbox');
      for (const [typed, titles] of TYPED) {
        await box.fill('');
        await page.waitForFunction(() => document.querySelector('.search-results li') === null);
        await box.fill(typed);
        const told = titles.length === 0 ? /^None of/ : new RegExp(`^${titles.length} records? match`);
        await page.getByRole('status').filter({ hasText: told }).waitFor();
        const found = await page
          .locator('.search-results a')
          .evaluateAll((links) => links.map((link) => (link.textContent ?? '').normalize('NFKC')));
        assert.deepEqual(found.toSorted(), titles.toSorted(), typed);
      }
      assert.deepEqual(trouble, []);
      await close();
    });

    it('shows the emphasis of a title in its result', async () => {
      const { page, trouble, close } = await way.visit('search/index.html#q=in%20situ');
      const shown = page.locator('.search-results a :is(i, em)');
      await shown.first().waitFor();
      assert.deepEqual(await shown.allTextContents(), ['in situ', 'Core ', '-sets']);
      assert.equal(await shown.first().evaluate((element) => getComputedStyle(element).fontStyle), 'italic');
      assert.deepEqual(trouble, []);
      await close();
    });
  },
  ['chromium'],
);
