/** Rule M5 of the merge: events that contradict each other. All stay applied; each set is listed once. */
import { compareCodePoints } from '../bytes.ts';
import { RECORD_CREATED, type VerifiedEvent } from '../verify/event.ts';

export const EQUIVOCATION_KINDS = ['prev_event', 'record_created'] as const;

export interface Equivocation {
  /** `prev_event`: one key signed two successors of one event. `record_created`: the record was created twice. */
  readonly kind: (typeof EQUIVOCATION_KINDS)[number];
  /** The key that signed all of them; null if several keys did (only for `record_created`). */
  readonly keyId: string | null;
  /** The event they all follow; null for `record_created`. */
  readonly prevEvent: string | null;
  /** At least two, sorted. */
  readonly eventIds: readonly string[];
}

/** @param events distinct valid events of one number. */
export function findEquivocations(events: readonly VerifiedEvent[]): readonly Equivocation[] {
  const successors = new Map<string, VerifiedEvent[]>();
  for (const event of events) {
    if (event.prevEvent === null) continue;
    // A key id may contain any character, so the pair is written as two JSON strings.
    const slot = JSON.stringify([event.key.keyId, event.prevEvent]);
    const siblings = successors.get(slot);
    if (siblings === undefined) successors.set(slot, [event]);
    else siblings.push(event);
  }
  const sets: Equivocation[] = [];
  for (const siblings of successors.values()) {
    const [first] = siblings;
    if (first === undefined || siblings.length < 2) continue;
    sets.push({ kind: 'prev_event', keyId: first.key.keyId, prevEvent: first.prevEvent, eventIds: idsOf(siblings) });
  }
  const created = events.filter((event) => event.eventType === RECORD_CREATED);
  if (created.length > 1) {
    const keyIds = new Set(created.map((event) => event.key.keyId));
    const [keyId = null] = keyIds.size === 1 ? keyIds : [];
    sets.push({ kind: 'record_created', keyId, prevEvent: null, eventIds: idsOf(created) });
  }
  return sets.sort(
    (a, b) =>
      compareCodePoints(a.kind, b.kind) ||
      compareCodePoints(a.keyId ?? '', b.keyId ?? '') ||
      compareCodePoints(a.prevEvent ?? '', b.prevEvent ?? ''),
  );
}

function idsOf(events: readonly VerifiedEvent[]): readonly string[] {
  return events.map((event) => event.eventId).sort(compareCodePoints);
}
