import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../support/sites/cli.ts';
import { renderer } from './compile.ts';
import { compare, takeApart } from './peers.ts';

/** A site with a page for each text. */
function writeSite(folder: string, pages: readonly string[]): void {
  pages.forEach((text, i) => {
    const suffix = `${String.fromCharCode(65 + (i % 26)).repeat(25)}${String.fromCharCode(65 + Math.floor(i / 26))}`;
    mkdirSync(join(folder, 'pith', suffix), { recursive: true });
    writeFileSync(
      join(folder, 'pith', suffix, 'index.html'),
      `<html><body><h1>${text}</h1><p>same</p></body></html>\n`,
    );
  });
}

test('a site is taken apart and put together again, even if a page has a shape that the first sample lacks', () => {
  const folder = temporaryFolder();
  const [site, made, other] = ['site', 'made', 'other'].map((name) => join(folder, name)) as [string, string, string];
  // More than are sampled at first; the odd one is of their size, and in the middle.
  const pages = Array.from({ length: 300 }, (_, i) => (i === 151 ? '<b>1</b>' : `&lt;number ${1000 + i}&gt; of all`));
  writeSite(site, pages);
  const data = takeApart(site, join(folder, 'pages'), 300);
  assert.equal(data.suffixes.length, 300);
  assert.equal(readdirSync(data.values).length, 300);
  const render = renderer(data.template);
  for (const suffix of data.suffixes) {
    mkdirSync(join(made, 'pith', suffix), { recursive: true });
    const page = render(JSON.parse(readFileSync(join(data.values, `${suffix}.json`), 'utf8')));
    writeFileSync(join(made, 'pith', suffix, 'index.html'), page);
  }
  assert.deepEqual(compare(site, made, data), { size: 1, isSame: true, compared: 200, isFair: true });

  writeSite(
    other,
    pages.map((text) => text.replaceAll('&lt;', '&#60;').replaceAll('all', 'all that is in the site')),
  );
  const { isSame, isFair, size } = compare(site, other, data);
  assert.deepEqual([isSame, isFair, size > 1.1], [false, false, true]);
});
