/** Makes records: many in parallel, in worker threads, and a few at once in the thread of the builder. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import pLimit from 'p-limit';
import { BuildError } from '../base/failure.ts';
import { onInterrupt } from '../base/interrupt.ts';
import { receivedError } from '../base/sent-error.ts';
import type { VerifiedLine } from '../judge/judge.ts';
import type { Produced, RecordTask } from '../plan/lines.ts';
import type { ShelfPage } from '../plan/shelves.ts';
import type { InputFile } from '../read/read.ts';
import type { Answer, ListResult, Outcome, Task, WorkerStart } from './task.ts';
import { startWork, type Work } from './work.ts';

/** Files or records in one task: enough that messages cost nothing, few enough that all workers end together. */
const BATCH = 16;
/** Tasks queued at each worker, so that it never waits for the builder. */
const AHEAD = 2;
/** Files, records or lists that the builder makes itself sooner than a thread starts. */
const FEW = 64;

// Compiled in an installed package, source in a checkout.
const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** Whoever does tasks. */
interface Hand {
  run(task: Task): Promise<readonly unknown[]>;
  /** Ends it, even in the middle of a task. */
  end(): Promise<unknown>;
}

/** @throws BuildError, or a copy of the error that was thrown where the task was done. */
function resultsOf({ results = [], error }: Outcome): readonly unknown[] {
  if (error === undefined) return results;
  throw receivedError(error);
}

interface Waiting {
  resolve(outcome: Outcome): void;
  reject(error: Error): void;
}

/** One worker thread, and the callers that wait for its answers. */
class Thread implements Hand {
  readonly waiting = new Map<number, Waiting>();
  readonly #worker: Worker;
  #next = 0;
  #lost: Error | null = null;

  constructor(start: WorkerStart) {
    this.#worker = new Worker(PROGRAM, { workerData: start });
    this.#worker.on('message', ({ id, ...outcome }: Answer) => {
      this.waiting.get(id)?.resolve(outcome);
      this.waiting.delete(id);
    });
    this.#worker.on('error', (error) => this.#lose(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', (code) =>
      this.#lose(new BuildError(`a worker thread ended unexpectedly, with code ${code}`)),
    );
  }

  #lose(error: Error): void {
    this.#lost ??= error;
    for (const { reject } of this.waiting.values()) reject(this.#lost);
    this.waiting.clear();
  }

  async run(task: Task): Promise<readonly unknown[]> {
    if (this.#lost !== null) throw this.#lost;
    const outcome = await new Promise<Outcome>((resolve, reject) => {
      const id = this.#next++;
      this.waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, task });
    });
    return resultsOf(outcome);
  }

  end(): Promise<unknown> {
    return this.#worker.terminate();
  }
}

/** The thread of the builder itself. */
class Builder implements Hand {
  readonly #start: WorkerStart;
  #work: Promise<Work> | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #isOver = false;

  constructor(start: WorkerStart) {
    this.#start = start;
  }

  run(task: Task): Promise<readonly unknown[]> {
    const done = this.#do(task);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #do(task: Task): Promise<readonly unknown[]> {
    this.#work ??= startWork(this.#start);
    const work = await this.#work;
    // Lets signals and the progress line be handled.
    await new Promise(setImmediate);
    if (this.#isOver) throw new BuildError('interrupted');
    return resultsOf(await work(task));
  }

  end(): Promise<unknown> {
    this.#isOver = true;
    return this.#last;
  }
}

function batches<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

export class Crew {
  readonly #size: number;
  readonly #isSizeGiven: boolean;
  readonly #start: WorkerStart;
  readonly #builder: Builder;
  readonly #threads: Thread[] = [];
  readonly #end: () => Promise<void>;

  /**
   * @param size worker threads at most; null for one per processor, and none for as long as there are few things to make. One is
   *   started when there is work and all others are busy.
   */
  constructor(size: number | null, start: WorkerStart) {
    this.#size = size ?? availableParallelism();
    this.#isSizeGiven = size !== null;
    this.#start = start;
    this.#builder = new Builder(start);
    this.#end = onInterrupt(() => Promise.all([this.#builder, ...this.#threads].map((hand) => hand.end())));
  }

  /** Starting a thread costs as much as making a hundred records, and takes a processor from the builder. */
  #leastBusy(): Thread {
    const [thread] = this.#threads.toSorted((a, b) => a.waiting.size - b.waiting.size);
    if (thread !== undefined && (thread.waiting.size === 0 || this.#threads.length >= this.#size)) return thread;
    const started = new Thread(this.#start);
    this.#threads.push(started);
    return started;
  }

  /** Each bundle file alone. @param use gets the results in no particular order. */
  alone(files: readonly InputFile[], use: (produced: Produced) => void): Promise<void> {
    const taskOf = (batch: readonly InputFile[]): Task => ({ kind: 'alone', files: batch });
    return this.#all(files, taskOf, (_file, produced: Produced) => use(produced));
  }

  /** Records of several files each. */
  together(records: readonly RecordTask[], use: (task: RecordTask, produced: Produced) => void): Promise<void> {
    return this.#all(records, (batch) => ({ kind: 'together', records: batch }), use);
  }

  /** Each file alone; nothing is written. @param use gets the results in no particular order. */
  verify(files: readonly InputFile[], use: (verified: VerifiedLine) => void): Promise<void> {
    const taskOf = (batch: readonly InputFile[]): Task => ({ kind: 'verify', files: batch });
    return this.#all(files, taskOf, (_file, verified: VerifiedLine) => use(verified));
  }

  /** Pages of lists. */
  lists(pages: readonly ShelfPage[], use: (page: ShelfPage, result: ListResult) => void): Promise<void> {
    return this.#all(pages, (batch) => ({ kind: 'lists', pages: batch }), use);
  }

  async #all<T, R>(
    items: readonly T[],
    taskOf: (batch: readonly T[]) => Task,
    use: (item: T, result: R) => void,
  ): Promise<void> {
    const isFew = !this.#isSizeGiven && this.#threads.length === 0 && items.length <= FEW;
    const limit = pLimit(isFew ? 1 : this.#size * AHEAD);
    await limit.map(batches(items, isFew ? 1 : BATCH), async (batch) => {
      // Once one has failed, queued ones are not started.
      const hand = isFew ? this.#builder : this.#leastBusy();
      const results = await hand.run(taskOf(batch)).catch((error) => {
        limit.clearQueue();
        throw error;
      });
      for (const [i, item] of batch.entries()) use(item, results[i] as R);
    });
  }

  /** Ends whoever does tasks, even in the middle of one. */
  dismiss(): Promise<void> {
    return this.#end();
  }
}
