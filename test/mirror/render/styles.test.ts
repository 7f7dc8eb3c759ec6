/** The style sheet is one file, joined from its sources. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { STYLE_SOURCES, styleFile, withoutComments } from '../../../src/mirror/render/styles.ts';
import { PROJECT } from '../../support/sites/cli.ts';

const folder = join(PROJECT, 'src/site/styles');

test('the style sheet holds every source file, each once, in the order of the cascade', async () => {
  const { path, content } = await styleFile();
  assert.equal(path, 'style.css');
  const text = String(content);
  const places = STYLE_SOURCES.map((name) => {
    const source = withoutComments(readFileSync(join(folder, `${name}.css`), 'utf8'));
    assert.equal(text.split(source).length, 2, name);
    return text.indexOf(source);
  });
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  );
  assert.deepEqual(readdirSync(folder).sort(), STYLE_SOURCES.map((name) => `${name}.css`).sort());
  assert.equal(
    text.length,
    STYLE_SOURCES.reduce(
      (sum, name) => sum + withoutComments(readFileSync(join(folder, `${name}.css`), 'utf8')).length + 1,
      -1,
    ),
  );
});

test('comments are left out, and nothing else', () => {
  assert.equal(
    withoutComments('/* one */\n\na {\n  /* two\n  lines */\n  color: red; /* three */\n}\n\n/* four */\nb {}\n'),
    'a {\n\n  color: red;\n}\n\nb {}\n',
  );
});

test('no source has the marks of a comment in a string, where they would be none', () => {
  for (const name of STYLE_SOURCES) {
    const source = readFileSync(join(folder, `${name}.css`), 'utf8');
    assert.doesNotMatch(source, /"[^"\n]*(?:\/\*|\*\/)[^"\n]*"/, name);
    assert.equal(source.split('/*').length, source.split('*/').length, name);
  }
});

test('tokens come first, print last: what is said of paper holds against everything else', () => {
  assert.equal(STYLE_SOURCES[0], 'tokens');
  assert.equal(STYLE_SOURCES.at(-1), 'print');
  for (const name of STYLE_SOURCES) {
    const source = readFileSync(join(folder, `${name}.css`), 'utf8');
    assert.equal(/@media print/.test(source), name === 'print', name);
    assert.equal(/--[\w-]+: *#/.test(source), name === 'tokens' || name === 'print', name);
    assert.ok(source.split('\n').length < 520, `${name} is long enough to be two`);
  }
});
