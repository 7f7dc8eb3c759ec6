/** The texts of the repository: no phrase that readers had to decode comes back. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { phrasesIn } from './support/checks/phrases.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
/** Data of others, and the list of the phrases itself. */
const NOT_OURS =
  /^(?:test\/vectors\/|test\/bench\/eleventy\/|test\/support\/checks\/phrases\.ts$|test\/english\.test\.ts$)/;

const texts = ['src', 'test', '.github', '.ci', 'public']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replaceAll('\\', '/')),
  )
  .concat('README.md', 'CONTRIBUTING.md', 'astro.config.mjs')
  .filter((path) => /\.(?:ts|mjs|astro|css|md|yml|conf|sh|json)$|^\.ci\/run$/.test(path) && !NOT_OURS.test(path));

test('no text of the repository has a phrase that readers had to decode', () => {
  assert.ok(texts.length > 300, `expected all texts, found ${texts.length}`);
  const found = texts.flatMap((path) =>
    phrasesIn(readFileSync(join(root, path), 'utf8')).map(
      ({ line, found: words, plain }) => `${path}:${line}: "${words}"; write: ${plain}`,
    ),
  );
  assert.deepEqual(found, []);
});

test('each phrase is found, in any case and across the lines of a comment', () => {
  assert.deepEqual(
    phrasesIn('It is made Anew.').map(({ found }) => found),
    ['Anew'],
  );
  assert.deepEqual(
    phrasesIn('/**\n * The key is at\n * hand.\n */').map(({ line }) => line),
    [2],
  );
  assert.deepEqual(
    phrasesIn('  // it is left\n  // out and reported').map(({ found }) => found.length > 0),
    [true],
  );
  assert.deepEqual(phrasesIn('where it is, anewly, upone'), []);
});
