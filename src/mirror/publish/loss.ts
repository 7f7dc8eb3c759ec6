/**
 * What a publication would take away from readers: records that vanish, and events that a record's published state has.
 *
 * An unmounted disk, an interrupted checkout or an older bundle in place of a newer one all look like that.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { counted } from '../../formats/counts.ts';
import { SUFFIX_PATTERN } from '../../protocol/index.ts';
import { isTombstone } from '../base/published-state.ts';
import type { Inventory } from '../resume/inventory.ts';

/** Lines that are shown. */
const SHOWN = 20;

export interface Loss {
  /** How many records would vanish. */
  readonly records: number;
  /** How many events of other records would be lost. */
  readonly events: number;
  /** The first of them, a line each. */
  readonly lines: readonly string[];
}

/** The records of the published site. */
export function publishedSuffixes(site: string): readonly string[] {
  try {
    return readdirSync(join(site, 'pith')).filter((name) => SUFFIX_PATTERN.test(name));
  } catch {
    return [];
  }
}

/**
 * Compares a site with what would be published in its place. A record that becomes a tombstone is no loss, because the operator
 * says so in a note; neither is a tombstone that goes.
 *
 * @param published suffixes of the records that the site has.
 * @returns null if nothing would be lost.
 */
export function lossOf(
  site: string,
  published: Iterable<string>,
  inventory: Pick<Inventory, 'has' | 'lost'>,
): Loss | null {
  const records = [...published].filter((suffix) => !inventory.has(suffix) && !isTombstone(site, suffix)).sort();
  const events = [...inventory.lost].filter(([suffix]) => inventory.has(suffix)).sort();
  const lines = [
    ...records.map((suffix) => `record ${suffix}`),
    ...events.flatMap(([suffix, ids]) => ids.map((id) => `event ${id} of record ${suffix}`)),
  ];
  if (lines.length === 0) return null;
  const more = lines.length > SHOWN ? [`and ${lines.length - SHOWN} more`] : [];
  return {
    records: records.length,
    events: lines.length - records.length,
    lines: [...lines.slice(0, SHOWN), ...more],
  };
}

/** Why nothing was published, in one line; `lines` of the loss say what it is. */
export function refusalOfLoss({ records, events }: Loss): string {
  const parts = [
    ...(records > 0 ? [counted(records, 'record')] : []),
    ...(events > 0 ? [counted(events, 'event')] : []),
  ];
  return `the published site would lose ${parts.join(' and ')}; if that is intended, build again with --allow-loss`;
}
