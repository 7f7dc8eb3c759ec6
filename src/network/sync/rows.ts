/** Reads single rows of a mirror's index. */
import { SUFFIX_PATTERN } from '../../protocol/index.ts';
import type { IndexRow } from '../../records/bucket.ts';
import type { Listing } from '../listing.ts';

/** Rows of single records: each bucket is read once. */
export class Rows {
  readonly #listing: Listing;
  readonly #read = new Map<string, Promise<ReadonlyMap<string, IndexRow>>>();

  constructor(listing: Listing) {
    this.#listing = listing;
  }

  async find(bucket: string, suffix: string): Promise<IndexRow | null> {
    const line = this.#listing.buckets.find((known) => known.bucket === bucket);
    if (line === undefined || !SUFFIX_PATTERN.test(suffix)) return null;
    const rows =
      this.#read.get(bucket) ??
      this.#listing.read(line).then((list) => new Map(list.map((row) => [row.suffix, row] as const)));
    this.#read.set(bucket, rows);
    return (await rows).get(suffix) ?? null;
  }
}
