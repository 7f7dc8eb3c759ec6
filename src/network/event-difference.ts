/** Finds the events that only one of two states of a record has. Pure. */
import { isArray, isObject, type Json, parseJson } from '../protocol/index.ts';

/** Event ids of a state, those of invalid events included; an invalid event without an id counts by its reason. */
function eventsOf(state: Uint8Array): ReadonlySet<string> {
  const value = parseJson(state);
  const list = (name: string): readonly Json[] => {
    const found = isObject(value) ? value.get(name) : undefined;
    return found !== undefined && isArray(found) ? found : [];
  };
  const invalid = list('invalid_events').map((entry) => {
    const [id, reason] = isObject(entry) ? [entry.get('event_id'), entry.get('reason')] : [];
    return `${typeof id === 'string' ? id : 'without id'} (invalid: ${String(reason)})`;
  });
  return new Set([...list('applied_event_ids').filter((id) => typeof id === 'string'), ...invalid]);
}

export interface EventDifference {
  readonly onlyInA: readonly string[];
  readonly onlyInB: readonly string[];
}

/** @throws ParseError if one of the two is not JSON. */
export function differenceOfEvents(a: Uint8Array, b: Uint8Array): EventDifference {
  const inA = eventsOf(a);
  const inB = eventsOf(b);
  return { onlyInA: [...inA].filter((id) => !inB.has(id)), onlyInB: [...inB].filter((id) => !inA.has(id)) };
}
