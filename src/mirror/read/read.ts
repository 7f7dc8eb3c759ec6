/**
 * Reads input files: each is opened once, never through a link that was found, and never blocks on a pipe. The bytes that are
 * verified are the bytes that are published.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { MAX_BUNDLE_BYTES, ParseError } from '../../protocol/index.ts';

// Windows has neither flag.
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

export interface InputFile {
  /** Relative to the input folder, with `/`; what reports show. */
  readonly name: string;
  readonly path: string;
  /** A link that the user named is followed; one that was found is not. */
  readonly isNamedByUser?: boolean;
}

/** A problem of reading a file or a folder. */
export function unreadable(message: string): ParseError {
  return new ParseError({ code: 'unreadable', path: '', message });
}

const OPEN_ERRORS: Readonly<Record<string, string>> = {
  ELOOP:
    'expected a regular file, got a symbolic link (--follow-links accepts one whose target is inside the input folder)',
  EMLINK:
    'expected a regular file, got a symbolic link (--follow-links accepts one whose target is inside the input folder)',
  EACCES: 'expected a file that may be read, got no permission',
  EPERM: 'expected a file that may be read, got no permission',
  ENOENT: 'expected a file, got nothing of that name',
  ENXIO: 'expected a regular file, got a socket or a device',
};

/** The system's code for an error, such as `EACCES`. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/** What shows that a file has not changed: size, times of change in milliseconds, and the file itself. */
function stampOf({ size, mtimeMs, ctimeMs, ino }: Stats): string {
  return `${size}:${mtimeMs}:${ctimeMs}:${ino}`;
}

/** The stamp of a file on the disk, or null if it is gone. */
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
 * Reads one file, with synchronous system calls: each worker reads for itself, and blocking costs it less than
 * promises.
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
