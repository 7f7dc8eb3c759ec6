/** A new file, written in large pieces from many small ones. */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

/** How many bytes are buffered before they are written. */
const GATHER_BYTES = 1 << 20;

export class ChunkFile {
  readonly #descriptor: number;
  readonly #digest = createHash('sha256');
  readonly #gathered = new Uint8Array(GATHER_BYTES);
  #held = 0;
  #bytes = 0;

  /** @throws the system's error if the file already exists. */
  constructor(path: string) {
    this.#descriptor = openSync(path, 'wx', 0o644);
  }

  get bytes(): number {
    return this.#bytes;
  }

  write(chunks: Iterable<Uint8Array>): void {
    for (const chunk of chunks) {
      this.#bytes += chunk.length;
      if (this.#held + chunk.length > GATHER_BYTES) this.#flush();
      if (chunk.length > GATHER_BYTES) {
        this.#writeAll(chunk);
        continue;
      }
      this.#gathered.set(chunk, this.#held);
      this.#held += chunk.length;
    }
  }

  #flush(): void {
    this.#writeAll(this.#gathered.subarray(0, this.#held));
    this.#held = 0;
  }

  #writeAll(bytes: Uint8Array): void {
    this.#digest.update(bytes);
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at);
  }

  /** Writes the buffered bytes, and waits until they are on the disk. @returns the SHA-256 of the whole, in hexadecimal. */
  finish(): string {
    this.#flush();
    fsyncSync(this.#descriptor);
    return this.#digest.digest('hex');
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
