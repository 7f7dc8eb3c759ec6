/**
 * Compresses bytes with raw deflate, for a page that carries them as text, and gives them back. Pure.
 *
 * `fflate` and not `node:zlib`: its deflate is JavaScript, and so gives the same bytes on every system and in every version of
 * Node, while zlib's result depends on the library that Node was built with.
 */
import { deflateSync, inflateSync } from 'fflate';
import { decodeBase64, encodeBase64 } from '../protocol/index.ts';

/** fflate's default. Part of the output: another level gives other bytes. */
const LEVEL = 6;

/** The bytes as raw deflate (RFC 1951) in base64: 14 kB of a bundle become 4 kB. */
export const deflatedBase64 = (bytes: Uint8Array): string => encodeBase64(deflateSync(bytes, { level: LEVEL }));

/**
 * Gives the bytes back, in memory that is there.
 *
 * @param text of `deflatedBase64`.
 * @returns the bytes, in the first part of `room`; null if they do not fit.
 * @throws TypeError or fflate's error for any other text.
 */
export function inflateBase64Into(text: string, room: Uint8Array): Uint8Array | null {
  const padding = text.endsWith('==') ? 2 : Number(text.endsWith('='));
  const deflated = decodeBase64(text, (text.length / 4) * 3 - padding);
  if (deflated === null) throw new TypeError('expected base64');
  const bytes = inflateSync(deflated, { out: room });
  // fflate cuts what is larger.
  return bytes.length < room.length ? bytes : null;
}
