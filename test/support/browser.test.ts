import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launchBrowser } from './browser.ts';

test('a Chromium is there and runs scripts', async () => {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.setContent('<p>before</p><script>document.querySelector("p").textContent = "after"</script>');
    assert.equal(await page.textContent('p'), 'after');
  } finally {
    await browser.close();
  }
});
