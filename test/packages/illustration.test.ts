/** The picture that a ZIM shows in a library, and the icon of the site. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { ILLUSTRATION } from '../../src/packages/formats/illustration.ts';
import { launchBrowser } from '../support/browser/browser.ts';
import { PROJECT } from '../support/sites/cli.ts';

/** Another version of the browser may smooth edges in another way. */
const MOST_PER_PIXEL = 4;

it('the illustration of a ZIM is the icon of the site, drawn in 48 × 48 pixels', async () => {
  const svg = readFileSync(join(PROJECT, 'public/icon.svg'), 'utf8').replace('<svg ', '<svg width="48" height="48" ');
  const browser = await launchBrowser('chromium');
  try {
    const page = await browser.newPage();
    const [drawn = [], stored = []] = await page.evaluate(
      (sources) =>
        Promise.all(
          sources.map(async (source) => {
            const image = new Image();
            image.src = source;
            await image.decode();
            const canvas = document.createElement('canvas');
            [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
            const context = canvas.getContext('2d');
            context?.drawImage(image, 0, 0);
            return [...(context?.getImageData(0, 0, canvas.width, canvas.height).data ?? [])];
          }),
        ),
      [
        `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`,
        `data:image/png;base64,${Buffer.from(ILLUSTRATION).toString('base64')}`,
      ],
    );
    assert.equal(stored.length, 48 * 48 * 4);
    assert.equal(drawn.length, stored.length);
    const difference = drawn.reduce((total, value, i) => total + Math.abs(value - (stored[i] ?? 0)), 0);
    assert.ok(difference / (48 * 48) < MOST_PER_PIXEL, `the pixels differ by ${difference / (48 * 48)} on average`);
    assert.ok(new Set(drawn).size > 10, 'the icon is empty');
  } finally {
    await browser.close();
  }
});
