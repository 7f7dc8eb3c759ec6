/**
 * Writes a ZIM; `zim-layout.ts` shows its bytes. Pure: the caller takes each full cluster, compresses it, and gives it back. The header
 * says where everything is, so it is known last.
 */
import { compareCodePoints, encodeUtf8 } from '../../protocol/index.ts';
import { pathProblem } from './entry.ts';
import { SortedLog } from './sorted-log.ts';
import { Cluster } from './zim-cluster.ts';
import {
  CLUSTER_KINDS,
  type ClusterKind,
  HEADER_BYTES,
  LISTING,
  LISTING_TYPE,
  MAGIC,
  MAIN_PAGE,
  MAJOR,
  MINOR,
  NO_PAGE,
  setUint64,
} from './zim-layout.ts';
import { dirent, gathered, type Item, indices, merged, pointers, type ZimRedirect } from './zim-lists.ts';

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

/** The end of a ZIM, and its beginning, which is known then. */
export interface ZimEnd {
  /** What follows the clusters, without the MD5 digest. */
  readonly chunks: Iterable<Uint8Array>;
  /** The bytes at the beginning. Call it after all chunks were taken. @param uuid 16 bytes. */
  head(uuid: Uint8Array): Uint8Array;
}

/** Turns files, in the order of their paths, into a ZIM. Keeps about 40 bytes for each file, and the titles. */
export class ZimWriter {
  readonly #types: readonly string[];
  readonly #head: Uint8Array;
  readonly #contents = new SortedLog();
  #cluster = new Cluster();
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

  /** Takes back the memory of a cluster that `full` got, once it is not needed any more. */
  readonly reuse = (cluster: Uint8Array): void => this.#cluster.reuse(cluster);

  /** Lets go of the memory for clusters, after the last one was packed. */
  release(): void {
    this.#cluster = new Cluster(0);
  }

  /** The chunks of one cluster. @param data offsets and blobs, compressed or not, in pieces. */
  pack(kind: ClusterKind, data: readonly Uint8Array[]): readonly Uint8Array[] {
    this.#clusters.push(this.#offset);
    this.#offset += data.reduce((total, { length }) => total + length, 1);
    return [Uint8Array.of(CLUSTER_KINDS[kind]), ...data];
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
    const listingCluster = this.pack('stored', [listing.take()]);

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
