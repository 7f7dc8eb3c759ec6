/** The hidden folder in which packages are written until they are complete, held by one run at a time. */
import { rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UsageError } from '../mirror/base/failure.ts';
import { assertNotInterrupted } from '../mirror/base/interrupt.ts';
import type { Progress } from '../mirror/base/progress.ts';
import { WorkFolder } from '../mirror/publish/work-folder.ts';
import { isThere } from './walk.ts';

export class Workplace {
  readonly #folder: WorkFolder;

  private constructor(folder: WorkFolder) {
    this.#folder = folder;
  }

  /** The folder; empty at first. */
  get work(): string {
    return this.#folder.path;
  }

  /**
   * @param set what the names of the packages have in common.
   * @param targets the final paths.
   * @param force whether they may exist.
   * @throws UsageError if one exists and may not; BuildError if another run writes this set; the system's error.
   */
  static async open(
    out: string,
    set: string,
    targets: readonly string[],
    force: boolean,
    progress: Progress,
  ): Promise<Workplace> {
    const taken = targets.find((target) => isThere(target));
    if (taken !== undefined && !force)
      throw new UsageError(`${taken}: already exists; choose another with --out or --name, or replace it with --force`);
    return new Workplace(await WorkFolder.open(join(out, set), 'pack', progress));
  }

  /** Gives complete files their final names. */
  async publish(targets: readonly string[]): Promise<void> {
    assertNotInterrupted();
    for (const target of targets) await rename(join(this.work, basename(target)), target);
  }

  /** Removes what is left of unfinished files, and lets others in. */
  async close(): Promise<void> {
    await this.#folder.close();
  }
}
