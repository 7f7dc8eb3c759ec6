/** One test for each rule of the merge (section 8), on bundles signed with TEST keys. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LISTS, type MergedRecord, mergeBundles } from '../../../src/protocol/index.ts';
import {
  at,
  bundle,
  CREATED,
  event,
  FLAWS,
  RECORD,
  received,
  UNKNOWN_ID,
  verified,
} from '../../support/bundles/histories.ts';
import {
  type Data,
  makeEvent,
  makeRecordCreated,
  registryKey,
  secondKey,
  withState,
} from '../../support/bundles/make-bundle.ts';

const stateOf = ({ state }: MergedRecord): Data => JSON.parse(new TextDecoder().decode(state.bytes));
const merge = (...events: readonly Data[]): MergedRecord => mergeBundles([received(events)]);
const idsIn = (merged: MergedRecord, list: string): readonly string[] =>
  stateOf(merged).current[list].map((entry: Data) => entry.event_id);
const codesOf = ({ findings }: MergedRecord): readonly string[] => findings.map(({ code }) => code);
const ids = (...events: readonly Data[]): readonly string[] => events.map(({ event_id }) => event_id);

/** The same event, signed again as upstream does at each build: another `signed_at`, which no digest of it covers. */
const signedAgain = (item: Data): Data => ({
  ...item,
  signature: { ...item.signature, signed_at: '2026-07-02T00:00:00Z' },
});
const flawed = (name: string, item: Data): Data => FLAWS[name]?.(item).event;

describe('M1: the events of one number are one set keyed by event_id', () => {
  const one = event('correction', { target: 'one' });
  const two = event('correction', { target: 'two', created_at: at(2) });

  test('an event in two bundles, with two signatures, is one event', () => {
    const merged = mergeBundles([
      received([one], { built_at: at(1) }),
      received([signedAgain(one), two], { built_at: at(2) }),
    ]);
    assert.equal(stateOf(merged).event_count, 3);
    assert.deepEqual(idsIn(merged, 'corrections'), ids(one, two));
    assert.deepEqual(merged.findings, []);
  });

  test('an event that is in a bundle twice is one event, and not an equivocation', () => {
    const next = event('correction', { prev_event: CREATED.event_id });
    const merged = merge(next, signedAgain(next), next);
    assert.equal(stateOf(merged).event_count, 2);
    assert.equal(stateOf(merged).equivocation_count, 0);
  });

  for (const flaw of ['signature', 'status', 'none']) {
    test(`one valid signature makes an event valid despite a twin without one (${flaw}) in the same bundle`, () => {
      for (const events of [
        [one, flawed(flaw, one)],
        [flawed(flaw, one), one],
      ]) {
        const state = stateOf(merge(...events));
        assert.deepEqual([state.event_count, state.valid_event_count, state.invalid_event_count], [2, 2, 0]);
        assert.deepEqual(state.invalid_events, []);
      }
    });

    test(`one valid signature makes an event valid despite a twin without one (${flaw}) in a newer bundle`, () => {
      const merged = mergeBundles([
        received([one], { built_at: at(1) }),
        received([flawed(flaw, one), two], { built_at: at(2) }),
      ]);
      const state = stateOf(merged);
      assert.deepEqual([state.event_count, state.valid_event_count, state.invalid_event_count], [3, 3, 0]);
      assert.deepEqual(idsIn(merged, 'corrections'), ids(one, two));
      assert.equal(merged.published.kind, 'assembled');
    });
  }

  test('a forgery that claims the id of a valid event does not hide it', () => {
    const forgery = { ...flawed('digest', one), content_sha256: one.content_sha256, event_id: one.event_id };
    for (const events of [
      [one, forgery],
      [forgery, one],
    ]) {
      const state = stateOf(merge(...events));
      assert.deepEqual([state.valid_event_count, state.invalid_event_count], [2, 1]);
      assert.deepEqual(state.invalid_events, [{ event_id: one.event_id, reason: 'content_hash_mismatch' }]);
      assert.equal(state.current.corrections[0].target, 'one');
    }
  });

  test('which of two valid signatures is published does not depend on the order of events', () => {
    const again = signedAgain(one);
    const other = received([two], { built_at: at(1) });
    const assembled = [
      [one, again],
      [again, one],
    ].map((events) => mergeBundles([received(events, { built_at: at(2) }), other]).published);
    assert.deepEqual(
      assembled.map(({ kind }) => kind),
      ['assembled', 'assembled'],
    );
    assert.deepEqual(assembled[0]?.bytes, assembled[1]?.bytes);
  });
});

describe('M2: order by created_at as an instant, then by event_id', () => {
  const times = [
    ['2026-06-24T00:00:09Z', '2026-06-24T00:00:10Z'],
    ['2026-06-24T00:00:09.999999999Z', '2026-06-24T00:00:10Z'],
    // As text, "." sorts before "Z", and ".5Z" after ".25Z".
    ['2026-06-24T00:00:09Z', '2026-06-24T00:00:09.1Z'],
    ['2026-06-24T00:00:09.25Z', '2026-06-24T00:00:09.5Z'],
    ['2026-06-24T00:00:09.000000001Z', '2026-06-24T00:00:09.000000002Z'],
    // Milliseconds of a double would not tell these apart.
    ['2026-06-24T00:00:09.123456788Z', '2026-06-24T00:00:09.1234567889Z'.replace('89Z', '9Z')],
    ['0001-01-01T00:00:00Z', '1970-01-01T00:00:00Z'],
    ['2026-12-31T23:59:59Z', '9999-12-31T23:59:59Z'],
  ] as const;
  for (const [earlier, later] of times) {
    test(`${earlier} comes before ${later}`, () => {
      for (const target of ['a', 'b', 'c']) {
        const first = event('correction', { created_at: earlier, target });
        const second = event('correction', { created_at: later, target });
        assert.deepEqual(idsIn(merge(second, first), 'corrections'), ids(first, second));
      }
    });
  }

  test('the event id decides between two spellings of one instant', () => {
    const events = ['2026-06-24T00:00:09Z', '2026-06-24T00:00:09.0Z', '2026-06-24T00:00:09.000000000Z'].flatMap(
      (created_at) => ['a', 'b'].map((target) => event('correction', { created_at, target })),
    );
    const merged = merge(...events);
    assert.deepEqual(idsIn(merged, 'corrections'), [...ids(...events)].sort());
    assert.deepEqual(merged.applied.map(({ event: { eventId } }) => eventId).slice(1), [...ids(...events)].sort());
  });

  test('a created_at far in the future is data, not an error', () => {
    const future = event('correction', { created_at: '9999-12-31T23:59:59.999999999Z' });
    assert.deepEqual(idsIn(merge(future), 'corrections'), ids(future));
  });
});

describe('M3: lists are named by the plural of the event type', () => {
  for (const [type, list] of LISTS) {
    test(`${type} is in ${list}, and nowhere else`, () => {
      assert.equal(list, `${type}s`);
      const one = event(type, { target: null, payload: { z: 1, a: [{ y: null, b: 'ﬁ😀' }] } });
      const merged = merge(one);
      const { current } = stateOf(merged);
      for (const [, other] of LISTS) assert.equal(current[other].length, other === list ? 1 : 0);
      assert.equal(
        JSON.stringify(current[list][0]),
        JSON.stringify({
          event_id: one.event_id,
          target: null,
          created_at: one.created_at,
          signer: {
            key_id: one.signer.key_id,
            public_key_fingerprint: one.signer.public_key_fingerprint,
            signer_id: one.signer.signer_id,
            signer_type: one.signer.signer_type,
          },
          payload: { a: [{ b: 'ﬁ😀', y: null }], z: 1 },
        }),
      );
      assert.deepEqual(codesOf(merged), []);
    });
  }

  test('the lists of current are in the order of upstream', () => {
    assert.deepEqual(Object.keys(stateOf(merge()).current), [
      'canonical_record',
      'source_aliases',
      'graph_snapshots',
      'author_attestations',
      'timestamp_anchors',
      'storage_attestations',
      'citation_signatures',
      'replication_records',
      'corrections',
      'mirror_hints',
      'record_created',
    ]);
  });

  for (const type of [
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '<img src=x>',
    'corrections',
    'Correction',
    ' ',
    '\u0000',
  ]) {
    test(`a valid event of type ${JSON.stringify(type)} is applied and counted, and in no list`, () => {
      const odd = event(type);
      const merged = merge(odd);
      const state = stateOf(merged);
      assert.deepEqual(state.applied_event_ids, ids(CREATED, odd));
      assert.deepEqual([state.event_count, state.valid_event_count], [2, 2]);
      assert.equal(JSON.stringify(state.current).includes(odd.event_id), false);
      assert.deepEqual(merged.applied.at(-1)?.effect, 'unlisted');
      assert.deepEqual(
        merged.findings.map(({ code, eventId }) => [code, eventId]),
        [['unknown_event_type', odd.event_id]],
      );
    });
  }

  test('a payload with a member __proto__ stays as it is', () => {
    const one = event('correction', { payload: JSON.parse('{"__proto__":{"z":1,"a":2},"constructor":null}') });
    assert.ok(
      new TextDecoder()
        .decode(merge(one).state.bytes)
        .includes('"payload":{"__proto__":{"a":2,"z":1},"constructor":null}'),
    );
  });
});

describe('M4: supersedes', () => {
  const first = event('correction', { target: 'first' });
  const other = event('author_attestation', { target: 'other' }, 'author');

  test('an event of the same key leaves its list, and stays in applied_event_ids and the history', () => {
    const next = event('correction', { supersedes: [first.event_id], created_at: at(2) });
    const merged = merge(first, next);
    assert.deepEqual(idsIn(merged, 'corrections'), ids(next));
    assert.deepEqual(stateOf(merged).applied_event_ids, ids(CREATED, first, next));
    const entry = merged.applied.find(({ event: { eventId } }) => eventId === first.event_id);
    assert.deepEqual([entry?.effect, entry?.supersededBy], ['superseded', ids(next)]);
    assert.deepEqual(codesOf(merged), []);
  });

  test('it works across types, and for several events at once', () => {
    const hint = event('mirror_hint');
    const merged = merge(first, hint, event('graph_snapshot', { supersedes: ids(first, hint), created_at: at(2) }));
    assert.deepEqual([idsIn(merged, 'corrections'), idsIn(merged, 'mirror_hints')], [[], []]);
    assert.equal(idsIn(merged, 'graph_snapshots').length, 1);
  });

  test('an event created earlier may supersede a later one: order has no influence', () => {
    const earlier = event('correction', { supersedes: [first.event_id], created_at: '2020-01-01T00:00:00Z' });
    assert.deepEqual(idsIn(merge(first, earlier), 'corrections'), ids(earlier));
  });

  test('an event stays superseded even if its successor is superseded', () => {
    const second = event('correction', { supersedes: [first.event_id], created_at: at(2) });
    const third = event('correction', { supersedes: [second.event_id], created_at: at(3) });
    assert.deepEqual(idsIn(merge(third, second, first), 'corrections'), ids(third));
  });

  test('a name given twice counts once', () => {
    const next = event('correction', { supersedes: [first.event_id, first.event_id], created_at: at(2) });
    const entry = merge(first, next).applied.find(({ event: { eventId } }) => eventId === first.event_id);
    assert.deepEqual(entry?.supersededBy, ids(next));
  });

  const noEffect: readonly (readonly [string, readonly Data[], Data])[] = [
    ['an event by another key', [other], event('correction', { supersedes: [other.event_id] })],
    [
      'an event by another key of the same role',
      [first],
      event('correction', { supersedes: [first.event_id] }, 'second'),
    ],
    ['an unknown event', [], event('correction', { supersedes: [UNKNOWN_ID] })],
    [
      'an invalid event',
      [flawed('signature', event('correction', { target: 'bad' }))],
      event('correction', { supersedes: [event('correction', { target: 'bad' }).event_id] }),
    ],
    ['record_created, which is in no list', [], event('correction', { supersedes: [CREATED.event_id] })],
  ];
  for (const [what, events, next] of noEffect) {
    test(`naming ${what} has no effect and is a finding`, () => {
      const merged = merge(...events, next);
      assert.deepEqual(
        merged.findings.map(({ code, eventId }) => [code, eventId]),
        [['foreign_supersedes', next.event_id]],
      );
      assert.ok(
        merged.applied.every(({ effect, supersededBy }) => effect !== 'superseded' && supersededBy.length === 0),
      );
      assert.equal(stateOf(merged).current.record_created.event_id, CREATED.event_id);
    });
  }

  test('an invalid event supersedes nothing', () => {
    const bad = flawed('signature', event('correction', { supersedes: [first.event_id], created_at: at(2) }));
    assert.deepEqual(idsIn(merge(first, bad), 'corrections'), ids(first));
  });
});

describe('M5: equivocation', () => {
  const after = (target: string, key = 'registry', prev = CREATED.event_id): Data =>
    event('correction', { prev_event: prev, target }, key);

  test('two valid events by one key after one event are one set, and stay applied and listed', () => {
    const [a, b] = [after('a'), after('b')];
    const merged = merge(a, b);
    const state = stateOf(merged);
    assert.equal(state.equivocation_count, 1);
    assert.equal(
      JSON.stringify(state.equivocations),
      JSON.stringify([
        {
          kind: 'prev_event',
          key_id: registryKey.keyId,
          prev_event: CREATED.event_id,
          event_ids: [...ids(a, b)].sort(),
        },
      ]),
    );
    assert.deepEqual([...state.applied_event_ids].sort(), [...ids(CREATED, a, b)].sort());
    assert.equal(state.current.corrections.length, 2);
    assert.deepEqual(codesOf(merged), ['equivocation']);
  });

  test('three such events are one set of three; two predecessors are two sets', () => {
    const events = [
      after('a'),
      after('b'),
      after('c'),
      after('d', 'registry', UNKNOWN_ID),
      after('e', 'registry', UNKNOWN_ID),
    ];
    const { equivocations } = stateOf(merge(...events));
    assert.deepEqual(
      equivocations.map((set: Data) => [set.prev_event, set.event_ids.length]),
      [
        [UNKNOWN_ID, 2],
        [CREATED.event_id, 3],
      ],
    );
  });

  test('the events need not be of one type, and both may be spread over bundles', () => {
    const [a, b] = [after('a'), event('mirror_hint', { prev_event: CREATED.event_id })];
    const merged = mergeBundles([received([a], { built_at: at(1) }), received([b], { built_at: at(2) })]);
    assert.equal(stateOf(merged).equivocation_count, 1);
  });

  const harmless: readonly (readonly [string, readonly Data[]])[] = [
    ['two keys after one event', [after('a'), after('b', 'second'), after('c', 'author')]],
    ['prev_event null twice', [event('correction', { target: 'a' }), event('correction', { target: 'b' })]],
    ['an invalid twin', [after('a'), flawed('signature', after('b'))]],
    ['the same event twice', [after('a'), signedAgain(after('a'))]],
  ];
  for (const [what, events] of harmless) {
    test(`${what} is not an equivocation`, () => {
      const merged = merge(...events);
      assert.equal(stateOf(merged).equivocation_count, 0);
      assert.equal(codesOf(merged).includes('equivocation'), false);
    });
  }

  test('of two record_created, the first in order fills record_created, and both stay applied', () => {
    const earlier = makeRecordCreated(RECORD, { created_at: '2026-01-01T00:00:00Z' });
    const merged = merge(CREATED, earlier);
    const state = stateOf(merged);
    assert.equal(state.current.record_created.event_id, earlier.event_id);
    assert.deepEqual(state.applied_event_ids, ids(earlier, CREATED));
    assert.deepEqual(state.equivocations, [
      {
        kind: 'record_created',
        key_id: registryKey.keyId,
        prev_event: null,
        event_ids: [...ids(earlier, CREATED)].sort(),
      },
    ]);
    assert.deepEqual(codesOf(merged), ['equivocation']);
  });

  test('record_created by two keys is one set without a key', () => {
    const { equivocations } = stateOf(merge(CREATED, makeRecordCreated(RECORD, {}, secondKey)));
    assert.deepEqual(
      equivocations.map((set: Data) => [set.kind, set.key_id, set.event_ids.length]),
      [['record_created', null, 2]],
    );
  });

  test('two record_created after one event are one set of each kind', () => {
    const [a, b] = ['a', 'b'].map((target) => makeRecordCreated(RECORD, { prev_event: UNKNOWN_ID, target }));
    const { equivocations } = stateOf(merge(CREATED, a, b));
    assert.deepEqual(
      equivocations.map((set: Data) => [set.kind, set.event_ids.length]),
      [
        ['prev_event', 2],
        ['record_created', 3],
      ],
    );
  });

  test('a superseded event still equivocates', () => {
    const [a, b] = [after('a'), after('b')];
    const state = stateOf(merge(a, b, event('correction', { supersedes: ids(a), created_at: at(3) })));
    assert.equal(state.equivocation_count, 1);
  });
});

describe('M6: prev_event that names no known event', () => {
  test('is a finding, not an error', () => {
    const one = event('correction', { prev_event: UNKNOWN_ID });
    const merged = merge(one);
    assert.deepEqual(
      merged.findings.map(({ code, eventId }) => [code, eventId]),
      [['dangling_prev_event', one.event_id]],
    );
    assert.deepEqual(idsIn(merged, 'corrections'), ids(one));
  });

  test('a known event may be in another bundle, created later, and by another key', () => {
    const late = event('correction', { created_at: at(50) }, 'author');
    const one = event('correction', { prev_event: late.event_id });
    const merged = mergeBundles([received([late], { built_at: at(1) }), received([one], { built_at: at(2) })]);
    assert.equal(codesOf(merged).includes('dangling_prev_event'), false);
  });

  test('a long chain ends, whatever the order', () => {
    const chain = [CREATED];
    for (let i = 0; i < 50; i++)
      chain.push(event('correction', { prev_event: chain.at(-1)?.event_id, created_at: at(i) }));
    const merged = merge(...chain.toReversed());
    assert.deepEqual(idsIn(merged, 'corrections'), ids(...chain.slice(1)));
    assert.deepEqual(codesOf(merged), []);
  });
});

describe('M7: invalid_events', () => {
  test('are {event_id as claimed or null, reason}, sorted by event id, then reason', () => {
    const good = event('correction', { target: 'good' });
    const cases = Object.keys(FLAWS).map((name) => FLAWS[name]?.(event('correction', { target: name })));
    // Three that claim one id, for the reason to decide.
    const claimed = ['digest', 'shape'].map((name) => ({ ...flawed(name, good), event_id: UNKNOWN_ID }));
    const events = [...cases.map((one) => one?.event), ...claimed, { ...good, event_id: 7 }, null, 5];
    const { invalid_events } = stateOf(merge(...events));
    const expected = [
      ...cases.map((one) => ({ event_id: one?.event.event_id ?? null, reason: one?.reason })),
      { event_id: UNKNOWN_ID, reason: 'content_hash_mismatch' },
      { event_id: UNKNOWN_ID, reason: 'event_schema' },
      { event_id: null, reason: 'event_schema' },
      { event_id: null, reason: 'event_schema' },
      { event_id: null, reason: 'event_schema' },
    ];
    const key = (entry: Data): string => `${entry.event_id ?? ''} ${entry.reason}`;
    assert.deepEqual(
      invalid_events,
      expected.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0)),
    );
    assert.deepEqual(Object.keys(invalid_events[0] ?? {}), ['event_id', 'reason']);
  });

  test('the reasons are those of section 7, for each flaw', () => {
    for (const [name, flaw] of Object.entries(FLAWS)) {
      const { event: bad, reason } = flaw(event('correction', { target: name }));
      assert.deepEqual(stateOf(merge(bad)).invalid_events, [{ event_id: bad.event_id ?? null, reason }], name);
    }
  });

  test('an event by a key that is not pinned is invalid, the rest is published', () => {
    const stranger = event('correction', {}, 'stranger');
    const good = event('correction');
    const merged = merge(stranger, good);
    assert.deepEqual(stateOf(merged).invalid_events, [{ event_id: stranger.event_id, reason: 'untrusted_key' }]);
    assert.deepEqual(idsIn(merged, 'corrections'), ids(good));
  });
});

describe('M8: event_count is of distinct events, valid and invalid', () => {
  const good = event('correction');
  const bad = flawed('digest', event('correction', { target: 'bad' }));
  for (const [what, events, counts] of [
    ['one of each', [good, bad], [3, 2, 1]],
    ['each twice', [good, bad, bad, good], [3, 2, 1]],
    ['two contents under one claimed id', [bad, { ...bad, target: 'another' }], [3, 1, 2]],
    ['nothing but record_created', [], [1, 1, 0]],
  ] as const) {
    test(what, () => {
      const state = stateOf(merge(...events));
      assert.deepEqual([state.event_count, state.valid_event_count, state.invalid_event_count], counts);
    });
  }

  test('one invalid event in two bundles, signed twice, counts once', () => {
    const views = [
      [bad, event('mirror_hint')],
      [signedAgain(bad), event('graph_snapshot')],
    ];
    const merged = mergeBundles(views.map((events, i) => received(events, { built_at: at(i) })));
    assert.equal(merged.published.kind, 'assembled');
    assert.equal(stateOf(merged).invalid_event_count, 1);
  });
});

describe('section 8: a shipped state is a claim', () => {
  const good = withState(bundle([event('correction')]));

  test('a shipped state that is right compares equal', () => {
    const merged = mergeBundles([verified(good)]);
    assert.equal(merged.comparisons[0]?.outcome, 'equal');
    assert.deepEqual(merged.findings, []);
  });

  test('a bundle without a state is fine', () => {
    const merged = mergeBundles([received([event('correction')])]);
    assert.equal(merged.comparisons[0]?.outcome, 'absent');
    assert.deepEqual(merged.findings, []);
  });

  const wrong: readonly (readonly [string, (state: Data) => Data, readonly string[]])[] = [
    ['its digest', (state) => ({ ...state, state_sha256: '0'.repeat(64) }), ['/state_sha256']],
    ['a count', (state) => ({ ...state, event_count: 3 }), ['/event_count']],
    ['an unknown member', (state) => ({ ...state, 'a/b~c': 1 }), ['/a~1b~0c']],
    ['no digest', ({ state_sha256: _, ...state }) => state, ['/state_sha256']],
    [
      'an event left out',
      (state) => ({ ...state, current: { ...state.current, corrections: [] } }),
      ['/current/corrections/0'],
    ],
    ['a list that is none', (state) => ({ ...state, applied_event_ids: {} }), ['/applied_event_ids']],
    ['a number written as a double', (state) => ({ ...state, equivocation_count: 0.5 }), ['/equivocation_count']],
  ];
  for (const [what, change, pointers] of wrong) {
    test(`publishes the recomputed state, with a finding and the pointers that differ: ${what}`, () => {
      const changed = bundle([event('correction')], { state: change(good.state) });
      const merged = mergeBundles([verified(changed)]);
      assert.equal(stateOf(merged).state_sha256, good.state.state_sha256);
      assert.deepEqual(codesOf(merged), ['state_mismatch']);
      assert.deepEqual(merged.comparisons[0]?.differences, pointers);
      for (const pointer of pointers) assert.ok(merged.findings[0]?.message.includes(pointer));
      assert.equal(merged.published.kind, 'received');
    });
  }

  test('a different order of members is not a difference', () => {
    const state = Object.fromEntries(Object.entries<Data>(good.state).toReversed());
    assert.deepEqual(codesOf(mergeBundles([verified(bundle([event('correction')], { state }))])), []);
  });

  test('a signature of the wrong role does not make an event valid', () => {
    // The receipt signature of record_created covers another digest, so it is not the event's.
    const one = makeEvent(RECORD, 'correction', { target: 'receipt' });
    const reused = { ...one, signature: { ...one.signature, signature_b64: CREATED.payload.receipt.signature_b64 } };
    assert.deepEqual(stateOf(merge(reused)).invalid_events, [{ event_id: one.event_id, reason: 'bad_signature' }]);
  });
});
