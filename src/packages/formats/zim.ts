/**
 * A ZIM file, version 6.1, as Kiwix reads it: https://wiki.openzim.org/wiki/ZIM_file_format. Many files in few compressed clusters,
 * and lists that find a file by its path or a page by its title.
 *
 * Little-endian. Paths begin with a namespace: C is content, M metadata, W the main page, X lists for readers. The content `a`, with
 * the title `A` and the bytes `hi`, is this ZIM of 303 bytes, if no cluster is compressed and the identifier is all ones:
 *
 *     header         5a 49 4d 04               magic number
 *                    06 00 01 00               version 6.1
 *                    11 11 11 11 11 11 11 11 11 11 11 11 11 11 11 11   identifier
 *                    03 00 00 00               entries
 *                    02 00 00 00               clusters
 *                    eb 00 00 00 00 00 00 00   where the path pointers are: 235
 *                    03 01 00 00 00 00 00 00   where the title pointers are: 259
 *                    0f 01 00 00 00 00 00 00   where the cluster pointers are: 271
 *                    50 00 00 00 00 00 00 00   where the media types are; must be 80
 *                    01 00 00 00               main page: the second entry
 *                    ff ff ff ff               layout page: none
 *                    1f 01 00 00 00 00 00 00   where the MD5 digest is: 287
 *     media types    61 70 70 6c … 69 6e 67 00 "application/octet-stream+zimlisting", NUL
 *                    74 65 78 74 2f 70 6c 61 69 6e 00   "text/plain", NUL
 *                    00                        end of the list
 *     first cluster  01                        not compressed (5: all that follows is zstd)
 *                    08 00 00 00               where the first blob is: 8 bytes after this number
 *                    0a 00 00 00               where it ends
 *                    68 69                     the blob
 *     second cluster 01 08 00 00 00 0c 00 00 00   not compressed; from 8 to 12
 *                    00 00 00 00               the list of pages by title: the first entry
 *     entries        01 00 00 43 00 00 00 00   media type 1; no parameters; C; revision 0
 *                    00 00 00 00 00 00 00 00   in the first cluster, the first blob
 *                    61 00 41 00               path, NUL, title, NUL
 *                    ff ff 00 57 00 00 00 00   a redirect in W
 *                    00 00 00 00               to the first entry
 *                    6d 61 69 6e 50 61 67 65 00 00   "mainPage", NUL, no title: that is the path
 *                    00 00 00 58 00 00 00 00   media type 0; X
 *                    01 00 00 00 00 00 00 00   in the second cluster, the first blob
 *                    6c 69 73 74 … 76 31 00 00 "listing/titleOrdered/v1", NUL, no title
 *     path pointers  …                         where each entry is, in the order of namespace and path; 64 bits each
 *     title pointers 00 00 00 00 01 00 00 00 02 00 00 00   numbers of the entries, in the order of namespace and title
 *     cluster pointers …                       where each cluster is; 64 bits each
 *     digest         …                         MD5 of all bytes before; 16 bytes
 *
 * The header says where everything is, so it is known last. Nothing here is compressed: the caller takes each full cluster,
 * compresses it, and gives it back.
 */
import { compareCodePoints, encodeUtf8 } from '../../protocol/index.ts';
import { pathProblem } from './entry.ts';
import { SortedLog } from './sorted-log.ts';

export const HEADER_BYTES = 80;
export const MD5_BYTES = 16;
export const MAGIC = 0x044d495a;
export const MAJOR = 6;
/** From 6.3 on, writers leave out the title pointers, which readers of 2022 and before need. */
export const MINOR = 1;
/** In a header: there is no such page. */
export const NO_PAGE = 0xffffffff;
/** Instead of a media type: the entry is a redirect. */
export const REDIRECT = 0xffff;
/** The first byte of a cluster. */
export const CLUSTER_KINDS = { stored: 1, zstd: 5 } as const;
export type ClusterKind = keyof typeof CLUSTER_KINDS;

/**
 * Bytes of a cluster before compression, unless one blob alone is larger. The pages of a mirror are alike: clusters of 8 MiB make the
 * file a tenth smaller than libzim's 2 MiB do, and a reader unpacks half of one for a page, which takes some milliseconds.
 */
export const CLUSTER_BYTES = 8 * 2 ** 20;

/** The list of pages in the order of their titles, with which readers suggest pages. */
export const LISTING = 'listing/titleOrdered/v1';
export const LISTING_TYPE = 'application/octet-stream+zimlisting';
export const MAIN_PAGE = 'mainPage';

/** The media types must end before byte 1,024, where older readers stop. */
const MAX_HEAD = 1024;
const MAX_ENTRIES = 0xfffffffe;

/** A file, or a piece of metadata. */
export interface ZimFile {
  readonly path: string;
  /** One of the media types. */
  readonly type: string;
  /** Of a page that a reader may look for by it; null for all else. */
  readonly title: string | null;
  readonly bytes: Uint8Array;
}

/** Another path of a file, or a title by which it is found. */
export interface ZimRedirect {
  readonly path: string;
  /** Null for one that is not suggested to readers. */
  readonly title: string | null;
  /** The number that `add` gave. */
  readonly target: number;
}

/** The end of a ZIM, and its beginning, which is known then. */
export interface ZimEnd {
  /** What follows the clusters, without the MD5 digest. */
  readonly chunks: Iterable<Uint8Array>;
  /** The bytes at the beginning. Call it after all chunks were taken. @param uuid 16 bytes. */
  head(uuid: Uint8Array): Uint8Array;
}

/** Gathers blobs into one cluster. */
class Cluster {
  #blobs: Uint8Array[] = [];
  #bytes = 0;

  get length(): number {
    return this.#blobs.length;
  }

  hasRoomFor({ length }: Uint8Array): boolean {
    return this.length === 0 || this.#bytes + length <= CLUSTER_BYTES;
  }

  /** @returns the number of the blob. */
  add(bytes: Uint8Array): number {
    this.#bytes += bytes.length;
    return this.#blobs.push(bytes) - 1;
  }

  /** The offsets and the blobs; the cluster is empty then. */
  take(): Uint8Array {
    const start = 4 * (this.length + 1);
    const cluster = new Uint8Array(start + this.#bytes);
    const view = new DataView(cluster.buffer);
    let at = start;
    for (const [i, blob] of this.#blobs.entries()) {
      view.setUint32(4 * i, at, true);
      cluster.set(blob, at);
      at += blob.length;
    }
    view.setUint32(4 * this.length, at, true);
    this.#blobs = [];
    this.#bytes = 0;
    return cluster;
  }
}

function setUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % 2 ** 32, true);
  view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
}

/** 64-bit numbers as bytes, a piece at a time. */
function* pointers(values: Float64Array): Generator<Uint8Array> {
  const piece = 1 << 16;
  for (let from = 0; from < values.length; from += piece) {
    const part = values.subarray(from, from + piece);
    const bytes = new Uint8Array(8 * part.length);
    const view = new DataView(bytes.buffer);
    for (const [i, value] of part.entries()) setUint64(view, 8 * i, value);
    yield bytes;
  }
}

/** 32-bit numbers as bytes. */
function indices(values: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value, true);
  return bytes;
}

/** An entry in the order of all: content by its number, or a redirect. */
type Item =
  | { readonly key: string; readonly content: number; readonly numbers: readonly [number, number, number] }
  | { readonly key: string; readonly redirect: ZimRedirect };

/** The entry's place in the list, and what stands in it. */
function dirent(item: Item, title: string | null, indexOf: Uint32Array): Uint8Array {
  const text = encodeUtf8(`${item.key.slice(1)}\0${title ?? ''}\0`);
  const isRedirect = 'redirect' in item;
  const head = isRedirect ? 12 : 16;
  const bytes = new Uint8Array(head + text.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(3, item.key.charCodeAt(0));
  if (isRedirect) {
    view.setUint16(0, REDIRECT, true);
    view.setUint32(8, indexOf[item.redirect.target] ?? NO_PAGE, true);
  } else {
    const [type, cluster, blob] = item.numbers;
    view.setUint16(0, type, true);
    view.setUint32(8, cluster, true);
    view.setUint32(12, blob, true);
  }
  bytes.set(text, head);
  return bytes;
}

const DIRENTS = 1 << 16;

/** Small chunks as larger ones. */
function* gathered(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  const join = (): Uint8Array => {
    const joined = new Uint8Array(bytes);
    let at = 0;
    for (const chunk of held) {
      joined.set(chunk, at);
      at += chunk.length;
    }
    held = [];
    bytes = 0;
    return joined;
  };
  for (const chunk of chunks) {
    held.push(chunk);
    bytes += chunk.length;
    if (bytes >= DIRENTS) yield join();
  }
  if (bytes > 0) yield join();
}

/** The entries in their order: content, with redirects of the same namespace where they belong. */
function* merged(contents: SortedLog, redirects: Iterable<ZimRedirect>, main: ZimRedirect): Generator<Item> {
  const queue = (function* (): Generator<Item> {
    for (const redirect of redirects) yield { key: `C${redirect.path}`, redirect };
    yield { key: `W${main.path}`, redirect: main };
  })();
  let next = queue.next();
  let content = 0;
  for (const { key, numbers } of contents) {
    for (; next.done !== true; next = queue.next()) {
      const order = compareCodePoints(next.value.key, key);
      if (order === 0) throw new RangeError(`${JSON.stringify(key.slice(1))}: the name is there twice`);
      if (order > 0) break;
      yield next.value;
    }
    yield { key, content: content++, numbers };
  }
  for (; next.done !== true; next = queue.next()) yield next.value;
}

/** Turns files, in the order of their paths, into a ZIM. Keeps about 40 bytes for each file, and the titles. */
export class ZimWriter {
  readonly #types: readonly string[];
  readonly #head: Uint8Array;
  readonly #contents = new SortedLog();
  readonly #cluster = new Cluster();
  readonly #clusters: number[] = [];
  #clusterCount = 0;
  /** Numbers of the contents that have a title, and the titles. */
  readonly #titled: number[] = [];
  readonly #titles: string[] = [];
  readonly #counts = new Map<string, number>();
  #offset: number;

  /** @param types the media types of all files. @throws RangeError if they are too many. */
  constructor(types: readonly string[]) {
    this.#types = [...new Set([...types, LISTING_TYPE])].sort(compareCodePoints);
    const list = encodeUtf8(`${this.#types.join('\0')}\0\0`);
    if (HEADER_BYTES + list.length > MAX_HEAD) throw new RangeError('too many media types for a ZIM');
    this.#head = new Uint8Array(HEADER_BYTES + list.length);
    this.#head.set(list, HEADER_BYTES);
    this.#offset = this.#head.length;
  }

  /** Bytes at the beginning that `ZimEnd.head` gives at the end. */
  get headBytes(): number {
    return this.#head.length;
  }

  /** How many files of each media type there are. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /**
   * Adds a file.
   *
   * @param full gets the cluster that the file has no room in, to be compressed and given to `pack` in the same order.
   * @returns the number of the file.
   * @throws RangeError for a name that no package may have, and unless names ascend.
   */
  add(file: ZimFile, full: (cluster: Uint8Array) => void): number {
    const problem = pathProblem(file.path);
    if (problem !== null) throw new RangeError(`${JSON.stringify(file.path)}: ${problem}`);
    this.#counts.set(file.type, (this.#counts.get(file.type) ?? 0) + 1);
    return this.#add('C', file, full);
  }

  /** Adds a piece of metadata, after all files and by its name. */
  addMetadata(file: Omit<ZimFile, 'title'>, full: (cluster: Uint8Array) => void): void {
    this.#add('M', { ...file, title: null }, full);
  }

  #add(namespace: 'C' | 'M', { path, type, title, bytes }: ZimFile, full: (cluster: Uint8Array) => void): number {
    if (!this.#cluster.hasRoomFor(bytes)) this.flush(full);
    const number = this.#contents.length;
    const typeNumber = this.#types.indexOf(type);
    if (typeNumber === -1) throw new RangeError(`${type} is not one of the media types`);
    this.#contents.add(`${namespace}${path}`, [typeNumber, this.#clusterCount, this.#cluster.add(bytes)]);
    if (title !== null) {
      this.#titled.push(number);
      this.#titles.push(title);
    }
    return number;
  }

  /** Gives the last cluster, after the last file. */
  flush(full: (cluster: Uint8Array) => void): void {
    if (this.#cluster.length === 0) return;
    full(this.#cluster.take());
    this.#clusterCount++;
  }

  /** The chunks of one cluster. @param data offsets and blobs, compressed or not. */
  pack(kind: ClusterKind, data: Uint8Array): readonly Uint8Array[] {
    this.#clusters.push(this.#offset);
    this.#offset += 1 + data.length;
    return [Uint8Array.of(CLUSTER_KINDS[kind]), data];
  }

  /**
   * Everything after the clusters of the files.
   *
   * @param main the number of the home page.
   * @param redirects in the order of their paths; asked for three times.
   * @throws RangeError for a path that is there twice.
   */
  end(main: number, redirects: () => Iterable<ZimRedirect>): ZimEnd {
    if (this.#clusters.length !== this.#clusterCount) throw new TypeError('expected every cluster to be packed');
    const mainPage: ZimRedirect = { path: MAIN_PAGE, title: null, target: main };
    this.#contents.add(`X${LISTING}`, [this.#types.indexOf(LISTING_TYPE), this.#clusterCount, 0]);
    const items = (): Generator<Item> => merged(this.#contents, redirects(), mainPage);

    const indexOf = new Uint32Array(this.#contents.length);
    const titles: string[] = [];
    const titled: number[] = [];
    let entries = 0;
    let next = 0;
    let mainIndex = 0;
    for (const item of items()) {
      const index = entries++;
      if ('redirect' in item) {
        if (item.redirect === mainPage) mainIndex = index;
        if (item.redirect.title === null) continue;
        titles.push(item.redirect.title);
      } else {
        indexOf[item.content] = index;
        if (this.#titled[next] !== item.content) continue;
        titles.push(this.#titles[next++] ?? '');
      }
      titled.push(index);
    }
    if (entries > MAX_ENTRIES) throw new RangeError(`a ZIM holds ${MAX_ENTRIES} entries; found ${entries}`);
    const order = Uint32Array.from(titles.keys()).sort(
      (a, b) => compareCodePoints(titles[a] ?? '', titles[b] ?? '') || a - b,
    );
    const listing = this.#cluster;
    listing.add(indices(order.map((i) => titled[i] ?? 0)));
    const listingCluster = this.pack('stored', listing.take());

    const paths = new Float64Array(entries);
    const byTitle = new Uint32Array(entries);
    const dirents = function* (this: ZimWriter): Generator<Uint8Array> {
      let index = 0;
      let ofTitled = 0;
      let done = 0;
      let ofOrder = 0;
      for (const item of items()) {
        const hasTitle = titled[ofTitled] === index;
        const title = hasTitle ? (titles[ofTitled++] ?? null) : null;
        if (!hasTitle) {
          // An entry without a title stands at its path. All titles are in C.
          for (; ofOrder < order.length; ofOrder++) {
            const i = order[ofOrder] ?? 0;
            if (compareCodePoints(`C${titles[i]}`, item.key) > 0) break;
            byTitle[done++] = titled[i] ?? 0;
          }
          byTitle[done++] = index;
        }
        const bytes = dirent(item, title, indexOf);
        paths[index++] = this.#offset;
        this.#offset += bytes.length;
        yield bytes;
      }
    };
    const at = { paths: 0, titles: 0, clusters: 0 };
    const chunks = function* (this: ZimWriter): Generator<Uint8Array> {
      yield* listingCluster;
      yield* gathered(dirents.call(this));
      at.paths = this.#offset;
      at.titles = at.paths + 8 * entries;
      at.clusters = at.titles + 4 * entries;
      this.#offset = at.clusters + 8 * this.#clusters.length;
      yield* pointers(paths);
      yield indices(byTitle);
      yield* pointers(Float64Array.from(this.#clusters));
    };
    const head = (uuid: Uint8Array): Uint8Array => {
      const bytes = this.#head.slice();
      const view = new DataView(bytes.buffer);
      view.setUint32(0, MAGIC, true);
      view.setUint16(4, MAJOR, true);
      view.setUint16(6, MINOR, true);
      bytes.set(uuid, 8);
      view.setUint32(24, entries, true);
      view.setUint32(28, this.#clusters.length, true);
      setUint64(view, 32, at.paths);
      setUint64(view, 40, at.titles);
      setUint64(view, 48, at.clusters);
      setUint64(view, 56, HEADER_BYTES);
      view.setUint32(64, mainIndex, true);
      view.setUint32(68, NO_PAGE, true);
      setUint64(view, 72, this.#offset);
      return bytes;
    };
    return { chunks: chunks.call(this), head };
  }
}
