/**
 * The output folder: who may write it, where the new files are made, and how they come into the published site.
 *
 * New files are made next to the output, in the stage, and moved in one by one, as a journal lists them. The folder
 * itself is never renamed or replaced, so it may be a mount point, and programs that have it open keep seeing the site.
 */
import { lstatSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { mkdir, opendir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { exists } from '../base/disk.ts';
import { BuildError, codeOf, messageOf, UsageError } from '../base/failure.ts';
import { assertNotInterrupted, isInterrupted, onInterrupt } from '../base/interrupt.ts';
import { RECORD_FOLDERS } from '../base/paths.ts';
import type { Progress } from '../base/progress.ts';
import { flushFolder } from './flush.ts';
import { applyChanges, type Changes, type Journal, readJournal, writeJournal } from './journal.ts';
import { removeLeftover, removeNow } from './leftovers.ts';
import { Lock } from './lock.ts';
import {
  canCreateIn,
  FOREIGN,
  hasRoomBeside,
  LOCK_INSIDE,
  type Occupant,
  occupantOf,
  refusePlace,
  WORK_INSIDE,
} from './place.ts';

/** A folder for temporary files, and the prefix of the names in it that belong to one output. */
interface Room {
  readonly folder: string;
  readonly prefix: string;
}

/** Next to the output folder `NAME`: names that begin with a dot and say what they belong to. */
const besideOf = (out: string): Room => ({ folder: dirname(out), prefix: `.${basename(out)}.pith-mirror-` });

const pathIn = ({ folder, prefix }: Room, what: string): string => join(folder, `${prefix}${what}`);

/** The first of `NAME`, `NAME-2`, `NAME-3` … that fits. */
function firstOf(path: string, isFit: (path: string) => boolean): string {
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? path : `${path}-${count}`;
    if (isFit(candidate)) return candidate;
  }
}

const TEMPORARY = /^(?:stage|update|work)(?:-\d+)?$|^\.?journal-draft$/;

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Work folders inside a site, of builds that could not create them next to it. */
const roomsInside = (out: string): readonly Room[] =>
  namesIn(out)
    .filter((name) => name.startsWith(WORK_INSIDE))
    .map((name) => ({ folder: join(out, name), prefix: '' }));

/** @throws UsageError if the input cannot be listed. */
async function refuseInput(input: string): Promise<void> {
  try {
    await (await opendir(input)).close();
  } catch (error) {
    throw new UsageError(`the folder of bundles, ${input}: ${messageOf(error)}`);
  }
}

/** The codes of a folder in which this user can create nothing. */
const NOT_WRITABLE: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS']);

/**
 * The lock is inside the output folder: all who write the site share that folder, and perhaps nothing else. A user who
 * cannot create anything in it gets a lock next to it; that build can still find out that nothing has changed.
 */
async function acquireLock(out: string): Promise<Lock> {
  try {
    return await Lock.acquire(join(out, LOCK_INSIDE));
  } catch (error) {
    if (!NOT_WRITABLE.has(codeOf(error))) throw error;
    return Lock.acquire(pathIn(besideOf(out), 'lock'));
  }
}

/** Kept until a build has repaired the site. */
export const MIXED =
  'the site has complete files from two builds, because a build was interrupted and the files that it had ' +
  'prepared were removed; the next build repairs it';

export interface OutputOptions {
  /** The folder of the site. */
  readonly out: string;
  /** Folders that the output must not touch. */
  readonly inputs: readonly string[];
  /** The folder of the program. */
  readonly packageRoot: string;
  /** Whether to wait until new files are on the disk before they are published. */
  readonly isFlushed: boolean;
  readonly progress: Progress;
}

/** The right to write one output folder. */
export class Output {
  readonly #out: string;
  readonly #isNew: boolean;
  readonly #lock: Lock;
  readonly #options: OutputOptions;
  #room: Room;
  #stage = '';
  #work = '';
  /** What is moved into the site, once moving has begun. */
  #update = '';
  #isMixed = false;
  readonly #end: () => Promise<void>;

  private constructor(options: OutputOptions, out: string, isNew: boolean, lock: Lock) {
    this.#options = options;
    this.#out = out;
    this.#isNew = isNew;
    this.#lock = lock;
    this.#room = besideOf(out);
    this.#end = onInterrupt(() => this.#release());
  }

  /** The folder in which the new files of the site are made. */
  get stage(): string {
    return this.#stage;
  }

  /** The folder of the published site. */
  get site(): string {
    return this.#out;
  }

  /** What was in the folder when the build began. */
  get occupant(): Occupant {
    return occupantOf(this.#out);
  }

  /** Whether the site has files of two builds, because what an interrupted build had prepared is gone. */
  get isMixed(): boolean {
    return this.#isMixed;
  }

  /**
   * The folder for what the next build of this output may use. It is never published, so it is next to the site or
   * temporary.
   */
  get cache(): string {
    if (!canCreateIn(dirname(this.#out))) return join(this.#work, 'cache');
    // Another user's cache is of no use, and cannot be removed either.
    return firstOf(pathIn(besideOf(this.#out), 'cache'), (path) => !exists(path) || canCreateIn(path));
  }

  /** A folder for temporary files. */
  get work(): string {
    return this.#work;
  }

  /**
   * Takes over the output folder: refuses places that must not be written, acquires the lock, and completes or removes what an
   * interrupted build left.
   *
   * @throws UsageError for a folder that is refused; BuildError if another build has it.
   */
  static async take(options: OutputOptions): Promise<Output> {
    const { out, inputs, packageRoot } = options;
    for (const input of inputs) refusePlace(out, input, packageRoot);
    // Everybody may read what is published, whatever the user's umask is. The umask applies to all threads.
    process.umask(process.umask() & 0o022);
    const path = resolve(out);
    // Folders are made only for a build. If the parent is there, an interrupted build may be, too: that is repaired
    // first, whatever the input.
    if (!exists(dirname(path))) for (const input of inputs) await refuseInput(input);
    if (occupantOf(path) === 'foreign') throw new UsageError(`--out ${out}: ${FOREIGN}`);
    const isNew = !exists(path);
    await mkdir(path, { recursive: true });
    const output = new Output(options, path, isNew, await acquireLock(path));
    try {
      await output.#recover();
      output.#prepareRoom();
      if (output.occupant === 'foreign') throw new UsageError(`--out ${out}: ${FOREIGN}`);
      return output;
    } catch (error) {
      await output.release();
      throw error;
    }
  }

  /** Makes an empty stage, with the folders that contain the records. */
  prepareStage(): void {
    for (const folder of RECORD_FOLDERS) mkdirSync(join(this.#stage, folder), { recursive: true });
  }

  /** The time of the file system, in milliseconds since 1970. */
  now(): number {
    const made = join(this.#work, 'now');
    mkdirSync(made, { recursive: true });
    const { ctimeMs } = lstatSync(made);
    rmdirSync(made);
    return ctimeMs;
  }

  /** Completes a decided publication that was interrupted, and removes what other builds left. */
  async #recover(): Promise<void> {
    const rooms = [besideOf(this.#out), ...roomsInside(this.#out)];
    for (const room of rooms) {
      this.#room = room;
      await this.#recoverJournal();
      for (const name of namesIn(room.folder)) {
        if (!name.startsWith(room.prefix) || !TEMPORARY.test(name.slice(room.prefix.length))) continue;
        await this.#removeLeftOver(join(room.folder, name));
      }
    }
    // Other attempts to acquire the lock that its holder has not removed.
    for (const name of namesIn(this.#out))
      if (name.startsWith(`${LOCK_INSIDE}-`)) await this.#removeLeftOver(join(this.#out, name));
  }

  async #removeLeftOver(path: string): Promise<void> {
    // The process that bundled pages for a killed build may still write for a moment.
    const problem = await removeLeftover(path, true);
    if (problem !== null) this.#options.progress.note(`left over from an earlier build: ${problem}`);
  }

  async #recoverJournal(): Promise<void> {
    const path = pathIn(this.#room, 'journal');
    const journal = readJournal(path);
    if (journal === null) return;
    const { occupant } = this;
    const isThere = occupant === 'site' || (journal !== 'damaged' && journal.isFirst && occupant === 'fresh');
    // The site that it was written for is gone.
    if (!isThere) rmSync(path, { force: true });
    else await this.#apply(journal);
  }

  /**
   * Chooses where to work, and names that are free there: if an old folder could not be removed, another name is used.
   */
  #prepareRoom(): void {
    if (hasRoomBeside(this.#out)) {
      this.#room = besideOf(this.#out);
    } else {
      const isFit = (path: string): boolean => !exists(path) || canCreateIn(path);
      this.#room = { folder: firstOf(join(this.#out, WORK_INSIDE), isFit), prefix: '' };
      // A user who may not write the site can still learn that nothing has changed.
      if (canCreateIn(this.#out)) mkdirSync(this.#room.folder, { recursive: true });
    }
    this.#stage = this.#free('stage');
    this.#work = this.#free('work');
  }

  #free(what: string): string {
    return firstOf(pathIn(this.#room, what), (path) => !exists(path));
  }

  /** The journal stays if what it moves is gone: then it says that the site is mixed, until a build has repaired it. */
  async #apply(journal: Journal | 'damaged'): Promise<void> {
    const isDone =
      journal !== 'damaged' && (await applyChanges(join(this.#room.folder, journal.staged), this.#out, journal));
    this.#isMixed = !isDone;
    if (isDone) rmSync(pathIn(this.#room, 'journal'), { force: true });
  }

  /**
   * Moves what is staged into the published site, file by file, and then removes what is no longer part of it.
   *
   * @throws BuildError. Once the publication is decided, the next command completes it, and what is staged is kept for that.
   */
  async publish(changes: Changes): Promise<void> {
    const { progress, isFlushed } = this.#options;
    const update = this.#closeStage();
    // What the journal promises must survive a power failure.
    if (isFlushed) await flushFolder(update, progress);
    progress.stage('updating the site', null);
    const { occupant } = this;
    if (occupant === 'foreign') throw new BuildError(`--out ${this.#out}: ${FOREIGN}`);
    this.#requireWritable(changes);
    // Nothing is awaited from here until the journal is written, so no signal can come between.
    this.#lock.assertHeld();
    assertNotInterrupted();
    const journal: Journal = { ...changes, staged: basename(update), isFirst: occupant !== 'site' };
    writeJournal(pathIn(this.#room, 'journal'), journal);
    await this.#apply(journal);
    if (this.#isMixed) throw new BuildError(`${update} is gone: ${MIXED}`);
  }

  /** Nothing is written into the stage any more. @returns the folder that it has become. */
  #closeStage(): string {
    const update = this.#free('update');
    this.#update = update;
    if (!exists(this.#stage)) {
      mkdirSync(update);
      return update;
    }
    try {
      renameSync(this.#stage, update);
    } catch (error) {
      if (codeOf(error) !== 'EXDEV') throw error;
      // An overlay whose upper layer has no extended attributes renames no folder at all.
      this.#update = this.#stage;
    }
    return this.#update;
  }

  /** @throws BuildError if a folder of the site belongs to another user: once decided, the publication would never end. */
  #requireWritable({ moves, removes }: Changes): void {
    for (const folder of new Set([...moves, ...removes].map((path) => dirname(path)))) {
      const path = join(this.#out, folder);
      if (!exists(path) || canCreateIn(path)) continue;
      throw new BuildError(
        `no permission to write to ${path}; nothing was published. Build as the user who owns it, or change its owner`,
      );
    }
  }

  /** Nothing has to be published, and the site is complete, so a journal of a mixed site is no longer needed. */
  settle(): void {
    rmSync(pathIn(this.#room, 'journal'), { force: true });
    this.#isMixed = false;
  }

  /**
   * Removes what is temporary, and releases the lock. What cannot be removed is reported, and the next build tries
   * again.
   */
  release(): Promise<void> {
    return this.#end();
  }

  async #release(): Promise<void> {
    for (const path of this.#temporary()) {
      // After a failure, pages that were being rendered may still be written.
      const problem = await removeLeftover(path, true);
      if (problem !== null) this.#options.progress.note(`${problem}; the next build will try again`);
    }
    // What a signal has interrupted may have made a folder again meanwhile.
    if (isInterrupted()) this.#temporary().forEach(removeNow);
    if (this.#room.prefix === '') removeIfEmpty(this.#room.folder);
    this.#lock.release();
    if (this.#isNew) removeIfEmpty(this.#out);
  }

  /** What this build has made for its own use, without what the next command needs to complete a decided publication. */
  #temporary(): string[] {
    const { folder, prefix } = this.#room;
    const isDecided = exists(pathIn(this.#room, 'journal'));
    return namesIn(folder).flatMap((name) => {
      const path = join(folder, name);
      const what = name.startsWith(prefix) ? name.slice(prefix.length) : '';
      const isOwn = path === this.#stage || path === this.#work || path === this.#update || name.includes('draft');
      const isNeeded = isDecided && (what.startsWith('update') || path === this.#update);
      return TEMPORARY.test(what) && isOwn && !isNeeded ? [path] : [];
    });
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It has content, or is a mount point.
  }
}
