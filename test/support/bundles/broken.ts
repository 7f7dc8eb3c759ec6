/** Section 10 as data: for each code, documents of which exactly one rule is broken, sealed again with TEST keys. */
import { encodeUtf8 } from '../../../src/protocol/bytes.ts';
import type { ReasonCode } from '../../../src/protocol/errors.ts';
import { MAX_BUNDLE_BYTES } from '../../../src/protocol/index.ts';
import {
  authorKey,
  bytesOf,
  type Data,
  digest,
  makeBundle,
  makeEvent,
  makeReceipt,
  makeRecord,
  makeRecordCreated,
  makeSnapshot,
  numberOf,
  publicKeyEntry,
  registryKey,
  sealBundle,
  sealEvent,
  secondKey,
  strangerKey,
  type TestKey,
  withState,
} from './make-bundle.ts';
import { attestation, CREATED, changed, RECORD } from './verdicts.ts';

/** What the broken bundles are made of. */
export const BUNDLE = makeBundle(RECORD);
const SNAPSHOT = makeSnapshot(RECORD);
/** What the broken events are made of. */
export const EVENT = attestation();
const OTHER = makeRecord({ id: '2606.00002' });
const SIGNATURE = ['bundle_signature', 'signature_b64'] as const;
const EVENT_SIGNATURE = ['signature', 'signature_b64'] as const;

/** The bundle with one member changed, signed again. */
const sealed = (path: readonly (string | number)[], value: unknown): Data => sealBundle(changed(BUNDLE, path, value));
/** The event with one member changed, signed again. */
const sealedEvent = (path: readonly (string | number)[], value: unknown): Data =>
  sealEvent(changed(EVENT, path, value));

export type Case<T> = readonly [code: ReasonCode, rule: string, document: T];

export const reading: readonly Case<Uint8Array>[] = [
  ['too_large', 'one byte more than is read', new Uint8Array(MAX_BUNDLE_BYTES + 1).fill(0x20)],
  ['invalid_utf8', 'not UTF-8', Uint8Array.from([0x22, 0xff, 0x22])],
  ['bom', 'a byte-order mark before a good bundle', Uint8Array.from([0xef, 0xbb, 0xbf, ...bytesOf(BUNDLE)])],
  ['not_json', 'two documents', encodeUtf8(`${JSON.stringify(BUNDLE)}{}`)],
  ['duplicate_key', 'a member twice', encodeUtf8(JSON.stringify(BUNDLE).replace('{', '{"state":null,"state":null,'))],
  ['lone_surrogate', 'half a pair', encodeUtf8(JSON.stringify(BUNDLE).replace('{', '{"x":"\\ud800",'))],
  [
    'too_deep',
    '257 levels',
    encodeUtf8(JSON.stringify(BUNDLE).replace('{', `{"x":${'['.repeat(256)}${']'.repeat(256)},`)),
  ],
  ['number_out_of_range', 'no double', encodeUtf8(JSON.stringify(BUNDLE).replace('{', '{"x":1e400,'))],
];

export const bundles: readonly Case<Data>[] = [
  ['bundle_schema', 'bundle_type', sealed(['bundle_type'], 'pith_open_graph_event')],
  ['bundle_schema', 'events is not an array', sealed(['events'], {})],
  ['bundle_schema', 'no events', sealed(['events'], undefined)],
  ['bundle_schema', 'built_at is no timestamp', sealed(['built_at'], '2026-07-01')],
  ['bundle_schema', 'no public_keys', sealed(['public_keys'], undefined)],
  ['bundle_schema', 'no source_aliases', sealed(['source_aliases'], undefined)],
  ['bundle_schema', 'an unknown member of bundle_signature', changed(BUNDLE, ['bundle_signature', 'note'], 'trust me')],
  [
    'bundle_schema',
    '__proto__ in bundle_signature',
    JSON.parse(JSON.stringify(BUNDLE).replace('"bundle_signature":{', '"bundle_signature":{"__proto__":1,')),
  ],
  ['bundle_schema', 'no bundle_sha256', changed(BUNDLE, ['bundle_signature', 'bundle_sha256'], undefined)],
  ['bundle_schema', 'signed_at is no timestamp', changed(BUNDLE, ['bundle_signature', 'signed_at'], 'now')],
  ['unsupported_version', 'bundle_version', sealed(['bundle_version'], '2.0')],
  ['unsupported_version', 'merge_version', sealed(['merge_version'], 'pith-open-graph-merge-v2')],
  ['unsupported_version', 'schema_version of the record', sealed(['canonical_record', 'schema_version'], '2.0')],
  ['missing_signature', 'no bundle_signature', changed(BUNDLE, ['bundle_signature'], undefined)],
  ['missing_signature', 'bundle_signature is null', changed(BUNDLE, ['bundle_signature'], null)],
  ['signature_status', 'another status', changed(BUNDLE, ['bundle_signature', 'signature_status'], 'unsigned')],
  ['signature_status', 'another algorithm', changed(BUNDLE, ['bundle_signature', 'algorithm'], 'ed25519ph')],
  ['base64', 'no padding', changed(BUNDLE, SIGNATURE, BUNDLE.bundle_signature.signature_b64.replace(/=+$/, ''))],
  ['base64', 'no signature_b64', changed(BUNDLE, SIGNATURE, undefined)],
  ['untrusted_key', 'signed by a key that is not pinned', makeBundle(RECORD, [CREATED], {}, strangerKey)],
  [
    'untrusted_key',
    'another key listed under the pinned id',
    sealed(['public_keys', 0], { ...publicKeyEntry(strangerKey), key_id: registryKey.keyId }),
  ],
  [
    'fingerprint_mismatch',
    'fingerprint of another key',
    changed(BUNDLE, ['bundle_signature', 'public_key_fingerprint'], publicKeyEntry(secondKey).fingerprint_sha256_hex),
  ],
  [
    'fingerprint_mismatch',
    'fingerprint of a listed key',
    sealed(['public_keys', 0, 'fingerprint_sha256_hex'], '0'.repeat(32)),
  ],
  ['role_mismatch', 'signed by an author', makeBundle(RECORD, [CREATED], {}, authorKey)],
  [
    'role_mismatch',
    'signed_message of an event',
    changed(BUNDLE, ['bundle_signature', 'signed_message'], 'open_graph_event_sha256_bytes'),
  ],
  [
    'role_mismatch',
    'signed_message of a receipt',
    changed(BUNDLE, ['bundle_signature', 'signed_message'], 'canonical_sha256_bytes'),
  ],
  ['bad_signature', 'signature of another document', changed(BUNDLE, SIGNATURE, EVENT.signature.signature_b64)],
  ['bundle_hash_mismatch', 'changed after it was signed', changed(BUNDLE, ['built_at'], '2026-07-01T18:55:58Z')],
  ['bundle_hash_mismatch', 'another bundle_sha256', changed(BUNDLE, ['bundle_signature', 'bundle_sha256'], digest(1))],
  ['record_schema', 'another member in the record', sealed(['canonical_record', 'title'], 'A')],
  ['canonical_hash_mismatch', 'another canonical_sha256', sealed(['canonical_sha256'], digest(OTHER))],
  ['canonical_hash_mismatch', 'in upper case', sealed(['canonical_sha256'], digest(RECORD).toUpperCase())],
  ['number_syntax', 'pith_number in lower case', sealed(['pith_number'], BUNDLE.pith_number.toLowerCase())],
  ['number_syntax', 'pith_number with a line feed', sealed(['pith_number'], `${BUNDLE.pith_number}\n`)],
  ['number_mismatch', 'number of another record', sealed(['pith_number'], numberOf(OTHER))],
  ['number_mismatch', 'another year', sealed(['pith_number'], BUNDLE.pith_number.replace('2026', '2025'))],
  ['short_number_mismatch', 'another short number', sealed(['short_pith_number'], 'pith:AAAAAAAA')],
  ['source_mismatch', 'another source', sealed(['source', 'version'], 2)],
  ['source_mismatch', 'one member more', sealed(['source', 'title'], 'A')],
  ...BUNDLE.source_aliases.map((_: Data, i: number) => [
    'alias_mismatch',
    `alias ${i}`,
    sealed(['source_aliases', i, 'alias_value'], 'x'),
  ]),
  ['alias_mismatch', 'a second alias of one kind', sealed(['source_aliases', 6], BUNDLE.source_aliases[0])],
  ['duplicate_key_id', 'a key_id twice', sealed(['public_keys', 1], publicKeyEntry(registryKey))],
  [
    'key_encoding_mismatch',
    'base64 of another key',
    sealed(['public_keys', 0, 'public_key_b64'], publicKeyEntry(secondKey).public_key_b64),
  ],
  [
    'key_encoding_mismatch',
    'hexadecimal of another key',
    sealed(['public_keys', 0, 'public_key_hex'], publicKeyEntry(secondKey).public_key_hex),
  ],
  [
    'key_encoding_mismatch',
    'base64 without padding',
    sealed(['public_keys', 0, 'public_key_b64'], publicKeyEntry(registryKey).public_key_b64.slice(0, -1)),
  ],
  ['no_record_created', 'no event at all', makeBundle(RECORD, [])],
  ['no_record_created', 'another event only', makeBundle(RECORD, [SNAPSHOT])],
];

export const events: readonly Case<Data>[] = [
  ['event_schema', 'target is a number', sealedEvent(['target'], 5)],
  ['event_schema', 'payload is an array', sealedEvent(['payload'], [])],
  ['event_schema', 'supersedes is null', sealedEvent(['supersedes'], null)],
  ['event_schema', 'supersedes names no event id', sealedEvent(['supersedes'], ['sha256:0'])],
  ['event_schema', 'prev_event is no event id', sealedEvent(['prev_event'], digest(1))],
  ['event_schema', 'no signer_id', sealedEvent(['signer', 'signer_id'], undefined)],
  ['event_schema', 'event_type is empty', sealedEvent(['event_type'], '')],
  ['event_schema', 'created_at is a number', sealedEvent(['created_at'], 1)],
  ['event_schema', 'no event_id', changed(EVENT, ['event_id'], undefined)],
  ['unsupported_version', 'schema_version', sealedEvent(['schema_version'], '1.1')],
  ['content_hash_mismatch', 'changed after it was signed', changed(EVENT, ['payload', 'x'], 1)],
  ['content_hash_mismatch', 'a member added after it was signed', changed(EVENT, ['note'], 'x')],
  ['event_id_mismatch', 'id of another event', changed(EVENT, ['event_id'], SNAPSHOT.event_id)],
  ['event_id_mismatch', 'id in upper case', changed(EVENT, ['event_id'], EVENT.event_id.toUpperCase())],
  [
    'content_hash_mismatch',
    'digest in upper case',
    {
      ...EVENT,
      content_sha256: EVENT.content_sha256.toUpperCase(),
      event_id: `sha256:${EVENT.content_sha256.toUpperCase()}`,
    },
  ],
  ['wrong_subject', 'an event of another paper', makeEvent(OTHER, 'author_attestation')],
  ['wrong_subject', 'subject without year', sealedEvent(['subject_pith_number'], BUNDLE.short_pith_number)],
  ['timestamp', 'no real date', sealedEvent(['created_at'], '2026-02-30T00:00:00Z')],
  ['timestamp', 'ten fraction digits', sealedEvent(['created_at'], '2026-02-20T00:00:00.0123456789Z')],
  ['timestamp', 'an offset', sealedEvent(['created_at'], '2026-02-20T00:00:00+00:00')],
  ['timestamp', 'signed_at is none', changed(EVENT, ['signature', 'signed_at'], 'now')],
  ['missing_signature', 'no signature', changed(EVENT, ['signature'], undefined)],
  ['missing_signature', 'signature is null', changed(EVENT, ['signature'], null)],
  ['signature_status', 'another status', changed(EVENT, ['signature', 'signature_status'], 'signed_v2')],
  ['signature_status', 'another algorithm', changed(EVENT, ['signature', 'algorithm'], 'Ed25519')],
  ['base64', 'a line feed', changed(EVENT, EVENT_SIGNATURE, `${EVENT.signature.signature_b64}\n`)],
  ['base64', 'a number', changed(EVENT, EVENT_SIGNATURE, 5)],
  ['untrusted_key', 'by a key that is not pinned', attestation({}, strangerKey)],
  [
    'fingerprint_mismatch',
    'signature names another fingerprint',
    changed(EVENT, ['signature', 'public_key_fingerprint'], '0'.repeat(32)),
  ],
  [
    'fingerprint_mismatch',
    'signer names another fingerprint',
    sealedEvent(['signer', 'public_key_fingerprint'], publicKeyEntry(secondKey).fingerprint_sha256_hex),
  ],
  ['role_mismatch', 'the registry as author', sealedEvent(['signer', 'signer_type'], 'author')],
  [
    'role_mismatch',
    'an author as the registry',
    sealEvent(changed(attestation({}, authorKey), ['signer', 'signer_type'], 'pith_registry'), authorKey),
  ],
  [
    'role_mismatch',
    'signed_message of a bundle',
    changed(EVENT, ['signature', 'signed_message'], 'bundle_sha256_bytes'),
  ],
  [
    'role_mismatch',
    'signed_message of a receipt',
    changed(EVENT, ['signature', 'signed_message'], 'canonical_sha256_bytes'),
  ],
  ['bad_signature', 'signature of another event', changed(EVENT, EVENT_SIGNATURE, SNAPSHOT.signature.signature_b64)],
  ['bad_signature', 'signature of the receipt', changed(EVENT, EVENT_SIGNATURE, CREATED.payload.receipt.signature_b64)],
  ['bad_signature', 'signature of the bundle', changed(EVENT, EVENT_SIGNATURE, BUNDLE.bundle_signature.signature_b64)],
  [
    'bad_signature',
    'by another key under the pinned id',
    {
      ...EVENT,
      signature: { ...EVENT.signature, signature_b64: sealEvent(EVENT, strangerKey).signature.signature_b64 },
    },
  ],
  ['key_id_mismatch', 'signer names another pinned key', sealedEvent(['signer', 'key_id'], secondKey.keyId)],
  ['key_id_mismatch', 'signer names an unknown key', sealedEvent(['signer', 'key_id'], 'TEST-unknown')],
  [
    'record_mismatch',
    'record_created of another record',
    sealEvent(changed(CREATED, ['payload', 'canonical_record'], OTHER)),
  ],
  [
    'record_mismatch',
    'record_created without a record',
    sealEvent(changed(CREATED, ['payload', 'canonical_record'], undefined)),
  ],
  [
    'record_mismatch',
    'record_created with another hash',
    sealEvent(changed(CREATED, ['payload', 'canonical_sha256'], digest(OTHER))),
  ],
  [
    'record_mismatch',
    'record_created with another version',
    sealEvent(changed(CREATED, ['payload', 'source_version'], 2)),
  ],
];

/** What the findings are made of, for any record. */
function partsOf(record: Data) {
  const created = makeRecordCreated(record);
  const attest = (changes: Data = {}, key?: TestKey): Data => makeEvent(record, 'author_attestation', changes, key);
  return { created, attest, snapshot: makeSnapshot(record) };
}

/** Findings of one bundle. */
export function noticesOf(record: Data): readonly Case<Data>[] {
  const { created, attest, snapshot } = partsOf(record);
  return [
    [
      'receipt_invalid',
      'no receipt',
      makeBundle(record, [sealEvent(changed(created, ['payload', 'receipt'], undefined))]),
    ],
    [
      'receipt_invalid',
      'receipt of another record',
      makeBundle(record, [
        sealEvent(changed(created, ['payload', 'receipt', 'signature_b64'], makeReceipt(OTHER).signature_b64)),
      ]),
    ],
    ['title_mismatch', 'another title', makeBundle(record, [created, makeSnapshot(record, { title: 'Another' })])],
    [
      'snapshot_hash_mismatch',
      'another digest',
      makeBundle(record, [
        created,
        sealEvent(changed(snapshot, ['payload', 'graph_snapshot', 'claims', 'snapshot_sha256'], digest(1))),
      ]),
    ],
    [
      'key_past_rotation',
      'created a nanosecond after',
      makeBundle(record, [created, attest({ created_at: '2026-06-24T00:00:00.000000001Z' })], {
        public_keys: [{ ...publicKeyEntry(registryKey), rotates_at: '2026-06-24T00:00:00Z' }],
      }),
    ],
  ];
}

export const notices = noticesOf(RECORD);

const PREVIOUS = `sha256:${digest('previous')}`;
const EARLIER = { built_at: '2026-06-30T00:00:00Z' };

/** Findings of the merge. What they say in full is for the merge's own tests. */
export function mergedOf(record: Data): readonly Case<readonly Data[]>[] {
  const { created, attest } = partsOf(record);
  const [first, second] = [1, 2].map((n) => attest({ payload: { n } }));
  return [
    [
      'state_mismatch',
      'a state that the merge does not give',
      [sealBundle(changed(withState(makeBundle(record)), ['state', 'event_count'], 3))],
    ],
    [
      'equivocation',
      'two record_created',
      [makeBundle(record, [created, makeRecordCreated(record, { created_at: '2026-06-25T00:00:00Z' })])],
    ],
    [
      'dangling_prev_event',
      'after an event that nobody knows',
      [makeBundle(record, [created, attest({ prev_event: PREVIOUS })])],
    ],
    [
      'foreign_supersedes',
      'the event of another key',
      [makeBundle(record, [created, attest({ supersedes: [created.event_id] }, authorKey)])],
    ],
    ['unknown_event_type', 'a type in no list', [makeBundle(record, [created, makeEvent(record, '__proto__')])]],
    [
      'events_withheld',
      'a newer bundle with fewer events',
      [makeBundle(record, [created, first], EARLIER), makeBundle(record, [created])],
    ],
    [
      'split_view',
      'each bundle lacks an event of the other',
      [makeBundle(record, [created, first], EARLIER), makeBundle(record, [created, second])],
    ],
  ];
}

export const merged = mergedOf(RECORD);
