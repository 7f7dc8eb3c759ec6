/**
 * Compresses a file's bytes for a ZIP, with the same result on every system.
 *
 * A Node may be linked against another zlib (Chromium's, the system's, zlib-ng), and they do not all give the same bytes. The
 * reference is zlib's own algorithm, which `pako` has in JavaScript. Node's zlib is twice as fast, and is used if it gives the
 * reference's bytes for a probe. Inflating has only one result, so reading uses zlib.
 */
import { createHash, hash } from 'node:crypto';
import { crc32, createDeflateRaw, deflateRawSync } from 'node:zlib';
import { deflateRaw, Deflate as PakoDeflate } from 'pako';
import type { PackedFile } from './formats/zip.ts';
import { throughZlib } from './through-zlib.ts';

export type Compression = PackedFile['method'];

/** Part of the format: another level gives other bytes. Level 5 takes 5 % more time, and 4 is 2 % larger. */
const LEVEL = 5;

type Deflate = (bytes: Uint8Array) => Uint8Array;

/** The reference: zlib's algorithm in JavaScript. */
export const deflateByPako: Deflate = (bytes) => deflateRaw(bytes, { level: LEVEL });

const LARGEST_CHUNK = 1 << 14;

/** zlib as this Node has it. The result grows in chunks, which do not need to be larger than the input. */
export const deflateByNode: Deflate = (bytes) =>
  deflateRawSync(bytes, { level: LEVEL, chunkSize: Math.min(bytes.length + 64, LARGEST_CHUNK) });

const PROBE_NUMBERS = 24_000;
/** SHA-256 of the reference's deflate of the probe. */
const PROBE_DEFLATED = 'f560ebee9b40c836cbed3f4f85c7e6df3913d5f2a7bee589ef9a745d7844e3ad';

/**
 * Text with matches of all lengths and distances, and more symbols than a block has: where implementations or levels differ,
 * they differ here. The numbers are those of a linear congruential generator.
 */
export function probe(): Uint8Array {
  const words: string[] = [];
  for (let i = 0, value = 1; i < PROBE_NUMBERS; i++) {
    value = (Math.imul(value, 1_103_515_245) + 12_345) >>> 0;
    // By turns stretches of new words, and of few words in ever new orders.
    words.push(((i >> 10) % 2 === 0 ? value >>> 16 : value >>> 28).toString(i % 3 === 0 ? 36 : 10));
  }
  return new TextEncoder().encode(words.join(' '));
}

/** @returns `native` if it gives the reference's bytes for the probe, and the reference itself if not. */
export const chooseDeflate = (native: Deflate): Deflate =>
  hash('sha256', native(probe())) === PROBE_DEFLATED ? native : deflateByPako;

/** Decided once per thread. */
let deflate: Deflate | null = null;

function deflated(bytes: Uint8Array): Uint8Array {
  deflate ??= chooseDeflate(deflateByNode);
  return deflate(bytes);
}

/** Bytes of a result that grows in pieces. */
const PIECE = 1 << 16;

/** The same as `deflateByPako` of all pieces together. */
export async function deflatePiecesByPako(pieces: Iterable<Uint8Array>): Promise<Uint8Array> {
  const stream = new PakoDeflate({ level: LEVEL, raw: true });
  for (const piece of pieces) stream.push(piece, false);
  stream.push(new Uint8Array(), true);
  return stream.result as Uint8Array;
}

/** The same as `deflateByNode` of all pieces together. */
export async function deflatePiecesByNode(pieces: Iterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  await throughZlib(pieces, createDeflateRaw({ level: LEVEL, chunkSize: PIECE }), (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
  });
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** What `compress` deflates all pieces together to. @param pieces each valid until the next one is asked for. */
async function deflatePieces(pieces: Iterable<Uint8Array>): Promise<Uint8Array> {
  deflate ??= chooseDeflate(deflateByNode);
  return (deflate === deflateByNode ? deflatePiecesByNode : deflatePiecesByPako)(pieces);
}

/** @returns what a ZIP holds of these bytes; stored if deflate does not make them smaller. */
export function compress(
  bytes: Uint8Array,
  compression: Compression,
): Pick<PackedFile, 'method' | 'crc' | 'size' | 'data'> {
  const packed = compression === 'deflated' ? deflated(bytes) : bytes;
  const isSmaller = packed.length < bytes.length;
  return {
    method: isSmaller ? 'deflated' : 'stored',
    crc: crc32(bytes),
    size: bytes.length,
    data: isSmaller ? packed : bytes,
  };
}

export interface PackedPieces {
  readonly packed: ReturnType<typeof compress>;
  /** Of the bytes before compression, in hexadecimal. */
  readonly sha256: string;
}

/**
 * What a ZIP holds of all pieces together.
 *
 * @param pieces each valid until the next one is asked for.
 * @returns null if deflate does not make them smaller, so that all of them must be stored.
 */
export async function packPieces(pieces: Iterable<Uint8Array>): Promise<PackedPieces | null> {
  const digest = createHash('sha256');
  let size = 0;
  let crc = 0;
  function* seen(): Generator<Uint8Array> {
    for (const piece of pieces) {
      digest.update(piece);
      crc = crc32(piece, crc);
      size += piece.length;
      yield piece;
    }
  }
  const data = await deflatePieces(seen());
  if (data.length >= size) return null;
  return { packed: { method: 'deflated', crc, size, data }, sha256: digest.digest('hex') };
}
