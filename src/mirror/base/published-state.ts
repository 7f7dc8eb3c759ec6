/** What the published state of a record has, to find out what a new one would lose. */
import { readFileSync } from 'node:fs';
import { type Content, textOf } from './disk.ts';

/** The ids of the events that a `state.json` applies; none if it is not a state. It is our own file, so nothing is verified. */
function eventsOf(text: string): readonly string[] {
  try {
    const { applied_event_ids: ids } = JSON.parse(text) as { readonly applied_event_ids?: unknown };
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

/**
 * The events of a published state that the new state lacks.
 *
 * @param path of the published `state.json`; if there is none, nothing is lost.
 * @param state the new `state.json`; null if the record has none any more.
 */
export function lostEvents(path: string, state: Content | null): readonly string[] {
  let published: string;
  try {
    published = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  const kept = new Set(state === null ? [] : eventsOf(textOf(state)));
  return eventsOf(published).filter((id) => !kept.has(id));
}
