import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { encodeUtf8, mergeBundles, readTrust, verifyBundle } from '../../src/protocol/index.ts';
import { GENERATOR_VERSION, MANY_EVENTS, MANY_EVERY, makeBundle, trustFile } from './generate.ts';

const trust = readTrust(encodeUtf8(trustFile()));
const many = MANY_EVERY - 1;

test('the same index gives the same bundle, byte for byte, on every machine', () => {
  const bytes = [0, 1, many].map((index) => makeBundle(index).text).join('\n');
  assert.equal(bytes, [0, 1, many].map((index) => makeBundle(index).text).join('\n'));
  // A cache from another machine or an older checkout may be used only while this holds. If it does not, raise the version.
  assert.equal(
    `${GENERATOR_VERSION} ${hash('sha256', bytes)}`,
    '1 28e7575d5b540df57d2777bf251f1c5b0979fd612aa886469c0e1b20971a525d',
  );
});

for (const [name, index, further, events] of [
  ['a usual one', 0, 0, 2],
  ['its successor', 0, 1, 3],
  ['another', 1, 0, 2],
  [`one of ${MANY_EVENTS} events`, many, 0, MANY_EVENTS],
] as const) {
  test(`${name} is verified without a finding, and ships the state of its merge`, () => {
    const { suffix, text } = makeBundle(index, further);
    const { bundle, findings, checks } = verifyBundle(encodeUtf8(text), trust);
    assert.deepEqual(findings, []);
    assert.ok(bundle);
    assert.equal(bundle.suffix, suffix);
    assert.equal(checks.filter(({ how, outcome }) => how === 'signature' && outcome === 'verified').length, events + 2);
    const merged = mergeBundles([bundle]);
    assert.deepEqual(merged.findings, []);
    assert.deepEqual(
      merged.comparisons.map(({ outcome }) => outcome),
      ['equal'],
    );
  });
}

test('bundles have distinct records and the size of the real one', () => {
  const bundles = Array.from({ length: 60 }, (_, index) => makeBundle(index));
  assert.equal(new Set(bundles.map(({ suffix }) => suffix)).size, bundles.length);
  const bytes = bundles.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) / bundles.length;
  assert.ok(bytes > 13_500 && bytes < 14_700, `${bytes} bytes on average`);
  assert.equal(makeBundle(0).suffix, makeBundle(0, 1).suffix);
  assert.notEqual(makeBundle(0).text, makeBundle(0, 1).text);
});

test('the key id says that the key is for tests', () => {
  assert.match(makeBundle(0).text, /TEST KEY of the benchmark/);
  assert.match(trustFile(), /"key_id":"TEST-bench"/);
});
