/** SHA-256 digests of canonical JSON (section 2). A digest is 64 lower-case hexadecimal digits. */
import { sha256 } from '@noble/hashes/sha2.js';
import { encodeHex, encodeUtf8 } from './bytes.ts';
import { canonicalBytes } from './canonical-json.ts';
import type { Engine } from './engine.ts';
import { type Json, type JsonObject, without } from './json.ts';

export const DIGEST_PATTERN = /^[0-9a-f]{64}$/;

/** SHA-256 of bytes, as 64 lower-case hexadecimal digits. */
export function sha256Hex(bytes: Uint8Array): string {
  return encodeHex(sha256(bytes));
}

/** What computes SHA-256: {@link sha256Hex}, or an engine's own. */
export type Sha256 = Engine['sha256Hex'];

/** Digest of a value's canonical bytes: `canonical_sha256` where the value is a canonical record. */
export function digestOf(value: Json, hash: Sha256 = sha256Hex): string {
  return hash(canonicalBytes(value));
}

/** `content_sha256` of an event: all but its signature, its digest and its id. Unknown members are covered. */
export function eventDigest(event: JsonObject, hash?: Sha256): string {
  return digestOf(without(event, 'signature', 'content_sha256', 'event_id'), hash);
}

/** `state_sha256` of a state: all but itself. */
export function stateDigest(state: JsonObject, hash?: Sha256): string {
  return digestOf(without(state, 'state_sha256'), hash);
}

/** `bundle_sha256` of a bundle: all but its signature. The state and unknown members are covered. */
export function bundleDigest(bundle: JsonObject, hash?: Sha256): string {
  return digestOf(without(bundle, 'bundle_signature'), hash);
}

/** `snapshot_sha256` of a part of a graph snapshot: the digest of `{"payload": part}`. */
export function snapshotDigest(part: Json, hash?: Sha256): string {
  return digestOf(new Map([['payload', part]]), hash);
}

/**
 * `title_canon_sha256` of a title: the digest of its lower-case text (section 4).
 *
 * Observed on ASCII titles only. `toLowerCase` is independent of the locale.
 */
export function titleDigest(title: string, hash: Sha256 = sha256Hex): string {
  return hash(encodeUtf8(title.toLowerCase()));
}
