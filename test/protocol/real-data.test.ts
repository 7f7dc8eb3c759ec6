import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeBase64, decodeHex, encodeHex, encodeUtf8 } from '../../src/protocol/bytes.ts';
import { canonTextDigest, digestOf, snapshotDigest, stateDigest } from '../../src/protocol/digest.ts';
import { fingerprintBase32Of, fingerprintOf, suffixOf } from '../../src/protocol/identifier.ts';
import { mergeBundles, pithNumber, verifyBundle, verifySignature } from '../../src/protocol/index.ts';
import { isObject, type Json } from '../../src/protocol/json.ts';
import { parseJson } from '../../src/protocol/parse/json.ts';
import type { Data } from '../support/bundles/make-bundle.ts';
import {
  defaultTrust,
  SEED_SUFFIX,
  seedBytes,
  seedText,
  vectorBytes,
  vectorLines,
} from '../support/bundles/vectors.ts';

const trust = defaultTrust();
const toJson = (data: Data): Json => parseJson(encodeUtf8(JSON.stringify(data)));

describe('real data: 73 canonical records', () => {
  const records = vectorLines<Data>('records.jsonl');

  it('each has its hash, suffix and number', () => {
    assert.equal(records.length, 73);
    for (const { canonical_record, canonical_sha256, pith_number } of records) {
      assert.equal(digestOf(toJson(canonical_record)), canonical_sha256);
      assert.equal(pithNumber(encodeUtf8(JSON.stringify(canonical_record))), pith_number);
      assert.equal(pith_number.slice(-26), suffixOf(canonical_sha256));
    }
  });

  it('section 4: every title hashes to title_canon_sha256', () => {
    const titled = records.filter(({ title }) => typeof title === 'string');
    assert.equal(titled.length, 43);
    for (const { title, canonical_record } of titled) {
      assert.equal(canonTextDigest(title), canonical_record.metadata.title_canon_sha256, title);
    }
  });
});

describe('real data: 16 receipts', () => {
  const key = trust.get('pith-v1-2026-05')?.publicKey ?? new Uint8Array();
  const receipts = vectorLines<Data>('receipts.jsonl');

  it('each is a signature by the pinned key over its digest, and over no other', () => {
    assert.equal(receipts.length, 16);
    receipts.forEach(({ canonical_sha256, signature_b64, pith_number }, i) => {
      const signature = decodeBase64(signature_b64, 64) ?? new Uint8Array();
      assert.equal(pith_number.slice(-26), suffixOf(canonical_sha256));
      assert.ok(verifySignature(key, decodeHex(canonical_sha256, 32) ?? new Uint8Array(), signature));
      const other = receipts.at(i - 1);
      assert.ok(!verifySignature(key, decodeHex(other.canonical_sha256, 32) ?? new Uint8Array(), signature));
      // The raw digest is signed, not its hexadecimal text.
      assert.ok(!verifySignature(key, encodeUtf8(canonical_sha256), signature));
    });
  });
});

describe('real data: integrity documents', () => {
  it('snapshot_sha256 is over detectors and findings, wherever the document is whole', () => {
    const documents = vectorLines<Data>('integrity.jsonl').filter((line) => line.snapshot_verified);
    assert.equal(documents.length, 4);
    for (const { integrity } of documents) {
      const part = { detectors: integrity.detectors_run, findings: integrity.findings };
      assert.equal(snapshotDigest(toJson(part)), integrity.snapshot_sha256);
    }
  });
});

describe('real data: pith-mirrors.json', () => {
  const manifest: Data = JSON.parse(new TextDecoder().decode(vectorBytes('pith-mirrors.json')));

  it('its key is the pinned one, in base64, hexadecimal and both fingerprints', () => {
    const key = manifest.mirrors[0].public_key;
    const pinned = trust.get(key.key_id);
    assert.ok(pinned);
    assert.equal(key.public_key_hex, encodeHex(pinned.publicKey));
    assert.deepEqual(decodeBase64(key.public_key_b64, 32), pinned.publicKey);
    assert.equal(key.fingerprint_sha256_hex, fingerprintOf(pinned.publicKey));
    assert.equal(key.fingerprint_sha256_hex, pinned.fingerprint);
    assert.equal(key.fingerprint_sha256_b32_first128bits, fingerprintBase32Of(pinned.publicKey));
  });
});

describe('real data: the seed bundle', () => {
  const verdict = verifyBundle(seedBytes(), trust);

  it('is verified without a finding', () => {
    assert.deepEqual(verdict.findings, []);
    assert.equal(verdict.outcome, 'verified');
    assert.equal(verdict.bundle?.suffix, SEED_SUFFIX);
    assert.deepEqual(verdict.bundle?.invalidEvents, []);
    assert.deepEqual(
      verdict.bundle?.events.map(({ eventType }) => eventType),
      ['record_created', 'graph_snapshot'],
    );
  });

  it('has four signatures: of the bundle, two events and the receipt', () => {
    const signatures = verdict.checks.filter(({ how }) => how === 'signature');
    assert.deepEqual(signatures.map(({ subject }) => subject).toSorted(), [
      'bundle_signature',
      'event_signature',
      'event_signature',
      'receipt',
    ]);
    for (const { outcome } of signatures) assert.equal(outcome, 'verified');
  });

  it('has digests that all verify, except the abstract, which cannot be checked', () => {
    const digests = verdict.checks.filter(({ how }) => how === 'digest');
    const count = Object.fromEntries(
      [...Map.groupBy(digests, ({ subject }) => subject)].map(([name, all]) => [name, all.length]),
    );
    assert.deepEqual(count, {
      bundle_hash: 1,
      record_hash: 1,
      event_hash: 2,
      record_event: 1,
      title: 1,
      abstract: 1,
      snapshot: 5,
    });
    for (const { subject, outcome } of digests) {
      assert.equal(outcome, subject === 'abstract' ? 'uncheckable' : 'verified', subject);
    }
  });

  it('the shipped state has its own digest, and the merge gives it byte for byte', () => {
    assert.ok(verdict.bundle !== null && isObject(verdict.bundle.claimedState));
    assert.equal(stateDigest(verdict.bundle.claimedState), JSON.parse(seedText()).state.state_sha256);
    const text = seedText();
    const shipped = text.slice(text.indexOf('"state":{') + '"state":'.length, text.indexOf(',"bundle_signature"'));
    assert.equal(new TextDecoder().decode(mergeBundles([verdict.bundle]).state.bytes), shipped);
  });

  it('is the same bundle in another layout', () => {
    const value: Data = JSON.parse(seedText());
    const { bundle_signature, ...rest } = value;
    const other = verifyBundle(encodeUtf8(JSON.stringify({ bundle_signature, ...rest }, null, '\t')), trust);
    assert.equal(other.outcome, 'verified');
    assert.equal(other.bundle?.bundleSha256, verdict.bundle?.bundleSha256);
  });
});
