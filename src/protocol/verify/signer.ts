/** Pinned keys (README.md, section 6). Trust is an argument: a file outside of every bundle, chosen by the mirror's operator. */
import { compareCodePoints, decodeHex, encodeUtf8 } from '../bytes.ts';
import { ParseError, pointer } from '../errors.ts';
import { fingerprintOf } from '../identifier.ts';
import type { Json } from '../json.ts';
import { parseJson } from '../parse/json.ts';
import { Members, Problems } from '../parse/members.ts';
import { isPublicKey } from './ed25519.ts';

/** The role that may sign bundles and receipts. */
export const REGISTRY_ROLE = 'pith_registry';

export interface PinnedKey {
  readonly keyId: string;
  /** What its events must say in `signer.signer_type`. */
  readonly role: string;
  /** 32 bytes, raw. */
  readonly publicKey: Uint8Array;
  readonly publicKeyHex: string;
  /** First 16 bytes of SHA-256 of the key, as 32 hexadecimal digits; recomputed, never read. */
  readonly fingerprint: string;
}

/** The keys an operator pinned, by `key_id`. Only {@link readTrust} makes one. */
export class Trust {
  readonly #keys: ReadonlyMap<string, PinnedKey>;

  private constructor(keys: ReadonlyMap<string, PinnedKey>) {
    this.#keys = keys;
  }

  /** Sorted by `key_id`. */
  get keys(): readonly PinnedKey[] {
    return [...this.#keys.values()].sort((a, b) => compareCodePoints(a.keyId, b.keyId));
  }

  get(keyId: string): PinnedKey | undefined {
    return this.#keys.get(keyId);
  }

  /** @throws ParseError see {@link readTrust}. */
  static read(value: Json): Trust {
    const problems = new Problems();
    const file = new Members(value, '', problems, 'bundle_schema');
    file.only('keys');
    const keys = new Map<string, PinnedKey>();
    const list = file.array('keys');
    list.forEach((item, i) => {
      const path = pointer('/keys', i);
      const key = new Members(item, path, problems, 'bundle_schema');
      const keyId = key.matching('key_id', /./s, 'a name');
      const role = key.matching('role', /./s, 'a role');
      const publicKeyHex = key.string('public_key_hex');
      const claimedFingerprint = key.string('fingerprint_sha256_hex');
      const publicKey = decodeHex(publicKeyHex, 32);
      if (publicKey === null || !isPublicKey(publicKey)) {
        key.problem(
          'public_key_hex',
          'a public key of 32 bytes in lower-case hexadecimal, not of small order',
          'key_encoding_mismatch',
        );
        return;
      }
      const fingerprint = fingerprintOf(publicKey);
      if (claimedFingerprint !== fingerprint) {
        key.problem('fingerprint_sha256_hex', fingerprint, 'fingerprint_mismatch');
      }
      if (keys.has(keyId)) key.problem('key_id', 'each key_id once', 'duplicate_key_id');
      if ([...keys.values()].some((other) => other.publicKeyHex === publicKeyHex)) {
        // Under two ids, one key could have two roles.
        key.problem('public_key_hex', 'each key under one key_id', 'duplicate_key_id');
      }
      keys.set(keyId, { keyId, role, publicKey, publicKeyHex, fingerprint });
    });
    if (list.length === 0) problems.add('bundle_schema', '/keys', 'expected at least one key, got none');
    problems.throwIfAny();
    return new Trust(keys);
  }
}

/**
 * Reads a trust file: `{"keys":[{"key_id","public_key_hex","role","fingerprint_sha256_hex"}]}`.
 *
 * @param json the file's bytes, its text, or the parsed value.
 * @throws ParseError if it is not JSON by section 1 of README.md, is malformed, or has a duplicate `key_id`, an unusable
 * key, or a fingerprint that does not match its key.
 */
export function readTrust(json: Uint8Array | string | object): Trust {
  if (json instanceof Uint8Array) return Trust.read(parseJson(json));
  const text = typeof json === 'string' ? json : JSON.stringify(json);
  if (!text.isWellFormed()) {
    throw new ParseError({ code: 'lone_surrogate', path: '', message: 'expected surrogates in pairs' });
  }
  return Trust.read(parseJson(encodeUtf8(text)));
}
