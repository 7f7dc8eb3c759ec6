/** Many small pieces of bytes one behind the other in one piece of memory: sixty thousand arrays or strings would take three times as much. */
export class ByteLog {
  #bytes = new Uint8Array(1 << 16);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** All bytes, valid until the next call of `grow`. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Room for one more piece, filled with zeros; valid until the next call. */
  grow(length: number): Uint8Array {
    if (this.#length + length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + length));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#length += length;
    return this.#bytes.subarray(this.#length - length, this.#length);
  }

  /** All bytes, which are not kept any longer. */
  release(): Uint8Array {
    const all = this.bytes;
    this.#bytes = new Uint8Array();
    this.#length = 0;
    return all;
  }
}
