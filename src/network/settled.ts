/** Reads a consistent index of a mirror, and waits if the mirror is being replaced. */
import { IndexCache } from './index-cache.ts';
import { Changing, Listing } from './listing.ts';
import type { Clock } from './pace.ts';
import { type Source, sourceUrl } from './source.ts';

/** A site without a record index. */
export class NoIndex extends Error {
  override readonly name = 'NoIndex';
}

/** A mirror whose index still contradicts itself after all waiting. */
export class Unsettled extends Error {
  override readonly name = 'Unsettled';
}

/** Whether a source is read through a network, where caches and updates can mix old files with new ones for a while. */
export const isRemote = (source: Source): boolean => sourceUrl(source.name) !== null;

/** What a fault of a source says, with the name of the source. */
export async function named<T>(source: Source, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof Changing ? new Changing(`${source.name}: ${error.message}`) : error;
  }
}

/** The lists of a mirror, each checked against the one above it. @throws NoIndex, Changing, Unreadable */
export async function openListing(source: Source): Promise<Listing> {
  const nothing = new IndexCache(null, '', '');
  const listing = await named(
    source,
    Listing.open(source, nothing, (task) => task()),
  );
  if (listing === null)
    throw new NoIndex(
      `${source.name}: there is no records/snapshot.txt, so this is not the site of a mirror, or an older version of pith-mirror built it`,
    );
  return listing;
}

const FIRST_WAIT = 30_000;
/** A host with a cache of ten minutes, such as GitHub Pages, serves one site again after this. */
const LONGEST_WAIT = 15 * 60_000;

/**
 * Runs work that needs a consistent index, and restarts it if a source changes meanwhile: after 30 s, 60 s
 * and so on, for 15 minutes. Folders are not waited for.
 *
 * @param say called for each wait.
 * @throws Unsettled
 */
export async function whenSettled<T>(
  sources: readonly Source[],
  clock: Pick<Clock, 'sleep'>,
  say: (text: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const longest = sources.some(isRemote) ? LONGEST_WAIT : 0;
  let waited = 0;
  for (let wait = FIRST_WAIT; ; wait *= 2) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Changing)) throw error;
      const next = Math.min(wait, longest - waited);
      if (next <= 0) {
        const since = longest === 0 ? '' : ' after 15 minutes of waiting; the mirror is changing, or was tampered with';
        throw new Unsettled(`${error.message}: the index contradicts itself${since}`);
      }
      say(`${error.message}; the mirror may be in the middle of an update: starting again in ${next / 1000} s`);
      await clock.sleep(next);
      waited += next;
    }
  }
}
