/** Refuses a source that lists far less than before. */
import type { SourceContext } from './context.ts';

/** If a source lists a smaller share of the records that came from it, the sync stops. */
const LEAST_LEFT = 0.9;

/** A source that lists far less than before. */
export class Shrunk extends Error {
  override readonly name = 'Shrunk';
}

/**
 * Checks that a source still lists what came from it.
 *
 * @param since first day that was read; null for all.
 * @throws Shrunk if more than a tenth is missing.
 */
export function refuseShrunk(
  listed: ReadonlySet<string>,
  since: string | null,
  { held, cache, source }: Pick<SourceContext, 'held' | 'cache' | 'source'>,
): void {
  const before = cache.listedBefore();
  const isCounted = (suffix: string): boolean => {
    if (since !== null && (held.dayOf(suffix) ?? '') < since) return false;
    return before === null || before.has(suffix);
  };
  let had = 0;
  let left = 0;
  for (const suffix of held.suffixes) {
    if (!isCounted(suffix)) continue;
    had += 1;
    if (listed.has(suffix)) left += 1;
  }
  // Nothing says which bundles came from a source: if the two have nothing in common, none did.
  if (had === 0 || (before === null && left === 0 && listed.size > 0)) return;
  if (left >= LEAST_LEFT * had) return;
  throw new Shrunk(
    `it lists only ${left} of the ${had} records that the folder has from it; nothing was downloaded. ` +
      `If that is right, run again with --allow-shrink (${source.name})`,
  );
}
