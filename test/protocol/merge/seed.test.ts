/** The one real bundle: its state, recomputed, is the one that upstream shipped. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeBundles, verifyBundle } from '../../../src/protocol/index.ts';
import { defaultTrust, seedBytes, seedText } from '../../support/bundles/vectors.ts';

const { bundle } = verifyBundle(seedBytes(), defaultTrust());
assert.ok(bundle);
const merged = mergeBundles([bundle]);

/** The bytes of the `state` member, cut out of the text. */
function shippedState(): string {
  const text = seedText();
  return text.slice(text.indexOf(',"state":{') + ',"state":'.length, text.indexOf(',"bundle_signature":{'));
}

test('section 8: the recomputed state of the seed has the shipped state_sha256', () => {
  assert.equal(merged.state.sha256, '8eb247b17ba57d2871824d2439e164c47158e6bd1a6131682b37034f0259d66e');
  assert.equal(merged.state.sha256, JSON.parse(shippedState()).state_sha256);
});

test("section 8: the recomputed state of the seed is the shipped one byte for byte, in upstream's member order", () => {
  assert.equal(new TextDecoder().decode(merged.state.bytes), shippedState());
});

test('section 8: the shipped state of the seed compares equal, and there is no finding', () => {
  assert.deepEqual(
    merged.comparisons.map(({ outcome, differences }) => ({ outcome, differences })),
    [{ outcome: 'equal', differences: [] }],
  );
  assert.deepEqual(merged.findings, []);
});

test('section 9: the seed is published as it came', () => {
  assert.equal(merged.published.kind, 'received');
  assert.deepEqual(merged.published.bytes, seedBytes());
});

test('every event of the seed does what upstream says it did', () => {
  assert.deepEqual(
    merged.applied.map(({ event, effect, list }) => [event.eventType, effect, list]),
    [
      ['record_created', 'record', null],
      ['graph_snapshot', 'listed', 'graph_snapshots'],
    ],
  );
});
