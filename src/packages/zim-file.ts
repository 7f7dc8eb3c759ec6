/** A ZIM on the disk: a new one while it is written, and one that is read. */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { BuildError, UsageError } from '../mirror/base/failure.ts';
import type { Progress } from '../mirror/base/progress.ts';
import { compareCodePoints } from '../protocol/index.ts';
import { pathProblem } from './formats/entry.ts';
import {
  MAX_ENTRY_BYTES,
  readEntry,
  readHeader,
  readPointers,
  type ZimEntry,
  ZimError,
  type ZimHeader,
} from './formats/unzim.ts';
import { HEADER_BYTES, MD5_BYTES } from './formats/zim-layout.ts';
import { type ClusterPlace, type FilePlace, magicOf, readAt, readInto } from './place.ts';
import { isThere } from './walk.ts';

/** How many bytes are buffered before they are written, or read at once. */
const PIECE = 1 << 20;

/** The first 16 bytes of a digest as a UUID of version 8 (RFC 9562), whose content is the writer's affair. */
function uuidOf(digest: Uint8Array): Uint8Array {
  const uuid = digest.slice(0, 16);
  uuid[6] = 0x80 | ((uuid[6] ?? 0) & 0x0f);
  uuid[8] = 0x80 | ((uuid[8] ?? 0) & 0x3f);
  return uuid;
}

/** A new file whose first bytes are known last. */
export class ZimOutput {
  readonly #descriptor: number;
  readonly #digest = createHash('sha256');
  readonly #gathered = new Uint8Array(PIECE);
  #held = 0;
  #offset: number;

  /** @throws the system's error if the file already exists. */
  constructor(path: string, headBytes: number) {
    this.#descriptor = openSync(path, 'wx+', 0o644);
    this.#offset = headBytes;
  }

  write(chunks: Iterable<Uint8Array>): void {
    for (const chunk of chunks) {
      this.#digest.update(chunk);
      for (let at = 0; at < chunk.length; ) {
        const part = chunk.subarray(at, at + PIECE - this.#held);
        this.#gathered.set(part, this.#held);
        this.#held += part.length;
        at += part.length;
        if (this.#held === PIECE) this.#flush();
      }
    }
  }

  #writeAt(bytes: Uint8Array, offset: number): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at, bytes.length - at, offset + at);
  }

  #flush(): void {
    this.#writeAt(this.#gathered.subarray(0, this.#held), this.#offset);
    this.#offset += this.#held;
    this.#held = 0;
  }

  /**
   * Writes the first bytes and the digest at the end, and waits until all is on the disk.
   *
   * @param head of an identifier, which follows from all that was written.
   */
  finish(head: (uuid: Uint8Array) => Uint8Array): { readonly bytes: number; readonly sha256: string } {
    this.#flush();
    this.#writeAt(head(uuidOf(this.#digest.digest())), 0);
    const [md5, sha256] = [createHash('md5'), createHash('sha256')];
    for (const chunk of piecesOf(this.#descriptor, this.#offset)) {
      md5.update(chunk);
      sha256.update(chunk);
    }
    const end = md5.digest();
    this.#writeAt(end, this.#offset);
    fsyncSync(this.#descriptor);
    return { bytes: this.#offset + end.length, sha256: sha256.update(end).digest('hex') };
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** The first bytes of a file. Each piece is only good until the next. */
function* piecesOf(descriptor: number, length: number): Generator<Uint8Array> {
  const buffer = new Uint8Array(PIECE);
  for (let at = 0; at < length; ) {
    const count = readSync(descriptor, buffer, 0, Math.min(PIECE, length - at), at);
    if (count === 0) throw new ZimError('became shorter while it was read');
    yield buffer.subarray(0, count);
    at += count;
  }
}

/** A file in a ZIM, or another path of one. */
export type ZimContent =
  | { readonly path: string; readonly place: Extract<FilePlace, { readonly zim: string }> }
  /** @param target the path of another. */
  | { readonly path: string; readonly target: string };

/** Whether a file begins as a ZIM does, or is named as one. */
export const isZim = (path: string): boolean => /\.zim$/i.test(path) || magicOf(path) === 'ZIM\x04';

/** A ZIM that is open. Keeps 8 bytes for each entry and each cluster. */
export class ZimInput {
  readonly #path: string;
  readonly #descriptor: number;
  readonly #header: ZimHeader;
  readonly #paths: Float64Array;
  readonly #clusters: Float64Array;
  #window: Uint8Array = new Uint8Array();
  #windowAt = 0;
  #packed: Uint8Array = new Uint8Array(PIECE);

  /**
   * @param name as the user named it.
   * @throws UsageError if there is no such file; BuildError if it is no ZIM, or one that is cut short.
   */
  constructor(path: string, name: string) {
    if (!isThere(path)) throw new UsageError(`${name}: there is no such file`);
    this.#path = path;
    this.#descriptor = openSync(path, 'r');
    try {
      const { size } = fstatSync(this.#descriptor);
      this.#header = readHeader(readAt(this.#descriptor, 0, HEADER_BYTES), size);
      const { entries, clusters, paths, clusterList } = this.#header;
      this.#paths = readPointers(readAt(this.#descriptor, paths, 8 * entries));
      this.#clusters = readPointers(readAt(this.#descriptor, clusterList, 8 * clusters));
    } catch (error) {
      this.close();
      throw error instanceof ZimError ? new BuildError(`${name}: ${error.message}`) : error;
    }
  }

  /** Pieces of 1 MiB; the last one may be smaller. */
  get pieces(): number {
    return Math.ceil(this.#header.md5 / PIECE);
  }

  /** Whether the digest at the end is that of the bytes before it. */
  isWhole(progress: Progress): boolean {
    const md5 = createHash('md5');
    for (const chunk of piecesOf(this.#descriptor, this.#header.md5)) {
      md5.update(chunk);
      progress.step();
    }
    return md5.digest().equals(readAt(this.#descriptor, this.#header.md5, MD5_BYTES));
  }

  #entry(index: number): ZimEntry {
    const offset = this.#paths[index];
    if (offset === undefined || offset >= this.#header.md5)
      throw new ZimError('is damaged: an entry is not in the file');
    const end = Math.min(offset + MAX_ENTRY_BYTES, this.#header.md5);
    if (offset < this.#windowAt || end > this.#windowAt + this.#window.length) {
      this.#window = readAt(this.#descriptor, offset, Math.min(PIECE, this.#header.md5 - offset));
      this.#windowAt = offset;
    }
    return readEntry(this.#window, offset - this.#windowAt);
  }

  /**
   * Everything in the namespace of content, in the order of the file's list.
   *
   * @throws ZimError if an entry is damaged, has a name that no package may have, or does not come after the one before it: then a name
   * is there twice, or readers would not find it.
   */
  *contents(): Generator<ZimContent> {
    // A redirect's target may be anywhere; looking it up at once would move the window back and forth.
    const redirects: { readonly path: string; readonly target: number }[] = [];
    let before = '';
    for (let index = 0; index < this.#header.entries; index++) {
      const entry = this.#entry(index);
      const key = `${entry.namespace}${entry.path}`;
      if (index > 0 && compareCodePoints(before, key) >= 0)
        throw new ZimError(
          before === key
            ? `is damaged: ${entry.path} is in its list twice`
            : `is damaged: ${entry.path} is not in its place in the list`,
        );
      before = key;
      if (entry.namespace !== 'C') continue;
      const problem = pathProblem(entry.path);
      if (problem !== null) throw new ZimError(`has a file ${JSON.stringify(entry.path)}: ${problem}`);
      if ('target' in entry) {
        redirects.push(entry);
        continue;
      }
      const start = this.#clusters[entry.cluster];
      if (start === undefined) throw new ZimError(`is damaged: the cluster of ${entry.path} is not in the file`);
      const cluster = { start, end: this.#endOf(start) };
      yield { path: entry.path, place: { zim: this.#path, cluster, blob: entry.blob } };
    }
    for (const { path, target } of redirects) {
      if (target >= this.#header.entries) throw new ZimError(`is damaged: ${path} leads nowhere`);
      yield { path, target: this.#entry(target).path };
    }
  }

  /** The bytes of a cluster as they are in the file; valid until the next call. @throws ZimError if the file is cut short. */
  packed({ start, end }: ClusterPlace): Uint8Array {
    if (this.#packed.length < end - start) this.#packed = new Uint8Array(end - start);
    const bytes = this.#packed.subarray(0, end - start);
    if (readInto(bytes, this.#descriptor, start) !== bytes.length)
      throw new ZimError('became shorter while it was read');
    return bytes;
  }

  /** Where a cluster ends: at the next one, or at the lists. */
  #endOf(start: number): number {
    let end = this.#header.md5;
    // Clusters stand in their order, as in all files that writers make; the binary search relies on it.
    let [low, high] = [0, this.#clusters.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = this.#clusters[middle] ?? 0;
      if (at > start) {
        end = at;
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return end;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
