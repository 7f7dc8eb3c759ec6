/** The state document: its members in upstream's order, its digest, and how it differs from another (README.md, section 8). */
import { encodeUtf8 } from '../bytes.ts';
import { formatCanonical, formatCompact, sortKeys } from '../canonical-json.ts';
import { type Sha256, stateDigest } from '../digest.ts';
import { pointer } from '../errors.ts';
import { isArray, isObject, type Json, type JsonObject, jsonInteger } from '../json.ts';
import { MERGE_VERSION } from '../parse/bundle.ts';
import { type AppliedEvent, LISTS } from './apply.ts';
import type { Equivocation } from './equivocation.ts';
import type { EventSet } from './union.ts';

export const STATE_TYPE = 'pith_open_graph_state';
export const STATE_VERSION = '1.0';

/** The state that the merge computed. */
export interface MergedState {
  /** Members in upstream's order. */
  readonly value: JsonObject;
  /** `state_sha256`: 64 hexadecimal digits. */
  readonly sha256: string;
  /** One compact line, members in upstream's order, UTF-8: what `state.json` holds. */
  readonly bytes: Uint8Array;
}

/** The members of the bundle itself that the state includes. */
export interface StateSubject {
  readonly pithNumber: string;
  readonly record: Json;
  readonly aliases: readonly Json[];
}

const object = (...members: readonly (readonly [string, Json])[]): JsonObject => new Map(members);

function entry({ event }: AppliedEvent): Json {
  return object(
    ['event_id', event.eventId],
    ['target', event.target],
    ['created_at', event.createdAt],
    ['signer', sortKeys(event.signer)],
    ['payload', sortKeys(event.payload)],
  );
}

/** Builds the state from what the merge decided. */
export function buildState(
  subject: StateSubject,
  events: EventSet,
  applied: readonly AppliedEvent[],
  equivocations: readonly Equivocation[],
  hash: Sha256,
): MergedState {
  const created = applied.find(({ effect }) => effect === 'record');
  const current = object(
    ['canonical_record', sortKeys(subject.record)],
    ['source_aliases', subject.aliases.map(sortKeys)],
    ...LISTS.map(([, name]): [string, Json] => [
      name,
      applied.filter(({ effect, list }) => effect === 'listed' && list === name).map(entry),
    ]),
    ['record_created', created === undefined ? null : entry(created)],
  );
  const body = object(
    ['state_type', STATE_TYPE],
    ['state_version', STATE_VERSION],
    ['pith_number', subject.pithNumber],
    ['merge_version', MERGE_VERSION],
    ['event_count', jsonInteger(events.valid.length + events.invalid.length)],
    ['valid_event_count', jsonInteger(events.valid.length)],
    ['invalid_event_count', jsonInteger(events.invalid.length)],
    ['equivocation_count', jsonInteger(equivocations.length)],
    ['current', current],
    [
      'equivocations',
      equivocations.map(({ kind, keyId, prevEvent, eventIds }) =>
        object(['kind', kind], ['key_id', keyId], ['prev_event', prevEvent], ['event_ids', eventIds]),
      ),
    ],
    ['invalid_events', events.invalid.map(({ eventId, reason }) => object(['event_id', eventId], ['reason', reason]))],
    ['applied_event_ids', applied.map(({ event }) => event.eventId)],
  );
  const sha256 = stateDigest(body, hash);
  const value = new Map([...body, ['state_sha256', sha256]]);
  return { value, sha256, bytes: encodeUtf8(formatCompact(value)) };
}

/** The most pointers listed. A state that differs everywhere does not need a complete list. */
const MAX_DIFFERENCES = 32;

/** JSON pointers at which two values differ, deepest first found; at most {@link MAX_DIFFERENCES}. */
export function differences(
  a: Json | undefined,
  b: Json | undefined,
  at = '',
  found: string[] = [],
): readonly string[] {
  if (found.length >= MAX_DIFFERENCES) return found;
  if (isObject(a) && isObject(b)) {
    for (const name of new Set([...a.keys(), ...b.keys()]))
      differences(a.get(name), b.get(name), pointer(at, name), found);
  } else if (isArray(a) && isArray(b)) {
    for (let i = 0; i < Math.max(a.length, b.length) && found.length < MAX_DIFFERENCES; i++) {
      differences(a[i], b[i], pointer(at, i), found);
    }
  } else if (a === undefined || b === undefined || formatCanonical(a) !== formatCanonical(b)) {
    found.push(at);
  }
  return found;
}
