/** Compresses the clusters of a ZIM in a thread of Node's own pool, one at a time, and gives them back in their order. */
import { constants, createZstdCompress, type ZstdCompress } from 'node:zlib';

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

  /** @returns a frame of its own. */
  compress(cluster: Uint8Array): Promise<Uint8Array> {
    const packed = this.#last.then(() => this.#frame(cluster));
    this.#last = packed.catch(() => undefined);
    return packed;
  }

  #frame(cluster: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const chunks: Uint8Array[] = [];
      const take = (chunk: Uint8Array): number => chunks.push(chunk);
      this.#stream.once('error', reject);
      this.#stream.on('data', take);
      this.#stream.write(cluster);
      this.#stream.flush(constants.ZSTD_e_end, () => {
        this.#stream.off('error', reject);
        this.#stream.off('data', take);
        resolve(Buffer.concat(chunks));
      });
    });
  }

  close(): void {
    this.#stream.destroy();
  }
}

export class ClusterQueue {
  readonly #pending: Promise<Uint8Array>[] = [];
  readonly #take: (cluster: Uint8Array) => void;
  readonly #compressor = new Compressor();

  /** @param take gets each compressed cluster. */
  constructor(take: (cluster: Uint8Array) => void) {
    this.#take = take;
  }

  readonly push = (cluster: Uint8Array): void => {
    const packed = this.#compressor.compress(cluster);
    // The caller sees the failure when it waits; until then, it must not count as unhandled.
    packed.catch(() => undefined);
    this.#pending.push(packed);
  };

  /** Waits until few clusters are left. */
  async settle(most = AHEAD): Promise<void> {
    while (this.#pending.length > most) {
      const first = this.#pending.shift();
      if (first !== undefined) this.#take(await first);
    }
  }

  close(): void {
    this.#compressor.close();
  }
}
