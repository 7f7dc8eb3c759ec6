/** SHA-256 digests of canonical JSON (README.md, section 2). A digest is 64 lower-case hexadecimal digits. */
import { sha256 } from '@noble/hashes/sha2.js';
import { asWellFormed, encodeHex, encodeUtf8 } from './bytes.ts';
import { formatCanonical } from './canonical-json.ts';
import type { Engine } from './engine.ts';
import type { Json, JsonObject } from './json.ts';

export const DIGEST_PATTERN = /^[0-9a-f]{64}$/;

/** SHA-256 of bytes, or of the UTF-8 bytes of well-formed text, as 64 lower-case hexadecimal digits. */
export function sha256Hex(data: Uint8Array | string): string {
  return encodeHex(sha256(typeof data === 'string' ? encodeUtf8(data) : data));
}

/** A SHA-256 function: {@link sha256Hex}, or an engine's own. */
export type Sha256 = Engine['sha256Hex'];

/** Digest of a value's canonical bytes: `canonical_sha256` if the value is a canonical record. */
export function digestOf(value: Json, hash: Sha256 = sha256Hex): string {
  return hash(asWellFormed(formatCanonical(value)));
}

/** Digest of an object's canonical bytes without some of its members. */
function digestWithout(object: JsonObject, hash: Sha256, ...names: readonly string[]): string {
  return hash(asWellFormed(formatCanonical(object, names)));
}

/** `content_sha256` of an event: covers everything except its signature, its digest and its id. Unknown members are covered. */
export function eventDigest(event: JsonObject, hash: Sha256 = sha256Hex): string {
  return digestWithout(event, hash, 'signature', 'content_sha256', 'event_id');
}

/** `state_sha256` of a state: covers everything except itself. */
export function stateDigest(state: JsonObject, hash: Sha256 = sha256Hex): string {
  return digestWithout(state, hash, 'state_sha256');
}

/** `bundle_sha256` of a bundle: covers everything except its signature. The state and unknown members are covered. */
export function bundleDigest(bundle: JsonObject, hash: Sha256 = sha256Hex): string {
  return digestWithout(bundle, hash, 'bundle_signature');
}

/** `snapshot_sha256` of a part of a graph snapshot: the digest of `{"payload": part}`. */
export function snapshotDigest(part: Json, hash?: Sha256): string {
  return digestOf(new Map([['payload', part]]), hash);
}

/**
 * `title_canon_sha256` of a title, or `abstract_canon_sha256` of a whole abstract on one line: the digest of its
 * lower-case text.
 *
 * Observed on ASCII texts only. `toLowerCase` is independent of the locale.
 */
export function canonTextDigest(text: string, hash: Sha256 = sha256Hex): string {
  return hash(asWellFormed(text.toLowerCase()));
}
