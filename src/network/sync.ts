/**
 * Fills a folder with bundles from other sites. Every bundle it keeps was verified with the pinned keys by the code of
 * `verify`, was requested, and adds something new. Existing files in the folder are never replaced or deleted.
 */
import { createHash } from 'node:crypto';
import pLimit, { type LimitFunction } from 'p-limit';
import type { Progress } from '../mirror/base/progress.ts';
import { SUFFIX_PATTERN, type Trust } from '../protocol/index.ts';
import { type IndexRow, isWithheld } from '../records/bucket.ts';
import { bucketOf, UNDATED } from '../records/layout.ts';
import { type ClaimedRecord, claimedBy, claimedOfCategory, readCatalogue } from './catalogue.ts';
import { Holdings } from './held.ts';
import { IndexCache } from './index-cache.ts';
import { Keeper } from './keep.ts';
import { type BucketLine, Changing, Listing, Unreadable } from './listing.ts';
import { type Clock, systemClock } from './pace.ts';
import { openSource, type Source } from './source.ts';
import { SyncLog, type SyncReport } from './sync-report.ts';
import { type ListedTarget, Taker, type Target, type Torn } from './take.ts';
import type { Wanted } from './wanted.ts';
import { type Download, Web, type WebOptions } from './web.ts';

/** Progress of a transfer, with the bytes received. */
export interface TransferProgress extends Progress {
  received(bytes: number): void;
}

export interface SyncOptions {
  /** The folder of bundles. */
  readonly folder: string;
  /** In the order in which they are asked. @property folder that the name means if it is no URL, as an absolute path. */
  readonly sources: readonly { readonly name: string; readonly folder: string }[];
  readonly trust: Trust;
  /** Records by name. */
  readonly wanted: readonly Wanted[];
  /** Records by rule, beside those by name; null for none. */
  readonly selection: Selection | null;
  readonly keepAll: boolean;
  readonly allowShrink: boolean;
  readonly dryRun: boolean;
  /** Requests per second to one host; 0 for no limit. */
  readonly rate: number;
  readonly userAgent: string;
  /** Cache folder; null for none. */
  readonly cache: string | null;
  readonly network?: Pick<WebOptions, 'clock' | 'resolve' | 'timeouts'>;
}

/** All records of a mirror that meet both conditions. */
export interface Selection {
  /** First day of submission, `YYYY-MM-DD`; null for any. */
  readonly since: string | null;
  /** Primary categories (`cs.DC`) or archives (`cs`); empty for any. */
  readonly categories: readonly string[];
}

/** Downloads at a time. The rate is per host and decides more. */
const AT_ONCE = 4;
/** Waits before an inconsistent source is read again, in milliseconds: 15 minutes in total. */
const PATIENCE = [30_000, 60_000, 120_000, 240_000, 450_000] as const;
/** If a source lists a smaller share of the records that came from it, the sync stops. */
const LEAST_LEFT = 0.9;

/** @throws BuildError if another sync writes the folder; the system's error if the disk fails. */
export async function sync(options: SyncOptions, progress: TransferProgress): Promise<SyncReport> {
  const log = new SyncLog();
  if (options.dryRun) {
    progress.stage('reading the folder', null);
    await new Run(options, progress, log, Holdings.read(options.folder), null).all();
    return log.report();
  }
  progress.stage('reading the folder', null);
  const keeper = await Keeper.open(
    options.folder,
    () => Holdings.read(options.folder),
    options.network?.clock ?? systemClock,
  );
  try {
    await new Run(options, progress, log, keeper.held, keeper).all();
  } finally {
    await keeper.close();
  }
  return log.report();
}

/** Calls `work` on several items at a time. After an error, it starts no more work and waits for running work. */
async function each<T>(limit: LimitFunction, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const errors: unknown[] = [];
  await limit.map(items, async (item) => {
    if (errors.length > 0) return;
    try {
      await work(item);
    } catch (error) {
      errors.push(error);
    }
  });
  if (errors.length > 0) throw errors[0];
}

class Run {
  readonly #options: SyncOptions;
  readonly #progress: TransferProgress;
  readonly #log: SyncLog;
  readonly #held: Holdings;
  readonly #keeper: Keeper | null;
  readonly #web: Web;
  readonly #clock: Clock;
  readonly #limit = pLimit(AT_ONCE);
  /** Names that some source had an answer to. */
  readonly #answered = new Set<Wanted>();

  constructor(options: SyncOptions, progress: TransferProgress, log: SyncLog, held: Holdings, keeper: Keeper | null) {
    this.#options = options;
    this.#progress = progress;
    this.#log = log;
    this.#held = held;
    this.#keeper = keeper;
    this.#clock = options.network?.clock ?? systemClock;
    this.#web = new Web({
      ...options.network,
      rate: options.rate,
      userAgent: options.userAgent,
      say: (text) => progress.note(text),
      received: (bytes) => {
        log.bytes += bytes;
        progress.received(bytes);
      },
    });
  }

  async all(): Promise<void> {
    for (const { name, folder } of this.#options.sources) {
      const source = await openSource(name, folder, this.#web);
      if ('problem' in source) this.#log.add('failed', null, name, { message: source.problem });
      else await new SourceRun(this.#context(source)).run();
    }
    for (const wanted of this.#options.wanted) {
      if (this.#answered.has(wanted)) continue;
      const suffix = wanted.kind === 'suffix' ? wanted.suffix : null;
      const names = this.#options.sources.map((source) => source.name).join(', ');
      this.#log.add('failed', suffix, names, { message: `${wanted.text}: no source has it` });
    }
  }

  #context(source: Source): Context {
    const { folder, cache } = this.#options;
    return {
      source,
      options: this.#options,
      progress: this.#progress,
      log: this.#log,
      held: this.#held,
      keeper: this.#keeper,
      clock: this.#clock,
      limit: this.#limit,
      answered: this.#answered,
      cache: new IndexCache(cache, source.name, folder),
    };
  }
}

interface Context {
  readonly source: Source;
  readonly options: SyncOptions;
  readonly progress: TransferProgress;
  readonly log: SyncLog;
  readonly held: Holdings;
  readonly keeper: Keeper | null;
  readonly clock: Clock;
  readonly limit: LimitFunction;
  readonly answered: Set<Wanted>;
  readonly cache: IndexCache;
}

/** A target, how it was found, and what was already fetched. */
type Found =
  | { readonly kind: 'listed'; readonly target: ListedTarget; readonly fetched?: ReadonlyMap<string, Uint8Array> }
  | { readonly kind: 'unlisted'; readonly target: Target; readonly fetched: Download | null };

/** One source, from its snapshot to its bundles. */
class SourceRun {
  readonly #context: Context;
  readonly #taker: Taker;
  /** Read once, and re-read only with the index. */
  #catalogue: readonly ClaimedRecord[] | { readonly problem: string } | null = null;
  #isIndexTold = false;

  constructor(context: Context) {
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
      progress.note(`${source.name} does not fit together: ${problem}; reading it again in ${wait / 1000} s`);
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
    this.#catalogue = null;
    if (only !== null) return listing === null ? only : this.#again(listing, only);
    const found = listing === null ? await this.#findUnlisted() : await this.#findListed(listing);
    return this.#take(found);
  }

  async #again(listing: Listing, torn: readonly Torn[]): Promise<readonly Torn[]> {
    const rows = new Rows(listing);
    const found: Found[] = [];
    for (const { target } of torn) {
      const row = await rows.find(target.bucket, target.suffix);
      if (row === null || isWithheld(row)) continue;
      const next = { ...target, row };
      if (!this.#taker.isComplete(next)) found.push({ kind: 'listed', target: next });
    }
    return this.#take(found);
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
    progress.stage(`fetching from ${source.name}`, found.length);
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

  /** Without an index, only full suffixes can be found. */
  async #findUnlisted(): Promise<readonly Found[]> {
    const { options, log, source, answered } = this.#context;
    if (options.selection !== null) {
      const message = `it publishes no index, so --all, --since and --category cannot be used with it; name the records, or give a mirror with --from`;
      log.add('failed', null, source.name, { message });
    }
    return options.wanted.flatMap((wanted): readonly Found[] => {
      if (wanted.kind === 'suffix')
        return [{ kind: 'unlisted', target: { suffix: wanted.suffix, wanted, categories: [] }, fetched: null }];
      answered.add(wanted);
      const message = `${wanted.text}: it publishes no index, so only a full Pith Number or suffix can be found there; give a mirror with --from`;
      log.add('failed', null, source.name, { message });
      return [];
    });
  }

  async #findListed(listing: Listing): Promise<readonly Found[]> {
    const { options } = this.#context;
    const rows = new Rows(listing);
    const found = new Map<string, Found>();
    const isScan = options.selection !== null || options.wanted.some(({ kind }) => kind === 'prefix');
    if (isScan) for (const item of await this.#scan(listing)) found.set(item.target.suffix, item);
    for (const wanted of options.wanted) {
      if (wanted.kind === 'prefix') continue;
      const items =
        wanted.kind === 'suffix' ? await this.#findSuffix(wanted, rows) : await this.#findPaper(wanted, rows);
      for (const item of items) if (!found.has(item.target.suffix)) found.set(item.target.suffix, item);
    }
    return [...found.values()];
  }

  /** Looks at every record that the index lists in the selected days. */
  async #scan(listing: Listing): Promise<readonly Found[]> {
    const { options, limit, cache, log, source, answered, held } = this.#context;
    const prefixes = options.wanted.filter((wanted) => wanted.kind === 'prefix');
    const since = prefixes.length > 0 ? null : (options.selection?.since ?? null);
    const buckets = listing.buckets.filter(({ bucket }) => since === null || (bucket >= since && bucket !== UNDATED));
    const ofCategory = await this.#categoryFilter();
    const listed = new Set<string>();
    const found: Found[] = [];
    const see = (bucket: string, row: IndexRow): void => {
      const { suffix } = row;
      listed.add(suffix);
      const wanted = prefixes.find(({ prefix }) => suffix.startsWith(prefix)) ?? null;
      if (wanted === null && !this.#isSelected(bucket, suffix, ofCategory)) return;
      if (wanted !== null) answered.add(wanted);
      if (isWithheld(row)) {
        log.add('withheld', suffix, source.name, { message: row.withheld });
        return;
      }
      const categories = wanted === null ? (options.selection?.categories ?? []) : [];
      const target: ListedTarget = { suffix, wanted, categories, bucket, row };
      if (!this.#taker.isComplete(target)) found.push({ kind: 'listed', target });
    };
    await each(limit, buckets, async (line: BucketLine) => {
      for (const row of await listing.read(line)) see(line.bucket, row);
    });
    if (options.selection !== null && !options.allowShrink) this.#guard(listed, since, held);
    if (since === null && !options.dryRun) cache.finishAll(listed);
    // Answers arrive in any order; the report must not depend on it.
    return found.sort((a, b) => (a.target.suffix < b.target.suffix ? -1 : 1));
  }

  #isSelected(bucket: string, suffix: string, ofCategory: ReadonlySet<string> | null): boolean {
    const { selection } = this.#context.options;
    if (selection === null) return false;
    if (selection.since !== null && (bucket < selection.since || bucket === UNDATED)) return false;
    return ofCategory === null || ofCategory.has(suffix);
  }

  async #categoryFilter(): Promise<ReadonlySet<string> | null> {
    const { options, log, source } = this.#context;
    const categories = options.selection?.categories ?? [];
    if (categories.length === 0) return null;
    const records = await this.#records();
    if (!('problem' in records)) return claimedOfCategory(categories, records);
    log.add('failed', null, source.name, {
      message: `--category needs the mirror's catalogue, but ${records.problem}`,
    });
    return new Set();
  }

  /** @throws Shrunk if the source lost more than a tenth of what came from it. */
  #guard(listed: ReadonlySet<string>, since: string | null, held: Holdings): void {
    const { cache, source } = this.#context;
    const before = cache.listedBefore;
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
    // There is no record of which bundles came from a source: nothing in common means that nothing did.
    if (had === 0 || (before === null && left === 0 && listed.size > 0)) return;
    if (left >= LEAST_LEFT * had) return;
    throw new Shrunk(
      `it lists only ${left} of the ${had} records that are held from it; nothing was fetched. ` +
        `If that is right, run again with --allow-shrink (${source.name})`,
    );
  }

  async #records(): Promise<readonly ClaimedRecord[] | { readonly problem: string }> {
    this.#catalogue ??= await readCatalogue(this.#context.source);
    return this.#catalogue;
  }

  /** The record of a suffix: its bucket is known from what is held, or from what the source serves. */
  async #findSuffix(wanted: Wanted & { readonly kind: 'suffix' }, rows: Rows): Promise<readonly Found[]> {
    const { held, source, answered } = this.#context;
    const { suffix } = wanted;
    const target: Target = { suffix, wanted, categories: [] };
    const day = held.dayOf(suffix);
    if (day !== null) {
      const row = await rows.find(day, suffix);
      if (row !== null) return this.#foundRow(target, day, row);
    }
    const answer = await source.bundle(suffix);
    if (answer.kind === 'missing') return [];
    answered.add(wanted);
    const bucket = answer.kind === 'found' ? claimedBucket(answer.bytes) : null;
    const row = bucket === null ? null : await rows.find(bucket, suffix);
    if (answer.kind !== 'found' || bucket === null || row === null)
      return [{ kind: 'unlisted', target, fetched: answer }];
    const digest = createHash('sha256').update(answer.bytes).digest('hex');
    return this.#foundRow(target, bucket, row, new Map([[digest, answer.bytes]]));
  }

  async #findPaper(wanted: Wanted & { readonly kind: 'arxiv' }, rows: Rows): Promise<readonly Found[]> {
    const { log, source, answered } = this.#context;
    const records = await this.#records();
    if ('problem' in records) {
      answered.add(wanted);
      const message = `${wanted.text}: an arXiv id is found by the mirror's catalogue, but ${records.problem}`;
      log.add('failed', null, source.name, { message });
      return [];
    }
    const found: Found[] = [];
    for (const { suffix, day } of claimedBy(wanted, records)) {
      const target: Target = { suffix, wanted, categories: [] };
      const bucket = bucketOf(day);
      const row = await rows.find(bucket, suffix);
      if (row === null) found.push({ kind: 'unlisted', target, fetched: null });
      else found.push(...this.#foundRow(target, bucket, row));
    }
    return found;
  }

  #foundRow(
    target: Target,
    bucket: string,
    row: IndexRow,
    fetched: ReadonlyMap<string, Uint8Array> = new Map(),
  ): readonly Found[] {
    const { log, source, answered } = this.#context;
    if (target.wanted !== null) answered.add(target.wanted);
    if (isWithheld(row)) {
      log.add('withheld', target.suffix, source.name, { message: row.withheld });
      return [];
    }
    const listed: ListedTarget = { ...target, bucket, row };
    return this.#taker.isComplete(listed) ? [] : [{ kind: 'listed', target: listed, fetched }];
  }
}

/** A source that lists far less than before. */
class Shrunk extends Error {
  override readonly name = 'Shrunk';
}

/** The day on which a bundle claims that its record was submitted. Nothing of it is verified here. */
function claimedBucket(bytes: Uint8Array): string | null {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString('utf8')) as {
      readonly canonical_record?: { readonly metadata?: { readonly submitted_at?: unknown } };
    } | null;
    const submittedAt = value?.canonical_record?.metadata?.submitted_at;
    return typeof submittedAt === 'string' ? bucketOf(submittedAt) : null;
  } catch {
    return null;
  }
}

/** Rows of single records: each bucket is read once. */
class Rows {
  readonly #listing: Listing;
  readonly #read = new Map<string, Promise<ReadonlyMap<string, IndexRow>>>();

  constructor(listing: Listing) {
    this.#listing = listing;
  }

  async find(bucket: string, suffix: string): Promise<IndexRow | null> {
    const line = this.#listing.buckets.find((known) => known.bucket === bucket);
    if (line === undefined || !SUFFIX_PATTERN.test(suffix)) return null;
    const rows =
      this.#read.get(bucket) ??
      this.#listing.read(line).then((list) => new Map(list.map((row) => [row.suffix, row] as const)));
    this.#read.set(bucket, rows);
    return (await rows).get(suffix) ?? null;
  }
}
