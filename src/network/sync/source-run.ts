/** Syncs one source: reads its index, and what is missing, until both fit together. */
import { Changing, Listing, Unreadable } from '../listing.ts';
import { each, type SourceContext } from './context.ts';
import { Finder, type Found, findUnlisted } from './find.ts';
import { Shrunk } from './shrunk.ts';
import { Taker, type Torn } from './take.ts';

/** Waits before an inconsistent source is read again, in milliseconds: 15 minutes in total. */
const PATIENCE = [30_000, 60_000, 120_000, 240_000, 450_000] as const;

/** One source, from its snapshot to its bundles. */
export class SourceRun {
  readonly #context: SourceContext;
  readonly #taker: Taker;
  #isIndexTold = false;

  constructor(context: SourceContext) {
    const { source, held, keeper, cache, log, progress } = context;
    const { trust, keepAll } = context.options;
    this.#context = context;
    const say = (text: string): void => progress.note(text);
    this.#taker = new Taker(source, { held, keeper, cache, log, say }, { trust, keepAll });
  }

  /** Reads the source until it is consistent, for up to 15 minutes. */
  async run(): Promise<void> {
    const { clock, progress, log, source } = this.#context;
    const mark = log.mark();
    let torn: readonly Torn[] = [];
    for (const wait of [...PATIENCE, null]) {
      let problem: string;
      try {
        torn = await this.#pass(torn.length > 0 ? torn : null);
        const [first] = torn;
        if (first === undefined) return;
        problem = `${first.target.suffix}: ${first.message}`;
        if (torn.length > 1) problem += ` (and ${torn.length - 1} more records)`;
      } catch (error) {
        if (error instanceof Unreadable) {
          log.add('failed', null, source.name, { message: error.message });
          return;
        }
        if (error instanceof Shrunk) {
          log.contradictions.push(`${source.name}: ${error.message}`);
          return;
        }
        if (!(error instanceof Changing)) throw error;
        problem = error.message;
        // Nothing was fetched yet, so the next pass counts everything again.
        if (torn.length === 0) log.reset(mark);
      }
      if (wait === null || this.#context.options.dryRun) {
        for (const item of torn) this.#taker.giveUp(item);
        if (torn.length === 0) log.contradictions.push(`${source.name}: ${problem}`);
        return;
      }
      progress.note(
        `${source.name} has an index that contradicts itself: ${problem}; reading it again in ${wait / 1000} s`,
      );
      await clock.sleep(wait);
    }
  }

  /** @param only records to try again; null for all that are asked for. @returns records that do not fit the index. */
  async #pass(only: readonly Torn[] | null): Promise<readonly Torn[]> {
    const { source, cache, log, limit, progress } = this.#context;
    progress.stage(`reading the index of ${source.name}`, null);
    const listing = await Listing.open(source, cache, limit);
    if (!this.#isIndexTold) log.sources.push({ source: source.name, index: listing?.snapshot ?? null });
    this.#isIndexTold = true;
    if (listing === null) return only ?? this.#take(findUnlisted(this.#context));
    const finder = new Finder(this.#context, this.#taker, listing);
    return this.#take(only === null ? await finder.all() : await finder.again(only));
  }

  async #take(found: readonly Found[]): Promise<readonly Torn[]> {
    const { limit, progress, options, log, source, answered } = this.#context;
    if (options.dryRun) {
      for (const { target } of found) {
        log.add('would_fetch', target.suffix, source.name);
        if (target.wanted !== null) answered.add(target.wanted);
      }
      return [];
    }
    const torn: Torn[] = [];
    progress.stage(`downloading from ${source.name}`, found.length);
    await each(limit, found, async (item) => {
      if (item.kind === 'listed') {
        const problem = await this.#taker.takeListed(item.target, item.fetched);
        if (problem !== null) torn.push(problem);
      } else if ((await this.#taker.takeUnlisted(item.target, item.fetched)) && item.target.wanted !== null) {
        answered.add(item.target.wanted);
      }
      progress.step();
    });
    await this.#context.keeper?.flush();
    this.#context.cache.finishPart();
    return torn;
  }
}
