/** Events (README.md, section 7). Unknown members are allowed: the event's digest covers them. */
import { depthOf, type Json, type JsonObject } from '../json.ts';
import { MAX_INNER_DEPTH } from './json.ts';
import { Members, Problems } from './members.ts';
import { type ClaimedSignature, readSignature } from './signature.ts';
import { type Instant, parseTimestamp } from './timestamp.ts';

export const EVENT_ID_PATTERN = /^sha256:[0-9a-f]{64}$/;
export const EVENT_SCHEMA_VERSION = '1.0';

export interface ParsedEvent {
  /** The event as it came, unknown members included. */
  readonly value: JsonObject;
  readonly eventType: string;
  readonly subject: string;
  readonly target: string | null;
  readonly payload: JsonObject;
  /** The whole signer object, as the state shows it. */
  readonly signer: JsonObject;
  readonly signerId: string;
  readonly signerType: string;
  readonly signerKeyId: string;
  readonly signerFingerprint: string;
  /** As written, for people. */
  readonly createdAt: string;
  /** The same as an instant, for ordering; null if it is not a timestamp. */
  readonly createdInstant: Instant | null;
  readonly supersedes: readonly string[];
  readonly prevEvent: string | null;
  readonly claimedSignature: ClaimedSignature | null;
  readonly claimedContentSha256: string;
  readonly claimedEventId: string;
}

/**
 * Reads one event.
 *
 * @throws ParseError with every problem of shape, under `path`: `event_schema`, then `unsupported_version`, in the
 * order in which section 7 names the reasons. Timestamps come after the digests there, so they are not judged here.
 */
export function parseEvent(value: Json, path: string): ParsedEvent {
  const problems = new Problems();
  const event = new Members(value, path, problems, 'event_schema');
  const signer = event.child('signer');
  const id = 'an event id, "sha256:" and 64 lower-case hexadecimal digits';

  // Every bundle has this member. The signed bytes carry no role, so no document may be both.
  if (event.object.has('bundle_type')) event.problem('bundle_type', 'no bundle in the place of an event');
  for (const name of ['payload', 'signer']) {
    if (depthOf(event.object.get(name) ?? null) > MAX_INNER_DEPTH) {
      event.problem(name, `at most ${MAX_INNER_DEPTH} levels`);
    }
  }
  const supersedes = event.strings('supersedes');
  if (supersedes.some((name) => !EVENT_ID_PATTERN.test(name))) event.problem('supersedes', `only event ids`);
  const prevEvent = event.nullableString('prev_event');
  if (typeof event.object.get('prev_event') === 'string' && !EVENT_ID_PATTERN.test(prevEvent ?? ''))
    event.problem('prev_event', `${id}, or null`);

  const createdAt = event.string('created_at');
  const parsed: ParsedEvent = {
    value: event.object,
    eventType: event.matching('event_type', /./s, 'a name'),
    subject: event.string('subject_pith_number'),
    target: event.nullableString('target'),
    payload: event.objectAt('payload'),
    signer: signer.object,
    signerId: signer.string('signer_id'),
    signerType: signer.string('signer_type'),
    signerKeyId: signer.string('key_id'),
    signerFingerprint: signer.string('public_key_fingerprint'),
    createdAt,
    createdInstant: parseTimestamp(createdAt),
    supersedes,
    prevEvent,
    claimedSignature: readSignature(event.object.get('signature')),
    claimedContentSha256: event.string('content_sha256'),
    claimedEventId: event.string('event_id'),
  };
  event.literal('schema_version', EVENT_SCHEMA_VERSION, 'unsupported_version');
  problems.throwIfAny();
  return parsed;
}
