/**
 * Writes verified bundles into a folder, so that a crash at any moment leaves only complete files.
 *
 *     DIR/2026/05-21/SUFFIX.0123456789ab.json    kept
 *     DIR/quarantine/SUFFIX.0123456789ab.rejected  what was refused, as it came, and next to it
 *     DIR/quarantine/SUFFIX.0123456789ab.txt     where it came from, and why it was refused
 *     DIR/.pith-mirror-sync/                     files on their way; gone after the run
 *
 * Files are written in the hidden folder, flushed to the disk together, and renamed into place. Existing files
 * are never replaced or deleted.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeWhole } from '../../mirror/base/disk.ts';
import { BuildError } from '../../mirror/base/failure.ts';
import { assertNotInterrupted, onInterrupt } from '../../mirror/base/interrupt.ts';
import { flushFolder } from '../../mirror/publish/flush.ts';
import { Lock } from '../../mirror/publish/lock.ts';
import type { Clock } from '../pace.ts';
import { type HeldFile, type Holdings, heldName, QUARANTINE } from './held.ts';
import type { Reason } from './judge.ts';

const STAGE = '.pith-mirror-sync';
const LOCK = '.pith-mirror-sync-lock';
/** Files that are flushed to the disk at once: the call takes as long for one as for many. */
const BATCH = 128;
/** Milliseconds after which a smaller batch is flushed: at the usual rate a full batch takes half a minute to arrive. */
const FLUSH_AFTER = 2000;
/** The most refused files kept per record. Otherwise, a page with a changing token would fill the disk. */
const MOST_REFUSED = 8;

interface Staged {
  readonly suffix: string;
  readonly name: string;
  readonly path: string;
}

/** The exclusive right of one sync to write a folder. */
export class Keeper {
  readonly #folder: string;
  readonly #lock: Lock;
  readonly #held: Holdings;
  #staged: Staged[] = [];
  #next = 0;
  readonly #clock: Clock;
  readonly #end: () => Promise<void>;
  #flushedAt: number;
  #flushing: Promise<void> = Promise.resolve();

  private constructor(folder: string, lock: Lock, held: Holdings, clock: Clock) {
    this.#clock = clock;
    this.#flushedAt = clock.now();
    this.#folder = folder;
    this.#lock = lock;
    this.#held = held;
    this.#end = onInterrupt(() => this.#close());
  }

  /** @throws BuildError if another sync writes this folder. */
  static async open(folder: string, read: () => Holdings, clock: Clock): Promise<Keeper> {
    mkdirSync(folder, { recursive: true });
    const lock = await Lock.acquire(join(folder, LOCK)).catch((error: unknown) => {
      // The lock speaks of what builds write.
      if (!(error instanceof BuildError)) throw error;
      throw new BuildError(
        error.message.replaceAll('another build', 'another sync').replaceAll('this output', 'this folder'),
      );
    });
    try {
      // Left by a killed run. It may not be flushed to the disk, so it is fetched again.
      rmSync(join(folder, STAGE), { recursive: true, force: true });
      return new Keeper(folder, lock, read(), clock);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  get held(): Holdings {
    return this.#held;
  }

  /** Stages a verified bundle. It counts as held from now on. @returns its name in the folder. */
  async keep(suffix: string, submittedAt: string, sha256: string, bytes: Uint8Array): Promise<string> {
    assertNotInterrupted();
    const name = heldName(suffix, submittedAt, sha256);
    const path = join(this.#folder, STAGE, `${this.#next++}`);
    mkdirSync(join(this.#folder, STAGE), { recursive: true });
    writeFileSync(path, bytes, { flag: 'wx' });
    const staged: Staged = { suffix, name, path };
    this.#staged.push(staged);
    this.#held.add(suffix, fileOf(staged, sha256, path));
    if (this.#staged.length >= BATCH || this.#clock.now() - this.#flushedAt > FLUSH_AFTER) await this.flush();
    return name;
  }

  /** Moves all staged files into place. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#flush());
    return this.#flushing;
  }

  async #flush(): Promise<void> {
    const batch = this.#staged;
    this.#flushedAt = this.#clock.now();
    if (batch.length === 0) return;
    this.#staged = [];
    await flushFolder(join(this.#folder, STAGE));
    for (const { name, path } of batch) {
      const target = join(this.#folder, name);
      mkdirSync(dirname(target), { recursive: true });
      // Named by its digest, so an existing file is the same.
      if (existsSync(target)) rmSync(path);
      else renameSync(path, target);
    }
    this.#held.settle(batch);
  }

  /** The bytes of a refused file, if it still exists and has this digest. */
  refused(suffix: string, sha256: string): Uint8Array | null {
    try {
      return readFileSync(join(this.#folder, QUARANTINE, `${quarantineName(suffix, sha256)}.rejected`));
    } catch {
      return null;
    }
  }

  /**
   * Keeps a refused file in the quarantine, away from the input.
   *
   * @param bytes null if they are incomplete.
   * @returns the name of the file in the folder, or null if the record already has enough.
   */
  quarantine(
    suffix: string,
    sha256: string | null,
    bytes: Uint8Array | null,
    from: string,
    reason: Reason,
  ): string | null {
    const folder = join(this.#folder, QUARANTINE);
    const name = quarantineName(suffix, sha256 ?? '0'.repeat(12));
    const path = join(folder, `${name}.txt`);
    if (existsSync(path)) return `${QUARANTINE}/${name}.txt`;
    mkdirSync(folder, { recursive: true });
    const others = readdirSync(folder).filter((other) => other.startsWith(`${suffix}.`) && other.endsWith('.txt'));
    if (others.length >= MOST_REFUSED) return null;
    const text = `from    ${from}\nsha256  ${sha256 ?? 'unknown'}\nreason  ${reason.code}: ${reason.message}\n`;
    if (bytes !== null) writeWhole(join(folder, `${name}.rejected`), [bytes]);
    // Written last, so that a reason never exists without its file.
    writeWhole(path, [text]);
    return `${QUARANTINE}/${name}.txt`;
  }

  /** Keeps staged files, even after an error or a signal, and releases the lock. */
  close(): Promise<void> {
    return this.#end();
  }

  async #close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      rmSync(join(this.#folder, STAGE), { recursive: true, force: true });
      await this.#lock.release();
    }
  }
}

const fileOf = ({ name }: Staged, sha256: string, path: string): HeldFile => ({
  name,
  digits: sha256.slice(0, 12),
  path,
});

const quarantineName = (suffix: string, sha256: string): string => `${suffix}.${sha256.slice(0, 12)}`;
