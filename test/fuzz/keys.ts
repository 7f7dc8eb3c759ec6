/** TEST keys for node:crypto: it signs and verifies without a line of src/protocol, and thirty times as fast. */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readTrust, type Trust } from '../../src/protocol/index.ts';
import { authorKey, registryKey, secondKey, strangerKey, type TestKey } from '../support/bundles/make-bundle.ts';
import { sha256 } from './independent.ts';

/** DER of a private Ed25519 key up to its 32 bytes (RFC 8410). */
const PRIVATE = Buffer.from('302e020100300506032b657004220420', 'hex');
/** DER of a public Ed25519 key up to its 32 bytes. */
const PUBLIC = Buffer.from('302a300506032b6570032100', 'hex');

const publicKey = (bytes: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([PUBLIC, bytes]), format: 'der', type: 'spki' });

export interface Pinned {
  readonly role: string;
  readonly key: KeyObject;
}

/** The first half of a key's SHA-256, in hexadecimal. */
export const fingerprintOf = (bytes: Uint8Array): string => sha256(bytes).slice(0, 32);

const REAL = JSON.parse(readFileSync(new URL('../../src/mirror/trust.json', import.meta.url), 'utf8')).keys[0];

/** Who is trusted, for the verifier under test: three TEST keys and the registry's own. */
export function fuzzTrust(...keys: readonly TestKey[]): Trust {
  return readTrust({
    keys: [
      REAL,
      ...keys.map(({ keyId, role, publicKey: bytes }) => ({
        key_id: keyId,
        role,
        public_key_hex: Buffer.from(bytes).toString('hex'),
        fingerprint_sha256_hex: fingerprintOf(bytes),
      })),
    ],
  });
}

export const PINNED_KEYS = [registryKey, secondKey, authorKey] as const;

/** The same, for the oracle. */
export const PINNED: ReadonlyMap<string, Pinned> = new Map([
  [REAL.key_id, { role: REAL.role, key: publicKey(Buffer.from(REAL.public_key_hex, 'hex')) }],
  ...PINNED_KEYS.map(({ keyId, role, publicKey: bytes }): [string, Pinned] => [keyId, { role, key: publicKey(bytes) }]),
]);

const SECRETS: ReadonlyMap<string, KeyObject> = new Map(
  [...PINNED_KEYS, strangerKey].map(({ keyId, secret }) => [
    keyId,
    createPrivateKey({ key: Buffer.concat([PRIVATE, secret]), format: 'der', type: 'pkcs8' }),
  ]),
);

/** Names of the keys that can sign here: three are pinned, one is not. */
export const SIGNERS: readonly string[] = [...SECRETS.keys()];

/** Base64 of the signature over the 32 bytes of a digest. */
export function signDigest(digest: string, keyId: string): string {
  const key = SECRETS.get(keyId);
  if (key === undefined) throw new RangeError(keyId);
  return sign(null, Buffer.from(digest, 'hex'), key).toString('base64');
}

/** Whether OpenSSL takes the text for a signature over a digest. */
export function isSignature(text: unknown, digest: string, { key }: Pinned): boolean {
  if (typeof text !== 'string') return false;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text && verify(null, Buffer.from(digest, 'hex'), key, bytes);
}
