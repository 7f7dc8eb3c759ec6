/** The hidden folder in which packages are written until they are complete, held by one run at a time. */
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UsageError } from '../mirror/base/failure.ts';
import { Lock } from '../mirror/publish/lock.ts';
import { isThere } from './walk.ts';

export class Workplace {
  /** The folder; empty at first. */
  readonly work: string;
  readonly #lock: Lock;

  private constructor(work: string, lock: Lock) {
    this.work = work;
    this.#lock = lock;
  }

  /**
   * @param set what the names of the packages have in common.
   * @param targets the final paths.
   * @param force whether they may exist.
   * @throws UsageError if one exists and may not; BuildError if another run writes this set; the system's error.
   */
  static async open(out: string, set: string, targets: readonly string[], force: boolean): Promise<Workplace> {
    const taken = targets.find((target) => isThere(target));
    if (taken !== undefined && !force)
      throw new UsageError(`${taken}: already exists; choose another with --out or --name, or replace it with --force`);
    await mkdir(out, { recursive: true });
    const sibling = (what: string): string => join(out, `.${set}.pith-mirror-${what}`);
    const workplace = new Workplace(sibling('pack'), await Lock.acquire(sibling('lock')));
    try {
      // Left by a killed run.
      await rm(workplace.work, { recursive: true, force: true });
      await mkdir(workplace.work);
      return workplace;
    } catch (error) {
      await workplace.close();
      throw error;
    }
  }

  /** Gives complete files their final names. */
  async publish(targets: readonly string[]): Promise<void> {
    for (const target of targets) await rename(join(this.work, basename(target)), target);
  }

  /** Removes what is left of unfinished files, and lets others in. */
  async close(): Promise<void> {
    await rm(this.work, { recursive: true, force: true });
    await this.#lock.release();
  }
}
