/** Compresses the clusters of a ZIM in a thread of Node's own pool, one at a time, and unpacks them. */
import { constants, createZstdCompress, createZstdDecompress, type ZstdCompress, type ZstdDecompress } from 'node:zlib';
import { clusterKind, ZimError } from './formats/unzim.ts';
import { CLUSTER_BYTES } from './formats/zim-cluster.ts';

/**
 * Level 9 of zstd: level 10 makes a mirror 0.7 % smaller in 1.7 times the time and twice the memory, and level 15 no more than 2 % in ten
 * times the time. The bytes depend on the version of zstd, which the metadata of the ZIM names.
 */
const LEVEL = 9;

/** Most clusters take a tenth of it when they are compressed. */
const OUTPUT_BYTES = 1 << 20;

/** Clusters that wait: compressing takes less time than reading. */
const AHEAD = 1;

export const ZSTD_VERSION = process.versions.zstd ?? 'unknown';

/** One context for all clusters: a new one for each takes 30 MB and more, which pile up in the memory of the pool's threads. */
class Compressor {
  readonly #stream: ZstdCompress = createZstdCompress({
    params: { [constants.ZSTD_c_compressionLevel]: LEVEL },
    chunkSize: OUTPUT_BYTES,
  });
  #last: Promise<unknown> = Promise.resolve();

  /** @returns a frame of its own, in pieces. */
  compress(cluster: Uint8Array): Promise<readonly Uint8Array[]> {
    const packed = this.#last.then(() => this.#frame(cluster));
    this.#last = packed.catch(() => undefined);
    return packed;
  }

  #frame(cluster: Uint8Array): Promise<readonly Uint8Array[]> {
    return new Promise((resolve, reject) => {
      const chunks: Uint8Array[] = [];
      const take = (chunk: Uint8Array): number => chunks.push(chunk);
      this.#stream.once('error', reject);
      this.#stream.on('data', take);
      this.#stream.write(cluster);
      this.#stream.flush(constants.ZSTD_e_end, () => {
        this.#stream.off('error', reject);
        this.#stream.off('data', take);
        resolve(chunks);
      });
    });
  }

  close(): void {
    this.#stream.destroy();
  }
}

export class ClusterQueue {
  readonly #pending: { readonly cluster: Uint8Array; readonly packed: Promise<readonly Uint8Array[]> }[] = [];
  readonly #take: (packed: readonly Uint8Array[]) => void;
  readonly #release: (cluster: Uint8Array) => void;
  readonly #compressor = new Compressor();

  /** @param take gets the pieces of each compressed cluster. @param release gets each cluster when it is not needed any more. */
  constructor(take: (packed: readonly Uint8Array[]) => void, release: (cluster: Uint8Array) => void) {
    this.#take = take;
    this.#release = release;
  }

  readonly push = (cluster: Uint8Array): void => {
    const packed = this.#compressor.compress(cluster);
    // The caller sees the failure when it waits; until then, it must not count as unhandled.
    packed.catch(() => undefined);
    this.#pending.push({ cluster, packed });
  };

  /** Waits until few clusters are left. */
  async settle(most = AHEAD): Promise<void> {
    while (this.#pending.length > most) {
      const first = this.#pending.shift();
      if (first === undefined) return;
      this.#take(await first.packed);
      this.#release(first.cluster);
    }
  }

  close(): void {
    this.#compressor.close();
  }
}

/** Bytes that are unpacked at once. */
const PIECE = 1 << 17;

/** Room for every cluster but that of a blob that is larger than any cluster. */
const USUAL_BYTES = CLUSTER_BYTES + PIECE;

/** Unpacks clusters one after the other, in memory that is used again. */
export class ClusterReader {
  readonly #stream: ZstdDecompress = createZstdDecompress({ chunkSize: PIECE });
  #memory = new Uint8Array(USUAL_BYTES);

  /**
   * @param packed a whole cluster of a ZIM that this program wrote.
   * @returns its offsets and blobs, valid until the next call. @throws ZimError
   */
  async read(packed: Uint8Array): Promise<Uint8Array> {
    const data = packed.subarray(1);
    return clusterKind(packed[0]) === 'zstd' ? this.#unpack(data) : data;
  }

  #unpack(frame: Uint8Array): Promise<Uint8Array> {
    if (this.#memory.length > USUAL_BYTES) this.#memory = new Uint8Array(USUAL_BYTES);
    return new Promise((resolve, reject) => {
      let length = 0;
      const take = (piece: Uint8Array): void => {
        if (length + piece.length > this.#memory.length) {
          const larger = new Uint8Array(2 * (length + piece.length));
          larger.set(this.#memory.subarray(0, length));
          this.#memory = larger;
        }
        this.#memory.set(piece, length);
        length += piece.length;
      };
      const fail = (): void => reject(new ZimError('is damaged: a cluster cannot be unpacked'));
      this.#stream.once('error', fail);
      this.#stream.on('data', take);
      this.#stream.write(frame, () => {
        this.#stream.off('error', fail);
        this.#stream.off('data', take);
        resolve(this.#memory.subarray(0, length));
      });
    });
  }

  close(): void {
    this.#stream.destroy();
  }
}
