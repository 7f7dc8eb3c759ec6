/** One test for each rule of section 9: several bundles of one number. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type MergedRecord, mergeBundles, type VerifiedBundle, verifyBundle } from '../../../src/protocol/index.ts';
import {
  at,
  bundle,
  CREATED,
  event,
  FLAWS,
  received,
  referenceState,
  verified,
} from '../../support/bundles/histories.ts';
import {
  bytesOf,
  type Data,
  makeBundle,
  makeRecord,
  sealBundle,
  testTrust,
  withState,
} from '../../support/bundles/make-bundle.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const stateOf = ({ state }: MergedRecord): Data => JSON.parse(text(state.bytes));
const codesOf = ({ findings }: MergedRecord): readonly string[] => findings.map(({ code }) => code);
const [a, b, c] = ['a', 'b', 'c'].map((target, i) => event('correction', { target, created_at: at(i) }));
const view = (second: number, ...events: readonly Data[]): VerifiedBundle => received(events, { built_at: at(second) });

function publishedBundle(merged: MergedRecord): VerifiedBundle {
  assert.equal(merged.published.kind, 'received');
  return merged.published.kind === 'received' ? merged.published.bundle : merged.bundles[0];
}

describe('section 9: the newest bundle that alone holds every valid event is published as it came', () => {
  test('the newest of two complete bundles is published', () => {
    const [old, young] = [view(1, a, b), view(2, b, a)];
    const merged = mergeBundles([old, young]);
    assert.equal(publishedBundle(merged), young);
    assert.equal(merged.published.bytes, young.bytes);
    assert.deepEqual(merged.findings, []);
  });

  test('a newer bundle with more events withholds nothing', () => {
    const merged = mergeBundles([view(1, a), view(2, a, b), view(3, a, b, c)]);
    assert.equal(publishedBundle(merged).builtAt, at(3));
    assert.deepEqual(merged.findings, []);
  });

  test('built_at is compared as an instant', () => {
    const times = ['2026-06-24T00:00:09Z', '2026-06-24T00:00:09.25Z', '2026-06-24T00:00:09.5Z'];
    const bundles = times.map((built_at) => received([a], { built_at }));
    assert.equal(publishedBundle(mergeBundles(bundles)), bundles[2]);
    assert.equal(publishedBundle(mergeBundles(bundles.toReversed())), bundles[2]);
  });

  test('bundle_sha256 decides between bundles built at the same instant', () => {
    const bundles = [1, 2, 3, 4].map((note) => received([a], { built_at: at(1), links: { note } }));
    const last = bundles.toSorted((x, y) => (x.bundleSha256 < y.bundleSha256 ? -1 : 1)).at(-1);
    assert.equal(publishedBundle(mergeBundles(bundles)), last);
    assert.equal(publishedBundle(mergeBundles(bundles.toReversed())), last);
  });

  test('which of two layouts of one bundle is published does not depend on their order', () => {
    const data = bundle([a]);
    const layouts = [JSON.stringify(data), JSON.stringify(data, null, 1), `${JSON.stringify(data)}\n`].map((layout) => {
      const { bundle: read } = verifyBundle(new TextEncoder().encode(layout), testTrust);
      assert.ok(read);
      return read;
    });
    const chosen = publishedBundle(mergeBundles(layouts));
    for (let i = 0; i < 3; i++) {
      layouts.push(...layouts.splice(0, 1));
      assert.equal(publishedBundle(mergeBundles(layouts)), chosen);
    }
  });

  test('its own invalid events are in the state, those of others are not: the state is its own merge', () => {
    const bad = FLAWS.digest?.(c).event;
    const merged = mergeBundles([view(1, a, bad), view(2, a, b)]);
    assert.equal(stateOf(merged).invalid_event_count, 0);
    assert.equal(referenceState(merged.published.bytes), text(merged.state.bytes));
    const other = mergeBundles([view(1, a), view(2, a, b, bad)]);
    assert.equal(stateOf(other).invalid_event_count, 1);
    assert.equal(referenceState(other.published.bytes), text(other.state.bytes));
  });
});

describe('section 9: a newer bundle that lost events', () => {
  test('an older one that holds all is published, and events_withheld says so', () => {
    const merged = mergeBundles([view(1, a, b), view(2, a)]);
    assert.equal(publishedBundle(merged).builtAt, at(1));
    assert.deepEqual(codesOf(merged), ['events_withheld']);
    assert.ok(merged.findings[0]?.message.includes(b.event_id));
    assert.deepEqual(stateOf(merged).applied_event_ids.length, 3);
  });

  test('a bundle is assembled if two older ones each have an event that the newest withholds', () => {
    const merged = mergeBundles([view(1, a), view(2, b), view(3)]);
    assert.equal(merged.published.kind, 'assembled');
    assert.deepEqual(codesOf(merged), ['events_withheld', 'events_withheld']);
    assert.deepEqual(
      stateOf(merged).current.corrections.map((entry: Data) => entry.event_id),
      [a.event_id, b.event_id],
    );
  });

  test('an event that the newer bundle has, but not validly, is withheld', () => {
    const merged = mergeBundles([view(1, a), view(2, FLAWS.signature?.(a).event)]);
    assert.equal(publishedBundle(merged).builtAt, at(1));
    assert.deepEqual(codesOf(merged), ['events_withheld']);
  });
});

describe('section 9: a split view', () => {
  const bad = FLAWS.signature?.(event('correction', { target: 'bad' })).event;
  const [left, right] = [view(1, a, bad), view(2, b)];
  const merged = mergeBundles([left, right]);
  const assembled: Data = JSON.parse(text(merged.published.bytes));

  test('is a finding', () => {
    assert.equal(merged.published.kind, 'assembled');
    assert.deepEqual(codesOf(merged), ['split_view']);
  });

  test("has the newest bundle's members", () => {
    const newest: Data = JSON.parse(text(right.bytes));
    for (const name of Object.keys(newest).filter((key) => !['events', 'state', 'bundle_signature'].includes(key))) {
      assert.deepEqual(assembled[name], newest[name], name);
    }
    assert.deepEqual(new Set(Object.keys(assembled)), new Set([...Object.keys(newest), 'state']));
  });

  test('has the union of events, with their signatures, valid ones in merge order', () => {
    assert.deepEqual(assembled.events, [CREATED, a, b, bad]);
  });

  test('has the recomputed state, which is state.json', () => {
    assert.deepEqual(assembled.state, stateOf(merged));
    assert.equal(referenceState(merged.published.bytes), text(merged.state.bytes));
    assert.deepEqual(assembled.state.invalid_events, [{ event_id: bad.event_id, reason: 'bad_signature' }]);
  });

  test('has no signature that could be mistaken for one', () => {
    assert.deepEqual(assembled.bundle_signature, { signature_status: 'assembled_by_mirror' });
  });

  test('is rejected as input, with signature_status first', () => {
    const verdict = verifyBundle(merged.published.bytes, testTrust);
    assert.equal(verdict.outcome, 'rejected');
    assert.equal(verdict.findings[0]?.code, 'signature_status');
  });

  test('its state comes before its signature, as in every bundle', () => {
    assert.equal(Object.keys(assembled).at(-1), 'bundle_signature');
  });

  test('the bundles it was assembled from verify on their own and merge to the same state', () => {
    assert.ok(merged.published.kind === 'assembled');
    const again = merged.published.from.map(({ bytes }) => verifyBundle(bytes, testTrust).bundle);
    assert.deepEqual(mergeBundles(again.filter((one) => one !== null)).published.bytes, merged.published.bytes);
  });

  test('the state that the newest shipped is replaced, not kept', () => {
    const withOld = verified(withState(bundle([b], { built_at: at(2) })));
    const { published, state } = mergeBundles([left, withOld]);
    assert.deepEqual(JSON.parse(text(published.bytes)).state, JSON.parse(text(state.bytes)));
  });

  test('a complete bundle that is built later is published instead', () => {
    const whole = view(3, a, b);
    const healed = mergeBundles([left, right, whole]);
    assert.equal(publishedBundle(healed), whole);
    assert.deepEqual(healed.findings, []);
  });
});

describe('section 9: every bundle received stays', () => {
  test('bundles are listed newest first, byte for byte', () => {
    const bundles = [view(2, b), view(3), view(1, a)];
    assert.deepEqual(
      mergeBundles(bundles).bundles.map(({ builtAt }) => builtAt),
      [at(3), at(2), at(1)],
    );
    for (const one of bundles) assert.ok(mergeBundles(bundles).bundles.some(({ bytes }) => bytes === one.bytes));
  });

  test('counts a bundle that is received twice as one, and reports nothing twice', () => {
    const data = bundle([a, b], { built_at: at(1), state: { state_sha256: 'wrong' } });
    const copies = [1, 2].map(() => {
      const { bundle: read } = verifyBundle(bytesOf(data), testTrust);
      assert.ok(read);
      return read;
    });
    const once = mergeBundles([view(2, a), ...copies.slice(1)]);
    const twice = mergeBundles([view(2, a), ...copies]);
    assert.deepEqual(twice.findings, once.findings);
    assert.equal(twice.bundles.length, once.bundles.length);
    assert.equal(twice.comparisons.length, once.comparisons.length);
  });

  test('the state of each is compared with its own merge, and a wrong one in an older bundle is a finding', () => {
    const wrong = received([a], { built_at: at(1), state: { state_type: 'nothing' } });
    const right = verified(withState(bundle([a, b], { built_at: at(2) })));
    const merged = mergeBundles([wrong, right]);
    assert.deepEqual(
      merged.comparisons.map(({ outcome }) => outcome),
      ['equal', 'different'],
    );
    assert.deepEqual(codesOf(merged), ['state_mismatch']);
  });

  test('the right state of a bundle that lost events is right for it: no state_mismatch', () => {
    const less = verified(withState(bundle([a], { built_at: at(2) })));
    const merged = mergeBundles([view(1, a, b), less]);
    assert.deepEqual(codesOf(merged), ['events_withheld']);
  });
});

describe('mergeBundles is given bundles of one number', () => {
  test('anything that verifyBundle did not make is a TypeError, however similar it is', () => {
    const real = view(1, a);
    const members = Object.getOwnPropertyNames(Object.getPrototypeOf(real)).filter((name) => name !== 'constructor');
    const copy = Object.fromEntries(members.map((name) => [name, Reflect.get(real, name)]));
    const forged = [
      copy,
      { ...real },
      structuredClone(real),
      Object.create(real),
      new Proxy(real, {}),
      null,
      undefined,
      1,
    ];
    for (const value of forged) {
      assert.throws(() => mergeBundles([real, value as unknown as VerifiedBundle]), TypeError);
    }
    assert.throws(() => Reflect.construct(real.constructor, [copy]), TypeError);
  });

  test('an empty list is a RangeError', () => {
    assert.throws(() => mergeBundles([]), RangeError);
  });

  test('bundles of two numbers are a RangeError', () => {
    const stranger = verifyBundle(bytesOf(makeBundle(makeRecord({ id: '2606.00043' }))), testTrust).bundle;
    assert.ok(stranger);
    assert.throws(() => mergeBundles([view(1, a), stranger]), RangeError);
  });

  test('a bundle that was changed and signed again keeps its events: only its own digest is new', () => {
    const changed = verified(sealBundle({ ...bundle([a], { built_at: at(4) }), links: { changed: true } }));
    assert.deepEqual(stateOf(mergeBundles([changed])), stateOf(mergeBundles([view(4, a)])));
  });
});
