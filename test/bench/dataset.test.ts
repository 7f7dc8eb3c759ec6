import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../support/sites/cli.ts';
import { addNew, bundleName, cachedBundles, changeOne, eachBundle, writeInput } from './dataset.ts';
import { makeBundle } from './generate.ts';

const folder = temporaryFolder();
const COUNT = 5;

test('the cache returns what was made, and is rebuilt if it is not whole', () => {
  const path = cachedBundles(COUNT, folder);
  const bytes = readFileSync(path);
  const seen: string[] = [];
  eachBundle(path, (bundle) => seen.push(Buffer.from(bundle).toString()));
  assert.deepEqual(
    seen,
    Array.from({ length: COUNT }, (_, index) => makeBundle(index).text),
  );

  appendFileSync(path, 'x');
  assert.equal(cachedBundles(COUNT, folder), path);
  assert.ok(readFileSync(path).equals(bytes));
});

test('the input folder has a file for each bundle, of which one can be changed and others added', () => {
  const input = join(folder, 'input');
  writeInput(cachedBundles(COUNT, folder), input);
  const names = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, i) => bundleName(makeBundle(from + i).suffix));
  assert.deepEqual(readdirSync(input).sort(), names(0, COUNT).sort());

  changeOne(input, 2);
  addNew(input, COUNT, 2);
  assert.deepEqual(readdirSync(input).sort(), names(0, COUNT + 2).sort());
  const { suffix, text } = makeBundle(2, 1);
  assert.equal(readFileSync(join(input, bundleName(suffix)), 'utf8'), text);
});
