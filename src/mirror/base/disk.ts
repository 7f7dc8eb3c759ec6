/**
 * Writing files, and comparing them with what they should contain. All files of a thread pass through the same buffers:
 * allocating and clearing one for each file costs more than writing it.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { asWellFormed, encodeUtf8 } from '../../protocol/index.ts';
import { codeOf } from './failure.ts';

/** Bytes, or text for a file in UTF-8. */
export type Content = string | Uint8Array;

const BUFFER_BYTES = 1 << 20;
const COPIED_AT_ONCE = 1 << 16;
const encoded = new Uint8Array(BUFFER_BYTES);
const chunk = new Uint8Array(BUFFER_BYTES);
const found = new Uint8Array(BUFFER_BYTES);
const encoder = new TextEncoder();

/** The bytes of a content, valid until the next call for a text. @throws RangeError on a lone surrogate. */
export function bytesOf(content: Content): Uint8Array {
  if (typeof content !== 'string') return content;
  // One UTF-16 unit makes three bytes at most.
  if (content.length * 3 > encoded.length) return encodeUtf8(content);
  const { written } = encoder.encodeInto(asWellFormed(content), encoded);
  return encoded.subarray(0, written);
}

/** The text of a content; of bytes, UTF-8 that this program wrote. */
export function contentText(content: Content): string {
  return typeof content === 'string'
    ? content
    : Buffer.from(content.buffer, content.byteOffset, content.length).toString();
}

/**
 * The bytes of all pieces, joined into a few chunks: the report of a large mirror has hundreds of thousands of small
 * ones.
 */
function* chunksOf(pieces: Iterable<Content>): Generator<Uint8Array> {
  const [only, ...more] = Array.isArray(pieces) ? (pieces as readonly Content[]) : [];
  if (only !== undefined && more.length === 0) {
    yield bytesOf(only);
    return;
  }
  let held = 0;
  for (const piece of pieces) {
    const most = typeof piece === 'string' ? piece.length * 3 : piece.length;
    if (held > 0 && held + most > chunk.length) {
      yield chunk.subarray(0, held);
      held = 0;
    }
    const bytes = bytesOf(piece);
    if (most > chunk.length) {
      yield bytes;
    } else {
      chunk.set(bytes, held);
      held += bytes.length;
    }
  }
  if (held > 0) yield chunk.subarray(0, held);
}

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
const NEW_FILE_TO_READ = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
// Not on Windows.
const NO_LINK = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);

function writeAll(
  descriptor: number,
  pieces: Iterable<Content>,
  see: (bytes: Uint8Array) => void = () => undefined,
): void {
  for (const bytes of chunksOf(pieces)) {
    see(bytes);
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
  }
}

/** Writes a file that does not exist yet. */
export function writeNew(path: string, pieces: Iterable<Content>): void {
  const descriptor = openSync(path, NEW_FILE, 0o666);
  try {
    writeAll(descriptor, pieces);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Writes a file that does not exist yet, and reads it back while it is open: opening it again would cost as much as writing it.
 *
 * @returns whether the file has exactly these bytes.
 */
export function writeNewChecked(path: string, bytes: Uint8Array): boolean {
  const descriptor = openSync(path, NEW_FILE_TO_READ, 0o666);
  try {
    writeAll(descriptor, [bytes]);
    return readsBack(descriptor, bytes);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Writes a file atomically: readers find its old content or its new one, even after a crash. The content is written to
 * a temporary file next to it, flushed to the disk if `isFlushed`, and renamed.
 */
export function writeWhole(path: string, pieces: Iterable<Content>, isFlushed = false): void {
  const name = basename(path);
  const draft = join(dirname(path), `${name.startsWith('.') ? '' : '.'}${name}-draft`);
  try {
    const descriptor = openSync(draft, 'w');
    try {
      writeAll(descriptor, pieces);
      if (isFlushed) fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Whether something has this name. If that cannot be found out, it counts as present. */
export function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    return codeOf(error) !== 'ENOTDIR';
  }
}

/** Gives a file a second name, which costs nothing; on file systems without hard links it copies the file. */
export function linkOrCopy(file: string, name: string): void {
  try {
    linkSync(file, name);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST' || code === 'ENOENT' || code === 'ENOSPC' || code === 'EDQUOT') throw error;
    copyNew(file, name);
  }
}

/**
 * Copies the bytes of a file to a name that does not exist yet. Node's own copy also sets the mode, which only the owner of
 * a file may do: on exFAT, NTFS and CIFS that may be another user, although everybody may write there.
 */
export function copyNew(file: string, name: string): void {
  const descriptor = openSync(file, 'r');
  try {
    writeNew(name, readAll(descriptor));
  } finally {
    closeSync(descriptor);
  }
}

function* readAll(descriptor: number): Generator<Uint8Array> {
  const bytes = new Uint8Array(COPIED_AT_ONCE);
  for (let count = 1; count > 0; ) {
    count = readSync(descriptor, bytes, 0, bytes.length, null);
    if (count > 0) yield bytes.subarray(0, count);
  }
}

/** Writes a file that may exist. @returns the SHA-256 of what was written, in hexadecimal. */
export function writeDigested(path: string, pieces: Iterable<Content>): string {
  const digest = createHash('sha256');
  const descriptor = openSync(path, 'w');
  try {
    writeAll(descriptor, pieces, (bytes) => digest.update(bytes));
  } finally {
    closeSync(descriptor);
  }
  return digest.digest('hex');
}

/** The descriptor of a regular file; null if there is none, or only a link. */
function openFile(path: string): number | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, NO_LINK);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EMLINK'].includes(String(codeOf(error)))) return null;
    throw error;
  }
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  return null;
}

/** Whether an open file has these bytes, and ends after them. */
function readsBack(descriptor: number, bytes: Uint8Array): boolean {
  for (let at = 0; ; ) {
    // One byte more than it should have. A file returns fewer than are asked for only at its end.
    const wanted = Math.min(found.length, bytes.length + 1 - at);
    const count = readSync(descriptor, found, 0, wanted, at);
    if (Buffer.compare(found.subarray(0, count), bytes.subarray(at, at + count)) !== 0) return false;
    at += count;
    if (count < wanted) return at === bytes.length;
  }
}

/** Whether there is a file with exactly this content. It is read piece by piece, so it may be of any size. */
export function holds(path: string, pieces: Iterable<Content>): boolean {
  const descriptor = openFile(path);
  if (descriptor === null) return false;
  try {
    for (const bytes of chunksOf(pieces)) {
      for (let at = 0; at < bytes.length; ) {
        const count = readSync(descriptor, found, 0, Math.min(found.length, bytes.length - at), null);
        if (count === 0 || Buffer.compare(found.subarray(0, count), bytes.subarray(at, at + count)) !== 0) return false;
        at += count;
      }
    }
    return readSync(descriptor, found, 0, 1, null) === 0;
  } finally {
    closeSync(descriptor);
  }
}
