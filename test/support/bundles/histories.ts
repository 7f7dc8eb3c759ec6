/**
 * Histories of one record: events by several TEST keys, good and bad, spread over several bundles; and the merge a
 * second time, written from the rules alone, to compare the real one with.
 *
 * A signature costs milliseconds to verify, so events and bundles are verified once for each content: bundles by OpenSSL, the
 * events of the second merge by the reference.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { openSslEngine } from '../../../src/mirror/judge/openssl.ts';
import { type VerifiedBundle, verifyBundle } from '../../../src/protocol/index.ts';
import { parseJson } from '../../../src/protocol/parse/json.ts';
import { parseRecord } from '../../../src/protocol/parse/record.ts';
import { nobleEngine } from '../../../src/protocol/verify/ed25519.ts';
import { VerifiedEvent } from '../../../src/protocol/verify/event.ts';
import { identifyRecord } from '../../../src/protocol/verify/record.ts';
import {
  authorKey,
  bytesOf,
  type Data,
  digest,
  makeBundle,
  makeEvent,
  makeRecord,
  makeRecordCreated,
  registryKey,
  secondKey,
  strangerKey,
  type TestKey,
  testTrust,
} from './make-bundle.ts';

/** Caches a function of JSON data by its argument. */
function once<A, R>(make: (argument: A) => R): (argument: A) => R {
  const made = new Map<string, R>();
  return (argument) => {
    const key = createHash('sha256').update(JSON.stringify(argument)).digest('hex');
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(argument);
    made.set(key, value);
    return value;
  };
}

export const RECORD: Data = makeRecord({ id: '2606.00042' });
export const CREATED: Data = makeRecordCreated(RECORD);

/** The second of a minute of 2026, as a timestamp. */
export function at(second: number): string {
  return `2026-06-24T00:00:${String(second).padStart(2, '0')}Z`;
}

/** An id that no event has. */
export const UNKNOWN_ID = `sha256:${'0'.repeat(64)}`;

const KEYS: Readonly<Record<string, TestKey>> = { registry: registryKey, second: secondKey, author: authorKey };

const sealed = once(([type, keyName, changes]: readonly [string, string, Data]): Data => {
  const key = keyName === 'stranger' ? strangerKey : KEYS[keyName];
  assert.ok(key);
  return makeEvent(RECORD, type, changes, key);
});

/** An event of RECORD, signed once for each content. */
export function event(type: string, changes: Data = {}, key = 'registry'): Data {
  return sealed([type, key, { created_at: at(1), ...changes }]);
}

/** What can be wrong with an event, and the reason that section 7 has for it. */
export const FLAWS: Readonly<Record<string, (good: Data) => { readonly event: Data; readonly reason: string }>> = {
  digest: (good) => ({ event: { ...good, target: 'changed' }, reason: 'content_hash_mismatch' }),
  id: (good) => ({ event: { ...good, event_id: UNKNOWN_ID }, reason: 'event_id_mismatch' }),
  status: (good) => ({
    event: { ...good, signature: { ...good.signature, signature_status: 'unsigned' } },
    reason: 'signature_status',
  }),
  // The R of one signature with the S of another.
  signature: (good) => ({
    event: { ...good, signature: { ...good.signature, signature_b64: CREATED.signature.signature_b64 } },
    reason: 'bad_signature',
  }),
  none: ({ signature: _, ...good }) => ({ event: good, reason: 'missing_signature' }),
  shape: (good) => ({ event: { ...good, payload: [] }, reason: 'event_schema' }),
  value: () => ({ event: 'not an event', reason: 'event_schema' }),
};

const bundled = once(
  ([events, changes]: readonly [readonly Data[], Data]): Data => makeBundle(RECORD, events, changes),
);

/** A bundle of RECORD. CREATED is added in front unless the events have it. */
export function bundle(events: readonly Data[], changes: Data = {}): Data {
  return bundled([events.includes(CREATED) ? events : [CREATED, ...events], changes]);
}

/** Verifies a bundle that must not be rejected. Each call for one content gives the same object. */
export const verified = once((data: Data): VerifiedBundle => {
  const verdict = verifyBundle(bytesOf(data), testTrust, openSslEngine);
  assert.notEqual(verdict.outcome, 'rejected', JSON.stringify(verdict.findings));
  assert.ok(verdict.bundle);
  return verdict.bundle;
});

/** A bundle of these events, verified. */
export function received(events: readonly Data[], changes: Data = {}): VerifiedBundle {
  return verified(bundle(events, changes));
}

// ---------------------------------------------------------------------------------------------- generated histories

export const EVENT_TYPES = [
  'graph_snapshot',
  'author_attestation',
  'timestamp_anchor',
  'storage_attestation',
  'citation_signature',
  'replication_record',
  'correction',
  'mirror_hint',
  'record_created',
  // Unknown ones: applied, and in no list.
  '__proto__',
  'constructor',
  '<img src=x>',
] as const;

interface Step {
  readonly type: string;
  readonly key: string;
  readonly second: number;
  /** How many events back; 0 for none, more than there are for an unknown one. */
  readonly prev: number;
  readonly supersedes: readonly number[];
  readonly flaw: string | null;
}

const back = fc.integer({ min: 0, max: 4 });
const step: fc.Arbitrary<Step> = fc.record({
  type: fc.constantFrom(...EVENT_TYPES),
  key: fc.constantFrom('registry', 'registry', 'second', 'author'),
  second: fc.integer({ min: 0, max: 2 }),
  prev: back,
  supersedes: fc.array(
    back.filter((steps) => steps > 0),
    { maxLength: 2 },
  ),
  flaw: fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom('stranger', ...Object.keys(FLAWS)) },
  ),
});

function build(steps: readonly Step[]): readonly Data[] {
  const events: Data[] = [CREATED];
  const idOf = (steps: number): string => events[events.length - steps]?.event_id ?? UNKNOWN_ID;
  for (const { type, key, second, prev, supersedes, flaw } of steps) {
    const changes = {
      created_at: at(second),
      prev_event: prev === 0 ? null : idOf(prev),
      supersedes: supersedes.map(idOf),
      target: `target ${second}`,
      ...(type === 'record_created' ? { payload: CREATED.payload } : {}),
    };
    const good = event(type, changes, flaw === 'stranger' ? 'stranger' : key);
    events.push(flaw === null ? good : (FLAWS[flaw]?.(good).event ?? good));
  }
  return events.slice(1);
}

export interface History {
  /** Distinct events, valid and invalid, without the first `record_created`. */
  readonly events: readonly Data[];
  /** Which events stand in each bundle, doubles among them. */
  readonly views: readonly (readonly Data[])[];
}

/** Events of one record, and the bundles over which they are spread. Every event is in one bundle at least. */
export const histories: fc.Arbitrary<History> = fc
  .record({
    steps: fc.array(step, { minLength: 1, maxLength: 6, size: 'max' }),
    // Bit b of an event's number says whether bundle b has it, in addition to the one that has it anyway.
    where: fc.array(fc.constantFrom(0, 0, 1, 2, 4, 7), { minLength: 6, maxLength: 6 }),
    bundles: fc.constantFrom(1, 2, 2, 3),
    isDoubled: fc.boolean(),
  })
  .map(({ steps, where, bundles, isDoubled }) => {
    const events = build(steps);
    const views = Array.from({ length: bundles }, (_, b) => {
      const seen = events.filter((_, i) => b === i % bundles || (((where[i] ?? 0) >> b) & 1) === 1);
      return isDoubled ? [...seen, ...seen.slice(0, 1)] : seen;
    });
    // Signed events are no help in a counterexample.
    const shape = { steps, views: views.map((view) => view.map((item) => events.indexOf(item))) };
    return { events, views, [fc.toStringMethod]: () => JSON.stringify(shape) };
  });

/** One seed for every property, so that they share the signatures of one set of histories. */
export const RUNS = { seed: 20260701, numRuns: 70, endOnFailure: true } as const;

/** The views of a history as bundles, oldest first; no two are built in one second. */
export function bundlesOf({ views }: History): readonly VerifiedBundle[] {
  return views.map((events, i) => received(events, { built_at: at(10 + i) }));
}

// ------------------------------------------------------------------------------------------------- the second merge

function sorted(value: Data): Data {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const names = Object.keys(value).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return Object.fromEntries(names.map((name) => [name, sorted(value[name])]));
}

const LIST_NAMES = [
  'graph_snapshots',
  'author_attestations',
  'timestamp_anchors',
  'storage_attestations',
  'citation_signatures',
  'replication_records',
  'corrections',
  'mirror_hints',
];

/** Text order of ASCII: what ids, reasons and padded instants are. */
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const instant = (time: string): string =>
  time.replace(/(?:\.(\d+))?Z$/, (_, digits = '') => `.${digits.padEnd(9, '0')}`);

const eventVerdict = once(([record, item]: readonly [Data, Data]) =>
  VerifiedEvent.verify(
    { value: parseJson(bytesOf(item)), where: '', record: identifyRecord(parseRecord(parseJson(bytesOf(record)))) },
    { trust: testTrust, engine: nobleEngine },
  ),
);

/**
 * The state of a bundle document by section 8, naively, its events verified one by one. Works on an assembled bundle
 * too, which as a whole is rejected as input.
 *
 * @returns the text that `state.json` must have.
 */
export function referenceState(bundleBytes: Uint8Array): string {
  const data: Data = JSON.parse(new TextDecoder().decode(bundleBytes));
  const valid = new Map<string, Data>();
  const invalid = new Map<
    string,
    { readonly event_id: string | null; readonly reason: string; readonly own: string }
  >();
  for (const item of data.events) {
    const verdict = eventVerdict([data.canonical_record, item]);
    if (verdict.outcome === 'valid') {
      if (!valid.has(item.event_id)) valid.set(item.event_id, item);
      continue;
    }
    const {
      signature: _,
      content_sha256: __,
      event_id: id = null,
      ...body
    } = typeof item === 'object' ? item : { item };
    const reason = verdict.event.reason;
    const own = `sha256:${digest(body)}`;
    invalid.set(JSON.stringify([id, reason, own]), { event_id: id, reason, own });
  }
  const bad = [...invalid.values()]
    .filter(({ event_id, own }) => !(event_id === own && valid.has(own)))
    .sort((a, b) => byText(a.event_id ?? '', b.event_id ?? '') || byText(a.reason, b.reason));
  const good = [...valid.values()].sort(
    (a, b) => byText(instant(a.created_at), instant(b.created_at)) || byText(a.event_id, b.event_id),
  );
  const entry = ({ event_id, target, created_at, signer, payload }: Data): Data => ({
    event_id,
    target,
    created_at,
    signer: sorted(signer),
    payload: sorted(payload),
  });
  const isSuperseded = (named: Data): boolean =>
    good.some((by) => by.supersedes.includes(named.event_id) && by.signer.key_id === named.signer.key_id);
  const created = good.filter(({ event_type }) => event_type === 'record_created');
  const forks = new Map<string, Data[]>();
  for (const item of good) {
    if (item.prev_event === null) continue;
    const slot = `${item.signer.key_id} ${item.prev_event}`;
    forks.set(slot, [...(forks.get(slot) ?? []), item]);
  }
  const ids = (items: readonly Data[]): readonly string[] => items.map(({ event_id }) => event_id).sort(byText);
  const equivocations: Data[] = [...forks]
    .filter(([, items]) => items.length > 1)
    .sort(([a], [b]) => byText(a, b))
    .map(([, items]) => ({
      kind: 'prev_event',
      key_id: items[0].signer.key_id,
      prev_event: items[0].prev_event,
      event_ids: ids(items),
    }));
  if (created.length > 1) {
    const keys = new Set(created.map(({ signer }) => signer.key_id));
    const key_id = keys.size === 1 ? created[0].signer.key_id : null;
    equivocations.push({ kind: 'record_created', key_id, prev_event: null, event_ids: ids(created) });
  }
  const state = {
    state_type: 'pith_open_graph_state',
    state_version: '1.0',
    pith_number: data.pith_number,
    merge_version: 'pith-open-graph-merge-v1',
    event_count: good.length + bad.length,
    valid_event_count: good.length,
    invalid_event_count: bad.length,
    equivocation_count: equivocations.length,
    current: {
      canonical_record: sorted(data.canonical_record),
      source_aliases: data.source_aliases
        .toSorted((a: Data, b: Data) => byText(a.alias_kind, b.alias_kind))
        .map(sorted),
      ...Object.fromEntries(
        LIST_NAMES.map((name) => [
          name,
          good.filter((item) => `${item.event_type}s` === name && !isSuperseded(item)).map(entry),
        ]),
      ),
      record_created: entry(created[0]),
    },
    equivocations,
    invalid_events: bad.map(({ event_id, reason }) => ({ event_id, reason })),
    applied_event_ids: good.map(({ event_id }) => event_id),
  };
  return JSON.stringify({ ...state, state_sha256: digest(state) });
}
