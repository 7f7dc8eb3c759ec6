/**
 * Bundles on the disk: one cached file of N bundles, a line each, and from it the folder that a build reads.
 *
 * A cached file is used only if its digest matches: the file's name has the generator's version, and the file next to it the SHA-256 that
 * was taken while the bundles were made.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GENERATOR_VERSION, makeBundle } from './generate.ts';

const NEWLINE = 0x0a;
const CHUNK = 1 << 22;

export const CACHE = join(tmpdir(), 'pith-mirror-bench');

/** The digest of a file's bytes, read piece by piece: the file may be larger than a string or a buffer can be. */
function digestOfFile(path: string): string {
  const digest = createHash('sha256');
  eachChunk(path, (chunk) => digest.update(chunk));
  return digest.digest('hex');
}

function eachChunk(path: string, see: (chunk: Uint8Array) => void): void {
  const file = openSync(path, 'r');
  try {
    const buffer = new Uint8Array(CHUNK);
    for (let size = readSync(file, buffer); size > 0; size = readSync(file, buffer)) see(buffer.subarray(0, size));
  } finally {
    closeSync(file);
  }
}

function isWhole(path: string): boolean {
  try {
    return digestOfFile(path) === readFileSync(`${path}.sha256`, 'utf8').trim();
  } catch {
    return false;
  }
}

/**
 * The cached file of the bundles 0 to `count - 1`, made if it is missing or incomplete.
 *
 * @returns its path: a line of compact JSON for each bundle.
 */
export function cachedBundles(count: number, folder = CACHE): string {
  const path = join(folder, `v${GENERATOR_VERSION}-${count}.jsonl`);
  if (isWhole(path)) return path;
  mkdirSync(folder, { recursive: true });
  const part = `${path}.${process.pid}.part`;
  const digest = createHash('sha256');
  const file = openSync(part, 'w');
  try {
    for (let index = 0; index < count; index++) {
      const line = Buffer.from(`${makeBundle(index).text}\n`);
      digest.update(line);
      for (let done = 0; done < line.length; done += writeSync(file, line, done));
    }
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  writeFileSync(`${path}.sha256`, `${digest.digest('hex')}\n`);
  renameSync(part, path);
  return path;
}

/** Every bundle of a cached file, in order, as bytes without the end of the line. The bytes are the callback's to keep. */
export function eachBundle(path: string, see: (bytes: Uint8Array, index: number) => void): void {
  let rest: Uint8Array = new Uint8Array(0);
  let index = 0;
  eachChunk(path, (chunk) => {
    const bytes = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      see(Uint8Array.prototype.slice.call(bytes, start, end), index++);
      start = end + 1;
    }
    rest = bytes.subarray(start);
  });
}

/** `"pith_number":"pith:2026:` and the suffix stand near the beginning of each bundle. */
function suffixOfBytes(bytes: Uint8Array): string {
  const found = /"pith_number":"pith:\d{4}:([A-Z2-7]{26})"/.exec(
    Buffer.from(bytes.buffer, bytes.byteOffset, 200).toString('latin1'),
  );
  if (found?.[1] === undefined) throw new TypeError('a cached bundle without a number');
  return found[1];
}

export const bundleName = (suffix: string): string => `${suffix}.bundle.json`;

/** Writes the folder that a build reads: a copy of its own, since what is measured may keep, link or lock what it reads. */
export function writeInput(cached: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  eachBundle(cached, (bytes) => writeFileSync(join(folder, bundleName(suffixOfBytes(bytes))), bytes));
}

/** Replaces one bundle by its successor, as a mirror's operator would: a new file in place of the old one. */
export function changeOne(folder: string, index: number): void {
  put(folder, index, 1);
}

/** Adds bundles of records that were not there. */
export function addNew(folder: string, from: number, count: number): void {
  for (let index = from; index < from + count; index++) put(folder, index, 0);
}

function put(folder: string, index: number, further: number): void {
  const { suffix, text } = makeBundle(index, further);
  const target = join(folder, bundleName(suffix));
  // Not ".json" before it is whole: nobody may take a part of it for a bundle.
  writeFileSync(`${target}.new`, text);
  renameSync(`${target}.new`, target);
}
