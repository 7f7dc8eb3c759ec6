/** The lists of a ZIM: its entries in their order, and pointers to them. `zim-layout.ts` shows their bytes. */
import { compareCodePoints, encodeUtf8 } from '../../protocol/index.ts';
import type { SortedLog } from './sorted-log.ts';
import { NO_PAGE, REDIRECT, setUint64 } from './zim-layout.ts';

/** Another path of a file, or a title by which it is found. */
export interface ZimRedirect {
  readonly path: string;
  /** Null for one that is not suggested to readers. */
  readonly title: string | null;
  /** The number that `add` gave. */
  readonly target: number;
}

/** 64-bit numbers as bytes, a piece at a time. */
export function* pointers(values: Float64Array): Generator<Uint8Array> {
  const piece = 1 << 16;
  for (let from = 0; from < values.length; from += piece) {
    const part = values.subarray(from, from + piece);
    const bytes = new Uint8Array(8 * part.length);
    const view = new DataView(bytes.buffer);
    for (const [i, value] of part.entries()) setUint64(view, 8 * i, value);
    yield bytes;
  }
}

/** 32-bit numbers as bytes. */
export function indices(values: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value, true);
  return bytes;
}

/** An entry in the order of all: content by its number, or a redirect. */
export type Item =
  | { readonly key: string; readonly content: number; readonly numbers: readonly [number, number, number] }
  | { readonly key: string; readonly redirect: ZimRedirect };

/** The entry's place in the list, and what stands in it. */
export function dirent(item: Item, title: string | null, indexOf: Uint32Array): Uint8Array {
  const text = encodeUtf8(`${item.key.slice(1)}\0${title ?? ''}\0`);
  const isRedirect = 'redirect' in item;
  const head = isRedirect ? 12 : 16;
  const bytes = new Uint8Array(head + text.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(3, item.key.charCodeAt(0));
  if (isRedirect) {
    view.setUint16(0, REDIRECT, true);
    view.setUint32(8, indexOf[item.redirect.target] ?? NO_PAGE, true);
  } else {
    const [type, cluster, blob] = item.numbers;
    view.setUint16(0, type, true);
    view.setUint32(8, cluster, true);
    view.setUint32(12, blob, true);
  }
  bytes.set(text, head);
  return bytes;
}

const DIRENTS = 1 << 16;

/** Small chunks as larger ones. */
export function* gathered(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  const join = (): Uint8Array => {
    const joined = new Uint8Array(bytes);
    let at = 0;
    for (const chunk of held) {
      joined.set(chunk, at);
      at += chunk.length;
    }
    held = [];
    bytes = 0;
    return joined;
  };
  for (const chunk of chunks) {
    held.push(chunk);
    bytes += chunk.length;
    if (bytes >= DIRENTS) yield join();
  }
  if (bytes > 0) yield join();
}

/** The entries in their order: content, with redirects of the same namespace where they belong. */
export function* merged(contents: SortedLog, redirects: Iterable<ZimRedirect>, main: ZimRedirect): Generator<Item> {
  const queue = (function* (): Generator<Item> {
    for (const redirect of redirects) yield { key: `C${redirect.path}`, redirect };
    yield { key: `W${main.path}`, redirect: main };
  })();
  let next = queue.next();
  let content = 0;
  for (const { key, numbers } of contents) {
    for (; next.done !== true; next = queue.next()) {
      const order = compareCodePoints(next.value.key, key);
      if (order === 0) throw new RangeError(`${JSON.stringify(key.slice(1))}: the name is there twice`);
      if (order > 0) break;
      yield next.value;
    }
    yield { key, content: content++, numbers };
  }
  for (; next.done !== true; next = queue.next()) yield next.value;
}
