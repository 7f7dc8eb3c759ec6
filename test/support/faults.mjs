/**
 * Loaded into a build before it starts (`node --import`): counts the calls by which it changes what lies below one folder, and
 * at a chosen one kills the process, lets the call fail, or keeps a copy of the folder as a kill at this moment would leave it.
 *
 * The removal of a tree is done here step by step, so that each of its steps is one to choose. What runs outside of JavaScript
 * (the bundler's own writing) is not seen; kills at random moments and a small disk are for that.
 *
 * PITH_MIRROR_FAULT is JSON: { root, log, copies?, at?, lasting?, code? }. Without `code` the fault is SIGKILL.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join, resolve, sep } from 'node:path';
import { isMainThread } from 'node:worker_threads';

/** @type {{ root: string, log: string, copies?: string, at?: number, lasting?: boolean, code?: string }} */
const fault = JSON.parse(process.env.PITH_MIRROR_FAULT ?? '{}');
/** The functions as they were. */
const real = { ...fs, promises: { ...fs.promises } };
const TEXT = { ENOSPC: 'no space left on device', EIO: 'i/o error', EACCES: 'permission denied' };
/** A full disk stops these; what removes and renames goes on. */
const GROWS = /^(mkdir|mkdtemp|open|writeFile|appendFile|copyFile|cp)/;

let count = 0;
/** What this file itself does is not counted. */
let isOwn = false;

/**
 * @template T
 * @param {() => T} work
 * @returns {T}
 */
function unseen(work) {
  isOwn = true;
  try {
    return work();
  } finally {
    isOwn = false;
  }
}

/**
 * @param {string} name
 * @param {unknown[]} args
 */
function step(name, args) {
  const paths = args.slice(0, 2).filter((value) => typeof value === 'string' || value instanceof URL);
  const path = paths.map((value) => (value instanceof URL ? value.pathname : resolve(String(value))))[0];
  if (isOwn || path === undefined || !path.startsWith(fault.root + sep)) return;
  count += 1;
  unseen(() => {
    real.appendFileSync(fault.log, `${count} ${name} ${path.slice(fault.root.length + 1)}\n`);
    if (fault.copies !== undefined) real.cpSync(fault.root, join(fault.copies, String(count)), { recursive: true });
  });
  if (fault.at === undefined || count < fault.at || (count > fault.at && fault.lasting !== true)) return;
  if (fault.code === undefined) process.kill(process.pid, 'SIGKILL');
  if (fault.code === 'ENOSPC') {
    if (!GROWS.test(name)) return;
    // A disk is full in the middle of a file.
    const data = args[1];
    if (name.startsWith('writeFile') && (typeof data === 'string' || data instanceof Uint8Array))
      unseen(() => real.writeFileSync(path, data.slice(0, data.length / 2)));
  }
  const text = TEXT[/** @type {keyof typeof TEXT} */ (fault.code)];
  const syscall = name.replace(/Sync$/, '');
  throw Object.assign(new Error(`${fault.code}: ${text}, ${syscall} '${path}'`), { code: fault.code, syscall, path });
}

/** @param {unknown} flags */
const isWriting = (flags) =>
  typeof flags === 'string' ? flags !== 'r' : typeof flags === 'number' && (flags & 3) !== 0;

/** @param {string} path */
async function removeTree(path) {
  const status = await real.promises.lstat(path).catch(() => null);
  if (status === null) return;
  if (!status.isDirectory()) return fs.promises.unlink(path);
  for (const name of await real.promises.readdir(path)) await removeTree(join(path, name));
  await fs.promises.rmdir(path);
}

/** @type {(object: Record<string, any>, name: string, isPromise: boolean) => void} */
function watch(object, name, isPromise) {
  const original = object[name];
  if (isPromise) {
    object[name] = async (/** @type {unknown[]} */ ...args) => {
      if (!name.startsWith('open') || isWriting(args[1])) step(name, args);
      return original.apply(object, args);
    };
    return;
  }
  object[name] = (/** @type {unknown[]} */ ...args) => {
    const done = args.at(-1);
    try {
      if (!name.startsWith('open') || isWriting(args[1])) step(name, args);
    } catch (error) {
      if (typeof done !== 'function') throw error;
      return process.nextTick(done, error);
    }
    return original.apply(object, args);
  };
}

const NAMES =
  'mkdir mkdtemp open writeFile appendFile copyFile cp rename rmdir unlink chmod utimes symlink link truncate'.split(
    ' ',
  );

if (isMainThread && fault.root !== undefined) {
  for (const name of NAMES) {
    watch(fs.promises, name, true);
    watch(fs, name, false);
    watch(fs, `${name}Sync`, false);
  }
  const { rm } = fs.promises;
  fs.promises.rm = async (path, options) => {
    if (options?.recursive === true && resolve(String(path)).startsWith(fault.root + sep))
      return removeTree(String(path));
    step('rm', [path]);
    return rm(path, options);
  };
  syncBuiltinESMExports();
}
