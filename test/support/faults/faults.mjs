/**
 * Loaded into a build before it starts (NODE_OPTIONS=--import=…), and so into each of its worker threads and into the process that
 * bundles its pages: counts the calls by which it changes what lies below one folder, and at a chosen one kills the build, lets the
 * call fail, or keeps a copy of the folder as a kill at this moment would leave it.
 *
 * The count is the number of lines in the log. Threads wait for each other while a call is counted; processes need not, because
 * the builder waits for the one that bundles. The removal of a tree is done here step by
 * step, so that each of its steps is one to choose. What runs outside of JavaScript (the bundler's own writing) is not seen; kills
 * at random moments and a small disk are for that.
 *
 * PITH_MIRROR_FAULT is JSON: { root, log, copies?, match?, at?, lasting?, code? }. Without `code` the fault is SIGKILL; FILL fills the disk. Only calls
 * whose `NAME PATH` has the expression `match` in it count for `at`; all are logged, as `NUMBER NAME PATH`.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

/** @type {{ root: string, log: string, copies?: string, match?: string, at?: number, lasting?: boolean, code?: string }} */
const fault = JSON.parse(process.env.PITH_MIRROR_FAULT ?? '{}');
/** The functions as they were. */
const real = { ...fs, promises: { ...fs.promises } };
const TEXT = {
  ENOSPC: 'no space left on device',
  EIO: 'i/o error',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EXDEV: 'cross-device link not permitted',
};
/** A full disk stops these; what removes and renames goes on. */
export const GROWS = /^(mkdir|mkdtemp|open|write|append|copyFile|cp|link|symlink|fsync|fdatasync)/;
/** What makes its second argument, or moves there. */
const MAKES_SECOND = /^(copyFile|cp|link|symlink)/;
/** Errors that the removal of a tree tries again for. */
const PASSING = ['EBUSY', 'EMFILE', 'ENFILE', 'ENOTEMPTY', 'EPERM'];

const KEY = 'pith-mirror faults';
/** Whether a thread is counting. */
const shared = new Int32Array(/** @type {SharedArrayBuffer} */ (getEnvironmentData(KEY) ?? new SharedArrayBuffer(4)));
setEnvironmentData(KEY, shared.buffer);
const BUSY = 0;

/** The builder, which its other process finds here, too. */
process.env.PITH_MIRROR_FAULT_BUILDER ??= String(process.pid);

/** What this thread has read of the log. */
const logged = { bytes: 0, calls: 0, matching: 0 };

/** @param {string} call `NAME PATH` */
const isMatch = (call) => fault.match === undefined || new RegExp(fault.match).test(call);

/** Counts what was logged since by all threads and processes. */
function readLog() {
  const descriptor = real.openSync(fault.log, 'a+');
  try {
    const buffer = Buffer.alloc(real.fstatSync(descriptor).size - logged.bytes);
    real.readSync(descriptor, buffer, 0, buffer.length, logged.bytes);
    logged.bytes += buffer.length;
    for (const line of buffer.toString().split('\n').slice(0, -1)) {
      logged.calls++;
      if (isMatch(line.replace(/^\d+ /, ''))) logged.matching++;
    }
  } finally {
    real.closeSync(descriptor);
  }
}

/** Kills the whole build at once. */
function kill() {
  for (const pid of [Number(process.env.PITH_MIRROR_FAULT_BUILDER), process.pid]) process.kill(pid, 'SIGKILL');
}

/** Fills the disk, so that what comes then meets a disk that is really full. */
function fill() {
  const descriptor = real.openSync(join(fault.root, 'filler'), 'a');
  try {
    for (const zeros = Buffer.alloc(4096); ; ) real.writeSync(descriptor, zeros);
  } catch {
    // It is full now.
  } finally {
    real.closeSync(descriptor);
  }
}

/** What this file itself does is not counted. */
let isOwn = false;

/**
 * Runs what no other thread may do meanwhile.
 * @template T
 * @param {() => T} work
 * @returns {T}
 */
function alone(work) {
  while (Atomics.compareExchange(shared, BUSY, 0, 1) !== 0) Atomics.wait(shared, BUSY, 1);
  isOwn = true;
  try {
    return work();
  } finally {
    isOwn = false;
    Atomics.store(shared, BUSY, 0);
    Atomics.notify(shared, BUSY);
  }
}

/** @param {unknown} value */
const pathOf = (value) => {
  if (value instanceof URL) return fileURLToPath(value);
  if (Buffer.isBuffer(value)) return resolve(value.toString());
  return typeof value === 'string' ? resolve(value) : undefined;
};

/**
 * Counts one call, and does to it what is to be done.
 * @param {string} name
 * @param {string | undefined} path what it changes
 * @param {(() => void)} [half] writes the half of what was to be written
 */
function step(name, path, half) {
  if (isOwn || path === undefined || !path.startsWith(fault.root + sep)) return;
  alone(() => {
    readLog();
    const number = logged.calls + 1;
    const line = `${name} ${path.slice(fault.root.length + 1)}`;
    real.appendFileSync(fault.log, `${number} ${line}\n`);
    if (fault.copies !== undefined) real.cpSync(fault.root, join(fault.copies, String(number)), { recursive: true });
    if (!isMatch(line)) return;
    const count = logged.matching + 1;
    if (fault.at === undefined || count < fault.at || (count > fault.at && fault.lasting !== true)) return;
    if (fault.code === 'FILL') return fill();
    if (fault.code === undefined) kill();
    if (fault.code === 'ENOSPC') {
      if (!GROWS.test(name)) return;
      // A disk is full in the middle of a file.
      half?.();
    }
    const text = TEXT[/** @type {keyof typeof TEXT} */ (fault.code)];
    const syscall = name.replace(/Sync$/, '');
    throw Object.assign(new Error(`${fault.code}: ${text}, ${syscall} '${path}'`), { code: fault.code, syscall, path });
  });
}

/** @param {unknown} data */
const halfOf = (data) =>
  typeof data === 'string' || data instanceof Uint8Array ? data.slice(0, data.length / 2) : undefined;

/** @param {unknown} flags */
const isWriting = (flags) =>
  typeof flags === 'string' ? flags !== 'r' : typeof flags === 'number' && (flags & 3) !== 0;

/**
 * A call that names what it changes.
 * @param {string} name
 * @param {unknown[]} args
 */
function pathStep(name, args) {
  if (name.startsWith('open') && !isWriting(args[1])) return;
  const path = pathOf(args[MAKES_SECOND.test(name) ? 1 : 0]);
  const data = name.startsWith('writeFile') ? halfOf(args[1]) : undefined;
  step(name, path, data === undefined || path === undefined ? undefined : () => real.writeFileSync(path, data));
}

/** Files that this thread has open to be written, by descriptor. @type {Map<number, string>} */
const opened = new Map();

/**
 * A call that names an open file.
 * @param {string} name
 * @param {unknown[]} args
 */
function descriptorStep(name, [descriptor, data]) {
  const number = Number(descriptor);
  const half = name.startsWith('write') ? halfOf(data) : undefined;
  step(
    name,
    opened.get(number),
    half === undefined ? undefined : () => real.writeSync(number, /** @type {any} */ (half)),
  );
}

/** @typedef {Record<string, any>} Functions */

/**
 * @param {Functions} object
 * @param {string} name
 * @param {(name: string, args: unknown[]) => void} count
 */
function watchPromised(object, name, count) {
  const original = object[name];
  object[name] = async (/** @type {unknown[]} */ ...args) => {
    count(name, args);
    return original.apply(object, args);
  };
}

/**
 * For functions with a callback, and for those that end in `Sync`.
 * @param {Functions} object
 * @param {string} name
 * @param {(name: string, args: unknown[]) => void} count
 */
function watch(object, name, count) {
  const original = object[name];
  object[name] = (/** @type {unknown[]} */ ...args) => {
    const done = args.at(-1);
    try {
      count(name, args);
    } catch (error) {
      if (typeof done !== 'function') throw error;
      return process.nextTick(done, error);
    }
    return original.apply(object, args);
  };
}

/** @param {string} path */
async function removeOnce(path) {
  const status = await real.promises.lstat(path).catch(() => null);
  if (status === null) return;
  if (!status.isDirectory()) return fs.promises.unlink(path);
  for (const name of await real.promises.readdir(path)) await removeOnce(join(path, name));
  await fs.promises.rmdir(path);
}

/**
 * As Node does: some errors are tried again for, later each time.
 * @param {string} path
 * @param {fs.RmOptions} options
 */
async function removeTree(path, { maxRetries = 0, retryDelay = 100 }) {
  for (let tried = 1; ; tried++) {
    try {
      return await removeOnce(path);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (!PASSING.includes(code) || tried > maxRetries) throw error;
      await new Promise((done) => setTimeout(done, tried * retryDelay));
    }
  }
}

/** Notes which descriptor is of which file that is written. */
function watchDescriptors() {
  const { openSync, open, closeSync, close } = fs;
  /** @type {Functions} */
  const functions = fs;
  functions.openSync = (/** @type {[string, string]} */ ...args) => {
    const descriptor = openSync(...args);
    if (isWriting(args[1])) opened.set(descriptor, pathOf(args[0]) ?? '');
    return descriptor;
  };
  functions.open = (/** @type {unknown[]} */ ...args) => {
    const done = /** @type {(error: unknown, descriptor: number) => void} */ (args.pop());
    const note = (/** @type {unknown} */ error, /** @type {number} */ descriptor) => {
      if (error === null && isWriting(args[1])) opened.set(descriptor, pathOf(args[0]) ?? '');
      done(error, descriptor);
    };
    return /** @type {Function} */ (open)(...args, note);
  };
  functions.closeSync = (/** @type {number} */ descriptor) => {
    opened.delete(descriptor);
    return closeSync(descriptor);
  };
  functions.close = (/** @type {number} */ descriptor, /** @type {any} */ done) => {
    opened.delete(descriptor);
    return close(descriptor, done);
  };
}

/** Counts what is done with a handle that `fs.promises.open` gave to write with. */
function watchHandles() {
  const { open } = fs.promises;
  fs.promises.open = async (path, flags, mode) => {
    const handle = await open(path, flags, mode);
    if (!isWriting(flags)) return handle;
    const own = pathOf(path);
    const write = handle.write.bind(handle);
    for (const [name, called] of HANDLE_NAMES) {
      watchPromised(handle, name, (_, [data]) => {
        const half = name.startsWith('w') ? halfOf(data) : undefined;
        // Not awaited: the call that would have been has failed, and nothing says how much of it was done.
        step(
          called,
          own,
          half === undefined ? undefined : () => void write(/** @type {any} */ (half)).catch(() => null),
        );
      });
    }
    return handle;
  };
}

const PATH_NAMES = [
  ...['mkdir', 'mkdtemp', 'open', 'writeFile', 'appendFile', 'copyFile', 'cp', 'rename', 'rmdir', 'unlink'],
  ...['chmod', 'utimes', 'lutimes', 'symlink', 'link', 'truncate'],
];
const DESCRIPTOR_NAMES = ['write', 'writev', 'fsync', 'fdatasync', 'ftruncate', 'fchmod', 'futimes'];
/** Methods of a handle, and the names under which they are logged. */
const HANDLE_NAMES = Object.entries({
  ...{ write: 'write', writev: 'writev', writeFile: 'write', appendFile: 'write', truncate: 'ftruncate' },
  ...{ sync: 'fsync', datasync: 'fdatasync', chmod: 'fchmod', utimes: 'futimes' },
});

if (fault.root !== undefined) {
  watchDescriptors();
  watchHandles();
  for (const name of PATH_NAMES) {
    watchPromised(fs.promises, name, pathStep);
    watch(fs, name, pathStep);
    watch(fs, `${name}Sync`, pathStep);
  }
  for (const name of DESCRIPTOR_NAMES) {
    watch(fs, name, descriptorStep);
    watch(fs, `${name}Sync`, descriptorStep);
  }
  const { rm } = fs.promises;
  fs.promises.rm = async (path, options) => {
    if (options?.recursive === true && pathOf(path)?.startsWith(fault.root + sep))
      return removeTree(String(path), options);
    step('rm', pathOf(path));
    return rm(path, options);
  };
  watch(fs, 'rmSync', pathStep);
  syncBuiltinESMExports();
}
