/**
 * The output folder: who may write it, and how a complete new site replaces the old one.
 *
 * A site is built in a folder beside the output, on the same file system, and swapped in by renaming. Until then the
 * old site stays as it was; an interrupted swap is finished by the next command.
 */
import { chmod, lstat, mkdir, open, readdir, readFile, realpath, rename, rm, utimes } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { basename, dirname, join, parse, relative, resolve } from 'node:path';
import { BuildError, UsageError } from './failure.ts';
import { MARKER } from './paths.ts';

/** The names beside an output folder `NAME`. All begin with a dot and say whose they are. */
interface Neighbours {
  readonly lock: string;
  readonly old: string;
  readonly stage: string;
  readonly work: string;
}

function neighboursOf(out: string): Neighbours {
  const beside = (what: string): string => join(dirname(out), `.${basename(out)}.pith-mirror-${what}`);
  return { lock: beside('lock'), old: beside('old'), stage: beside('stage'), work: beside('work') };
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
  if (isWithin(target, await real(homedir()))) no('is or holds your home folder');
  if (isWithin(target, await real(packageRoot))) no('is or holds the program itself');
  if (isWithin(await real(join(packageRoot, 'src')), target)) no("lies in the program's sources");
  const source = await real(input);
  if (isWithin(target, source)) no('is or holds the folder of bundles');
  if (isWithin(source, target)) no('lies in the folder of bundles');
  if (status === null) return;
  const names = await readdir(out);
  if (names.length > 0 && !names.includes(MARKER)) {
    no(
      `is not empty and was not written by pith-mirror (it has no ${MARKER}); name another folder, or empty it yourself`,
    );
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, but is another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function isStale(lock: string): Promise<{ readonly stale: boolean; readonly who: string }> {
  const text = await readFile(lock, 'utf8').catch(() => '');
  const [pid = '', host = ''] = text.split('\n');
  // A lock of another machine (a shared disk) cannot be judged from here.
  const stale = text === '' || (host === hostname() && !isAlive(Number(pid)));
  return { stale, who: `process ${pid} on ${host}` };
}

async function acquire(lock: string): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const handle = await open(lock, 'wx');
      await handle.writeFile(`${process.pid}\n${hostname()}\n`);
      await handle.close();
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const { stale, who } = await isStale(lock);
    if (!stale) {
      throw new BuildError(`another build writes this output: ${who}. If that is not so, remove ${lock}`);
    }
    // Renaming first: of two builds that find a stale lock, one gets it.
    const aside = `${lock}-${process.pid}`;
    await rename(lock, aside).catch(() => undefined);
    await rm(aside, { force: true });
  }
  throw new BuildError(`the lock ${lock} could not be had`);
}

/** The right to replace one output folder. */
export class Output {
  readonly #out: string;
  readonly #beside: Neighbours;

  private constructor(out: string) {
    this.#out = out;
    this.#beside = neighboursOf(out);
  }

  /** The folder to build the new site in; on the file system of the output. */
  get stage(): string {
    return this.#beside.stage;
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
  static async take(out: string, input: string, packageRoot: string): Promise<Output> {
    await refuse(out, input, packageRoot);
    const output = new Output(resolve(out));
    const { lock, old, stage, work } = output.#beside;
    await mkdir(dirname(output.#out), { recursive: true });
    await acquire(lock);
    // Killed between the two renames of a swap: the old site goes back to its place.
    if ((await exists(old)) && !(await exists(output.#out))) await rename(old, output.#out);
    for (const left of [old, stage, work]) await rm(left, { recursive: true, force: true });
    return output;
  }

  /** Gives the staged site the modes and the time that one input always has, whatever umask and clock say. */
  async settle(time: Date): Promise<void> {
    const entries = await readdir(this.stage, { recursive: true, withFileTypes: true });
    // Folders last and deepest first: setting the time of what lies in one would change its own.
    const paths = entries.map((entry) => ({ path: join(entry.parentPath, entry.name), isFolder: entry.isDirectory() }));
    const files = paths.filter(({ isFolder }) => !isFolder);
    const folders = paths.filter(({ isFolder }) => isFolder).sort((a, b) => b.path.length - a.path.length);
    for (const { path, isFolder } of [...files, ...folders, { path: this.stage, isFolder: true }]) {
      await chmod(path, isFolder ? 0o755 : 0o644);
      await utimes(path, time, time);
    }
  }

  /** Puts the staged site in the place of the old one. */
  async swap(): Promise<void> {
    const { old, stage } = this.#beside;
    const hadOld = await exists(this.#out);
    if (hadOld) await rename(this.#out, old);
    try {
      await rename(stage, this.#out);
    } catch (error) {
      if (hadOld) await rename(old, this.#out);
      throw error;
    }
    await rm(old, { recursive: true, force: true });
  }

  /** Removes what is temporary, and the lock. */
  async release(): Promise<void> {
    const { lock, stage, work } = this.#beside;
    for (const left of [stage, work]) await rm(left, { recursive: true, force: true });
    await rm(lock, { force: true });
  }
}
