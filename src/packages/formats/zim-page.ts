/**
 * The page of a record in a compact ZIM: its bundles are text there, each in an element of its own, and not deflated in base64.
 * A cluster of a ZIM is compressed as a whole, so this text costs almost nothing next to the record's `bundle.json`, which is the
 * same. What is deflated already cannot be compressed again, and would be almost half of the file. Pure.
 *
 *     site  <script … id="verify-data">{"trust":…,"bundles":["7VZt…"]}</script>
 *     ZIM   <script … id="verify-data">{"trust":…,"bundles":["#verify-bundle-0"]}</script><script … id="verify-bundle-0">{"pith":…}</script>
 *
 * Nothing else of the page changes, and nothing is lost: deflated again, the text gives the bytes of the site's page.
 */
import { inflateBase64Into } from '../../formats/deflate.ts';
import { safeJson } from '../../formats/json-text.ts';
import { decodeUtf8, encodeUtf8 } from '../../protocol/index.ts';

const elementStart = (id: string): string => `<script type="application/json" id="${id}">`;
const END = encodeUtf8('</script>');
const DATA = encodeUtf8(elementStart('verify-data'));

/** What an element's text would not give back: a parser of HTML changes CR and NUL, and markup may end the element. */
const NOT_IN_ELEMENT = /[\r\0]|<[!/s]/i;

/** Bytes of all bundles of a page together. Those that have no room stay deflated. */
const ROOM_BYTES = 1 << 20;

/** @param tag that begins with `<`. @returns where it is in the page, or -1. */
function indexOfTag(page: Uint8Array, tag: Uint8Array, from: number): number {
  for (let at = page.indexOf(0x3c, from); at >= 0; at = page.indexOf(0x3c, at + 1)) {
    if (tag.every((byte, i) => page[at + i] === byte)) return at;
  }
  return -1;
}

/** @returns the value of the data block; null if it is none that this version of the program writes. */
function dataOf(json: Uint8Array): { readonly bundles: readonly string[] } | null {
  try {
    const data = JSON.parse(decodeUtf8(json));
    return Array.isArray(data.bundles) ? data : null;
  } catch {
    return null;
  }
}

/** Makes these pages one after the other in the same memory: new memory for each would pile up until it is collected. */
export class CompactPages {
  readonly #room = new Uint8Array(ROOM_BYTES);
  #page = new Uint8Array(1 << 17);

  /** @returns a bundle as bytes that an element can hold; null if it is no deflate of such a text. @param used bytes of the room. */
  #elementText(deflated: string, used: number): Uint8Array | null {
    try {
      const bytes = inflateBase64Into(deflated, this.#room.subarray(used));
      return bytes === null || NOT_IN_ELEMENT.test(decodeUtf8(bytes)) ? null : bytes;
    } catch {
      // The bundle's bytes are judged elsewhere. Here it only has to reach the reader as it is.
      return null;
    }
  }

  #joined(pieces: readonly Uint8Array[]): Uint8Array {
    const length = pieces.reduce((total, piece) => total + piece.length, 0);
    if (length > this.#page.length) this.#page = new Uint8Array(length * 2);
    let at = 0;
    for (const piece of pieces) {
      this.#page.set(piece, at);
      at += piece.length;
    }
    return this.#page.subarray(0, length);
  }

  /**
   * @param page of a record.
   * @returns the page for a ZIM, until the next one is made; `page` itself if it has no bundle that can be text.
   */
  pageOf(page: Uint8Array): Uint8Array {
    const start = indexOfTag(page, DATA, 0) + DATA.length;
    const end = indexOfTag(page, END, start);
    const data = start < DATA.length || end < 0 ? null : dataOf(page.subarray(start, end));
    if (data === null) return page;
    const elements: Uint8Array[] = [];
    let used = 0;
    const bundles = data.bundles.map((deflated, index) => {
      const text = this.#elementText(deflated, used);
      if (text === null) return deflated;
      used += text.length;
      const id = `verify-bundle-${index}`;
      elements.push(encodeUtf8(elementStart(id)), text, END);
      return `#${id}`;
    });
    if (elements.length === 0) return page;
    const json = encodeUtf8(safeJson(JSON.stringify({ ...data, bundles })));
    return this.#joined([page.subarray(0, start), json, END, ...elements, page.subarray(end + END.length)]);
  }
}
