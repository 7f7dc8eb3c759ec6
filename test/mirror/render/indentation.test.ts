/** Pages carry no indentation that only a template needed. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { withoutIndentation } from '../../../src/mirror/render/render.ts';
import { SEED_SUFFIX } from '../../support/bundles/vectors.ts';
import { PROJECT, temporaryFolder } from '../../support/sites/cli.ts';
import { buildHere } from '../../support/sites/site.ts';

test('the markup of a component loses its indentation and blank lines, and its code keeps them', () => {
  const source = '---\nconst a = `\n  b`;\n---\n\n<p>\n  {a}\n\n  <b>c</b>\n</p>\n';
  assert.equal(withoutIndentation(source), '---\nconst a = `\n  b`;\n---\n<p>\n{a}\n<b>c</b>\n</p>\n');
  assert.equal(withoutIndentation('<p>\n  x</p>\n'), '<p>\nx</p>\n');
});

test('a record’s page has lines of its own for its elements, and blanks at their beginning only inside of texts', async () => {
  const out = join(temporaryFolder(), 'site');
  await buildHere([join(PROJECT, 'bundles'), '--out', out], 0);
  const html = readFileSync(join(out, 'pith', SEED_SUFFIX, 'index.html'), 'utf8');
  const outside = html.replaceAll(/<pre\b.*?<\/pre>/gs, '<pre>');
  assert.deepEqual(outside.match(/\n[ \t]+\S.*/g) ?? [], []);
  assert.ok(outside.split('\n').length > 150);
  assert.match(html, /<pre dir="ltr"><code>[^<]*\n {2}title/);
});
