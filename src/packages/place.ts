/** The place of a file's bytes, in a folder or inside a ZIP, and how to read them. */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { crc32, createInflateRaw, inflateRawSync, zstdDecompressSync } from 'node:zlib';
import { blobOf, clusterKind, ZimError } from './formats/unzim.ts';
import { dataStart, LOCAL_BYTES, MAX_MEMBER_BYTES, type Member, ZipError } from './formats/unzip.ts';
import { CLUSTER_BYTES } from './formats/zim-cluster.ts';
import { HEAP, type Room } from './room.ts';
import { throughZlib } from './through-zlib.ts';

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

function openFile(path: string): number {
  try {
    return openSync(path, OPEN_FLAGS);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') throw new PlaceError('is missing');
    if (code === 'ELOOP' || code === 'EMLINK') throw new PlaceError('is a symbolic link; expected a regular file');
    throw error;
  }
}

/** The size of an open file. @throws PlaceError if it is not a file that a package may have. */
function checkedSize(descriptor: number): number {
  const status = fstatSync(descriptor);
  if (!status.isFile()) throw new PlaceError('is not a regular file');
  if (status.size > MAX_MEMBER_BYTES)
    throw new PlaceError(`has ${status.size} bytes; a file of a package has at most ${MAX_MEMBER_BYTES}`);
  return status.size;
}

const CHANGED = 'changed while it was read';

function readFile(path: string, room: Room): Uint8Array {
  const descriptor = openFile(path);
  try {
    const size = checkedSize(descriptor);
    // One byte more, to see whether the file grows.
    const bytes = room.take(size + 1);
    if (readInto(bytes, descriptor, 0) !== size) throw new PlaceError(CHANGED);
    return bytes.subarray(0, size);
  } finally {
    closeSync(descriptor);
  }
}

/** Bytes of a large file that are read at once. */
const PIECE_BYTES = 1 << 18;
/** Bytes of it that are unpacked at once, into new memory. */
const INFLATED_BYTES = 1 << 14;

/**
 * A file on the disk in pieces, each valid until the next one is asked for: new memory for each would pile up until it is collected.
 *
 * @throws PlaceError as `readPlace` does, if need be after some pieces.
 */
export function* filePieces(path: string): Generator<Uint8Array> {
  const descriptor = openFile(path);
  try {
    const size = checkedSize(descriptor);
    const memory = new Uint8Array(PIECE_BYTES);
    let at = 0;
    for (let length = readInto(memory, descriptor, 0); length > 0; length = readInto(memory, descriptor, at)) {
      at += length;
      yield memory.subarray(0, length);
    }
    if (at !== size) throw new PlaceError(CHANGED);
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

/** Bytes of a package, fewer only at its end; valid until a package is read again. */
export function readPackage(path: string, offset: number, length: number): Uint8Array {
  return readZip(openPackage(path), offset, length);
}

/** Where a member's data begins in the open ZIP. @throws PlaceError if its header is not there. */
function memberStart(descriptor: number, member: Member): number {
  try {
    return member.offset + dataStart(readZip(descriptor, member.offset, LOCAL_BYTES), member.path);
  } catch (error) {
    throw error instanceof ZipError ? new PlaceError(error.message.replace(`${member.path}: `, '')) : error;
  }
}

const CUT_SHORT = 'is cut short';

/** @throws PlaceError unless a member unpacked to what the ZIP lists. */
function checkUnpacked(member: Member, found: { readonly bytes: number; readonly crc: number }): void {
  if (found.bytes !== member.size) throw new PlaceError(`unpacks to ${found.bytes} bytes; expected ${member.size}`);
  if (found.crc !== member.crc) throw new PlaceError('is damaged: its CRC-32 is not the one in the ZIP');
}

/** @throws PlaceError if the bytes are not those that were packed. */
function readMember(zip: string, member: Member, room: Room): Uint8Array {
  const descriptor = openPackage(zip);
  const packed = readZip(descriptor, memberStart(descriptor, member), member.packedBytes);
  if (packed.length !== member.packedBytes) throw new PlaceError(CUT_SHORT);
  const bytes = member.method === 'stored' ? room.keep(packed) : inflate(packed, member.size);
  checkUnpacked(member, { bytes: bytes.length, crc: crc32(bytes) });
  return bytes;
}

/** A member's bytes as they are in the ZIP, in pieces, each valid until the next one is asked for. */
function* packedPieces(zip: string, member: Member): Generator<Uint8Array> {
  const descriptor = openPackage(zip);
  const start = memberStart(descriptor, member);
  for (let at = 0; at < member.packedBytes; at += WINDOW_BYTES) {
    const length = Math.min(WINDOW_BYTES, member.packedBytes - at);
    const piece = readZip(descriptor, start + at, length);
    if (piece.length !== length) throw new PlaceError(CUT_SHORT);
    yield piece;
  }
}

/** Gives each piece of a member to a function, which must not keep it. @throws PlaceError as `readMember` does. */
async function seeMember(zip: string, member: Member, see: (piece: Uint8Array) => void): Promise<void> {
  const found = { bytes: 0, crc: 0 };
  const take = (piece: Uint8Array): void => {
    found.bytes += piece.length;
    // A bomb ends here.
    if (found.bytes > member.size) throw new PlaceError(notUnpacked(member.size));
    found.crc = crc32(piece, found.crc);
    see(piece);
  };
  if (member.method === 'stored') {
    for (const piece of packedPieces(zip, member)) take(piece);
  } else {
    try {
      await throughZlib(packedPieces(zip, member), createInflateRaw({ chunkSize: INFLATED_BYTES }), take);
    } catch (error) {
      // What zlib throws has a code of zlib; all other errors are the system's.
      if (error instanceof Error && 'code' in error && /^Z_/.test(String(error.code)))
        throw new PlaceError(notUnpacked(member.size));
      throw error;
    }
  }
  checkUnpacked(member, found);
}

const notUnpacked = (size: number): string => `is damaged: it does not unpack to ${size} bytes`;

const LARGEST_CHUNK = 1 << 23;

function inflate(packed: Uint8Array, size: number): Uint8Array {
  try {
    // One chunk with room for the whole file and a byte, so that nothing is copied; the limit bounds a bomb that claims another size.
    const chunkSize = Math.min(Math.max(size + 1, 64), LARGEST_CHUNK);
    return inflateRawSync(packed, { maxOutputLength: Math.max(size, 1), chunkSize });
  } catch {
    throw new PlaceError(notUnpacked(size));
  }
}

/** Room for a whole cluster with its offsets: pieces would be gathered and copied. */
const CLUSTER_ROOM = CLUSTER_BYTES + (1 << 16);

/** @throws PlaceError if a cluster is not what it should be. */
function readCluster(zim: string, { start, end }: ClusterPlace): Uint8Array {
  if (unpacked?.zim === zim && unpacked.start === start) return unpacked.bytes;
  const packed = readAt(openPackage(zim), start, end - start);
  if (packed.length !== end - start) throw new PlaceError(CUT_SHORT);
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

/** A place whose bytes can be read in pieces: those in a ZIM are in a cluster, which is unpacked as a whole. */
export type PlaceInPieces = Exclude<FilePlace, { readonly zim: string }>;

/** How many bytes a file has; 0 if it is not there, which reading it tells. */
export function sizeAt(place: PlaceInPieces): number {
  return 'zip' in place ? place.member.size : (statSync(place.file, { throwIfNoEntry: false })?.size ?? 0);
}

/**
 * Gives a file's bytes to a function, a piece at a time.
 *
 * @param see must not keep a piece.
 * @throws PlaceError as `readPlace` does, if need be after some pieces.
 */
export async function seePieces(place: PlaceInPieces, see: (piece: Uint8Array) => void): Promise<void> {
  if ('zip' in place) return seeMember(place.zip, place.member, see);
  for (const piece of filePieces(place.file)) see(piece);
}
