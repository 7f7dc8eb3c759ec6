/**
 * The right of one process to write one output folder.
 *
 * A lock is a folder with one file in it. No two locks use the same file name, and the content of the file names the
 * holder. The lock is prepared next to its final place and renamed to it, which fails if a lock is there, so a lock
 * never lacks its content. A stale lock is removed by the name of its file: if another build was faster, that name is
 * gone, and the new lock has another one. So only one of any number of builds gets the lock, whatever they saw before.
 *
 * The holder renews the file every few seconds. A lock that has not been renewed for a minute is stale. Both times come from
 * the file system that holds the lock: process numbers, host names and clocks differ between containers and hosts.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { mkdtemp, open, readdir, readFile, readlink, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { BuildError, codeOf } from '../base/failure.ts';

/** Rounds of finding a stale lock and losing the race for it; more than one is rare. */
const ATTEMPTS = 5;
export const RENEWED_EVERY_MS = 5_000;
export const STALE_AFTER_MS = 60_000;

// Compiled in an installed package, source in a checkout.
const HEARTBEAT = new URL(import.meta.url.endsWith('.ts') ? './heartbeat.ts' : './heartbeat.js', import.meta.url);

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Identifies one start of the system. Empty if there is no `/proc`, like the two below. */
  readonly boot: string;
  /** Identifies the name space of process numbers: each container has its own. */
  readonly pids: string;
  /** When the process began, in ticks of the running system: tells it from a later process with the same number. */
  readonly began: string;
}

const readOrEmpty = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

/** State and start of a process: fields 3 and 22 of proc_pid_stat(5). The name before them may contain anything. */
async function processStatus(pid: number): Promise<{ readonly state: string; readonly began: string }> {
  const line = await readOrEmpty(`/proc/${pid}/stat`);
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', began: fields[19] ?? '' };
}

async function ownHolder(): Promise<Holder> {
  const pids = await readlink('/proc/self/ns/pid').catch(() => '');
  const boot = (await readOrEmpty('/proc/sys/kernel/random/boot_id')).trim();
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

/**
 * Whether the holder is certainly dead, so that nobody has to wait for its lock to become stale. Only a process of the same
 * start of the system and of the same name space can be looked up; for all others this is false.
 */
async function isDead(holder: Holder, own: Holder): Promise<boolean> {
  const isComparable = own.boot !== '' && own.pids !== '' && own.began !== '';
  if (!isComparable || holder.boot !== own.boot || holder.pids !== own.pids || holder.host !== own.host) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it lives, but belongs to another user.
    if (codeOf(error) !== 'EPERM') return true;
  }
  const { state, began } = await processStatus(holder.pid);
  // Z: killed, but its parent has not asked how it ended; in a container perhaps never.
  return state === 'Z' || state === 'X' || (began !== '' && began !== holder.began);
}

/** When the file last changed, by the file system's clock. It is opened, because a network file system may cache what `stat` says. */
async function changedMs(path: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    return (await file.stat()).mtimeMs;
  } finally {
    await file.close();
  }
}

/**
 * Removes a stale lock.
 *
 * @param nowMs the file system's time.
 * @throws BuildError if the lock is not stale.
 */
async function clear(path: string, own: Holder, nowMs: number): Promise<void> {
  let names: readonly string[];
  try {
    names = await readdir(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw new BuildError(`cannot read the lock ${path} (${codeOf(error)}); if no build is running, remove it`);
  }
  for (const name of names) {
    const file = join(path, name);
    const holder = parseHolder(await readOrEmpty(file));
    // No holder: released between the two calls, or emptied by a power failure, since it was written before it was renamed.
    if (holder !== null) {
      const silentMs = nowMs - (await changedMs(file).catch(() => Number.NEGATIVE_INFINITY));
      if (silentMs <= STALE_AFTER_MS && !(await isDead(holder, own)))
        throw new BuildError(taken(path, holder, silentMs));
    }
    await rm(file, { force: true });
  }
  // Fails unless the folder is empty.
  await rmdir(path).catch(() => undefined);
}

/**
 * Places a lock on a file system that renames files but no folders, as an overlay does whose upper layer has no extended
 * attributes. Two builds may both find the folder; of these, those that see the file of another one give up.
 *
 * @returns whether the lock was acquired.
 */
function placeFile(mine: string, path: string, name: string): boolean {
  try {
    mkdirSync(path);
    renameSync(join(mine, name), join(path, name));
  } catch (error) {
    if (codeOf(error) === 'EEXIST' || codeOf(error) === 'ENOENT') return false;
    throw error;
  }
  if (readdirSync(path).length === 1) return true;
  rmSync(join(path, name), { force: true });
  return false;
}

function taken(path: string, { pid, host }: Holder, silentMs: number): string {
  const seconds = Math.max(0, Math.round(silentMs / 1000));
  const rest = Math.max(1, Math.ceil((STALE_AFTER_MS - silentMs) / 1000));
  return (
    `another build is writing this output: process ${pid} on ${host}, last sign of life ${seconds} s ago. ` +
    `If it was killed, its lock ${path} expires in ${rest} s`
  );
}

export class Lock {
  readonly #path: string;
  readonly #name: string;
  readonly #text: string;
  #heartbeat: Worker | null = null;
  #timer: NodeJS.Timeout;

  private constructor(path: string, name: string, text: string) {
    this.#path = path;
    this.#name = name;
    this.#text = text;
    // A thread costs more than all of a short build, so it is started when the first renewal is due.
    this.#timer = setTimeout(() => this.#beat(), RENEWED_EVERY_MS).unref();
  }

  #beat(): void {
    const workerData = { path: join(this.#path, this.#name), text: this.#text, everyMs: RENEWED_EVERY_MS };
    this.#heartbeat = new Worker(HEARTBEAT, { workerData });
    this.#heartbeat.on('error', () => undefined);
    this.#heartbeat.unref();
  }

  /**
   * Acquires the lock at this path, and removes what builds left there that were killed while they tried.
   *
   * @throws BuildError if another build has it; the system's error if a lock cannot be written there.
   */
  static async acquire(path: string): Promise<Lock> {
    const own = await ownHolder();
    const mine = await mkdtemp(`${path}-`);
    try {
      const name = basename(mine);
      const text = `${JSON.stringify(own)}\n`;
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        await writeFile(join(mine, name), text);
        const nowMs = (await stat(join(mine, name))).mtimeMs;
        const isTaken = await rename(mine, path).then(
          () => false,
          async (error: unknown) => {
            // EPERM where no folder can be renamed to an existing one (Windows), ENOTDIR if a file is in the way.
            const code = codeOf(error);
            if (code === 'EEXIST' || code === 'ENOTEMPTY' || code === 'ENOTDIR') return true;
            if (code === 'EPERM' && existsSync(path)) return true;
            if (code === 'EXDEV') return !placeFile(mine, path, name);
            throw error;
          },
        );
        if (!isTaken) {
          const lock = new Lock(path, name, text);
          await lock.#sweep();
          return lock;
        }
        await clear(path, own, nowMs);
      }
      throw new BuildError(`could not acquire the lock ${path}: another build is running`);
    } catch (error) {
      // The sweep removes the file before its folder.
      const isSwept = codeOf(error) === 'ENOENT' && !existsSync(join(mine, basename(mine)));
      await rm(mine, { recursive: true, force: true }).catch(() => undefined);
      throw isSwept ? new BuildError('another build has just begun to write this output') : error;
    }
  }

  /**
   * A build that tries to acquire the lock meanwhile finds its attempt gone, and knows that this lock was acquired. An
   * attempt that cannot be removed blocks nobody: another user's, or one that is being written at this moment.
   */
  async #sweep(): Promise<void> {
    const prefix = `${basename(this.#path)}-`;
    const parent = dirname(this.#path);
    const names: readonly string[] = await readdir(parent).catch(() => []);
    for (const name of names.filter((name) => name.startsWith(prefix)))
      await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }

  /**
   * Checks once more that this build has the lock, right before a step that only one build may take.
   *
   * @throws BuildError if another build has taken it over, because this one was suspended or cut off for a minute.
   */
  assertHeld(): void {
    let names: readonly string[] = [];
    try {
      names = readdirSync(this.#path);
    } catch {
      // Removed with the folder.
    }
    if (names.length === 1 && names[0] === this.#name) return;
    throw new BuildError(
      `this build lost its lock ${this.#path}: it gave no sign of life for a minute, or somebody removed the lock. ` +
        'The site was not touched; run the build again',
    );
  }

  /** Releases the lock; what cannot be removed becomes stale. */
  release(): void {
    clearTimeout(this.#timer);
    void this.#heartbeat?.terminate();
    try {
      rmSync(join(this.#path, this.#name), { force: true });
      // Another build may have acquired it already: then the folder is not empty, and not ours.
      rmdirSync(this.#path);
    } catch {
      // See above.
    }
  }
}
