import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { VerifiedEvent } from '../../../src/protocol/verify/event.ts';
import {
  authorKey,
  type Data,
  digest,
  makeBundle,
  makeEvent,
  publicKeyEntry,
  registryKey,
  sealEvent,
  secondKey,
} from '../../support/bundles/make-bundle.ts';
import { seedText } from '../../support/bundles/vectors.ts';
import {
  attestation,
  CREATED,
  changed,
  codesOf,
  judge,
  judgeEvent,
  RECORD,
  reasonsOf,
} from '../../support/bundles/verdicts.ts';

const only = (event: Data): VerifiedEvent | undefined => judgeEvent(event).bundle?.events[1];

describe('section 7: a valid event', () => {
  it('is valid if any pinned key signed it in its own role', () => {
    for (const key of [registryKey, secondKey, authorKey]) {
      const event = only(attestation({}, key));
      assert.equal(event?.key.keyId, key.keyId);
    }
  });

  it('target may be null, supersedes and prev_event may name events', () => {
    const changes = { target: null, supersedes: [CREATED.event_id], prev_event: CREATED.event_id };
    const event = only(attestation(changes));
    assert.deepEqual(
      [event?.target, event?.supersedes, event?.prevEvent],
      [null, changes.supersedes, changes.prev_event],
    );
  });

  it('section 2: unknown members are covered by its digest and preserved', () => {
    const event = sealEvent({ ...attestation(), note: { b: 1, a: [1.5] } });
    assert.notEqual(event.event_id, attestation().event_id);
    const value = only(event)?.value;
    assert.deepEqual([...(value?.keys() ?? [])], Object.keys(event));
    assert.deepEqual(reasonsOf(judgeEvent(changed(event, ['note', 'b'], 2))), ['content_hash_mismatch']);
    assert.deepEqual(reasonsOf(judgeEvent(changed(event, ['note'], undefined))), ['content_hash_mismatch']);
  });

  it('section 2: its signature object is not covered: one event_id has several signatures', () => {
    const event = attestation();
    const again = changed(event, ['signature', 'signed_at'], '2030-01-01T00:00:00Z');
    assert.equal(only(again)?.eventId, event.event_id);
    assert.equal(only(changed(event, ['signature', 'note'], 'x'))?.eventId, event.event_id);
    assert.equal(only(changed(event, ['signature', 'signed_at'], undefined))?.eventId, event.event_id);
  });

  it('any name is a type, and any text a target', () => {
    for (const name of ['__proto__', 'constructor', '<img src=x onerror=alert(1)>', '\u202e', 'a'.repeat(10_000)]) {
      assert.equal(only(makeEvent(RECORD, name, { target: name }))?.eventType, name);
    }
  });

  it('timestamps are never compared with the clock', () => {
    for (const created_at of ['9999-12-31T23:59:59Z', '0001-01-01T00:00:00Z']) {
      assert.equal(only(attestation({ created_at }))?.createdAt, created_at);
    }
  });

  it('a change of any covered member after signing makes the event invalid', () => {
    const event = attestation({ payload: { a: 1 }, supersedes: [CREATED.event_id], prev_event: CREATED.event_id });
    const other = `sha256:${digest('other')}`;
    const changes: readonly (readonly [path: readonly (string | number)[], value: unknown])[] = [
      [['event_type'], 'correction'],
      [['subject_pith_number'], CREATED.subject_pith_number.replace('2026', '2025')],
      [['target'], 'record'],
      [['payload', 'a'], 2],
      [['payload', 'a'], 1.5],
      [['signer', 'signer_id'], 'pith.science'],
      [['signer', 'note'], 'x'],
      [['created_at'], '2026-06-23T03:14:23Z'],
      [['supersedes'], []],
      [['prev_event'], null],
      [['prev_event'], other],
      [['note'], null],
    ];
    for (const [path, value] of changes) {
      assert.equal(reasonsOf(judgeEvent(changed(event, path, value)))?.[0], 'content_hash_mismatch', path.join('/'));
    }
  });

  it('a digest adapted to a change has no signature', () => {
    const event = attestation();
    const forged = { ...sealEvent({ ...event, payload: { a: 2 } }), signature: event.signature };
    assert.deepEqual(reasonsOf(judgeEvent(forged)), ['bad_signature']);
  });
});

describe('section 7: the reason of an invalid event is the first in its order', () => {
  const event = attestation();
  const seal = sealEvent;
  const keep = (document: Data): Data => document;
  const sealBelow = (document: Data): Data => ({ ...sealEvent(document), signature: document.signature });
  // Each step breaks one rule more, and one that comes before all that are broken so far.
  const steps: readonly (readonly [
    reason: string,
    path: readonly string[],
    value: unknown,
    then: (document: Data) => Data,
  ])[] = [
    ['key_id_mismatch', ['signer', 'key_id'], 'TEST-unknown', seal],
    ['untrusted_key', ['signature', 'key_id'], 'TEST-nobody', keep],
    ['base64', ['signature', 'signature_b64'], '=', keep],
    ['role_mismatch', ['signature', 'signed_message'], 'bundle_sha256_bytes', keep],
    ['signature_status', ['signature', 'signature_status'], 'unsigned', keep],
    ['timestamp', ['created_at'], 'never', sealBelow],
    ['wrong_subject', ['subject_pith_number'], 'pith:1', sealBelow],
    ['event_id_mismatch', ['event_id'], `sha256:${digest('other')}`, keep],
    ['content_hash_mismatch', ['content_sha256'], digest('another'), keep],
    ['unsupported_version', ['schema_version'], '9', keep],
    ['event_schema', ['payload'], null, keep],
  ];
  let broken = event;
  for (const [reason, path, value, then] of steps) {
    broken = then(changed(broken, path, value));
    const document = broken;
    it(reason, () => assert.deepEqual(reasonsOf(judgeEvent(document)), [reason]));
  }

  it('an invalid event keeps the id that it claims', () => {
    const ids = [
      changed(event, ['payload', 'x'], 1),
      changed(event, ['event_id'], 5),
      changed(event, ['event_id'], 'x'),
      null,
    ].map((document) => judgeEvent(document).bundle?.invalidEvents[0]?.eventId);
    assert.deepEqual(ids, [event.event_id, null, 'x', null]);
  });
});

describe('section 5: roles are not mixed up', () => {
  it('a receipt signature is not an event signature, nor the other way round, even relabelled', () => {
    const { receipt } = CREATED.payload;
    const reused = { ...CREATED, signature: { ...receipt, signed_message: 'open_graph_event_sha256_bytes' } };
    assert.deepEqual(reasonsOf(judge(makeBundle(RECORD, [CREATED, reused]))), ['bad_signature']);
    const asReceipt = { ...receipt, ...CREATED.signature, signed_message: 'canonical_sha256_bytes' };
    const other = sealEvent(changed(CREATED, ['payload', 'receipt'], asReceipt));
    assert.deepEqual(codesOf(judge(makeBundle(RECORD, [other]))), ['receipt_invalid']);
  });

  it('a record, a receipt, a bundle or a state is not an event', () => {
    const seed: Data = JSON.parse(seedText());
    for (const document of [RECORD, CREATED.payload.receipt, makeBundle(RECORD), seed.state]) {
      assert.deepEqual(reasonsOf(judgeEvent(document))?.[0], 'event_schema');
    }
  });

  it('a document that is also a bundle is not an event, because the signed bytes carry no role', () => {
    const { bundle_signature: _, ...body } = makeBundle(RECORD);
    assert.deepEqual(reasonsOf(judgeEvent(makeEvent(RECORD, 'author_attestation', body))), ['event_schema']);
  });
});

describe('section 6: keys past rotation', () => {
  const judgeWith = (rotates_at: unknown, key = publicKeyEntry(registryKey)): ReturnType<typeof judge> =>
    judgeEvent(attestation({ created_at: '2026-06-24T00:00:00Z' }), { public_keys: [{ ...key, rotates_at }] });

  it('an event created at that instant is in time, one after it is a finding, not a rejection', () => {
    assert.deepEqual(codesOf(judgeWith('2026-06-24T00:00:00.000Z')), []);
    const late = judgeWith('2026-06-23T23:59:59.999999999Z');
    assert.deepEqual(codesOf(late), ['key_past_rotation']);
    assert.equal(late.bundle?.events.length, 2);
  });

  it('the rotation of another key does not count, and null means no rotation', () => {
    assert.deepEqual(codesOf(judgeWith('2000-01-01T00:00:00Z', publicKeyEntry(secondKey))), []);
    assert.deepEqual(codesOf(judgeWith(null)), []);
  });
});
