/**
 * The output folder: who may write it, and how a complete new site replaces the old one.
 *
 * A site is built in a folder beside the output, on the same file system, and swapped in by renaming. Until then the
 * old site stays as it was; an interrupted swap is finished by the next command.
 */
import { lstat, mkdir, opendir, readdir, realpath, rename, rm, rmdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, parse, relative, resolve } from 'node:path';
import { BuildError, codeOf, messageOf, UsageError } from '../base/failure.ts';
import { MARKER, RECORD_FOLDERS } from '../base/paths.ts';
import { flushFolder } from './flush.ts';
import { applyChanges, type Changes, readJournal, writeJournal } from './journal.ts';
import { Lock } from './lock.ts';

/** The names beside an output folder `NAME`. All begin with a dot and say whose they are. */
interface Neighbours {
  readonly cache: string;
  readonly journal: string;
  readonly lock: string;
  readonly old: string;
  readonly stage: string;
  /** The stage of a decided update: a name of its own, so that no journal is ever applied to another build's stage. */
  readonly update: string;
  readonly work: string;
}

function neighboursOf(out: string): Neighbours {
  const beside = (what: string): string => join(dirname(out), `.${basename(out)}.pith-mirror-${what}`);
  return {
    cache: beside('cache'),
    journal: beside('journal'),
    lock: beside('lock'),
    old: beside('old'),
    stage: beside('stage'),
    update: beside('update'),
    work: beside('work'),
  };
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null;
}

/** Whether `inner` is `outer` or lies in it. */
function isWithin(outer: string, inner: string): boolean {
  const way = relative(outer, inner);
  return way === '' || (way !== '..' && !way.startsWith(`..${'/'}`) && !way.startsWith('..\\') && !parse(way).root);
}

/** The real path of a folder that need not exist yet: what exists of it, resolved, and the rest as given. */
async function realTarget(path: string): Promise<string> {
  const full = resolve(path);
  const parent = dirname(full);
  if (parent === full) return full;
  return join(await realpath(parent).catch(() => realTarget(parent)), basename(full));
}

/** Null for a user that has none, as in a container that runs as a number without an entry in passwd. */
function homeFolder(): string | null {
  try {
    return homedir();
  } catch {
    return null;
  }
}

/** Refuses a place. What lies there is judged under the lock. */
async function refuse(out: string, input: string, packageRoot: string): Promise<void> {
  const no = (why: string): never => {
    throw new UsageError(`--out ${out}: ${why}`);
  };
  const status = await lstat(out).catch(() => null);
  if (status?.isSymbolicLink()) no('is a symbolic link; name the folder itself');
  if (status !== null && !status.isDirectory()) no('is not a folder');
  const target = await realTarget(out);
  const real = async (path: string): Promise<string> => realpath(path).catch(() => resolve(path));
  if (parse(target).root === target) no('is the root of a file system');
  // It could be emptied and filled, never replaced. A mount of another folder of the same file system shows in the swap.
  if (status !== null && status.dev !== (await lstat(dirname(target))).dev) no(MOUNTED);
  const home = homeFolder();
  if (home !== null && isWithin(target, await real(home))) no('is or holds your home folder');
  if (isWithin(target, await real(packageRoot))) no('is or holds the program itself');
  if (isWithin(await real(join(packageRoot, 'src')), target)) no("lies in the program's sources");
  const source = await real(input);
  if (isWithin(target, source)) no('is or holds the folder of bundles');
  if (isWithin(source, target)) no('lies in the folder of bundles');
}

/** Refuses an input that cannot be listed. */
async function refuseInput(input: string): Promise<void> {
  try {
    await (await opendir(input)).close();
  } catch (error) {
    throw new UsageError(`the folder of bundles, ${input}: ${messageOf(error)}`);
  }
}

/** What is at the place of the site. */
async function occupantOf(out: string): Promise<'nothing' | 'empty' | 'site' | 'foreign'> {
  try {
    const names = await readdir(out);
    if (names.length === 0) return 'empty';
    return names.includes(MARKER) ? 'site' : 'foreign';
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'nothing';
    throw error;
  }
}

const MOUNTED =
  'is a mount point or a volume of its own, which cannot be swapped as a whole; name a folder inside of it';
const FOREIGN = `is not empty and was not written by pith-mirror (it has no ${MARKER}); name another folder, or empty it yourself`;

/** Said until a build has replaced the site. */
export const MIXED =
  'the site has files of two builds, each whole, because an update was interrupted and what it was made of was removed; ' +
  'the next complete build replaces it';

/** The right to replace one output folder. */
export class Output {
  readonly #out: string;
  readonly #beside: Neighbours;
  readonly #lock: Lock;
  #isMixed = false;
  #isSwapped = false;

  private constructor(out: string, lock: Lock) {
    this.#out = out;
    this.#beside = neighboursOf(out);
    this.#lock = lock;
  }

  /** The folder to build the new site in; on the file system of the output. */
  get stage(): string {
    return this.#beside.stage;
  }

  /** The folder of the published site. */
  get site(): string {
    return this.#out;
  }

  /** Whether the site has files of two builds, because what an interrupted update was made of is gone. */
  get isMixed(): boolean {
    return this.#isMixed;
  }

  /** The folder for what the next build of this output may use. */
  get cache(): string {
    return this.#beside.cache;
  }

  /** A folder for temporary files. */
  get work(): string {
    return this.#beside.work;
  }

  /**
   * Takes the output folder: refuses what must not be replaced, locks, and finishes or removes what an interrupted
   * build left.
   *
   * @throws UsageError for a folder that is refused; BuildError where another build has it.
   */
  static async take(out: string, inputs: readonly string[], packageRoot: string): Promise<Output> {
    for (const input of inputs) await refuse(out, input, packageRoot);
    // Modes of files and folders are those that one input always has, whatever the user's mask is. Worker threads have
    // their process's mask.
    process.umask(0o022);
    const path = resolve(out);
    const parent = dirname(path);
    // Folders are made for nothing but a build. Where the parent is, there may be an interrupted one: that is mended first,
    // whatever the input.
    if (!(await exists(parent))) for (const input of inputs) await refuseInput(input);
    await mkdir(parent, { recursive: true });
    const output = new Output(path, await Lock.acquire(neighboursOf(path).lock));
    try {
      await output.#recover();
      if ((await occupantOf(path)) === 'foreign') throw new UsageError(`--out ${out}: ${FOREIGN}`);
      return output;
    } catch (error) {
      await output.#lock.release().catch(() => undefined);
      throw error;
    }
  }

  /** Makes an empty stage, with the folders that hold records. */
  async prepareStage(): Promise<void> {
    await rm(this.stage, { recursive: true, force: true });
    for (const folder of RECORD_FOLDERS) await mkdir(join(this.stage, folder), { recursive: true });
  }

  /** The time of the file system, in milliseconds since 1970. */
  async now(): Promise<number> {
    await rm(this.work, { recursive: true, force: true });
    await mkdir(this.work, { recursive: true });
    return (await lstat(this.work)).ctimeMs;
  }

  async #recover(): Promise<void> {
    await this.#recoverSwap();
    await this.#recoverUpdate();
    const { stage, update, work, journal } = this.#beside;
    for (const left of [stage, update, work, `${journal}-draft`]) await rm(left, { recursive: true, force: true });
  }

  /** `old` is a whole site wherever it is: it is renamed away before it is removed. */
  async #recoverSwap(): Promise<void> {
    const { old, journal, work } = this.#beside;
    if (!(await exists(old))) return;
    const occupant = await occupantOf(this.#out);
    // Killed between the two renames of a swap: the old site goes back to its place.
    if (occupant === 'empty') await rmdir(this.#out);
    if (occupant === 'empty' || occupant === 'nothing') await rename(old, this.#out);
    if (occupant === 'site') {
      await rm(journal, { force: true });
      await rm(work, { recursive: true, force: true });
      await this.#discardOld();
    }
  }

  /** A decided update that was interrupted is finished before anything else. */
  async #recoverUpdate(): Promise<void> {
    const { journal } = this.#beside;
    const changes = await readJournal(journal);
    if (changes === null) return;
    // The site that it was for is gone, and with it what was mixed.
    if ((await occupantOf(this.#out)) !== 'site') await rm(journal, { force: true });
    else await this.#apply(changes);
  }

  /** A journal without what it moves stays, and says that the site is mixed, until a swap replaces the site. */
  async #apply(changes: Changes | 'damaged'): Promise<void> {
    const { journal, update } = this.#beside;
    this.#isMixed = changes === 'damaged' || !(await applyChanges(update, this.#out, changes));
    if (this.#isMixed) await rm(update, { recursive: true, force: true });
    else await rm(journal, { force: true });
  }

  async #discardOld(): Promise<void> {
    const { old, work } = this.#beside;
    if (!(await exists(old))) return;
    // It is there but for a recovery. On a full disk nothing can be made, and this can still be done.
    if (!(await exists(work))) await mkdir(work);
    await rename(old, join(work, 'old'));
  }

  /**
   * Puts the staged site in the place of the old one.
   *
   * @throws where that cannot be done; then the old site is in its place. Once the new one is, nothing is thrown.
   */
  async swap(): Promise<void> {
    const { stage } = this.#beside;
    await flushFolder(stage);
    const occupant = await occupantOf(this.#out);
    // Not so when the build began.
    if (occupant === 'foreign') throw new BuildError(`--out ${this.#out}: ${FOREIGN}`);
    if (occupant !== 'nothing') await this.#setAside();
    try {
      await rename(stage, this.#out);
    } catch (error) {
      if (occupant !== 'nothing') await this.#putBack(messageOf(error));
      throw error;
    }
    await rm(this.#beside.journal, { force: true }).catch(() => undefined);
    this.#isSwapped = true;
  }

  async #setAside(): Promise<void> {
    try {
      await rename(this.#out, this.#beside.old);
    } catch (error) {
      if (codeOf(error) === 'EBUSY') throw new BuildError(`--out ${this.#out}: ${MOUNTED} (EBUSY)`);
      throw error;
    }
  }

  /**
   * Moves what is staged into the published site, file by file, and removes what leaves it.
   *
   * @throws BuildError; then the next command goes on, and what is staged stays for it.
   */
  async update(changes: Changes): Promise<void> {
    const { journal, stage, update } = this.#beside;
    await rename(stage, update);
    // What the journal promises has to be there after a power failure too.
    await flushFolder(update);
    await writeJournal(journal, changes);
    await this.#apply(changes);
    if (this.#isMixed) throw new BuildError(`${update} is gone: ${MIXED}`);
  }

  async #putBack(why: string): Promise<void> {
    const { old } = this.#beside;
    try {
      await rename(old, this.#out);
    } catch (error) {
      const hope = `the old site is whole at ${old}, and the next build puts it back`;
      throw new BuildError(`${why}; then ${messageOf(error)}; ${hope}`);
    }
  }

  /**
   * Removes what is temporary, the old site once it is replaced, and the lock.
   *
   * @returns what could not be removed, and why. It harms nothing: the next build removes it.
   */
  async release(): Promise<readonly string[]> {
    const { stage, update, work, journal } = this.#beside;
    const problems: string[] = [];
    const attempt = (removal: Promise<void>): Promise<void> =>
      removal.catch((error) => {
        problems.push(messageOf(error));
      });
    // After a failure, pages that were being rendered beside it may still be written: again, until they are not.
    const again = { recursive: true, force: true, maxRetries: 8, retryDelay: 50 };
    if (this.#isSwapped) await attempt(this.#discardOld());
    const isDecided = await exists(journal);
    const temporary = [stage, work, `${journal}-draft`];
    for (const left of isDecided ? temporary : [...temporary, update]) await attempt(rm(left, again));
    await attempt(this.#lock.release());
    return problems;
  }
}
