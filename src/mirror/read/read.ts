/**
 * Reading input files: each opened once, never through a link, never blocking on a pipe. The bytes that are
 * verified are the bytes that are published.
 */
import { closeSync, constants, type Dirent, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compareCodePoints, MAX_BUNDLE_BYTES, ParseError } from '../../protocol/index.ts';

// Windows has neither flag; there a link in the input is caught by the directory listing alone.
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

export interface InputFile {
  /** Relative to the input folder, with `/`; what reports show. */
  readonly name: string;
  readonly path: string;
  /** A link that the user named is followed; one that was found is not. */
  readonly isNamedByUser?: boolean;
}

export interface InputListing {
  /** By name, in code point order. */
  readonly files: readonly InputFile[];
  /** Entries that are left alone, and why. */
  readonly ignored: readonly { readonly name: string; readonly why: string }[];
  /** Sub-folders that could not be listed, and input whose name is no text; they stop nothing. */
  readonly unlisted: readonly { readonly name: string; readonly error: ParseError }[];
}

/** Not the protocol's: a name may begin with a byte-order mark. */
const nameDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The name as text; null for bytes that are none, under which nothing could be opened. */
function textOf(name: Buffer): string | null {
  try {
    return nameDecoder.decode(name);
  } catch {
    return null;
  }
}

/**
 * Lists a folder and its sub-folders.
 *
 * @param isInput whether a file of this base name is input.
 * @throws the system's error where the folder itself cannot be listed.
 */
export async function listInput(folder: string, isInput: (baseName: string) => boolean): Promise<InputListing> {
  const files: InputFile[] = [];
  const ignored: { name: string; why: string }[] = [];
  const unlisted: { name: string; error: ParseError }[] = [];
  const pending: { path: string; prefix: string }[] = [{ path: folder, prefix: '' }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    let entries: Dirent<Buffer>[] = [];
    try {
      entries = await readdir(next.path, { withFileTypes: true, encoding: 'buffer' });
    } catch (error) {
      if (next.prefix === '') throw error;
      const problem = unreadable(`expected a folder that can be listed, got ${systemCode(error)}`);
      unlisted.push({ name: next.prefix, error: problem });
    }
    for (const entry of entries) {
      const text = textOf(entry.name);
      // U+FFFD for what is no text: enough to say where it lies.
      const baseName = text ?? entry.name.toString();
      const name = `${next.prefix}${baseName}`;
      const path = join(next.path, baseName);
      if (baseName.startsWith('.')) ignored.push({ name, why: 'hidden' });
      else if (text === null && (entry.isDirectory() || isInput(baseName)))
        unlisted.push({
          name,
          error: unreadable(`expected a name in UTF-8, got the bytes ${entry.name.toString('hex')}`),
        });
      else if (entry.isDirectory()) pending.push({ path, prefix: `${name}/` });
      else if (isInput(baseName)) files.push({ name, path });
      else
        ignored.push({
          name,
          why: entry.isSymbolicLink() ? 'a symbolic link' : 'neither a bundle (*.json) nor a note (SUFFIX.md)',
        });
    }
  }
  return {
    files: files.sort((a, b) => compareCodePoints(a.name, b.name)),
    ignored: ignored.sort((a, b) => compareCodePoints(a.name, b.name)),
    // Two names that are no text may look the same.
    unlisted: unlisted.sort(
      (a, b) => compareCodePoints(a.name, b.name) || compareCodePoints(a.error.message, b.error.message),
    ),
  };
}

function unreadable(message: string): ParseError {
  return new ParseError({ code: 'unreadable', path: '', message });
}

const OPEN_ERRORS: Readonly<Record<string, string>> = {
  ELOOP: 'expected a regular file, got a symbolic link, which is not followed',
  EMLINK: 'expected a regular file, got a symbolic link, which is not followed',
  EACCES: 'expected a file that may be read, got no permission',
  EPERM: 'expected a file that may be read, got no permission',
  ENOENT: 'expected a file, got nothing of that name',
  ENXIO: 'expected a regular file, got a socket or a device',
};

function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/** What tells that a file is still what it was: size, times of change in milliseconds, and the file itself. */
function stampOf({ size, mtimeMs, ctimeMs, ino }: Stats): string {
  return `${size}:${mtimeMs}:${ctimeMs}:${ino}`;
}

/** The stamp of a file as it lies there, or null where it is gone. */
export function stampAt(path: string): { readonly stamp: string; readonly changedMs: number } | null {
  const status = lstatSync(path, { throwIfNoEntry: false });
  return status === undefined ? null : { stamp: stampOf(status), changedMs: status.ctimeMs };
}

function readOpened(descriptor: number): Uint8Array {
  const status = fstatSync(descriptor);
  if (!status.isFile()) throw unreadable('expected a regular file, got a folder, a pipe or a device');
  const tooLarge = (size: string): ParseError =>
    new ParseError({ code: 'too_large', path: '', message: `expected at most ${MAX_BUNDLE_BYTES} bytes, got ${size}` });
  if (status.size > MAX_BUNDLE_BYTES) throw tooLarge(String(status.size));
  // One byte more than it should have, so that a file that grows meanwhile is noticed instead of cut.
  const buffer = new Uint8Array(status.size + 1);
  let length = 0;
  for (;;) {
    const count = readSync(descriptor, buffer, length, buffer.length - length, null);
    length += count;
    if (count === 0) return buffer.subarray(0, length);
    if (length === buffer.length)
      throw unreadable('expected a file that stays as it is, got one that grew while it was read');
  }
}

/**
 * Reads one file, with system calls that wait: each worker reads for itself, and waiting costs it less than promises.
 *
 * @throws ParseError `unreadable` or `too_large`.
 */
export function readInput(file: InputFile): Uint8Array {
  let descriptor: number;
  try {
    descriptor = openSync(
      file.path,
      file.isNamedByUser === true ? OPEN_FLAGS & ~(constants.O_NOFOLLOW ?? 0) : OPEN_FLAGS,
    );
  } catch (error) {
    const code = systemCode(error);
    throw unreadable(OPEN_ERRORS[code] ?? `expected a file that can be opened, got ${code}`);
  }
  try {
    return readOpened(descriptor);
  } catch (error) {
    throw error instanceof ParseError
      ? error
      : unreadable(`expected a file that can be read, got ${systemCode(error)}`);
  } finally {
    closeSync(descriptor);
  }
}
