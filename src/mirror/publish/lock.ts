/**
 * The right of one process to write one output folder.
 *
 * A lock is a folder that holds one file, whose name no other lock ever has and whose content says who has it. It is
 * made whole beside its place and renamed there, which fails where a lock is: so it is never seen without its content.
 * A stale one is taken away by the name of its file: if another build was faster, that name is gone, and the new lock
 * keeps its own. Hence of any number of builds one has the lock, whatever they all saw before.
 */
import { mkdtemp, readdir, readFile, readlink, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { BuildError, codeOf } from '../base/failure.ts';

/** Rounds of finding a stale lock and losing the race for it; more than one is rare. */
const ATTEMPTS = 5;

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Of the running system; changes at each start of it. Empty where there is no `/proc`, like the two below. */
  readonly boot: string;
  /** Process numbers mean something in one name space only: each container has its own. */
  readonly pids: string;
  /** When the process began, in ticks of the running system: a number is given again, a number with its time is not. */
  readonly began: string;
}

const textOf = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

/** State and start of a process: fields 3 and 22 of proc_pid_stat(5). The name before them may hold anything. */
async function processStatus(pid: number): Promise<{ readonly state: string; readonly began: string }> {
  const line = await textOf(`/proc/${pid}/stat`);
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', began: fields[19] ?? '' };
}

async function ownHolder(): Promise<Holder> {
  const pids = await readlink('/proc/self/ns/pid').catch(() => '');
  const boot = (await textOf('/proc/sys/kernel/random/boot_id')).trim();
  const { began } = await processStatus(process.pid);
  return { pid: process.pid, host: hostname(), boot, pids, began };
}

function parseHolder(text: string): Holder | null {
  try {
    const { pid, host, boot, pids, began } = JSON.parse(text) as Partial<Record<keyof Holder, unknown>>;
    if (!Number.isSafeInteger(pid)) return null;
    return { pid: Number(pid), host: String(host), boot: String(boot), pids: String(pids), began: String(began) };
  } catch {
    return null;
  }
}

/** Whether the holder surely lives no more. What cannot be judged from here is left alone. */
async function isGone(holder: Holder, own: Holder): Promise<boolean> {
  if (holder.host !== own.host) return false;
  if (holder.boot !== own.boot) return true;
  if (holder.pids !== own.pids) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it lives, but is another user's.
    if (codeOf(error) !== 'EPERM') return true;
  }
  const { state, began } = await processStatus(holder.pid);
  // Z: killed, but its parent has not asked how it ended; in a container perhaps never.
  return state === 'Z' || state === 'X' || (began !== '' && began !== holder.began);
}

/** Takes a stale lock away. @throws BuildError where it is not stale. */
async function clear(path: string, own: Holder): Promise<void> {
  let names: readonly string[];
  try {
    names = await readdir(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw new BuildError(`the lock ${path} cannot be read (${codeOf(error)}). If no build runs, remove it`);
  }
  for (const name of names) {
    const text = await textOf(join(path, name));
    // Given back between the two calls; or empty after a power failure, since it was written whole.
    const holder = parseHolder(text);
    if (holder !== null && !(await isGone(holder, own))) {
      const who = `process ${holder.pid} on ${holder.host}`;
      throw new BuildError(`another build writes this output: ${who}. If that is not so, remove ${path}`);
    }
    await rm(join(path, name), { force: true });
  }
  // Only an empty folder goes.
  await rmdir(path).catch(() => undefined);
}

export class Lock {
  readonly #path: string;
  readonly #name: string;

  private constructor(path: string, name: string) {
    this.#path = path;
    this.#name = name;
  }

  /**
   * Takes the lock of this path, and removes what builds left there that were killed while they tried.
   *
   * @throws BuildError where another build has it.
   */
  static async acquire(path: string): Promise<Lock> {
    const own = await ownHolder();
    const mine = await mkdtemp(`${path}-`);
    try {
      const name = basename(mine);
      await writeFile(join(mine, name), `${JSON.stringify(own)}\n`);
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const isTaken = await rename(mine, path).then(
          () => false,
          async (error: unknown) => {
            // EPERM where no folder is ever renamed onto another (Windows), ENOTDIR where a file is in the way.
            const code = codeOf(error);
            if (code === 'EEXIST' || code === 'ENOTEMPTY' || code === 'ENOTDIR') return true;
            if (code === 'EPERM' && (await stat(path).catch(() => null)) !== null) return true;
            throw error;
          },
        );
        if (!isTaken) {
          const lock = new Lock(path, name);
          await lock.#sweep().catch(async (error) => {
            await lock.release();
            throw error;
          });
          return lock;
        }
        await clear(path, own);
      }
      throw new BuildError(`the lock ${path} could not be had: too many builds at once`);
    } catch (error) {
      const isSwept = codeOf(error) === 'ENOENT' && (await readdir(mine).catch(codeOf)) === 'ENOENT';
      await rm(mine, { recursive: true, force: true }).catch(() => undefined);
      throw isSwept ? new BuildError('another build has just begun to write this output') : error;
    }
  }

  /** Whoever tries meanwhile finds its attempt gone and learns that this lock is taken. */
  async #sweep(): Promise<void> {
    const prefix = `${basename(this.#path)}-`;
    const parent = dirname(this.#path);
    const left = (await readdir(parent)).filter((name) => name.startsWith(prefix));
    for (const name of left) await rm(join(parent, name), { recursive: true, force: true });
  }

  async release(): Promise<void> {
    await rm(join(this.#path, this.#name), { force: true });
    // Another build may have taken it already: then it is not empty, and not ours.
    await rmdir(this.#path).catch(() => undefined);
  }
}
