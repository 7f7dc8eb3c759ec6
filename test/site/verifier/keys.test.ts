import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, it } from 'node:test';
import { encodeBase64, readTrust, sha256Hex, type Trust } from '../../../src/protocol/index.ts';
import { readPastedKey } from '../../../src/site/verifier/keys.ts';
import { registryKey, secondKey } from '../../support/bundles/make-bundle.ts';
import { defaultTrust } from '../../support/bundles/vectors.ts';

const KEY = registryKey.publicKey;
const HEX = Buffer.from(KEY).toString('hex');
const FINGERPRINT = sha256Hex(KEY).slice(0, 32);
const FILE = JSON.stringify({
  keys: [
    { key_id: 'a', public_key_hex: HEX, role: 'pith_registry', fingerprint_sha256_hex: FINGERPRINT },
    {
      key_id: 'b',
      public_key_hex: Buffer.from(secondKey.publicKey).toString('hex'),
      role: 'author',
      fingerprint_sha256_hex: sha256Hex(secondKey.publicKey).slice(0, 32),
    },
  ],
});

const paste = (text: string, keyId = 'k', role = 'pith_registry'): Trust | string =>
  readPastedKey({ text, keyId, role }, { readTrust, sha256Hex });

function keysOf(read: Trust | string): readonly (readonly string[])[] {
  if (typeof read === 'string') assert.fail(read);
  return read.keys.map(({ keyId, role, publicKeyHex, fingerprint }) => [keyId, role, publicKeyHex, fingerprint]);
}

describe('what a reader may paste', () => {
  const bare: readonly (readonly [name: string, text: string])[] = [
    ['hexadecimal', HEX],
    ['hexadecimal in capitals', HEX.toUpperCase()],
    ['hexadecimal in groups and lines', HEX.replaceAll(/(.{8})/g, '$1 \n')],
    ['base64', encodeBase64(KEY)],
    ['base64 without padding', encodeBase64(KEY).replace('=', '')],
    ['base64url', Buffer.from(KEY).toString('base64url')],
  ];
  for (const [name, text] of bare) {
    it(`reads a key in ${name}`, () =>
      assert.deepEqual(keysOf(paste(` ${text}\n`)), [['k', 'pith_registry', HEX, FINGERPRINT]]));
  }

  it('reads a trust file, whatever the fields for a bare key say', () => {
    assert.deepEqual(
      keysOf(paste(`\n${FILE}\n`, '', '')).map(([id, role]) => [id, role]),
      [
        ['a', 'pith_registry'],
        ['b', 'author'],
      ],
    );
    const [key] = defaultTrust().keys;
    assert.deepEqual(keysOf(paste(key?.publicKeyHex ?? '', key?.keyId))[0]?.[3], key?.fingerprint);
  });
});

describe('what is refused, in words', () => {
  const refused: readonly (readonly [name: string, words: RegExp, text: string, keyId?: string, role?: string])[] = [
    ['nothing', /^Paste a trust file/, ' \n'],
    ['some text', /^Expected a trust file/, 'my key'],
    ['31 bytes', /^Expected a trust file/, HEX.slice(2)],
    ['an array', /^Expected a trust file/, '[]'],
    ['a key without its id', /needs .* the key id/, HEX, ' '],
    ['a key without its role', /needs .* the key id/, HEX, 'k', ''],
    ['a key of small order', /cannot be used: \/keys\/0\/public_key_hex: expected a public key/, '00'.repeat(32)],
    ['a broken trust file', /cannot be used: .*expected/, '{"keys":'],
    ['a trust file without keys', /cannot be used: \/keys/, '{"keys":[]}'],
    ['a wrong fingerprint', /cannot be used: \/keys\/0\/fingerprint/, FILE.replace(FINGERPRINT, 'f'.repeat(32))],
    ['a key twice', /cannot be used: .*key_id/, FILE.replace('"b"', '"a"')],
    ['a lone surrogate', /cannot be used: expected surrogates/, '{"\ud800":1}'],
  ];
  for (const [name, words, ...pasted] of refused) {
    it(name, () => {
      const read = paste(...pasted);
      assert.equal(typeof read, 'string');
      assert.match(String(read), words);
    });
  }
});
