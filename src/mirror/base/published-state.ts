/** What the published state of a record has, to find out what a new one would lose. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Content, contentText } from './disk.ts';
import { recordPage } from './paths.ts';

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
  const kept = new Set(state === null ? [] : eventsOf(contentText(state)));
  return eventsOf(published).filter((id) => !kept.has(id));
}

/** Whether a site has nothing but a page of a number: then its operator withholds the record. */
export function isTombstone(site: string, suffix: string): boolean {
  const path = recordPage(suffix);
  try {
    const [page, ...others] = readdirSync(join(site, dirname(path)));
    return others.length === 0 && page === basename(path);
  } catch {
    return false;
  }
}
