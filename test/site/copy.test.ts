/** The copy buttons: what they copy, and that it is seen and said; in both browsers, over http and from a disk. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { inEveryWay, type Way } from '../support/browser/visit.ts';
import { SEED_SUFFIX } from '../support/bundles/vectors.ts';
import { PROJECT, temporaryFolder } from '../support/sites/cli.ts';
import { build } from '../support/sites/site.ts';

const out = join(temporaryFolder(), 'site');
const record = `pith/${SEED_SUFFIX}/index.html`;

before(() => build([join(PROJECT, 'bundles'), '--out', out], 0));

/** Presses the button; gives the text that stands above it and the message next to it. */
async function press(page: Page, name: string): Promise<{ readonly text: string; readonly said: string }> {
  const button = page.getByRole('button', { name });
  const box = page.locator('.snippet').filter({ has: button });
  const status = box.getByRole('status');
  assert.equal(await status.textContent(), '');
  await button.click();
  // Waited for, seen and read in one step, because it goes after a few seconds.
  const said = await status.filter({ hasText: /./, visible: true }).textContent();
  return { text: (await box.locator('code').textContent()) ?? '', said: said ?? '' };
}

/** What comes out of the clipboard, in a page that has a field of several lines. */
async function pasted(way: Way, page: Page): Promise<string> {
  await page.goto(`${way.root()}verify.html`);
  await page.locator('.verify-other > summary').click();
  const field = page.getByLabel(/^A trust file/);
  await field.focus();
  await page.keyboard.press('ControlOrMeta+v');
  return field.inputValue();
}

inEveryWay(out, (way) => {
  it('every button copies the text above it, is named for it, and says so', async () => {
    const { page, trouble, close } = await way.visit(record);
    await page.locator('details').evaluateAll((all) => {
      for (const details of all) details.setAttribute('open', '');
    });
    const names = await page.getByRole('button', { name: /^Copy / }).allTextContents();
    assert.deepEqual(
      names,
      ['BibTeX', 'RIS', 'CSL-JSON', 'LaTeX', 'HTML', 'Markdown'].map((name) => `Copy ${name}`),
    );
    for (const name of names) assert.equal((await press(page, name)).said, 'Copied', name);
    assert.deepEqual(trouble, []);
    await close();
  });

  it('pastes the text that was shown', async () => {
    const { page, trouble, close } = await way.visit(record);
    const { text } = await press(page, 'Copy BibTeX');
    assert.match(text, /^% The authors are in the registry's order, not the paper's\.\n@misc\{quinn2606concordia,/);
    assert.equal((await pasted(way, page)).trim(), text.trim());
    assert.deepEqual(trouble, []);
    await close();
  });

  describe('copying without the clipboard API', () => {
    const take = (page: Page, withCommand: boolean): Promise<void> =>
      page.evaluate((keeps) => {
        Object.defineProperty(navigator, 'clipboard', { value: undefined });
        if (!keeps) Object.defineProperty(document, 'execCommand', { value: () => false });
      }, withCommand);

    it('falls back to the old copy command', async () => {
      const { page, trouble, close } = await way.visit(record);
      await take(page, true);
      await page.getByText('In a LaTeX paper', { exact: true }).click();
      const { text, said } = await press(page, 'Copy LaTeX');
      assert.equal(said, 'Copied');
      assert.equal(await page.evaluate(() => String(getSelection())), '');
      assert.equal((await pasted(way, page)).trim(), text.trim());
      assert.deepEqual(trouble, []);
      await close();
    });

    it('selects the text for the keyboard if the command fails too', async () => {
      const { page, trouble, close } = await way.visit(record);
      await take(page, false);
      await page.getByText('In a LaTeX paper', { exact: true }).click();
      const { text, said } = await press(page, 'Copy LaTeX');
      assert.equal(said, 'Selected. Press Ctrl+C or ⌘C to copy');
      assert.equal((await page.evaluate(() => String(getSelection()))).trim(), text.trim());
      await page.keyboard.press('ControlOrMeta+c');
      assert.equal((await pasted(way, page)).trim(), text.trim());
      assert.deepEqual(trouble, []);
      await close();
    });
  });
});
