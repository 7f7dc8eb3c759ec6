/** What the figures were measured on and with. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, freemem, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { PROJECT } from '../support/sites/cli.ts';

/** The output of a command, or null if there is none. */
function outputOf(file: string, ...args: readonly string[]): string | null {
  const { status, stdout } = spawnSync(file, args, { cwd: PROJECT, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

/** Type and options of the file system that a folder is on; Linux only. */
function fileSystemOf(folder: string): string {
  const found = outputOf('findmnt', '--noheadings', '--output', 'FSTYPE,OPTIONS', '--target', folder);
  return found?.replace(/\s+/, ', ') ?? 'not known';
}

const lockedVersion = (name: string): string =>
  JSON.parse(readFileSync(join(PROJECT, 'package-lock.json'), 'utf8')).packages[`node_modules/${name}`].version;

/**
 * Load of the last 1, 5 and 15 minutes. Above the number of processors, others were at work, and wall times are longer than they need be.
 */
export const describeLoad = (): string =>
  loadavg()
    .map((load) => load.toFixed(2))
    .join(' ');

/** One line each: name, value. `peers` are those that ran or why they did not. */
export function describeMachine(
  folder: string,
  peers: readonly (readonly [string, string])[],
): readonly (readonly [string, string])[] {
  const commit = outputOf('git', 'rev-parse', 'HEAD') ?? 'not known';
  const isClean = outputOf('git', 'status', '--porcelain', '--', '.', ':!test/bench/RESULTS.md') === '';
  return [
    ['commit', `${commit}${isClean ? '' : ', with changes that are not committed'}`],
    ['date', new Date().toISOString().slice(0, 10)],
    ['processors', `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'not known'}`],
    ['memory', `${(totalmem() / 2 ** 30).toFixed(1)} GiB`],
    ['system', `${type()} ${release()}`],
    ['file system', fileSystemOf(folder)],
    ['load before', describeLoad()],
    ['Node', `${process.versions.node}, V8 ${process.versions.v8}, OpenSSL ${process.versions.openssl}`],
    ['Astro', lockedVersion('astro')],
    ...peers,
  ];
}

/** Left free when memory is touched: for whatever else is running. */
const SPARED_BYTES = 3 * 2 ** 30;

/**
 * Fills the memory that is free with a file's cache, which anyone who needs memory gets at once. A virtual machine has
 * most of its memory only from its first use on, and that took 10 µs a page where later uses take 2: the first steps
 * would pay for all others.
 *
 * @param folder gets a file with nothing but a hole, which takes no disk; to be removed by the caller.
 */
function touchMemory(folder: string): void {
  const size = freemem() - SPARED_BYTES;
  if (size <= 0) return;
  const file = openSync(join(folder, 'hole'), 'w+');
  try {
    ftruncateSync(file, size);
    const buffer = new Uint8Array(1 << 23);
    while (readSync(file, buffer) > 0);
  } finally {
    closeSync(file);
  }
}

const PACE_BYTES = new Uint8Array(1 << 20);
const PACE_TEXT = JSON.stringify(
  Array.from({ length: 4000 }, (_, i) => ({
    name: `name ${i}`,
    place: i,
    text: 'some text of some length '.repeat(3),
  })),
);

/**
 * How fast the machine is at this moment: the least seconds that one fixed piece of work took in a few tries, half of it
 * OpenSSL's and half V8's. A virtual machine shares its processors with strangers, and neither load nor CPU time tells of them.
 */
export function measurePace(): number {
  const tries = Array.from({ length: 5 }, () => {
    const start = performance.now();
    for (let i = 0; i < 8; i++) createHash('sha256').update(PACE_BYTES).digest();
    for (let i = 0; i < 6; i++) JSON.stringify(JSON.parse(PACE_TEXT));
    return performance.now() - start;
  });
  return Math.min(...tries) / 1000;
}

/**
 * Measures in a new folder, which is removed at the very end, also when the user stops the run: on some file systems, files are made
 * much more slowly soon after many were deleted.
 */
export async function measureIn(
  parent: string,
  prefix: string,
  measure: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(parent, prefix));
  const clear = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('SIGINT', () => {
    clear();
    process.exit(130);
  });
  try {
    touchMemory(folder);
    // The first time is the compiler's.
    measurePace();
    await measure(folder);
  } finally {
    clear();
  }
}
