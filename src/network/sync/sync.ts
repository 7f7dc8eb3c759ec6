/**
 * Fills a folder with bundles from other sites. Every bundle it keeps was verified with the pinned keys by the code of
 * `verify`, was requested, and adds something new. Existing files in the folder are never replaced or deleted.
 *
 * For each source, `source-run.ts` reads the index, `find.ts` finds what is asked for and missing, `take.ts` fetches and judges
 * it, `keep.ts` writes it, and `report.ts` collects what happened.
 */
import pLimit from 'p-limit';
import { IndexCache } from '../index-cache.ts';
import { type Clock, systemClock } from '../pace.ts';
import { openSource, type Source } from '../source.ts';
import { Web } from '../web.ts';
import type { SourceContext } from './context.ts';
import { Holdings } from './held.ts';
import { Keeper } from './keep.ts';
import type { SyncOptions, TransferProgress } from './options.ts';
import { SyncLog, type SyncReport } from './report.ts';
import { SourceRun } from './source-run.ts';
import type { Wanted } from './wanted.ts';

/** Downloads at a time. The rate is per host and decides more. */
const AT_ONCE = 4;

/** @throws BuildError if another sync writes the folder; the system's error if the disk fails. */
export async function syncFolder(options: SyncOptions, progress: TransferProgress): Promise<SyncReport> {
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
    const isUnread = this.#log.lines.some(({ outcome, suffix }) => outcome === 'failed' && suffix === null);
    for (const wanted of this.#options.wanted) {
      if (this.#answered.has(wanted)) continue;
      const suffix = wanted.kind === 'suffix' ? wanted.suffix : null;
      const names = this.#options.sources.map((source) => source.name).join(', ');
      // A source that cannot be read may have it.
      const what = isUnread ? 'not found, and not every source could be read' : 'no source has it';
      this.#log.add('failed', suffix, names, { message: `${wanted.text}: ${what}` });
    }
  }

  #context(source: Source): SourceContext {
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
