/**
 * Makes bundles that are signed with TEST keys: everything that the one real bundle does not show.
 *
 * The keys are hashes of their names, so every run makes the same bytes. They sign nothing but tests. OpenSSL signs: the
 * reference in JavaScript makes the same signatures in twenty times the time.
 */
import { createPrivateKey, createPublicKey, hash, type KeyObject, sign } from 'node:crypto';
import { decodeHex, encodeBase64, encodeHex, encodeUtf8 } from '../../../src/protocol/bytes.ts';
import { formatCanonical } from '../../../src/protocol/canonical-json.ts';
import { canonTextDigest, sha256Hex } from '../../../src/protocol/digest.ts';
import {
  expectedAliases,
  fingerprintBase32Of,
  fingerprintOf,
  formatPithNumber,
  formatShortPithNumber,
  suffixOf,
} from '../../../src/protocol/identifier.ts';
import { mergeBundles, readTrust, type Trust, verifyBundle } from '../../../src/protocol/index.ts';
import { parseJson } from '../../../src/protocol/parse/json.ts';

/** Plain JSON data: what JSON.stringify takes. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach into documents of every shape, broken ones above all.
export type Data = any;

export interface TestKey {
  readonly keyId: string;
  readonly role: string;
  readonly secret: Uint8Array;
  readonly publicKey: Uint8Array;
  /** Of the same secret, for OpenSSL. */
  readonly privateKey: KeyObject;
}

/** @param seed 32 bytes, RFC 8032's private key; RFC 8410 section 7 has the bytes before it. */
function privateKeyOf(seed: Uint8Array): KeyObject {
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  return createPrivateKey({ key: Buffer.concat([prefix, seed]), format: 'der', type: 'pkcs8' });
}

export function testKey(name: string, role = 'pith_registry'): TestKey {
  const secret = new Uint8Array(hash('sha256', `TEST KEY of pith-mirror, signs nothing real: ${name}`, 'buffer'));
  const privateKey = privateKeyOf(secret);
  // The last 32 bytes of the structure are the key (RFC 8410 section 4).
  const structure = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return { keyId: `TEST-${name}`, role, secret, publicKey: new Uint8Array(structure.subarray(-32)), privateKey };
}

export const registryKey = testKey('registry');
export const authorKey = testKey('author', 'author');
/** Another registry key that is pinned too. */
export const secondKey = testKey('second');
/** Never pinned. */
export const strangerKey = testKey('stranger');

export function trustOf(...keys: readonly TestKey[]): Trust {
  return readTrust({
    keys: keys.map(({ keyId, role, publicKey }) => ({
      key_id: keyId,
      public_key_hex: encodeHex(publicKey),
      role,
      fingerprint_sha256_hex: fingerprintOf(publicKey),
    })),
  });
}

export const testTrust = trustOf(registryKey, authorKey, secondKey);

/** Digest of plain data by the project's own canonical form, which the vectors hold to Python's. */
export function digest(data: Data): string {
  return sha256Hex(encodeUtf8(formatCanonical(parseJson(encodeUtf8(JSON.stringify(data))))));
}

function without(data: Data, ...names: readonly string[]): Data {
  return Object.fromEntries(Object.entries(data).filter(([name]) => !names.includes(name)));
}

function signatureOver(sha256Digest: string, message: string, key: TestKey): Data {
  const bytes = decodeHex(sha256Digest, 32);
  if (bytes === null) throw new RangeError(sha256Digest);
  return {
    signature_status: 'signed_v1',
    algorithm: 'ed25519',
    key_id: key.keyId,
    public_key_fingerprint: fingerprintOf(key.publicKey),
    signature_b64: encodeBase64(sign(null, bytes, key.privateKey)),
    signed_message: message,
    signed_at: '2026-07-01T18:55:57.476295Z',
  };
}

export const TITLE = 'A Test Paper: Nothing of It Is Real';

export function makeRecord(changes: { id?: string; version?: number; title?: string; metadata?: Data } = {}): Data {
  return {
    source: { kind: 'arxiv', id: changes.id ?? '2606.00001', version: changes.version ?? 1 },
    metadata: {
      abstract_canon_sha256: digest('abstract'),
      cross_cats_sorted: ['cs.LG'],
      license: 'http://creativecommons.org/licenses/by/4.0/',
      primary_cat: 'cs.DC',
      submitted_at: '2026-06-22T16:06:11Z',
      title_canon_sha256: canonTextDigest(changes.title ?? TITLE),
      ...changes.metadata,
    },
    schema_version: '1.0',
  };
}

export function numberOf(record: Data): string {
  return formatPithNumber(record.metadata.submitted_at, suffixOf(digest(record)));
}

/** Gives an event its digest, id and signature, as they follow from the rest. */
export function sealEvent(event: Data, key: TestKey = registryKey): Data {
  const body = without(event, 'signature', 'content_sha256', 'event_id');
  const content = digest(body);
  return {
    ...body,
    signature: signatureOver(content, 'open_graph_event_sha256_bytes', key),
    content_sha256: content,
    schema_version: body.schema_version,
    event_id: `sha256:${content}`,
  };
}

export function makeEvent(record: Data, type: string, changes: Data = {}, key: TestKey = registryKey): Data {
  return sealEvent(
    {
      event_type: type,
      subject_pith_number: numberOf(record),
      target: 'graph',
      payload: {},
      signer: {
        signer_id: 'test.example',
        signer_type: key.role,
        key_id: key.keyId,
        public_key_fingerprint: fingerprintOf(key.publicKey),
      },
      created_at: '2026-06-23T03:14:22Z',
      supersedes: [],
      prev_event: null,
      schema_version: '1.0',
      ...changes,
    },
    key,
  );
}

export function makeReceipt(record: Data, key: TestKey = registryKey): Data {
  return {
    kind: 'pith_receipt',
    ...signatureOver(digest(record), 'canonical_sha256_bytes', key),
    builder_version: 'test',
    receipt_version: '0.3',
    canonical_sha256: digest(record),
    first_computed_at: '2026-06-23T03:14:22.156953Z',
    last_reissued_at: '2026-06-23T03:14:22.156953Z',
  };
}

export function makeRecordCreated(record: Data, changes: Data = {}, key: TestKey = registryKey): Data {
  const payload = {
    canonical_record: record,
    canonical_sha256: digest(record),
    receipt: makeReceipt(record, key),
    source_kind: 'arxiv',
    source_id: record.source.id,
    source_version: record.source.version,
    attestation_state: 'computed',
  };
  return makeEvent(record, 'record_created', { target: 'record', payload, ...changes }, key);
}

/** An empty snapshot: every part with the digest that section 2 knows. */
export function makeSnapshot(record: Data, paper: Data = {}, key: TestKey = registryKey): Data {
  const empty = digest({ payload: [] });
  return makeEvent(
    record,
    'graph_snapshot',
    {
      payload: {
        graph_snapshot: {
          paper: { title: TITLE, authors_text: 'Test Author', abstract_excerpt: 'An excerpt', ...paper },
          claims: { count: 0, items: [], snapshot_sha256: empty },
          references: { count: 0, sample: [], resolved_work: 0, snapshot_sha256: empty },
          formal_canon: { evidence_count: 0, snapshot_sha256: empty },
          author_claims: { count: 0, snapshot_sha256: empty },
          integrity: {
            detectors_run: [],
            findings: [],
            snapshot_sha256: digest({ payload: { detectors: [], findings: [] } }),
          },
        },
      },
    },
    key,
  );
}

export function publicKeyEntry(key: TestKey): Data {
  return {
    key_id: key.keyId,
    algorithm: 'ed25519',
    format: 'raw',
    public_key_b64: encodeBase64(key.publicKey),
    public_key_hex: encodeHex(key.publicKey),
    fingerprint_sha256_b32_first128bits: fingerprintBase32Of(key.publicKey),
    fingerprint_sha256_hex: fingerprintOf(key.publicKey),
    rotates_at: null,
  };
}

/** Signs a bundle again over its present content. */
export function sealBundle(bundle: Data, key: TestKey = registryKey): Data {
  const body = without(bundle, 'bundle_signature');
  const bundleSha256 = digest(body);
  return {
    ...body,
    bundle_signature: { ...signatureOver(bundleSha256, 'bundle_sha256_bytes', key), bundle_sha256: bundleSha256 },
  };
}

/** A bundle of a record and its events; `changes` are made before it is signed. No state unless one is given. */
export function makeBundle(
  record: Data,
  events?: readonly Data[],
  changes: Data = {},
  key: TestKey = registryKey,
): Data {
  const sha = digest(record);
  const suffix = suffixOf(sha);
  const aliases = [...expectedAliases(record.source, suffix)];
  return sealBundle(
    {
      bundle_type: 'pith_open_graph_bundle',
      bundle_version: '1.0',
      pith_number: numberOf(record),
      short_pith_number: formatShortPithNumber(suffix),
      canonical_record: record,
      canonical_sha256: sha,
      source: record.source,
      source_aliases: aliases.map(([kind, value]) => ({
        alias_kind: kind,
        alias_value: value,
        created_at: '2026-06-23T03:14:22Z',
      })),
      events: events ?? [makeRecordCreated(record), makeSnapshot(record)],
      timestamp_proofs: [],
      mirror_hints: [],
      public_keys: [publicKeyEntry(key)],
      merge_version: 'pith-open-graph-merge-v1',
      built_at: '2026-07-01T18:55:57Z',
      links: {},
      ...changes,
    },
    key,
  );
}

export function bytesOf(data: Data): Uint8Array {
  return encodeUtf8(JSON.stringify(data));
}

/** The bundle with the state that its own merge gives, as upstream ships it. */
export function withState(bundle: Data, key: TestKey = registryKey): Data {
  const verdict = verifyBundle(bytesOf(bundle), testTrust);
  if (verdict.bundle === null) throw new TypeError(JSON.stringify(verdict.findings));
  const { state } = mergeBundles([verdict.bundle]);
  return sealBundle({ ...bundle, state: JSON.parse(new TextDecoder().decode(state.bytes)) }, key);
}

/** A correction that says `note`; two notes are two events. */
export function makeCorrection(record: Data, note: string, changes: Data = {}, key: TestKey = registryKey): Data {
  return makeEvent(record, 'correction', { payload: { note }, ...changes }, key);
}
