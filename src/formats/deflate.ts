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

/** @returns the bytes of which `deflatedBase64` made the text. @throws TypeError or fflate's error for any other text. */
export function inflatedBase64(text: string): Uint8Array {
  const padding = text.endsWith('==') ? 2 : Number(text.endsWith('='));
  const deflated = decodeBase64(text, (text.length / 4) * 3 - padding);
  if (deflated === null) throw new TypeError('expected base64');
  return inflateSync(deflated);
}
