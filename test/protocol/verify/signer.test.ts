import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeHex } from '../../../src/protocol/bytes.ts';
import { fingerprintOf } from '../../../src/protocol/identifier.ts';
import { readTrust } from '../../../src/protocol/index.ts';
import {
  authorKey,
  bytesOf,
  type Data,
  registryKey,
  secondKey,
  type TestKey,
} from '../../support/bundles/make-bundle.ts';
import { defaultTrust } from '../../support/bundles/vectors.ts';
import { parseCodes } from '../../support/bundles/verdicts.ts';
import { nonCanonicalTorsion, toBytes, torsionPoints } from '../../vectors/ed25519.generate.ts';

function pin({ keyId, role, publicKey }: TestKey, changes: Data = {}): Data {
  return {
    key_id: keyId,
    public_key_hex: encodeHex(publicKey),
    role,
    fingerprint_sha256_hex: fingerprintOf(publicKey),
    ...changes,
  };
}

function pinBytes(publicKey: Uint8Array): Data {
  return pin({ ...registryKey, publicKey });
}

describe('section 6: the trust file', () => {
  it('the one that comes with the program pins pith-v1-2026-05, and nothing else', () => {
    const [key, ...others] = defaultTrust().keys;
    assert.deepEqual(others, []);
    assert.equal(key?.keyId, 'pith-v1-2026-05');
    assert.equal(key?.role, 'pith_registry');
    assert.equal(key?.publicKeyHex, 'b2d552b68890857171a78b36a5dccf368a953413288c353f7c9d9d6f94b709b3');
    assert.equal(key?.fingerprint, '8d4b5ee74e4693bcd1df2446408b0d54');
  });

  it('reads bytes, text and a value alike; keys come sorted by id', () => {
    const value = { keys: [pin(secondKey), pin(authorKey), pin(registryKey)] };
    for (const form of [value, JSON.stringify(value), bytesOf(value)]) {
      const trust = readTrust(form);
      assert.deepEqual(
        trust.keys.map(({ keyId }) => keyId),
        ['TEST-author', 'TEST-registry', 'TEST-second'],
      );
      assert.equal(trust.get('TEST-author')?.role, 'author');
      assert.equal(trust.get('__proto__'), undefined);
    }
  });

  const refused: readonly (readonly [rule: string, code: string, file: Data])[] = [
    [
      'a duplicate key_id is an error',
      'duplicate_key_id',
      { keys: [pin(registryKey), pin(secondKey, { key_id: registryKey.keyId })] },
    ],
    [
      'one key under two ids could have two roles',
      'duplicate_key_id',
      { keys: [pin(registryKey), pin(registryKey, { key_id: 'other', role: 'author' })] },
    ],
    [
      'the fingerprint is recomputed',
      'fingerprint_mismatch',
      { keys: [pin(registryKey, { fingerprint_sha256_hex: fingerprintOf(secondKey.publicKey) })] },
    ],
    ['the fingerprint is there', 'bundle_schema', { keys: [pin(registryKey, { fingerprint_sha256_hex: undefined })] }],
    [
      'a key is lower-case hexadecimal',
      'key_encoding_mismatch',
      { keys: [pin(registryKey, { public_key_hex: encodeHex(registryKey.publicKey).toUpperCase() })] },
    ],
    ['a key has 32 bytes', 'key_encoding_mismatch', { keys: [pin(registryKey, { public_key_hex: 'ab' })] }],
    ['a key is a point', 'key_encoding_mismatch', { keys: [pinBytes(toBytes(2n))] }],
    ['a role is text', 'bundle_schema', { keys: [pin(registryKey, { role: 1 })] }],
    ['a key_id is text', 'bundle_schema', { keys: [pin(registryKey, { key_id: null })] }],
    ['no keys', 'bundle_schema', { keys: [] }],
    ['keys is a list', 'bundle_schema', { keys: {} }],
    ['no other members', 'bundle_schema', { keys: [pin(registryKey)], key: pin(secondKey) }],
  ];
  for (const [rule, code, file] of refused) {
    it(rule, () => {
      const codes = parseCodes(() => readTrust(bytesOf(file)));
      assert.ok(codes.includes(code as never), codes.join());
    });
  }

  it('a key of small order is refused, in any encoding', () => {
    const points = [...torsionPoints().map((point) => point.toBytes()), ...nonCanonicalTorsion().map(([, any]) => any)];
    for (const bytes of points) {
      assert.deepEqual(
        parseCodes(() => readTrust({ keys: [pinBytes(bytes)] })),
        ['key_encoding_mismatch'],
      );
    }
  });

  it('duplicate members and lone surrogates are errors, as in any document', () => {
    const text = JSON.stringify({ keys: [pin(registryKey)] });
    assert.deepEqual(
      parseCodes(() => readTrust(text.replace('{"key_id"', '{"key_id":"a","key_id"'))),
      ['duplicate_key'],
    );
    assert.deepEqual(
      parseCodes(() => readTrust('"\ud800"')),
      ['lone_surrogate'],
    );
    assert.deepEqual(
      parseCodes(() => readTrust(`\ufeff${text}`)),
      ['bom'],
    );
  });

  it('an empty key_id is refused, so that a signature without key_id finds no key', () => {
    assert.notDeepEqual(
      parseCodes(() => readTrust({ keys: [pin(registryKey, { key_id: '' })] })),
      [],
    );
  });
});
