/** The bundle (README.md, section 7): one record, its events, claimed keys and a claimed state. */
import { pointer } from '../errors.ts';
import { depthOf, isObject, type Json, type JsonArray, type JsonObject } from '../json.ts';
import { MAX_INNER_DEPTH } from './json.ts';
import { Members, Problems } from './members.ts';
import { type ParsedRecord, readRecord } from './record.ts';
import { BUNDLE_SIGNATURE_MEMBERS, type ClaimedSignature, readSignature, textMember } from './signature.ts';
import { type Instant, parseTimestamp } from './timestamp.ts';

export const BUNDLE_TYPE = 'pith_open_graph_bundle';
export const BUNDLE_VERSION = '1.0';
export const MERGE_VERSION = 'pith-open-graph-merge-v1';
/** Upstream's papers have a few dozen events. This bounds the work that one file can cause. */
export const MAX_EVENTS = 100_000;

export interface ClaimedAlias {
  readonly value: JsonObject;
  readonly kind: string;
  readonly alias: string;
}

/** A key that a bundle claims it was signed with. Never trusted: trust comes from a file outside of every bundle. */
export interface ClaimedKey {
  readonly keyId: string;
  readonly publicKeyBase64: string;
  readonly publicKeyHex: string;
  readonly fingerprintHex: string | null;
  readonly fingerprintBase32: string | null;
  /** As written; null if the key has no end. */
  readonly rotatesAt: string | null;
}

export interface ParsedBundle {
  readonly value: JsonObject;
  readonly claimedPithNumber: string;
  readonly claimedShortPithNumber: string;
  readonly claimedCanonicalSha256: string;
  readonly claimedSource: Json;
  readonly record: ParsedRecord;
  readonly aliases: readonly ClaimedAlias[];
  /** Not yet parsed, because a broken event makes only that event invalid, not the bundle. */
  readonly events: JsonArray;
  readonly claimedKeys: readonly ClaimedKey[];
  readonly builtAt: string;
  readonly builtInstant: Instant;
  /** A claim, of any JSON type; undefined if the bundle ships none. */
  readonly claimedState: Json | undefined;
  readonly claimedSignature: ClaimedSignature | null;
  readonly claimedBundleSha256: string | null;
}

function readAliases(bundle: Members, problems: Problems): readonly ClaimedAlias[] {
  return bundle.array('source_aliases').map((item, i) => {
    const path = pointer(bundle.path('source_aliases'), i);
    const alias = new Members(item, path, problems, 'bundle_schema');
    if (depthOf(item) > MAX_INNER_DEPTH) {
      problems.add('bundle_schema', path, `expected at most ${MAX_INNER_DEPTH} levels`);
    }
    return { value: alias.object, kind: alias.string('alias_kind'), alias: alias.string('alias_value') };
  });
}

function readKeys(bundle: Members, problems: Problems): readonly ClaimedKey[] {
  return bundle.array('public_keys').map((item, i) => {
    const key = new Members(item, pointer(bundle.path('public_keys'), i), problems, 'bundle_schema');
    const optional = (name: string): string | null => (key.object.has(name) ? key.string(name) : null);
    return {
      keyId: key.string('key_id'),
      publicKeyBase64: key.string('public_key_b64'),
      publicKeyHex: key.string('public_key_hex'),
      fingerprintHex: optional('fingerprint_sha256_hex'),
      fingerprintBase32: optional('fingerprint_sha256_b32_first128bits'),
      rotatesAt: textMember(key.object, 'rotates_at'),
    };
  });
}

/** The digest that a bundle claims for itself, even if the rest is malformed; null if there is none. */
export function claimedBundleSha256Of(value: JsonObject): string | null {
  const signature = value.get('bundle_signature');
  const claimed = isObject(signature) ? signature.get('bundle_sha256') : undefined;
  return typeof claimed === 'string' ? claimed : null;
}

/**
 * Reads a bundle.
 *
 * Only members that a check needs must be present and of the right type. No other member can cause a rejection.
 *
 * @throws ParseError with every problem: `bundle_schema`, `unsupported_version`, `record_schema`, `too_large` (events).
 */
export function parseBundle(value: Json): ParsedBundle {
  const problems = new Problems();
  const bundle = new Members(value, '', problems, 'bundle_schema');
  bundle.literal('bundle_type', BUNDLE_TYPE);
  bundle.literal('bundle_version', BUNDLE_VERSION, 'unsupported_version');
  bundle.literal('merge_version', MERGE_VERSION, 'unsupported_version');
  const claimedPithNumber = bundle.string('pith_number');
  const record = readRecord(bundle.object.get('canonical_record'), '/canonical_record', problems);
  const events = bundle.array('events');
  if (events.length > MAX_EVENTS) {
    problems.add('too_large', '/events', `expected at most ${MAX_EVENTS} events, got ${events.length}`);
  }
  // Every event has this member. The signed bytes carry no role, so no document may be both.
  if (bundle.object.has('event_type')) bundle.problem('event_type', 'no event in the place of a bundle');

  const signature = bundle.object.get('bundle_signature');
  if (isObject(signature)) {
    const members = new Members(signature, '/bundle_signature', problems, 'bundle_schema');
    members.only(...BUNDLE_SIGNATURE_MEMBERS);
    if (members.object.has('signed_at')) members.timestamp('signed_at');
  }
  const builtAt = bundle.timestamp('built_at');
  const parsed: ParsedBundle = {
    value: bundle.object,
    claimedPithNumber,
    claimedShortPithNumber: bundle.string('short_pith_number'),
    claimedCanonicalSha256: bundle.string('canonical_sha256'),
    claimedSource: bundle.objectAt('source'),
    record,
    aliases: readAliases(bundle, problems),
    events,
    claimedKeys: readKeys(bundle, problems),
    builtAt,
    builtInstant: parseTimestamp(builtAt) ?? '',
    claimedState: bundle.object.get('state'),
    claimedSignature: readSignature(signature),
    claimedBundleSha256: claimedBundleSha256Of(bundle.object),
  };
  problems.throwIfAny();
  return parsed;
}
