/** Worker threads that make records in parallel. */
import { Worker } from 'node:worker_threads';
import pLimit from 'p-limit';
import { BuildError } from '../base/failure.ts';
import { onInterrupt } from '../base/interrupt.ts';
import type { VerifiedLine } from '../judge/judge.ts';
import type { Produced, RecordTask } from '../plan/lines.ts';
import type { ShelfPage } from '../plan/shelves.ts';
import type { InputFile } from '../read/read.ts';
import type { Answer, ListResult, Task, WorkerStart } from './task.ts';

/** Files or records in one task: enough that messages cost nothing, few enough that all workers end together. */
const BATCH = 16;
/** Tasks queued at each worker, so that it never waits for the builder. */
const AHEAD = 2;

// Compiled in an installed package, source in a checkout.
const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

interface Waiting {
  resolve(results: readonly unknown[]): void;
  reject(error: Error): void;
}

function errorOf({ isBuildError, code, message, stack }: NonNullable<Answer['error']>): Error {
  if (isBuildError) return new BuildError(message);
  return Object.assign(new Error(message), { stack, ...(code === undefined ? {} : { code }) });
}

/** One worker, and the callers that wait for its answers. */
class Hand {
  readonly worker: Worker;
  readonly waiting = new Map<number, Waiting>();
  #next = 0;
  #lost: Error | null = null;

  constructor(start: WorkerStart) {
    this.worker = new Worker(PROGRAM, { workerData: start });
    this.worker.on('message', ({ id, results, error }: Answer) => {
      const waiting = this.waiting.get(id);
      this.waiting.delete(id);
      if (error !== undefined) waiting?.reject(errorOf(error));
      else waiting?.resolve(results ?? []);
    });
    this.worker.on('error', (error) => this.#lose(error instanceof Error ? error : new Error(String(error))));
    this.worker.on('exit', (code) =>
      this.#lose(new BuildError(`a worker thread ended unexpectedly, with code ${code}`)),
    );
  }

  #lose(error: Error): void {
    this.#lost ??= error;
    for (const { reject } of this.waiting.values()) reject(this.#lost);
    this.waiting.clear();
  }

  run(task: Task): Promise<readonly unknown[]> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== null) return reject(this.#lost);
      const id = this.#next++;
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, task });
    });
  }
}

function batches<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

export class Crew {
  readonly #size: number;
  readonly #start: WorkerStart;
  readonly #hands: Hand[] = [];
  readonly #end: () => Promise<void>;

  /** @param size worker threads at most. One is started when there is work and all others are busy. */
  constructor(size: number, start: WorkerStart) {
    this.#size = size;
    this.#start = start;
    this.#end = onInterrupt(() => Promise.all(this.#hands.map(({ worker }) => worker.terminate())));
  }

  /** Starting a worker costs as much as making a few hundred records, and takes a processor from the builder. */
  #leastBusy(): Hand {
    const [hand] = this.#hands.toSorted((a, b) => a.waiting.size - b.waiting.size);
    if (hand !== undefined && (hand.waiting.size === 0 || this.#hands.length >= this.#size)) return hand;
    const started = new Hand(this.#start);
    this.#hands.push(started);
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
    const limit = pLimit(this.#size * AHEAD);
    await limit.map(batches(items, BATCH), async (batch) => {
      // Once one has failed, queued ones are not started.
      const results = await this.#leastBusy()
        .run(taskOf(batch))
        .catch((error) => {
          limit.clearQueue();
          throw error;
        });
      for (const [i, item] of batch.entries()) use(item, results[i] as R);
    });
  }

  /** Ends the workers, even in the middle of a task. */
  dismiss(): Promise<void> {
    return this.#end();
  }
}
