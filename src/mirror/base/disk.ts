/**
 * New files, and whether a file is what it should be. All of a thread's files pass through the same buffers: one of
 * its own for each would have to be found, cleared and taken away again, which costs more than the file.
 */
import { createHash } from 'node:crypto';
import { closeSync, constants, futimesSync, openSync, readSync, writeSync } from 'node:fs';
import { asWellFormed, encodeUtf8 } from '../../protocol/index.ts';

/** Bytes, or text for a file in UTF-8. */
export type Content = string | Uint8Array;

const BUFFER_BYTES = 1 << 20;
const encoded = new Uint8Array(BUFFER_BYTES);
const chunk = new Uint8Array(BUFFER_BYTES);
const found = new Uint8Array(BUFFER_BYTES);
const encoder = new TextEncoder();

/** The bytes of a content, good until the next call for a text. @throws RangeError on a lone surrogate. */
export function bytesOf(content: Content): Uint8Array {
  if (typeof content !== 'string') return content;
  // One UTF-16 unit makes three bytes at most.
  if (content.length * 3 > encoded.length) return encodeUtf8(content);
  const { written } = encoder.encodeInto(asWellFormed(content), encoded);
  return encoded.subarray(0, written);
}

/** The text of a content; of bytes, UTF-8 that this program wrote. */
export function textOf(content: Content): string {
  return typeof content === 'string'
    ? content
    : Buffer.from(content.buffer, content.byteOffset, content.length).toString();
}

/** The bytes of all pieces in few chunks: the report of a large mirror has hundreds of thousands of small ones. */
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

/**
 * Writes a new file with the time of the data. Its mode follows the process's mask, which worker threads share.
 *
 * @param seconds since 1970.
 */
export function writeNew(path: string, pieces: Iterable<Content>, seconds: number): void {
  const descriptor = openSync(path, NEW_FILE, 0o644);
  try {
    for (const bytes of chunksOf(pieces)) {
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
    }
    futimesSync(descriptor, seconds, seconds);
  } finally {
    closeSync(descriptor);
  }
}

/** Writes a file, whether there is one or not. @returns the SHA-256 of what was written, in hexadecimal. */
export function writeDigested(path: string, pieces: Iterable<Content>): string {
  const digest = createHash('sha256');
  const descriptor = openSync(path, 'w');
  try {
    for (const bytes of chunksOf(pieces)) {
      digest.update(bytes);
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
    }
  } finally {
    closeSync(descriptor);
  }
  return digest.digest('hex');
}

/** Whether a file has this content and no more. It is read piece by piece, so it may be of any size. */
export function holds(path: string, pieces: Iterable<Content>): boolean {
  const descriptor = openSync(path, 'r');
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
