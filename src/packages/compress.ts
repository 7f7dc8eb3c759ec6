/**
 * Compresses a file's bytes for a ZIP.
 *
 * `fflate` and not `node:zlib`: its deflate is JavaScript, and so gives the same bytes on every system and in every
 * version of Node, while zlib's result depends on the library that Node was built with. Inflating has only one result, so
 * reading uses zlib.
 */
import { crc32 } from 'node:zlib';
import { deflateSync } from 'fflate';
import type { PackedFile } from './formats/zip.ts';

export type Compression = PackedFile['method'];

/** Level 6 of fflate: 2 % larger than zlib's level 6. Part of the format: another level gives other bytes. */
const LEVEL = 6;

/** @returns what a ZIP holds of these bytes; stored if deflate does not make them smaller. */
export function compress(
  bytes: Uint8Array,
  compression: Compression,
): Pick<PackedFile, 'method' | 'crc' | 'size' | 'data'> {
  const deflated = compression === 'deflated' ? deflateSync(bytes, { level: LEVEL }) : bytes;
  const isSmaller = deflated.length < bytes.length;
  return {
    method: isSmaller ? 'deflated' : 'stored',
    crc: crc32(bytes),
    size: bytes.length,
    data: isSmaller ? deflated : bytes,
  };
}
