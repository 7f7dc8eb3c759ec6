/**
 * Conversions between bytes and text. Each is exact and strict: text that does not convert back to itself is refused.
 *
 * Base64 and base32 are written here, not taken from `@scure/base` 2.4.0. With it, `verify.js` takes 28,262 bytes gzipped instead of
 * 27,296, of at most 28,000, and `verify.html` more than the 40,000 of any page. Its decoder throws on bad input, and here an exception
 * must never mean bad input: each text would have to be checked before. Decoding a signature would also take 0.8 to 1.4 µs instead of 0.3.
 */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { ParseError } from './errors.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Writes U+FFFD for bytes that are not UTF-8. */
const lenientDecoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });

/** The text itself. @throws RangeError on a lone surrogate, which UTF-8 cannot carry. */
export function asWellFormed(text: string): string {
  if (!text.isWellFormed()) throw new RangeError('text with a lone surrogate has no UTF-8 form');
  return text;
}

/** The UTF-8 bytes of well-formed text. @throws RangeError on a lone surrogate. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(asWellFormed(text));
}

/**
 * The text of UTF-8 bytes (README.md, section 1, rule 1).
 *
 * @throws ParseError `bom` on a byte-order mark of UTF-8, UTF-16 or UTF-32; `invalid_utf8` on anything that is not
 * UTF-8. Nothing is ever replaced by U+FFFD.
 * @throws TypeError if the argument is not a Uint8Array.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('expected bytes in a Uint8Array');
  const [a, b, c, d] = bytes;
  const bom =
    (a === 0xef && b === 0xbb && c === 0xbf && 'UTF-8') ||
    (a === 0 && b === 0 && c === 0xfe && d === 0xff && 'UTF-32') ||
    (((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) && 'UTF-16 or UTF-32');
  if (bom) {
    throw new ParseError({ code: 'bom', path: '', message: `expected plain UTF-8, got a byte-order mark of ${bom}` });
  }
  try {
    return decoder.decode(bytes);
  } catch (error) {
    // A decoder may also throw because it is broken. The bytes are at fault only if a lenient decoder changes them too.
    if (equalBytes(encoder.encode(lenientDecoder.decode(bytes)), bytes)) throw error;
    throw new ParseError({
      code: 'invalid_utf8',
      path: '',
      message: 'expected UTF-8, got a byte sequence that is not',
    });
  }
}

/** Lower-case hexadecimal, two digits per byte. */
export const encodeHex: (bytes: Uint8Array) => string = bytesToHex;

/** Bytes of lower-case hexadecimal of exactly `length` bytes, or null. */
export function decodeHex(text: string, length: number): Uint8Array | null {
  // Asked first, so that the library throws only if the platform lacks something.
  return text.length === length * 2 && /^[0-9a-f]*$/.test(text) ? hexToBytes(text) : null;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Values by UTF-16 unit; -1 for characters outside the alphabet. */
const BASE64_VALUES = new Int8Array(128).fill(-1);
for (let value = 0; value < BASE64.length; value++) BASE64_VALUES[BASE64.charCodeAt(value)] = value;

/** RFC 4648 section 4 base64: standard alphabet, padded. */
export function encodeBase64(bytes: Uint8Array): string {
  // Filled as bytes: a text that grows by one character at a time takes twice as long.
  const text = new Uint8Array(Math.ceil(bytes.length / 3) * 4);
  for (let i = 0, at = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    for (let shift = 18; shift >= 0; shift -= 6) text[at++] = BASE64.charCodeAt((group >> shift) & 63);
  }
  return decoder.decode(text.fill(0x3d, Math.ceil((bytes.length * 4) / 3)));
}

/**
 * Bytes of canonical base64 of exactly `length` bytes, or null.
 *
 * Canonical: standard alphabet, padded, no white space, no stray bits in the last group. Lenient decoders accept many
 * texts for one value, and each would be another signature text for the same event.
 */
export function decodeBase64(text: string, length: number): Uint8Array | null {
  if (text.length !== Math.ceil(length / 3) * 4) return null;
  const padding = (3 - (length % 3)) % 3;
  const last = text.length - padding;
  for (let i = last; i < text.length; i++) if (text.charAt(i) !== '=') return null;
  const bytes = new Uint8Array(length);
  let at = 0;
  let held = 0;
  for (let i = 0; i < last; i++) {
    const value = BASE64_VALUES[text.charCodeAt(i)] ?? -1;
    if (value < 0) return null;
    held = ((held << 6) | value) & 0xffffff;
    // Every character except the first of four completes a byte; bits left over after the last are stray.
    if ((i & 3) !== 0) bytes[at++] = held >> (6 - 2 * (i & 3));
  }
  const stray = padding === 0 ? 0 : held & (padding === 1 ? 3 : 15);
  return stray === 0 ? bytes : null;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The first `characters` characters of the RFC 4648 base32 of `bytes`, without padding. */
export function encodeBase32(bytes: Uint8Array, characters: number): string {
  if (characters * 5 > bytes.length * 8) throw new RangeError(`${bytes.length} bytes have no ${characters} characters`);
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) {
      text += BASE32.charAt((held >> (bits - 5)) & 31);
      if (text.length === characters) return text;
    }
    held &= (1 << bits) - 1;
  }
  return text;
}

/** Whether two byte strings are the same. Not constant-time: everything compared here is public. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The rank of a UTF-16 unit in code point order: surrogates come after U+E000 to U+FFFF. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/**
 * Order by Unicode code point, as Python sorts strings (README.md, section 1, rule 6). JavaScript's own order is by UTF-16 unit
 * and puts U+1F600 before U+FB01.
 */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return codePointRank(x) - codePointRank(y);
  }
  return a.length - b.length;
}
