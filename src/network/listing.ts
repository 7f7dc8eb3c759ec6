/**
 * Reads the record index of a source, from the snapshot down to the buckets. Each file must have the digest that the list
 * above it names, so an inconsistent index is never used.
 */
import { decodeUtf8 } from '../protocol/index.ts';
import { type IndexRow, parseBucket } from '../records/bucket.ts';
import { IndexError } from '../records/index-error.ts';
import { bucketFile, SNAPSHOT, TOP_LIST, yearList, yearOf } from '../records/layout.ts';
import {
  bucketOfRow,
  type ListRow,
  parseSnapshot,
  parseTopList,
  parseYearList,
  type Snapshot,
  sha256,
  snapshotOf,
  yearOfRow,
} from '../records/lists.ts';
import type { IndexCache } from './index-cache.ts';
import type { Source } from './source.ts';

/** Most bytes of one list or bucket: 100,000 records of one day. */
const MAX_LIST_BYTES = 16 * 1024 * 1024;

/** Most records of an index. A sync keeps a line of each in memory, about 800 bytes; arXiv has three million papers. */
const MAX_RECORDS = 5_000_000;

/** The source changed while it was read, or contradicts itself. Reading it again from the snapshot may succeed. */
export class Changing extends Error {
  override readonly name = 'Changing';
}

/** The source cannot be read at the moment. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** One bucket of a source, not read yet. */
export interface BucketLine {
  /** `2026-05-21`, or `undated`. */
  readonly bucket: string;
  readonly row: ListRow;
}

/** The index of a source as one snapshot names it. */
export class Listing {
  readonly source: Source;
  readonly snapshot: Snapshot;
  readonly buckets: readonly BucketLine[];
  readonly #cache: IndexCache;

  private constructor(source: Source, snapshot: Snapshot, buckets: readonly BucketLine[], cache: IndexCache) {
    this.source = source;
    this.snapshot = snapshot;
    this.buckets = buckets;
    this.#cache = cache;
  }

  /**
   * Reads the snapshot and all lists.
   *
   * @param limit runs several downloads at a time.
   * @returns null if the source publishes no index.
   * @throws Changing or Unreadable.
   */
  static async open(
    source: Source,
    cache: IndexCache,
    limit: <T>(task: () => Promise<T>) => Promise<T>,
  ): Promise<Listing | null> {
    const text = await readText(source, SNAPSHOT, true);
    // A host that answers every unknown path with its home page does not have an index.
    if (text === null || /^\s*</.test(text)) return null;
    const snapshot = readIndexFile(() => parseSnapshot(text));
    if (snapshot.records > MAX_RECORDS)
      throw new Unreadable(
        `${SNAPSHOT} counts ${snapshot.records} records; at most ${MAX_RECORDS / 1e6} million can be read`,
      );
    const top = await readNamed(source, TOP_LIST, snapshot.bundles, SNAPSHOT, cache);
    const years = readIndexFile(() => parseTopList(top));
    const found = snapshotOf(years);
    if (found.states !== snapshot.states || found.records !== snapshot.records)
      throw new Changing(`${TOP_LIST} does not have the records and the states root that ${SNAPSHOT} names`);
    const lists = await Promise.all(
      years.map((row) =>
        limit(async (): Promise<readonly BucketLine[]> => {
          const year = yearOfRow(row);
          const list = await readNamed(source, yearList(year), row.bundles, TOP_LIST, cache);
          const rows = readIndexFile(() => parseYearList(year, list));
          const total = rows.reduce((sum, { records }) => sum + records, 0);
          if (total !== row.records) throw new Changing(`${yearList(year)} lists ${total} records, not ${row.records}`);
          return rows.map((bucket) => ({ bucket: bucketOfRow(bucket), row: bucket }));
        }),
      ),
    );
    return new Listing(source, snapshot, lists.flat(), cache);
  }

  /** The records of one bucket. @throws Changing or Unreadable. */
  async read({ bucket, row }: BucketLine): Promise<readonly IndexRow[]> {
    const path = bucketFile(bucket);
    const text = await readNamed(this.source, path, row.bundles, yearList(yearOf(bucket)), this.#cache);
    const rows = readIndexFile(() => parseBucket(bucket, text));
    if (rows.length !== row.records) throw new Changing(`${path} lists ${rows.length} records, not ${row.records}`);
    return rows;
  }
}

/** Turns an error of the index parser into a fault of the source. */
function readIndexFile<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof IndexError ? new Changing(error.message) : error;
  }
}

/** @returns null if there is no such file. */
async function readText(source: Source, path: string, isFresh: boolean): Promise<string | null> {
  const answer = await source.file(path, MAX_LIST_BYTES, isFresh);
  switch (answer.kind) {
    case 'found':
      try {
        return decodeUtf8(answer.bytes);
      } catch {
        throw new Changing(`${path} is not text in UTF-8`);
      }
    case 'missing':
      return null;
    case 'too_large':
      throw new Changing(`${path} has more than ${answer.limit} bytes`);
    case 'unchanged':
      throw new Unreadable(`${path}: the server answered 304 to a request without a condition`);
    case 'failed':
      throw new Unreadable(`${path}: ${answer.reason}`);
  }
}

/** A file with a known digest: from the cache, or from the source. */
async function readNamed(
  source: Source,
  path: string,
  digest: string,
  parent: string,
  cache: IndexCache,
): Promise<string> {
  const cached = cache.read(digest);
  if (cached !== null) return cached;
  const text = await readText(source, path, true);
  if (text === null) throw new Changing(`${path} is missing, but ${parent} names it`);
  const found = sha256(text);
  if (found !== digest) throw new Changing(`${path} has the digest ${found}, but ${parent} names ${digest}`);
  cache.write(digest, text);
  return text;
}
