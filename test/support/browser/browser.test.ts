/**
 * The browsers are there, and what tests do in them works: in both, over http and from file:.
 *
 * Slow: opens both browsers.
 */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { temporaryFolder } from '../sites/cli.ts';
import { writeFiles } from '../sites/site.ts';
import { dropFiles, follow, inEveryWay } from './visit.ts';

const folder = temporaryFolder();
const SCRIPT = `
  const say = (text) => { document.querySelector('output').textContent = text; };
  document.querySelector('button').onclick = () => say(document.querySelector('[name=text]').value);
  document.querySelector('[type=file]').onchange = async ({ target }) => say(await target.files[0].text());
  document.body.ondragover = (event) => event.preventDefault();
  document.body.ondrop = async (event) => {
    event.preventDefault();
    say(await event.dataTransfer.files[0].text());
  };
`;

before(() => {
  writeFiles(folder, {
    'index.html': `<!doctype html><title>first</title><link rel="stylesheet" href="style.css"><link rel="icon" href="data:,">
      <a href="deep/second.html">second</a><input name="text"><button>Say</button><input type="file"><output>before</output>
      <script>${SCRIPT}</script>`,
    'deep/second.html':
      '<!doctype html><title>second</title><link rel="icon" href="data:,"><a href="../index.html">first</a>',
    'style.css': 'output { color: rgb(1, 2, 3) }',
    'bad.html': `<!doctype html>
      <meta http-equiv="Content-Security-Policy" content="img-src 'none'"><link rel="icon" href="data:,">
      <script src="none.js"></script><script>console.error('said'); setTimeout(() => { throw new Error('thrown'); });</script>
      <img src="refused.png" alt=""><script src="http://127.0.0.2:45999/elsewhere.js"></script>`,
  });
});

inEveryWay(folder, (way) => {
  test('a page can be read, typed into, clicked, given files, left and revisited without a reported problem', async () => {
    const { page, trouble, close } = await way.visit('index.html');
    const output = page.locator('output');
    assert.equal(await output.textContent(), 'before');
    assert.equal(await output.evaluate((element) => getComputedStyle(element).color), 'rgb(1, 2, 3)');
    await page.locator('[name=text]').fill('Typed ');
    await page.locator('[name=text]').press('End');
    await page.keyboard.type('Ünïcode');
    await page.getByRole('button', { name: 'Say' }).click();
    assert.equal(await output.textContent(), 'Typed Ünïcode');
    await page
      .locator('[type=file]')
      .setInputFiles({ name: 'a.json', mimeType: 'application/json', buffer: Buffer.from('{"a":1}') });
    await page.getByText('{"a":1}').waitFor();
    await dropFiles(page, 'body', [{ name: 'b.json', text: '{"b":2}' }]);
    await page.getByText('{"b":2}').waitFor();
    await follow(page, 'second');
    assert.equal(page.url(), `${way.root()}deep/second.html`);
    await page.goBack();
    assert.equal(page.url(), `${way.root()}index.html`);
    assert.equal((await page.screenshot()).subarray(1, 4).toString(), 'PNG');
    assert.deepEqual(trouble, []);
    await close();
  });

  test('every kind of problem is reported', async () => {
    const { page, trouble, close } = await way.visit('bad.html');
    const kinds = [
      /^said$/m,
      /thrown/,
      /none\.js/,
      /refused by the policy: img-src/,
      /^elsewhere: http:\/\/127\.0\.0\.2/m,
    ];
    // They come some time after the page, in no particular order.
    const missing = (): readonly RegExp[] => kinds.filter((kind) => !kind.test(trouble.join('\n')));
    for (let i = 0; i < 600 && missing().length > 0; i++) await page.waitForTimeout(100);
    assert.deepEqual(missing(), [], trouble.join('\n'));
    await close();
  });
});
