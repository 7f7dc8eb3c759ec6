/** Rules M1, M7 and M8 of the merge: the events of one Pith Number, from any number of bundles, as one set. */
import { compareCodePoints } from '../bytes.ts';
import { formatCanonical } from '../canonical-json.ts';
import type { Json } from '../json.ts';
import type { VerifiedBundle } from '../verify/bundle.ts';
import type { InvalidEvent, VerifiedEvent } from '../verify/event.ts';
import { compareEvents } from './order.ts';

export interface EventSet {
  /** One for each `event_id`, in merge order. */
  readonly valid: readonly VerifiedEvent[];
  /** Distinct ones, by event id (null first), then reason. */
  readonly invalid: readonly InvalidEvent[];
}

/**
 * The union of several bundles' events.
 *
 * @param bundles in order of preference: if one event has several valid signatures, the first bundle's is kept. Of
 * several in one bundle, the first by code point is kept, so that the order of its array does not matter.
 */
export function uniteEvents(bundles: readonly VerifiedBundle[]): EventSet {
  const valid = new Map<string, VerifiedEvent>();
  for (const bundle of bundles) {
    for (const [id, event] of firstOfEach(bundle.events, ({ eventId }) => eventId)) {
      if (!valid.has(id)) valid.set(id, event);
    }
  }
  // One event with two faults is one event, and the reason that is reported does not depend on the order.
  const allInvalid = bundles.flatMap(({ invalidEvents }) => invalidEvents);
  const invalid = firstOfEach(allInvalid, ({ identity }) => identity, compareInvalid);
  // An event with one valid signature is valid. A copy with a bad signature is the same event, not another one.
  const isTwin = ({ eventId, contentId }: InvalidEvent): boolean => eventId === contentId && valid.has(contentId);
  return {
    valid: [...valid.values()].sort(compareEvents),
    invalid: [...invalid.values()].filter((event) => !isTwin(event)).sort(compareInvalid),
  };
}

/**
 * The first of the events that share a key: by `compare`, then by canonical text. Each text is computed at most once, and
 * only if two events share a key.
 */
function firstOfEach<T extends { readonly value: Json }>(
  events: readonly T[],
  keyOf: (event: T) => string,
  compare: (a: T, b: T) => number = () => 0,
): ReadonlyMap<string, T> {
  const groups = new Map<string, T[]>();
  for (const event of events) {
    const group = groups.get(keyOf(event));
    if (group === undefined) groups.set(keyOf(event), [event]);
    else group.push(event);
  }
  const first = new Map<string, T>();
  for (const [key, group] of groups) {
    const texts = new Map(group.length > 1 ? group.map((event) => [event, formatCanonical(event.value)]) : []);
    const [best] = group.sort((a, b) => compare(a, b) || compareCodePoints(texts.get(a) ?? '', texts.get(b) ?? ''));
    if (best !== undefined) first.set(key, best);
  }
  return first;
}

/** Rule M7, and then a tie-breaker. */
function compareInvalid(a: InvalidEvent, b: InvalidEvent): number {
  return (
    compareCodePoints(a.eventId ?? '', b.eventId ?? '') ||
    compareCodePoints(a.reason, b.reason) ||
    compareCodePoints(a.identity, b.identity)
  );
}
