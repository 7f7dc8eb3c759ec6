import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { encodeUtf8 } from '../../src/protocol/bytes.ts';
import {
  bundleDigest,
  canonTextDigest,
  digestOf,
  eventDigest,
  sha256Hex,
  snapshotDigest,
  stateDigest,
} from '../../src/protocol/digest.ts';
import { isObject, type JsonObject } from '../../src/protocol/json.ts';
import { parseJson } from '../../src/protocol/parse/json.ts';

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
function object(text: string): JsonObject {
  const value = parseJson(encodeUtf8(text));
  assert.ok(isObject(value));
  return value;
}

describe('section 2: what each digest covers', () => {
  it('SHA-256 agrees with node:crypto', () => {
    for (const length of [0, 1, 55, 56, 63, 64, 65, 1000]) {
      const bytes = Uint8Array.from({ length }, (_, i) => i & 255);
      assert.equal(sha256Hex(bytes), createHash('sha256').update(bytes).digest('hex'));
    }
  });

  it('canonical_sha256 is over the canonical bytes', () => {
    assert.equal(digestOf(object('{"b":"é","a":1}')), sha256('{"a":1,"b":"é"}'));
  });

  it('the digest of an event covers unknown members, but not signature, content_sha256 and event_id', () => {
    const event = object(
      '{"z":1,"signature":{},"content_sha256":"x","event_id":"y","signed_at":2,"bundle_signature":3}',
    );
    assert.equal(eventDigest(event), sha256('{"bundle_signature":3,"signed_at":2,"z":1}'));
  });

  it('the digest of an event covers members of its payload that have the names of the three', () => {
    const text = '{"payload":{"content_sha256":"x","event_id":"y","signature":{}}}';
    assert.equal(eventDigest(object(text)), sha256(text));
  });

  it('the digest of a state does not cover state_sha256', () => {
    assert.equal(
      stateDigest(object('{"state_sha256":"x","a":{"state_sha256":1}}')),
      sha256('{"a":{"state_sha256":1}}'),
    );
  });

  it('the digest of a bundle covers unknown members and the state, but not bundle_signature', () => {
    const text = '{"event_id":1,"signature":2,"state":{"bundle_signature":3},"x":4}';
    assert.equal(bundleDigest(object(text.replace('{', '{"bundle_signature":{},'))), sha256(text));
  });

  it('the digest of a snapshot part is over {"payload": X}', () => {
    assert.equal(snapshotDigest([]), sha256('{"payload":[]}'));
    assert.equal(snapshotDigest([]), '258153158e38e3291e3d48162225fcdb2d5a3ed65a07baac614ab91432fd4f57');
  });

  it('computing a digest does not change the value', () => {
    const event = object('{"signature":1,"a":2}');
    eventDigest(event);
    bundleDigest(event);
    assert.deepEqual([...event.keys()], ['signature', 'a']);
  });

  it('section 4: a title is hashed in lower case, and its TeX is kept as it is', () => {
    assert.equal(canonTextDigest("Ren\\'e and $\\Eta \\to 3\\pi$"), sha256("ren\\'e and $\\eta \\to 3\\pi$"));
    // Never by the rules of a locale: a Turkish one would give a dotless i.
    assert.equal(canonTextDigest('I'), sha256('i'));
  });
});
