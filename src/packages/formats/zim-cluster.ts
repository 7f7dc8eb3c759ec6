/** The clusters of a ZIM: blobs side by side, each cluster compressed as a whole. `zim-layout.ts` shows their bytes. */

/**
 * Bytes of a cluster before compression, unless one blob alone is larger. The pages of a mirror are alike: clusters of 8 MiB make the
 * file a tenth smaller than libzim's 2 MiB do, and a reader unpacks half of one for a page, which takes some milliseconds.
 */
export const CLUSTER_BYTES = 8 * 2 ** 20;

/** Blobs in one cluster: more than 8 MiB of a mirror's files are. */
const MOST_BLOBS = (1 << 14) - 1;
/** Room before the blobs for their offsets. */
const OFFSETS = 4 * (MOST_BLOBS + 1);

/** Gathers blobs into one cluster after the other, in memory that is used again. */
export class Cluster {
  #memory: Uint8Array<ArrayBuffer>;
  /** Where each blob ends, from the first one's first byte. */
  #ends: number[] = [];
  #bytes = 0;
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];

  /** @param room bytes for blobs at first. */
  constructor(room = CLUSTER_BYTES) {
    this.#memory = new Uint8Array(OFFSETS + room);
  }

  get length(): number {
    return this.#ends.length;
  }

  hasRoomFor({ length }: Uint8Array): boolean {
    return this.length === 0 || (this.#bytes + length <= CLUSTER_BYTES && this.length < MOST_BLOBS);
  }

  /** Copies a blob. @returns its number. */
  add(bytes: Uint8Array): number {
    // A blob that is larger than any cluster is alone in one.
    if (OFFSETS + this.#bytes + bytes.length > this.#memory.length)
      this.#memory = new Uint8Array(OFFSETS + bytes.length);
    this.#memory.set(bytes, OFFSETS + this.#bytes);
    this.#bytes += bytes.length;
    return this.#ends.push(this.#bytes) - 1;
  }

  /** The offsets and the blobs, until they are given back; the cluster is empty then. */
  take(): Uint8Array {
    const head = 4 * (this.length + 1);
    const cluster = this.#memory.subarray(OFFSETS - head, OFFSETS + this.#bytes);
    const view = new DataView(cluster.buffer, cluster.byteOffset, head);
    view.setUint32(0, head, true);
    for (const [i, end] of this.#ends.entries()) view.setUint32(4 * (i + 1), head + end, true);
    this.#memory = this.#spare.pop() ?? new Uint8Array(OFFSETS + CLUSTER_BYTES);
    this.#ends = [];
    this.#bytes = 0;
    return cluster;
  }

  /** Takes back what `take` gave: its memory is used for another cluster. */
  reuse(cluster: Uint8Array): void {
    const { buffer } = cluster;
    if (buffer instanceof ArrayBuffer && buffer.byteLength === OFFSETS + CLUSTER_BYTES)
      this.#spare.push(new Uint8Array(buffer));
  }
}
