/** Reads the pieces of a ZIM; `zim.ts` shows the format. Pure: the caller has the file, and gives the bytes. */
import { decodeUtf8 } from '../../protocol/index.ts';
import { CLUSTER_KINDS, type ClusterKind, HEADER_BYTES, MAGIC, MAJOR, MD5_BYTES, REDIRECT } from './zim-layout.ts';

/** Why a file is no ZIM that can be read. */
export class ZimError extends Error {
  override readonly name = 'ZimError';
}

export interface ZimHeader {
  readonly entries: number;
  readonly clusters: number;
  /** Where lists and the digest are, in bytes from the beginning. */
  readonly paths: number;
  readonly clusterList: number;
  readonly types: number;
  readonly md5: number;
}

function getUint64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}

/** @param size bytes of the file. @throws ZimError unless everything that the header names is in the file. */
export function readHeader(bytes: Uint8Array, size: number): ZimHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES || view.getUint32(0, true) !== MAGIC) throw new ZimError('is not a ZIM');
  const major = view.getUint16(4, true);
  if (major !== MAJOR) throw new ZimError(`has version ${major} of the format; expected ${MAJOR}`);
  const header: ZimHeader = {
    entries: view.getUint32(24, true),
    clusters: view.getUint32(28, true),
    paths: getUint64(view, 32),
    clusterList: getUint64(view, 48),
    types: getUint64(view, 56),
    md5: getUint64(view, 72),
  };
  const expected = header.md5 + MD5_BYTES;
  if (size < expected) throw new ZimError(`is cut short: it has ${size} bytes; its header says ${expected}`);
  if (size > expected) throw new ZimError(`has ${size} bytes; its header says ${expected}`);
  const isInside = (from: number, length: number): boolean => from >= HEADER_BYTES && from + length <= header.md5;
  if (
    !isInside(header.paths, 8 * header.entries) ||
    !isInside(header.clusterList, 8 * header.clusters) ||
    !isInside(header.types, 1)
  )
    throw new ZimError('is damaged: its header names bytes that are not there');
  return header;
}

/** 64-bit numbers. */
export function readPointers(bytes: Uint8Array): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: Math.floor(bytes.length / 8) }, (_, i) => getUint64(view, 8 * i));
}

interface Named {
  /** `C` for content. */
  readonly namespace: string;
  readonly path: string;
}
export type ZimEntry =
  | (Named & { readonly cluster: number; readonly blob: number })
  /** @param target number of an entry. */
  | (Named & { readonly target: number });

/** Bytes that are enough for an entry: path and title are short. */
export const MAX_ENTRY_BYTES = 1 << 16;

/** The entry at an offset in these bytes. @throws ZimError if there is none. */
export function readEntry(bytes: Uint8Array, at: number): ZimEntry {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const damaged = new ZimError('is damaged: an entry of its list cannot be read');
  if (at + 16 > bytes.length) throw damaged;
  const isRedirect = view.getUint16(at, true) === REDIRECT;
  const start = at + (isRedirect ? 12 : 16);
  const end = bytes.indexOf(0, start);
  if (end === -1) throw damaged;
  const namespace = String.fromCharCode(view.getUint8(at + 3));
  const first = view.getUint32(at + 8, true);
  try {
    const path = decodeUtf8(bytes.subarray(start, end));
    return isRedirect
      ? { namespace, path, target: first }
      : { namespace, path, cluster: first, blob: view.getUint32(at + 12, true) };
  } catch {
    throw new ZimError('is damaged: a name in its list is not UTF-8');
  }
}

/** How a cluster is packed, by its first byte. @throws ZimError for a kind that this program does not write. */
export function clusterKind(first: number | undefined): ClusterKind {
  for (const kind of ['zstd', 'stored'] as const) if (first === CLUSTER_KINDS[kind]) return kind;
  throw new ZimError(`has a cluster of an unknown kind: ${first ?? 'empty'}`);
}

/** One blob of a cluster that was unpacked. @throws ZimError if there is none. */
export function blobOf(cluster: Uint8Array, blob: number): Uint8Array {
  const view = new DataView(cluster.buffer, cluster.byteOffset, cluster.byteLength);
  const inList = 4 * blob + 8;
  if (inList <= cluster.length && inList <= view.getUint32(0, true)) {
    const from = view.getUint32(4 * blob, true);
    const to = view.getUint32(4 * blob + 4, true);
    if (from <= to && to <= cluster.length) return cluster.subarray(from, to);
  }
  throw new ZimError('is damaged: a cluster has no such blob');
}
