/** Where bytes that are read are put: new memory for each file, or one piece of memory that is used again for each job. */
export interface Room {
  /** Bytes of unknown content, to be filled. */
  take(length: number): Uint8Array;
  /** A copy. */
  keep(bytes: Uint8Array): Uint8Array;
}

/** New memory each time. */
export const HEAP: Room = { take: (length) => new Uint8Array(length), keep: (bytes) => bytes.slice() };

/** A record's files rarely need more. */
const FIRST_BYTES = 1 << 18;
/** A larger job gets memory of its own, which is not kept. */
export const MOST_BYTES = 1 << 23;

/**
 * One piece of memory for all files of a job. Memory for each file lies outside of JavaScript's heap, where it can pile up to
 * hundreds of megabytes before it is collected.
 */
export class SharedRoom implements Room {
  #bytes = new Uint8Array(FIRST_BYTES);
  #used = 0;
  #wanted = 0;

  take(length: number): Uint8Array {
    this.#wanted += length;
    if (this.#used + length > this.#bytes.length) return new Uint8Array(length);
    this.#used += length;
    return this.#bytes.subarray(this.#used - length, this.#used);
  }

  keep(bytes: Uint8Array): Uint8Array {
    const kept = this.take(bytes.length);
    kept.set(bytes);
    return kept;
  }

  /** Begins again: what was taken so far is overwritten from now on. */
  clear(): void {
    if (this.#wanted > this.#bytes.length && this.#bytes.length < MOST_BYTES)
      this.#bytes = new Uint8Array(Math.min(this.#wanted * 2, MOST_BYTES));
    this.#used = 0;
    this.#wanted = 0;
  }
}
