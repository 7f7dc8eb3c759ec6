/**
 * Reads what `zip.ts` writes, and what other programs make of the same files: the list at the end of an archive, then
 * each file by its place. `zip.ts` shows the bytes.
 *
 * An archive is untrusted input. It is checked before anything is read from it: names that would leave the
 * folder, duplicate names, files that overlap (the trick of zip bombs), sizes beyond the limit.
 */
import { decodeUtf8 } from '../../protocol/index.ts';
import { pathProblem } from './entry.ts';

/** Why an archive cannot be read. The message names no file; the caller knows which one it is. */
export class ZipError extends Error {
  override readonly name = 'ZipError';
}

/** Where the list of files is, from the archive's last bytes. */
export interface Directory {
  readonly offset: number;
  readonly bytes: number;
  readonly entries: number;
}

/** A file of an archive, and where it is. */
export interface Member {
  readonly path: string;
  readonly method: 'stored' | 'deflated';
  readonly crc: number;
  /** Bytes of the file. */
  readonly size: number;
  /** Bytes in the archive. */
  readonly packedBytes: number;
  /** Where its local header begins. */
  readonly offset: number;
}

/** The most bytes at the end of an archive in which its end record may stand: itself and a comment. */
export const END_BYTES = 22 + 0xffff;
/** Bytes of a local header before the name. */
export const LOCAL_BYTES = 30;
/** Bytes of an entry of the list before the name. */
const CENTRAL_BYTES = 46;
/** No file of a mirror is nearly this large; a zip bomb would be. */
export const MAX_MEMBER_BYTES = 1 << 28;

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const ENCRYPTED = 0x0001;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Finds the list of files.
 *
 * @param tail the last bytes of the archive, `END_BYTES` of them or all.
 * @param fileBytes the archive's size.
 * @throws ZipError if it is not a ZIP, was cut short, or is of a kind that this program does not read.
 */
export function readEnd(tail: Uint8Array, fileBytes: number): Directory {
  const view = viewOf(tail);
  for (let at = tail.length - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== END || at + 22 + view.getUint16(at + 20, true) !== tail.length) continue;
    const entries = view.getUint16(at + 10, true);
    const bytes = view.getUint32(at + 12, true);
    const offset = view.getUint32(at + 16, true);
    if (entries === 0xffff || bytes === 0xffffffff || offset === 0xffffffff)
      throw new ZipError('it is a ZIP64 archive; unpack it and name the folder instead');
    if (view.getUint32(at + 4, true) !== 0) throw new ZipError('it is one disk of several');
    if (offset + bytes !== fileBytes - tail.length + at)
      throw new ZipError(
        'its list of files is not where it should be; the file is damaged, or was made by joining files',
      );
    return { offset, bytes, entries };
  }
  throw new ZipError('it has no end record; it is not a ZIP archive, or was cut short');
}

/** The name of a file. Names without the flag of UTF-8 are in an unknown code page, except ASCII. */
function nameOf(bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes);
  } catch {
    throw new ZipError(`the name of a file is not in UTF-8: ${JSON.stringify(String.fromCharCode(...bytes))}`);
  }
}

function methodOf(value: number, path: string): Member['method'] {
  if (value === 0) return 'stored';
  if (value === 8) return 'deflated';
  throw new ZipError(`${path}: compressed by method ${value}; expected 0 (stored) or 8 (deflate)`);
}

function checkMember(member: Member, before: Directory): void {
  const { path, method, size, packedBytes, offset } = member;
  const problem = pathProblem(path);
  if (problem !== null)
    throw new ZipError(`${JSON.stringify(path)}: ${problem}; nothing is unpacked from this archive`);
  if (size > MAX_MEMBER_BYTES)
    throw new ZipError(`${path}: would unpack to ${size} bytes; a file of a package has at most ${MAX_MEMBER_BYTES}`);
  // Deflate gives at most 1,032 bytes for one.
  if (method === 'deflated' && size > packedBytes * 1032)
    throw new ZipError(`${path}: ${packedBytes} bytes cannot unpack to ${size}`);
  if (method === 'stored' && size !== packedBytes) throw new ZipError(`${path}: stored, but its two sizes differ`);
  if (offset + LOCAL_BYTES + packedBytes > before.offset)
    throw new ZipError(`${path}: lies outside of the archive's data`);
}

/**
 * The files that an archive lists, one at a time, without folders, in the order of the list. Each is checked by itself alone.
 *
 * @param read gives bytes of the archive: exactly `length`, or fewer at its end. They are not used after the next call.
 * @throws ZipError at the first invalid entry.
 */
export function* eachMember(
  read: (offset: number, length: number) => Uint8Array,
  directory: Directory,
): Generator<Member> {
  const end = directory.offset + directory.bytes;
  let at = directory.offset;
  for (let i = 0; i < directory.entries; i++) {
    const damaged = `its list of files is damaged at entry ${i + 1} of ${directory.entries}`;
    const head = read(at, Math.min(CENTRAL_BYTES, end - at));
    const view = viewOf(head);
    if (head.length < CENTRAL_BYTES || view.getUint32(0, true) !== CENTRAL) throw new ZipError(damaged);
    const isEncrypted = (view.getUint16(8, true) & ENCRYPTED) !== 0;
    const method = view.getUint16(10, true);
    const crc = view.getUint32(16, true);
    const packedBytes = view.getUint32(20, true);
    const size = view.getUint32(24, true);
    const nameLength = view.getUint16(28, true);
    const offset = view.getUint32(42, true);
    const next = at + CENTRAL_BYTES + nameLength + view.getUint16(30, true) + view.getUint16(32, true);
    if (next > end) throw new ZipError(damaged);
    const path = nameOf(read(at + CENTRAL_BYTES, nameLength));
    if (isEncrypted) throw new ZipError(`${path}: is encrypted`);
    // Some programs list folders too.
    if (!path.endsWith('/') || size !== 0) {
      const member: Member = { path, method: methodOf(method, path), crc, packedBytes, size, offset };
      checkMember(member, directory);
      yield member;
    }
    at = next;
  }
  if (at !== end) throw new ZipError('its list of files has bytes that belong to no file');
}

/**
 * The files that an archive lists, without folders, in the order of the list.
 *
 * @param bytes of the list.
 * @throws ZipError at the first invalid entry, and if two entries have one name or share bytes.
 */
export function readDirectory(bytes: Uint8Array, directory: Directory): readonly Member[] {
  const members: Member[] = [];
  const names = new Set<string>();
  const read = (offset: number, length: number): Uint8Array =>
    bytes.subarray(offset - directory.offset, offset - directory.offset + length);
  for (const member of eachMember(read, directory)) {
    if (names.has(member.path)) throw new ZipError(`${member.path}: is listed twice`);
    names.add(member.path);
    members.push(member);
  }
  checkOverlap(members);
  return members;
}

/** Rejects files that share bytes of the archive, which is how megabytes can unpack to petabytes. */
function checkOverlap(members: readonly Member[]): void {
  const ordered = members.toSorted((a, b) => a.offset - b.offset);
  for (const [i, { path, offset }] of ordered.entries()) {
    const before = ordered[i - 1];
    if (before !== undefined && before.offset + LOCAL_BYTES + before.packedBytes > offset)
      throw new ZipError(`${path}: overlaps ${before.path}`);
  }
}

/**
 * Where a file's data begins, counted from its local header.
 *
 * @param header the first `LOCAL_BYTES` bytes there.
 * @throws ZipError if there is no header.
 */
export function dataStart(header: Uint8Array, path: string): number {
  const view = viewOf(header);
  if (header.length < LOCAL_BYTES || view.getUint32(0, true) !== LOCAL)
    throw new ZipError(`${path}: its header is not where the list says`);
  return LOCAL_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
}
