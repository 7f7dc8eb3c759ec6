/**
 * Compresses bytes with raw deflate, for a page that carries them as text. Pure.
 *
 * `fflate` and not `node:zlib`: its deflate is JavaScript, and so gives the same bytes on every system and in every version of
 * Node, while zlib's result depends on the library that Node was built with.
 */
import { deflateSync } from 'fflate';
import { encodeBase64 } from '../protocol/index.ts';

/** fflate's default. Part of the output: another level gives other bytes. */
const LEVEL = 6;

/** The bytes as raw deflate (RFC 1951) in base64: 14 kB of a bundle become 4 kB. */
export const deflatedBase64 = (bytes: Uint8Array): string => encodeBase64(deflateSync(bytes, { level: LEVEL }));
