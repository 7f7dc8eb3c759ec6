/**
 * The merge of 100,000 events (the most that one bundle may have) takes steps in proportion to their number.
 *
 * Signatures would take minutes, so the events here are stand-ins that count how often the merge looks at them. The door of
 * the merge refuses them.
 *
 * Slow: merges 20,000 events in many ways, and 100,000 at once.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { type Json, mergeBundles, parseJson, parseRecord, type VerifiedBundle } from '../../../src/protocol/index.ts';
import { mergeVerified } from '../../../src/protocol/merge/merge.ts';
import type { VerifiedEvent } from '../../../src/protocol/verify/event.ts';
import { CREATED, RECORD, received } from '../../support/bundles/histories.ts';
import { bytesOf, numberOf } from '../../support/bundles/make-bundle.ts';

const SIZE = 20_000;
const MAX_EVENTS = 100_000;

const {
  events: created,
  key,
  pithNumber,
  suffix,
} = ((bundle: VerifiedBundle) => ({
  events: bundle.events,
  key: bundle.key,
  pithNumber: bundle.pithNumber,
  suffix: bundle.suffix,
}))(received([CREATED]));
const record = parseRecord(parseJson(bytesOf(RECORD)));

interface Shape {
  readonly prev: (i: number) => number | null;
  readonly supersedes: (i: number) => readonly number[];
}

const idOf = (i: number): string => `sha256:${createHash('sha256').update(String(i)).digest('hex')}`;

/** Events that nobody signed, and a count of every look at them. */
function standIns(
  size: number,
  { prev, supersedes }: Shape,
): { events: readonly VerifiedEvent[]; looks: () => number } {
  let looks = 0;
  const events = Array.from({ length: size }, (_, i) => {
    const before = prev(i);
    const event = {
      value: new Map<string, Json>([['event_id', idOf(i)]]),
      eventId: idOf(i),
      eventType: i % 3 === 0 ? 'correction' : i % 3 === 1 ? 'graph_snapshot' : '__proto__',
      target: null,
      payload: new Map<string, Json>(),
      signer: new Map<string, Json>(),
      key,
      createdAt: '2026-06-24T00:00:00Z',
      createdInstant: '2026-06-24T00:00:00.000000000',
      supersedes: supersedes(i).map(idOf),
      prevEvent: before === null ? null : idOf(before),
    };
    return new Proxy(event, {
      get: (target, name: keyof typeof event) => {
        looks++;
        return target[name];
      },
    });
  });
  return { events: events as unknown as readonly VerifiedEvent[], looks: () => looks };
}

function standInBundle(events: readonly VerifiedEvent[], second: number): VerifiedBundle {
  const bundle = {
    // Bundles are told apart by their bytes.
    bytes: Uint8Array.of(second),
    value: new Map<string, Json>([['pith_number', numberOf(RECORD)]]),
    record,
    pithNumber,
    suffix,
    aliases: [],
    events: [...created, ...events],
    invalidEvents: [],
    claimedState: null,
    builtAt: `2026-06-25T00:00:0${second}Z`,
    builtInstant: `2026-06-25T00:00:0${second}.000000000`,
    bundleSha256: String(second).repeat(64),
  };
  return bundle as unknown as VerifiedBundle;
}

const shapes: Readonly<Record<string, Shape>> = {
  'a chain': { prev: (i) => (i === 0 ? null : i - 1), supersedes: (i) => (i === 0 ? [] : [i - 1]) },
  'all after one event': { prev: () => 0, supersedes: () => [0] },
  'all in one cycle': { prev: (i) => (i + 1) % 1000, supersedes: (i) => [(i + 1) % 1000] },
  'none known': { prev: (i) => -1 - i, supersedes: (i) => [-1 - i, -2 - i] },
};

for (const [name, shape] of Object.entries(shapes)) {
  for (const [spread, split] of [
    ['one bundle', (events: readonly VerifiedEvent[]) => [events]],
    [
      'two halves',
      (events: readonly VerifiedEvent[]) => [events.slice(0, events.length / 2), events.slice(events.length / 2)],
    ],
  ] as const) {
    test(`takes near-linear time for ${SIZE} events, ${name}, in ${spread}`, () => {
      const steps = [SIZE / 10, SIZE].map((size) => {
        const { events, looks } = standIns(size, shape);
        const merged = mergeVerified(split(events).map(standInBundle));
        assert.equal(merged.applied.length, size + 1);
        return looks();
      });
      const [few = 1, many = 0] = steps;
      // Ten times as many events; sorting may add a logarithm.
      assert.ok(many / few < 10 * 1.4, `${few} looks became ${many}`);
    });
  }
}

test(`merges ${MAX_EVENTS} events of one bundle that all follow one event`, () => {
  // Quadratic work would be ten thousand million steps here.
  const { events } = standIns(MAX_EVENTS - 1, { prev: () => 0, supersedes: () => [0] });
  const merged = mergeVerified([standInBundle(events, 1)]);
  assert.equal(merged.applied.length, MAX_EVENTS);
  assert.deepEqual(
    merged.equivocations.map(({ eventIds }) => eventIds.length),
    [MAX_EVENTS - 1],
  );
});

test('refuses an object that only looks like a verified bundle', () => {
  assert.throws(() => mergeBundles([standInBundle([], 1)]), TypeError);
});
