/**
 * A list of keys in the order of their bytes, each with three numbers, in little memory: a key keeps only what differs from the
 * one before it. A million files of a mirror take about 30 MB.
 *
 * One key in memory: bytes shared with the key before (1), bytes that follow (2), the three numbers (2, 4, 4), those bytes.
 */
import { compareCodePoints, decodeUtf8, encodeUtf8 } from '../../protocol/index.ts';

const HEAD = 13;
const MAX_SHARED = 0xff;
const MAX_REST = 0xffff;

export interface Listed {
  readonly key: string;
  /** 16, 32 and 32 bits. */
  readonly numbers: readonly [number, number, number];
}

export class SortedLog {
  #bytes = new Uint8Array(1 << 16);
  #view = new DataView(this.#bytes.buffer);
  #end = 0;
  #count = 0;
  #last = '';
  #lastBytes: Uint8Array = new Uint8Array();

  get length(): number {
    return this.#count;
  }

  /** How much memory the keys take. */
  get bytes(): number {
    return this.#end;
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#end + bytes));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }

  /** @throws RangeError unless the key comes after the last one, by the bytes of both. */
  add(key: string, [first, second, third]: Listed['numbers']): void {
    if (this.#count > 0 && compareCodePoints(this.#last, key) >= 0)
      throw new RangeError(
        `${JSON.stringify(key)} comes after ${JSON.stringify(this.#last)}; expected ascending names`,
      );
    const bytes = encodeUtf8(key);
    const most = Math.min(bytes.length, this.#lastBytes.length, MAX_SHARED);
    let shared = 0;
    while (shared < most && bytes[shared] === this.#lastBytes[shared]) shared++;
    const rest = bytes.length - shared;
    if (rest > MAX_REST) throw new RangeError(`${JSON.stringify(key.slice(0, 80))}…: the name is too long`);
    this.#reserve(HEAD + rest);
    const view = this.#view;
    view.setUint8(this.#end, shared);
    view.setUint16(this.#end + 1, rest, true);
    view.setUint16(this.#end + 3, first, true);
    view.setUint32(this.#end + 5, second, true);
    view.setUint32(this.#end + 9, third, true);
    this.#bytes.set(bytes.subarray(shared), this.#end + HEAD);
    this.#end += HEAD + rest;
    this.#count++;
    this.#last = key;
    this.#lastBytes = bytes;
  }

  /** All keys, in their order. */
  *[Symbol.iterator](): Generator<Listed> {
    let key: Uint8Array = new Uint8Array();
    for (let at = 0; at < this.#end; ) {
      const view = this.#view;
      const shared = view.getUint8(at);
      const rest = view.getUint16(at + 1, true);
      const next = new Uint8Array(shared + rest);
      next.set(key.subarray(0, shared));
      next.set(this.#bytes.subarray(at + HEAD, at + HEAD + rest), shared);
      key = next;
      const numbers = [
        view.getUint16(at + 3, true),
        view.getUint32(at + 5, true),
        view.getUint32(at + 9, true),
      ] as const;
      at += HEAD + rest;
      yield { key: decodeUtf8(key), numbers };
    }
  }
}
