/**
 * A ZIP archive, written piece by piece: each file's header and data as it comes, then the list of all files.
 *
 * Little-endian; the numbers are those of PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 and 4.4. The file `a` that holds
 * `hi`, stored, of 2026-05-21T00:00:00Z, is this archive of 120 bytes:
 *
 *     local header   50 4b 03 04   signature
 *                    14 00         version needed: 2.0
 *                    00 08         flags: the name is UTF-8
 *                    00 00         method: stored (8: deflated)
 *                    00 00         time of day: hours << 11 | minutes << 5 | seconds >> 1
 *                    b5 5c         date: (year - 1980) << 9 | month << 5 | day
 *                    ac 2a 93 d8   CRC-32 of "hi"
 *                    02 00 00 00   size in the archive
 *                    02 00 00 00   size of the file
 *                    01 00         length of the name
 *                    09 00         length of the extra field
 *                    61            the name
 *                    55 54 05 00   extra field "UT", 5 bytes long:
 *                    01 00 4b 0e 6a   modification time follows; seconds since 1970, UTC
 *     data           68 69
 *     central header 50 4b 01 02   signature
 *                    14 03         made by version 2.0, Unix: the mode below counts
 *                    14 00 … 09 00 as from "version needed" to "length of the extra field" above
 *                    00 00         length of the comment
 *                    00 00 00 00   disk; text or binary: not said
 *                    00 00 a4 81   mode 0100644 (a regular file, rw-r--r--) << 16
 *                    00 00 00 00   offset of the local header
 *                    61 55 54 …    name and extra field as above
 *     end            50 4b 05 06   signature
 *                    00 00 00 00   disks
 *                    01 00 01 00   entries on this disk, entries
 *                    38 00 00 00   size of the central headers: 56
 *                    2a 00 00 00   their offset: 42
 *                    00 00         length of the comment
 *
 * Sizes come before the data, so there are no data descriptors: a program that reads from a pipe needs nothing more.
 * There is no ZIP64, which the Internet Archive and older programs do not handle well; hence the limits below.
 */
import { compareCodePoints, decodeUtf8, encodeUtf8 } from '../../protocol/index.ts';
import { ByteLog } from './byte-log.ts';
import { pathProblem } from './entry.ts';

/** An archive's entries are counted in 16 bits, of which the last value means ZIP64. */
export const MAX_ENTRIES = 0xfffe;
/** Sizes and offsets have 32 bits, of which the last value means ZIP64. */
export const MAX_BYTES = 0xfffffffe;

/** A file in an archive. */
export interface PackedFile {
  readonly path: string;
  /** Since 1970, UTC. */
  readonly seconds: number;
  readonly method: 'stored' | 'deflated';
  /** CRC-32 of the file's bytes. */
  readonly crc: number;
  /** Bytes of the file. */
  readonly size: number;
  /** What the archive contains: the file's bytes, or their raw deflate. */
  readonly data: Uint8Array;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
const UNIX = 3;
const UTF8 = 0x0800;
const MODE = 0o100644;
const UT_EXTRA = 0x5455;
const UT_LENGTH = 9;
const METHODS = { stored: 0, deflated: 8 } as const;

/** The first time that the two fields of MS-DOS can hold, and the last. */
const FIRST = Date.UTC(1980, 0, 1) / 1000;
const LAST = Date.UTC(2107, 11, 31, 23, 59, 58) / 1000;

/** Time and date of MS-DOS, in UTC: from local time, one package would have other bytes in Tokyo. */
function dosTime(seconds: number): { readonly time: number; readonly date: number } {
  const at = new Date(Math.min(Math.max(seconds, FIRST), LAST) * 1000);
  return {
    time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
    date: ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
  };
}

/** Writes what both headers of a file have in common. @returns the offset behind it. */
function writeCommon(
  view: DataView,
  at: number,
  { seconds, method, crc, size, data }: PackedFile,
  name: number,
): number {
  const { time, date } = dosTime(seconds);
  view.setUint16(at, VERSION, true);
  view.setUint16(at + 2, UTF8, true);
  view.setUint16(at + 4, METHODS[method], true);
  view.setUint16(at + 6, time, true);
  view.setUint16(at + 8, date, true);
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, data.length, true);
  view.setUint32(at + 18, size, true);
  view.setUint16(at + 22, name, true);
  view.setUint16(at + 24, UT_LENGTH, true);
  return at + 26;
}

function writeExtra(view: DataView, at: number, seconds: number): void {
  view.setUint16(at, UT_EXTRA, true);
  view.setUint16(at + 2, UT_LENGTH - 4, true);
  view.setUint8(at + 4, 1);
  view.setUint32(at + 5, Math.min(Math.max(seconds, 0), 0x7fffffff), true);
}

/** Bytes of a central header before the name. */
const CENTRAL_BYTES = 46;

/**
 * Turns files into the bytes of one archive. Keeps the central headers in memory, about 150 bytes per file; the data of a file is
 * passed on and not kept. Names in ascending order are quick to add; any other is compared with all names before it.
 */
export class ZipWriter {
  readonly #central: ByteLog;
  #entries = 0;
  /** The name that sorts last. */
  #greatest = '';
  #offset = 0;

  /** @param central memory for the central headers; its content is lost. */
  constructor(central = new ByteLog()) {
    central.clear();
    this.#central = central;
  }

  /** Bytes of the archive so far, without the central headers. */
  get offset(): number {
    return this.#offset;
  }

  /** Whether a name is in the list of all files. */
  #isListed(path: string): boolean {
    for (const bytes of this.#central.blocks) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      for (let at = 0; at < bytes.length; ) {
        const name = at + CENTRAL_BYTES;
        const end = name + view.getUint16(at + 28, true);
        if (decodeUtf8(bytes.subarray(name, end)) === path) return true;
        at = end + UT_LENGTH;
      }
    }
    return false;
  }

  /** @throws RangeError if the name is there already. */
  #addName(path: string): void {
    if (this.#entries === 0 || compareCodePoints(path, this.#greatest) > 0) this.#greatest = path;
    else if (this.#isListed(path)) throw new RangeError(`${JSON.stringify(path)}: the name is used twice`);
    if (this.#entries === MAX_ENTRIES) throw new RangeError(`more than ${MAX_ENTRIES} files in one ZIP`);
    this.#entries++;
  }

  /**
   * The chunks of one file.
   *
   * @throws RangeError for a name that no package may have or that is there already, and if the archive would become
   * larger than a ZIP without ZIP64 can be.
   */
  add(file: PackedFile): readonly Uint8Array[] {
    const problem = pathProblem(file.path);
    if (problem !== null) throw new RangeError(`${JSON.stringify(file.path)}: ${problem}`);
    this.#addName(file.path);
    const name = encodeUtf8(file.path);

    const local = new Uint8Array(30 + name.length + UT_LENGTH);
    const view = new DataView(local.buffer);
    view.setUint32(0, LOCAL, true);
    local.set(name, writeCommon(view, 4, file, name.length));
    writeExtra(view, 30 + name.length, file.seconds);

    const central = this.#central.grow(CENTRAL_BYTES + name.length + UT_LENGTH);
    const list = new DataView(central.buffer, central.byteOffset, central.length);
    list.setUint32(0, CENTRAL, true);
    list.setUint8(4, VERSION);
    list.setUint8(5, UNIX);
    writeCommon(list, 6, file, name.length);
    list.setUint32(38, MODE << 16, true);
    list.setUint32(42, this.#offset, true);
    central.set(name, CENTRAL_BYTES);
    writeExtra(list, CENTRAL_BYTES + name.length, file.seconds);

    this.#offset += local.length + file.data.length;
    if (file.size > MAX_BYTES || this.#offset + this.#central.length > MAX_BYTES)
      throw new RangeError(`${JSON.stringify(file.path)}: the ZIP would have more than ${MAX_BYTES} bytes`);
    return [local, file.data];
  }

  /** The last chunks: the list of all files, and the end record. Nothing can be added after them. */
  end(): readonly Uint8Array[] {
    const entries = this.#entries;
    const centralBytes = this.#central.length;
    const end = new Uint8Array(22);
    const view = new DataView(end.buffer);
    view.setUint32(0, END, true);
    view.setUint16(8, entries, true);
    view.setUint16(10, entries, true);
    view.setUint32(12, centralBytes, true);
    view.setUint32(16, this.#offset, true);
    return [...this.#central.blocks, end];
  }
}

/** An archive of these files, in this order, as chunks. @throws RangeError as `ZipWriter.add` does. */
export function* formatZip(files: Iterable<PackedFile>): Generator<Uint8Array> {
  const writer = new ZipWriter();
  for (const file of files) yield* writer.add(file);
  yield* writer.end();
}
