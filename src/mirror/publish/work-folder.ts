/**
 * A hidden folder for unfinished work, next to what a command makes. One command has it at a time, and it is removed
 * when the work ends, also by a signal.
 */
import { readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { exists } from '../base/disk.ts';
import { isInterrupted, onInterrupt } from '../base/interrupt.ts';
import type { Progress } from '../base/progress.ts';
import { removeLeftover, removeNow } from './leftovers.ts';
import { Lock } from './lock.ts';

export class WorkFolder {
  /** Empty at first. */
  readonly path: string;
  readonly #lock: Lock;
  readonly #progress: Progress;
  readonly #end: () => Promise<void>;

  private constructor(path: string, lock: Lock, progress: Progress) {
    this.path = path;
    this.#lock = lock;
    this.#progress = progress;
    this.#end = onInterrupt(() => this.#close());
  }

  /**
   * Makes `.NAME.pith-mirror-WHAT` next to a folder or file NAME, and removes what killed commands left there. If that
   * cannot be removed, the folder gets a number.
   *
   * @throws BuildError if another command has it; the system's error.
   */
  static async open(target: string, what: string, progress: Progress): Promise<WorkFolder> {
    const parent = dirname(resolve(target));
    const name = `.${basename(resolve(target))}.pith-mirror-${what}`;
    await mkdir(parent, { recursive: true });
    const lock = await Lock.acquire(join(parent, `${name}-lock`));
    try {
      const isOfKilled = (found: string): boolean =>
        found.startsWith(name) && /^(?:-\d+)?$/.test(found.slice(name.length));
      for (const left of readdirSync(parent).filter(isOfKilled)) {
        const problem = await removeLeftover(join(parent, left));
        if (problem !== null) progress.note(`left over from an earlier run: ${problem}`);
      }
      let path = join(parent, name);
      for (let count = 2; exists(path); count++) path = join(parent, `${name}-${count}`);
      await mkdir(path);
      return new WorkFolder(path, lock, progress);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Removes what is left in it, and lets others in. */
  close(): Promise<void> {
    return this.#end();
  }

  async #close(): Promise<void> {
    // After a failure, threads may still write.
    const problem = await removeLeftover(this.path, true);
    if (problem !== null) this.#progress.note(problem);
    if (isInterrupted()) removeNow(this.path);
    this.#lock.release();
  }
}
