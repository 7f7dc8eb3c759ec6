/** The protocol's README names the tests that hold its rules. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { REASON_CODES } from '../../src/protocol/index.ts';
import { PROJECT } from '../support/sites/cli.ts';

const README = readFileSync(join(PROJECT, 'src/protocol/README.md'), 'utf8');
/** The last cells of the rows of three columns or more: the tests. */
const cells = README.split('\n').flatMap((line) =>
  /^\| .* \| .* \| /.test(line) ? [line.split(' | ').at(-1) ?? ''] : [],
);

it('every test that the README names exists', () => {
  const named = cells.flatMap((cell) =>
    Array.from(cell.matchAll(/`((?:[a-z0-9-]+\/)*[a-z0-9-]+)`/g), ([, name = '']) => name),
  );
  assert.ok(named.length > 60, `${named.length} tests`);
  const missing = named.filter((name) => {
    const path = name.startsWith('test/') ? name : `test/protocol/${name}`;
    return !existsSync(join(PROJECT, `${path}.test.ts`)) && !existsSync(join(PROJECT, path));
  });
  assert.deepEqual(missing, []);
});

it('every reason code that the README names is one of the protocol', () => {
  const names = new Set(README.match(/`[a-z]+(?:_[a-z0-9]+)+`/g)?.map((name) => name.slice(1, -1)));
  const codes = REASON_CODES.filter((code) => names.has(code));
  assert.ok(codes.length > 35, `${codes.length} of ${REASON_CODES.length} codes are named`);
});

it('every section that a comment of this layer names is one of the README', () => {
  const sections = new Set(Array.from(README.matchAll(/^## (\d+)\. /gm), ([, number]) => number));
  for (const file of globSync('src/protocol/**/*.ts', { cwd: PROJECT })) {
    const text = readFileSync(join(PROJECT, file), 'utf8').replace(/RFC \d+,? section [\d.]+/g, '');
    for (const [words, number] of text.matchAll(/\bsections? (\d+)/g))
      assert.ok(sections.has(number), `${file}: ${words}`);
  }
});
