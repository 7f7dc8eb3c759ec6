/** Worker threads that do jobs in parallel and give the results in the order of the jobs. */
import { Worker } from 'node:worker_threads';
import { BuildError } from '../mirror/base/failure.ts';
import { receivedError } from '../mirror/base/sent-error.ts';
import type { Done, Job, JobAnswer, JobOrder, TeamStart } from './job.ts';

/** Files in one message, or a few more: a message wakes a thread, which takes as long as the digests of a record. */
const GROUP_FILES = 64;

/** Bytes of files in one message, or a few more: what workers and answers hold at once. */
const GROUP_BYTES = 1 << 20;

/** Memory that comes back for another answer; larger pieces, of which few are ever needed, are left to be collected. */
const MOST_SPARE = 4 * GROUP_BYTES;

/** Groups of jobs queued at each worker: enough that it never waits, and few enough that finished results stay small. */
const AHEAD = 2;

/**
 * Memory of a worker for new objects. Everything that a job makes is soon garbage, and the default lets three times as much of it
 * pile up in each thread.
 */
const YOUNG_MEGABYTES = 12;

// Compiled in an installed package, source in a checkout.
const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

function* groupsOf<J extends Job>(jobs: Iterable<J>): Generator<readonly J[]> {
  let group: J[] = [];
  let files = 0;
  let bytes = 0;
  for (const job of jobs) {
    group.push(job);
    files += job.files.length;
    bytes += job.bytes ?? 0;
    if (files < GROUP_FILES && bytes < GROUP_BYTES) continue;
    yield group;
    group = [];
    files = 0;
    bytes = 0;
  }
  if (group.length > 0) yield group;
}

/** The results of a group of jobs. */
interface DoneGroup {
  readonly done: readonly Done[];
  /** Where their packed bytes are. */
  readonly memory: ArrayBuffer | undefined;
}

/** A worker, and the jobs that it has. */
class Member {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve(group: DoneGroup): void; reject(error: Error): void }>();
  /** Memory of answers that were taken. */
  readonly #spare: ArrayBuffer[] = [];
  #next = 0;
  #lost: Error | null = null;

  constructor(start: TeamStart) {
    this.#worker = new Worker(PROGRAM, {
      workerData: start,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
    });
    this.#worker.on('message', ({ id, done, memory, error }: JobAnswer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error !== undefined) waiting?.reject(receivedError(error));
      else if (done !== undefined) waiting?.resolve({ done, memory });
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

  /** Takes back the memory of an answer, of which nothing is needed any more. */
  reuse(memory: ArrayBuffer): void {
    if (memory.byteLength <= MOST_SPARE) this.#spare.push(memory);
  }

  run(jobs: readonly Job[]): Promise<DoneGroup> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== null) return reject(this.#lost);
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      const memory = this.#spare.pop();
      const order: JobOrder = memory === undefined ? { id, jobs } : { id, jobs, memory };
      this.#worker.postMessage(order, memory === undefined ? [] : [memory]);
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
   * @returns each job with its result, in the order of the jobs. Packed bytes are valid until the next one is asked for.
   */
  async *inOrder<J extends Job>(jobs: Iterable<J>): AsyncGenerator<readonly [J, Done]> {
    const pending: { readonly jobs: readonly J[]; readonly member: Member; readonly group: Promise<DoneGroup> }[] = [];
    const results = async function* (): AsyncGenerator<readonly [J, Done]> {
      const first = pending.shift();
      if (first === undefined) return;
      const { done, memory } = await first.group;
      for (const [i, job] of first.jobs.entries()) {
        const result = done[i];
        if (result === undefined) throw new TypeError('expected a result for each job');
        yield [job, result];
      }
      if (memory !== undefined) first.member.reuse(memory);
    };
    try {
      for (const group of groupsOf(jobs)) {
        const member = this.#leastBusy();
        const running = member.run(group);
        // The caller sees the failure when it takes the result; until then, it must not count as unhandled.
        running.catch(() => undefined);
        pending.push({ jobs: group, member, group: running });
        if (pending.length >= this.#size * AHEAD) yield* results();
      }
      while (pending.length > 0) yield* results();
    } finally {
      await Promise.allSettled(pending.map(({ group }) => group));
    }
  }

  /** Ends the workers, even if they are busy. Files that they held open are closed then, and can be renamed on every system. */
  async dismiss(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.dismiss()));
  }
}
