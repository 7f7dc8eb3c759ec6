/** The place of a file's bytes, in a folder or inside a ZIP, and how to read them. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { crc32, inflateRawSync, zstdDecompressSync } from 'node:zlib';
import { blobOf, clusterKind, ZimError } from './formats/unzim.ts';
import { dataStart, LOCAL_BYTES, MAX_MEMBER_BYTES, type Member, ZipError } from './formats/unzip.ts';
import { CLUSTER_BYTES } from './formats/zim-cluster.ts';
import { HEAP, type Room } from './room.ts';

/** A file on the disk, or a file inside of a ZIP or a ZIM on the disk. */
export type FilePlace =
  | { readonly file: string }
  | { readonly zip: string; readonly member: Member }
  | { readonly zim: string; readonly cluster: ClusterPlace; readonly blob: number };

/** Where a cluster is, in bytes from the beginning of the file. */
export interface ClusterPlace {
  readonly start: number;
  readonly end: number;
}

/** Why a file cannot be read. Of the data, not of the machine: a missing permission is the system's error. */
export class PlaceError extends Error {
  override readonly name = 'PlaceError';
}

// Windows has neither flag.
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Fills bytes from a file. @returns how many were read: fewer than there is room for only at the end of the file. */
export function readInto(bytes: Uint8Array, descriptor: number, offset: number): number {
  let done = 0;
  while (done < bytes.length) {
    const count = readSync(descriptor, bytes, done, bytes.length - done, offset + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

/** Reads up to `length` bytes; fewer only at the end of the file. */
export function readAt(descriptor: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, readInto(bytes, descriptor, offset));
}

/** The first four bytes of a file, as one character each; empty if it cannot be read: other readers report why. */
export function magicOf(path: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    return Buffer.from(readAt(descriptor, 0, 4)).toString('latin1');
  } catch {
    return '';
  } finally {
    closeSync(descriptor);
  }
}

function readFile(path: string, room: Room): Uint8Array {
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
    if (status.size > MAX_MEMBER_BYTES)
      throw new PlaceError(`has ${status.size} bytes; a file of a package has at most ${MAX_MEMBER_BYTES}`);
    // One byte more, to see whether the file grows.
    const bytes = room.take(status.size + 1);
    if (readInto(bytes, descriptor, 0) !== status.size) throw new PlaceError('changed while it was read');
    return bytes.subarray(0, status.size);
  } finally {
    closeSync(descriptor);
  }
}

/** The package that was read last stays open: thousands of files of one package follow one another. */
let opened: { readonly path: string; readonly descriptor: number } | null = null;

/** A piece of the open ZIP: files that follow one another are read together. */
const WINDOW_BYTES = 1 << 18;
const windowBytes = new Uint8Array(WINDOW_BYTES);
let windowAt = 0;
let windowLength = 0;

/** Bytes of the open ZIP, fewer only at its end; valid until the next call. */
function readZip(descriptor: number, offset: number, length: number): Uint8Array {
  if (length > WINDOW_BYTES) return readAt(descriptor, offset, length);
  if (offset < windowAt || offset + length > windowAt + windowLength) {
    windowAt = offset;
    windowLength = readInto(windowBytes, descriptor, offset);
  }
  return windowBytes.subarray(offset - windowAt, Math.min(offset - windowAt + length, windowLength));
}

/** The cluster that was unpacked last: files that follow one another are in the same one. */
let unpacked: { readonly zim: string; readonly start: number; readonly bytes: Uint8Array } | null = null;

/** Closes the package that was read last, so that it can be renamed or removed. */
export function closePackage(): void {
  if (opened !== null) closeSync(opened.descriptor);
  opened = null;
  windowLength = 0;
  unpacked = null;
}

function openPackage(path: string): number {
  if (opened?.path === path) return opened.descriptor;
  closePackage();
  opened = { path, descriptor: openSync(path, 'r') };
  return opened.descriptor;
}

/** @throws PlaceError if the bytes are not those that were packed. */
function readMember(zip: string, member: Member, room: Room): Uint8Array {
  const descriptor = openPackage(zip);
  let start: number;
  try {
    start = member.offset + dataStart(readZip(descriptor, member.offset, LOCAL_BYTES), member.path);
  } catch (error) {
    throw error instanceof ZipError ? new PlaceError(error.message.replace(`${member.path}: `, '')) : error;
  }
  const packed = readZip(descriptor, start, member.packedBytes);
  if (packed.length !== member.packedBytes) throw new PlaceError('is cut short');
  const bytes = member.method === 'stored' ? room.keep(packed) : inflate(packed, member.size);
  if (bytes.length !== member.size) throw new PlaceError(`unpacks to ${bytes.length} bytes; expected ${member.size}`);
  if (crc32(bytes) !== member.crc) throw new PlaceError('is damaged: its CRC-32 is not the one in the ZIP');
  return bytes;
}

const LARGEST_CHUNK = 1 << 20;

function inflate(packed: Uint8Array, size: number): Uint8Array {
  try {
    // One chunk with room for the whole file and a byte, so that nothing is copied; the limit bounds a bomb that claims another size.
    const chunkSize = Math.min(Math.max(size + 1, 64), LARGEST_CHUNK);
    return inflateRawSync(packed, { maxOutputLength: Math.max(size, 1), chunkSize });
  } catch {
    throw new PlaceError(`is damaged: it does not unpack to ${size} bytes`);
  }
}

/** Room for a whole cluster with its offsets: pieces would be gathered and copied. */
const CLUSTER_ROOM = CLUSTER_BYTES + (1 << 16);

/** @throws PlaceError if a cluster is not what it should be. */
function readCluster(zim: string, { start, end }: ClusterPlace): Uint8Array {
  if (unpacked?.zim === zim && unpacked.start === start) return unpacked.bytes;
  const packed = readAt(openPackage(zim), start, end - start);
  if (packed.length !== end - start) throw new PlaceError('is cut short');
  const data = packed.subarray(1);
  let bytes = data;
  unpacked = null;
  if (clusterKind(packed[0]) === 'zstd') {
    try {
      bytes = zstdDecompressSync(data, { maxOutputLength: MAX_MEMBER_BYTES, chunkSize: CLUSTER_ROOM });
    } catch {
      throw new PlaceError('is damaged: its cluster cannot be unpacked');
    }
  }
  unpacked = { zim, start, bytes };
  return bytes;
}

function readZimBlob(zim: string, cluster: ClusterPlace, blob: number): Uint8Array {
  try {
    return blobOf(readCluster(zim, cluster), blob);
  } catch (error) {
    throw error instanceof ZimError ? new PlaceError(error.message) : error;
  }
}

/**
 * The bytes at a place. At most `MAX_FILE_BYTES`; of a member, exactly as many as the ZIP lists.
 *
 * @param room for the bytes; they are valid as long as what is taken from it is.
 * @throws PlaceError if there is no such file, or it is not what it should be; the system's error otherwise.
 */
export function readPlace(place: FilePlace, room: Room = HEAP): Uint8Array {
  if ('file' in place) return readFile(place.file, room);
  return 'zip' in place ? readMember(place.zip, place.member, room) : readZimBlob(place.zim, place.cluster, place.blob);
}
