/** Worker threads that do jobs in parallel and give the results in the order of the jobs. */
import { Worker } from 'node:worker_threads';
import { BuildError } from '../mirror/base/failure.ts';
import type { Done, Job, JobAnswer, TeamStart } from './job.ts';

/** Files in one message, or a few more: a message wakes a thread, which takes as long as the digests of a record. */
const GROUP_FILES = 64;

/** Groups of jobs queued at each worker: enough that it never waits, and few enough that finished results stay small. */
const AHEAD = 2;

/**
 * Memory of a worker for new objects. Everything that a job makes is soon garbage, and the default lets three times as much of it
 * pile up in each thread.
 */
const YOUNG_MEGABYTES = 12;

// Compiled in an installed package, source in a checkout.
const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** An error in a worker, as data, since error objects do not cross threads completely. */
function errorOf({ message, stack, code, isSystem }: NonNullable<JobAnswer['error']>): Error {
  return isSystem ? Object.assign(new BuildError(message), { code }) : Object.assign(new Error(message), { stack });
}

function* groupsOf<J extends Job>(jobs: Iterable<J>): Generator<readonly J[]> {
  let group: J[] = [];
  let files = 0;
  for (const job of jobs) {
    group.push(job);
    files += job.files.length;
    if (files < GROUP_FILES) continue;
    yield group;
    group = [];
    files = 0;
  }
  if (group.length > 0) yield group;
}

/** A worker, and the jobs that it has. */
class Member {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve(done: readonly Done[]): void; reject(error: Error): void }>();
  #next = 0;
  #lost: Error | null = null;

  constructor(start: TeamStart) {
    this.#worker = new Worker(PROGRAM, {
      workerData: start,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
    });
    this.#worker.on('message', ({ id, done, error }: JobAnswer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error !== undefined) waiting?.reject(errorOf(error));
      else if (done !== undefined) waiting?.resolve(done);
    });
    this.#worker.on('error', (error) => this.#lose(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', (code) =>
      this.#lose(new BuildError(`a worker thread ended unexpectedly, with code ${code}`)),
    );
  }

  #lose(error: Error): void {
    this.#lost ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#lost);
    this.#waiting.clear();
  }

  get load(): number {
    return this.#waiting.size;
  }

  run(jobs: readonly Job[] | 'close'): Promise<readonly Done[]> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== null) return reject(this.#lost);
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, jobs });
    });
  }

  async dismiss(): Promise<void> {
    await this.#worker.terminate();
  }
}

export class Team {
  readonly #size: number;
  readonly #start: TeamStart;
  readonly #members: Member[] = [];

  /** @param size worker threads at most; each is started when there is work for it. */
  constructor(size: number, start: TeamStart) {
    this.#size = size;
    this.#start = start;
  }

  #leastBusy(): Member {
    const [member] = this.#members.toSorted((a, b) => a.load - b.load);
    if (member !== undefined && (member.load === 0 || this.#members.length >= this.#size)) return member;
    const started = new Member(this.#start);
    this.#members.push(started);
    return started;
  }

  /**
   * Does all jobs. At most a few groups of jobs per worker are under way or waiting to be taken, so memory does not grow with them.
   *
   * @returns each job with its result, in the order of the jobs.
   */
  async *inOrder<J extends Job>(jobs: Iterable<J>): AsyncGenerator<readonly [J, Done]> {
    const pending: { readonly jobs: readonly J[]; readonly done: Promise<readonly Done[]> }[] = [];
    const results = async function* (): AsyncGenerator<readonly [J, Done]> {
      const first = pending.shift();
      if (first === undefined) return;
      const done = await first.done;
      for (const [i, job] of first.jobs.entries()) {
        const result = done[i];
        if (result === undefined) throw new TypeError('expected a result for each job');
        yield [job, result];
      }
    };
    try {
      for (const group of groupsOf(jobs)) {
        const done = this.#leastBusy().run(group);
        // The caller sees the failure when it takes the result; until then, it must not count as unhandled.
        done.catch(() => undefined);
        pending.push({ jobs: group, done });
        if (pending.length >= this.#size * AHEAD) yield* results();
      }
      while (pending.length > 0) yield* results();
    } finally {
      await Promise.allSettled(pending.map(({ done }) => done));
    }
  }

  /** Lets go of the file that each worker holds open, so that it can be renamed on every system. */
  async closeFiles(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.run('close')));
  }

  /** Ends the workers, even if they are busy. */
  async dismiss(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.dismiss()));
  }
}
