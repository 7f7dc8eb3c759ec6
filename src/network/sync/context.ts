/** What the parts of a sync share while they read one source. */
import type { LimitFunction } from 'p-limit';
import type { IndexCache } from '../index-cache.ts';
import type { Clock } from '../pace.ts';
import type { Source } from '../source.ts';
import type { Holdings } from './held.ts';
import type { Keeper } from './keep.ts';
import type { SyncOptions, TransferProgress } from './options.ts';
import type { SyncLog } from './report.ts';
import type { Wanted } from './wanted.ts';

/** One source, and what a sync knows and writes. */
export interface SourceContext {
  readonly source: Source;
  readonly options: SyncOptions;
  readonly progress: TransferProgress;
  readonly log: SyncLog;
  readonly held: Holdings;
  /** Null for a dry run. */
  readonly keeper: Keeper | null;
  readonly clock: Clock;
  readonly limit: LimitFunction;
  /** Names that some source had an answer to. */
  readonly answered: Set<Wanted>;
  readonly cache: IndexCache;
}

/** Calls `work` on several items at a time. After an error, it starts no more work and waits for running work. */
export async function each<T>(
  limit: LimitFunction,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
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
