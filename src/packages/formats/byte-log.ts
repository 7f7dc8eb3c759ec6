/** A larger piece has a block of its own. */
const BLOCK_BYTES = 1 << 18;

interface Block {
  readonly bytes: Uint8Array;
  used: number;
}

/**
 * Many small pieces of bytes one behind the other: sixty thousand arrays or strings would take three times as much memory. It grows
 * block by block, since a single block that grew would be copied each time, and it can be used again: memory that is given up piles up
 * until it is collected.
 */
export class ByteLog {
  readonly #blocks: Block[] = [];
  /** The block that is being filled; those behind it are empty. */
  #current = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Room for one more piece, filled with zeros, which lies in one block. */
  grow(length: number): Uint8Array {
    let block = this.#blocks[this.#current];
    while (block !== undefined && block.used + length > block.bytes.length) block = this.#blocks[++this.#current];
    if (block === undefined) {
      block = { bytes: new Uint8Array(Math.max(BLOCK_BYTES, length)), used: 0 };
      this.#blocks.push(block);
    }
    this.#length += length;
    block.used += length;
    return block.bytes.subarray(block.used - length, block.used).fill(0);
  }

  /** All bytes, block by block; valid until `clear`. */
  get blocks(): readonly Uint8Array[] {
    return this.#blocks.filter(({ used }) => used > 0).map(({ bytes, used }) => bytes.subarray(0, used));
  }

  /** Begins again, in the same memory. */
  clear(): void {
    for (const block of this.#blocks) block.used = 0;
    this.#current = 0;
    this.#length = 0;
  }
}
