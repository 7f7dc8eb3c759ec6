/**
 * A list of keys in the order of their bytes, each with three numbers, in little memory: a key keeps only what differs from the
 * one before it. A million files of a mirror take about 30 MB.
 *
 * One key in memory: bytes shared with the key before (1), bytes that follow (2), the three numbers (2, 4, 4), those bytes.
 */
import { compareCodePoints, decodeUtf8, encodeUtf8 } from '../../protocol/index.ts';

const HEAD = 13;
const PIECE_BYTES = 1 << 18;
const MAX_SHARED = 0xff;
const MAX_REST = 0xffff;

export interface Listed {
  readonly key: string;
  /** 16, 32 and 32 bits. */
  readonly numbers: readonly [number, number, number];
}

interface Piece {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Bytes that are used. */
  end: number;
}

export class SortedLog {
  /** Keys do not go from one piece into the next; so pieces are never copied. */
  readonly #pieces: Piece[] = [];
  #count = 0;
  #last = '';
  #lastBytes: Uint8Array = new Uint8Array();

  get length(): number {
    return this.#count;
  }

  /** How much memory the keys take. */
  get bytes(): number {
    return this.#pieces.reduce((total, { end }) => total + end, 0);
  }

  #reserve(bytes: number): Piece {
    const last = this.#pieces.at(-1);
    if (last !== undefined && last.end + bytes <= last.bytes.length) return last;
    const memory = new Uint8Array(Math.max(PIECE_BYTES, bytes));
    const piece = { bytes: memory, view: new DataView(memory.buffer), end: 0 };
    this.#pieces.push(piece);
    return piece;
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
    const piece = this.#reserve(HEAD + rest);
    const { view, end } = piece;
    view.setUint8(end, shared);
    view.setUint16(end + 1, rest, true);
    view.setUint16(end + 3, first, true);
    view.setUint32(end + 5, second, true);
    view.setUint32(end + 9, third, true);
    piece.bytes.set(bytes.subarray(shared), end + HEAD);
    piece.end += HEAD + rest;
    this.#count++;
    this.#last = key;
    this.#lastBytes = bytes;
  }

  /** All keys, in their order. */
  *[Symbol.iterator](): Generator<Listed> {
    let key: Uint8Array = new Uint8Array();
    for (const { bytes, view, end } of this.#pieces) {
      for (let at = 0; at < end; ) {
        const shared = view.getUint8(at);
        const rest = view.getUint16(at + 1, true);
        const next = new Uint8Array(shared + rest);
        next.set(key.subarray(0, shared));
        next.set(bytes.subarray(at + HEAD, at + HEAD + rest), shared);
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
}
