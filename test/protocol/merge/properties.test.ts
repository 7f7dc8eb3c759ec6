/** Properties of the merge over generated histories (sections 8 and 9). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  isArray,
  isObject,
  type Json,
  type MergedRecord,
  mergeBundles,
  parseJson,
  type VerifiedBundle,
  verifyBundle,
} from '../../../src/protocol/index.ts';
import {
  at,
  bundlesOf,
  type History,
  histories,
  RUNS,
  received,
  referenceState,
} from '../../support/bundles/histories.ts';
import { type Data, testTrust } from '../../support/bundles/make-bundle.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const codesOf = ({ findings }: MergedRecord): readonly string[] => findings.map(({ code }) => code);
const stateOf = (merged: MergedRecord): Data => JSON.parse(text(merged.state.bytes));

function check(name: string, property: (history: History) => void): void {
  test(name, () => fc.assert(fc.property(histories, property), RUNS));
}

/** What must not depend on any order. Where events stand in a bundle is in its digest, so messages are omitted. */
function outcomeOf(merged: MergedRecord): Data {
  return {
    state: text(merged.state.bytes),
    kind: merged.published.kind,
    effects: merged.applied.map(({ event, effect, list, supersededBy }) => [event.eventId, effect, list, supersededBy]),
    equivocations: merged.equivocations,
    findings: merged.findings.map(({ code, eventId }) => [code, eventId]),
  };
}

function reorder(bundles: readonly VerifiedBundle[]): readonly VerifiedBundle[] {
  return bundles.length === 3 ? [1, 2, 0].flatMap((i) => bundles[i] ?? []) : bundles.toReversed();
}

test('the generated histories cover the cases that the properties are about', () => {
  const all = fc.sample(histories, RUNS).map((history) => mergeBundles(bundlesOf(history)));
  const atLeast: Readonly<Record<string, (merged: MergedRecord) => boolean>> = {
    assembled: ({ published }) => published.kind === 'assembled',
    invalid: ({ events }) => events.invalid.length > 0,
    superseded: ({ applied }) => applied.some(({ effect }) => effect === 'superseded'),
    'a fork': ({ equivocations }) => equivocations.some(({ kind }) => kind === 'prev_event'),
    'two records': ({ equivocations }) => equivocations.some(({ kind }) => kind === 'record_created'),
    __proto__type: ({ applied }) => applied.some(({ event }) => event.eventType === '__proto__'),
    events_withheld: (merged) => codesOf(merged).includes('events_withheld'),
    split_view: (merged) => codesOf(merged).includes('split_view'),
    foreign_supersedes: (merged) => codesOf(merged).includes('foreign_supersedes'),
    dangling_prev_event: (merged) => codesOf(merged).includes('dangling_prev_event'),
  };
  const counts = Object.entries(atLeast).map(([name, is]) => [name, all.filter(is).length] as const);
  assert.deepEqual(
    counts.filter(([, count]) => count < 5),
    [],
  );
});

check('M1: the order of bundles has no influence, on a single byte', (history) => {
  const bundles = bundlesOf(history);
  const merged = mergeBundles(bundles);
  for (const others of [bundles.toReversed(), reorder(bundles)]) {
    const again = mergeBundles(others);
    assert.deepEqual(outcomeOf(again), outcomeOf(merged));
    assert.deepEqual(again.findings, merged.findings);
    assert.deepEqual(again.published.bytes, merged.published.bytes);
  }
});

check('M1: the order of events in their bundles has no influence', (history) => {
  const merged = mergeBundles(bundlesOf(history));
  const again = mergeBundles(bundlesOf({ ...history, views: history.views.map((events) => events.toReversed()) }));
  assert.deepEqual(outcomeOf(again), outcomeOf(merged));
  if (merged.published.kind === 'assembled') assert.equal(text(again.published.bytes), text(merged.published.bytes));
});

check('idempotence: a bundle given twice changes nothing', (history) => {
  const bundles = bundlesOf(history);
  const merged = mergeBundles(bundles);
  const again = mergeBundles([...bundles, ...bundles]);
  assert.deepEqual(outcomeOf(again), outcomeOf(merged));
  assert.deepEqual(again.published.bytes, merged.published.bytes);
});

check('idempotence: an event that stands twice in a bundle changes nothing', (history) => {
  const merged = mergeBundles(bundlesOf(history));
  const views = history.views.map((events) => [...events, ...events]);
  assert.deepEqual(outcomeOf(mergeBundles(bundlesOf({ ...history, views }))), outcomeOf(merged));
});

check('idempotence: merging the merge with its sources changes nothing', (history) => {
  const merged = mergeBundles(bundlesOf(history));
  const data = JSON.parse(text(merged.published.bytes));
  // As if a registry had signed what was assembled.
  const whole = received(data.events, { built_at: at(30) });
  assert.deepEqual(stateOf(mergeBundles([whole, ...bundlesOf(history)])), stateOf(mergeBundles([whole])));
  assert.deepEqual(stateOf(mergeBundles([whole])), stateOf(merged));
});

check('grouping: however valid events are spread over bundles, one state comes out', (history) => {
  const merged = mergeBundles(bundlesOf(history));
  const isValid = new Set(merged.applied.map(({ event }) => event.eventId));
  const { applied } = mergeBundles([received(history.events)]);
  // An invalid event may claim the id of a valid one, so ids do not tell them apart; the merge of one bundle does.
  const valid = history.events.filter((event) => received([event]).invalidEvents.length === 0);
  assert.deepEqual(new Set(applied.map(({ event }) => event.eventId)), isValid);
  const groupings = [
    [valid],
    [valid.slice(0, 2), valid.slice(2)],
    valid.map((event) => [event]),
    [valid.filter((_, i) => i % 2 === 0), valid.filter((_, i) => i % 2 === 1), valid.slice(1)],
  ].filter((views) => views.length > 0);
  const withRecord = groupings.map((views) => mergeBundles(bundlesOf({ ...history, views: [[], ...views] })));
  for (const other of withRecord) {
    const state = stateOf(other);
    assert.deepEqual(state, stateOf(withRecord[0] ?? other));
    // Only invalid events may tell it from the history's own state.
    const { current, applied_event_ids, equivocations } = stateOf(merged);
    assert.deepEqual(
      [state.current, state.applied_event_ids, state.equivocations],
      [current, applied_event_ids, equivocations],
    );
  }
});

check('invalid events never change current, applied_event_ids or equivocations', (history) => {
  const merged = mergeBundles(bundlesOf(history));
  const views = history.views.map((events) => events.filter((event) => received([event]).invalidEvents.length === 0));
  const without = mergeBundles(bundlesOf({ ...history, views }));
  const pick = ({ current, applied_event_ids, equivocations, valid_event_count }: Data): Data => ({
    current,
    applied_event_ids,
    equivocations,
    valid_event_count,
  });
  assert.deepEqual(pick(stateOf(merged)), pick(stateOf(without)));
  assert.equal(stateOf(without).invalid_event_count, 0);
});

check('an older bundle never removes anything', (history) => {
  const [oldest, ...newer] = bundlesOf(history);
  if (oldest === undefined || newer.length === 0) return;
  const before = stateOf(mergeBundles(newer));
  const after = stateOf(mergeBundles([oldest, ...newer]));
  const ids: readonly string[] = after.applied_event_ids;
  for (const id of before.applied_event_ids) assert.ok(ids.includes(id));
  assert.deepEqual(after.current.source_aliases, before.current.source_aliases);
  // One event leaves a list only by a word of its own key, which the older bundle brought.
  const brought = oldest.events.filter(({ eventId }) => !before.applied_event_ids.includes(eventId));
  const superseded = new Set(brought.flatMap(({ supersedes }) => supersedes));
  const listed = (state: Data): readonly string[] =>
    Object.entries<Data>(state.current).flatMap(([name, list]) =>
      Array.isArray(list) && name !== 'source_aliases' ? list.map((entry) => entry.event_id) : [],
    );
  for (const id of listed(before)) assert.ok(listed(after).includes(id) || superseded.has(id));
});

check('section 9: the merge of the published bundle.json is the published state.json', (history) => {
  const merged = mergeBundles(bundlesOf(history));
  assert.equal(referenceState(merged.published.bytes), text(merged.state.bytes));
  if (merged.published.kind === 'received') {
    const { bundle } = verifyBundle(merged.published.bytes, testTrust);
    assert.ok(bundle);
    assert.deepEqual(mergeBundles([bundle]).state.bytes, merged.state.bytes);
  } else {
    assert.deepEqual(JSON.parse(text(merged.published.bytes)).state, stateOf(merged));
  }
});

check('section 9: what is published holds every valid event that was received', (history) => {
  const bundles = bundlesOf(history);
  const merged = mergeBundles(bundles);
  const published = parseJson(merged.published.bytes);
  const events: Json | undefined = isObject(published) ? published.get('events') : undefined;
  assert.ok(isArray(events));
  const ids = new Set(events.map((event) => (isObject(event) ? event.get('event_id') : undefined)));
  for (const bundle of bundles) for (const { eventId } of bundle.events) assert.ok(ids.has(eventId));
  const isWhole = merged.bundles.find((bundle) =>
    merged.applied.every(({ event }) => bundle.events.some(({ eventId }) => eventId === event.eventId)),
  );
  assert.equal(merged.published.kind, isWhole === undefined ? 'assembled' : 'received');
  if (merged.published.kind === 'received') assert.equal(merged.published.bundle, isWhole);
});

check('the merge of each single bundle is that of a second implementation, written from the rules', (history) => {
  for (const bundle of bundlesOf(history)) {
    assert.equal(text(mergeBundles([bundle]).state.bytes), referenceState(bundle.bytes));
  }
});
