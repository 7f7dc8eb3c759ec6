/** The place of a file's bytes, in a folder or inside a ZIP, and how to read them. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { crc32, inflateRawSync } from 'node:zlib';
import { dataStart, LOCAL_BYTES, MAX_FILE_BYTES, type Member, ZipError } from './formats/unzip.ts';

/** A file on the disk, or a file inside of a ZIP on the disk. */
export type Place = { readonly file: string } | { readonly zip: string; readonly member: Member };

/** Why a file cannot be read. Of the data, not of the machine: a missing permission is the system's error. */
export class PlaceError extends Error {
  override readonly name = 'PlaceError';
}

// Windows has neither flag.
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Reads up to `length` bytes; fewer only at the end of the file. */
export function readAt(descriptor: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const count = readSync(descriptor, bytes, done, length - done, offset + done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}

function readFile(path: string): Uint8Array {
  let descriptor: number;
  try {
    descriptor = openSync(path, OPEN_FLAGS);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') throw new PlaceError('is missing');
    if (code === 'ELOOP' || code === 'EMLINK') throw new PlaceError('is a symbolic link; expected a regular file');
    throw error;
  }
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw new PlaceError('is not a regular file');
    if (status.size > MAX_FILE_BYTES)
      throw new PlaceError(`has ${status.size} bytes; a file of a package has at most ${MAX_FILE_BYTES}`);
    const bytes = readAt(descriptor, 0, status.size + 1);
    if (bytes.length !== status.size) throw new PlaceError('changed while it was read');
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}

/** The ZIP that was read last stays open: thousands of files of one ZIP follow one another. */
let opened: { readonly path: string; readonly descriptor: number } | null = null;

/** Closes the ZIP that was read last, so that it can be renamed or removed. */
export function closeZip(): void {
  if (opened !== null) closeSync(opened.descriptor);
  opened = null;
}

function openZip(path: string): number {
  if (opened?.path === path) return opened.descriptor;
  closeZip();
  opened = { path, descriptor: openSync(path, 'r') };
  return opened.descriptor;
}

/** @throws PlaceError if the bytes are not those that were packed. */
function readMember(zip: string, member: Member): Uint8Array {
  const descriptor = openZip(zip);
  let start: number;
  try {
    start = member.offset + dataStart(readAt(descriptor, member.offset, LOCAL_BYTES), member.path);
  } catch (error) {
    throw error instanceof ZipError ? new PlaceError(error.message.replace(`${member.path}: `, '')) : error;
  }
  const packed = readAt(descriptor, start, member.packedBytes);
  if (packed.length !== member.packedBytes) throw new PlaceError('is cut short');
  const bytes = member.method === 'stored' ? packed : inflate(packed, member.size);
  if (bytes.length !== member.size) throw new PlaceError(`unpacks to ${bytes.length} bytes; expected ${member.size}`);
  if (crc32(bytes) !== member.crc) throw new PlaceError('is damaged: its CRC-32 is not the one in the ZIP');
  return bytes;
}

function inflate(packed: Uint8Array, size: number): Uint8Array {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(size, 1) });
  } catch {
    throw new PlaceError(`is damaged: it does not unpack to ${size} bytes`);
  }
}

/**
 * The bytes at a place. At most `MAX_FILE_BYTES`; of a member, exactly as many as the ZIP lists.
 *
 * @throws PlaceError if there is no such file, or it is not what it should be; the system's error otherwise.
 */
export function readPlace(place: Place): Uint8Array {
  return 'file' in place ? readFile(place.file) : readMember(place.zip, place.member);
}
