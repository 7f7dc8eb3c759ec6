/**
 * A second implementation of sections 1 and 2, by other means: JSON.parse with the numbers' source texts, Buffer's byte order and
 * node:crypto. Shares no line with src/protocol, so that one mistake does not hide another.
 */
import { createHash } from 'node:crypto';
import type { Data } from '../support/bundles/make-bundle.ts';

/** A number as written. */
export class Numeral {
  readonly literal: string;
  constructor(literal: string) {
    this.literal = literal;
  }
}

type Reviver = (name: string, value: Data) => Data;
const keepNumbers = (_: string, value: Data, { source }: { readonly source?: string }): Data =>
  typeof value === 'number' ? new Numeral(source ?? '') : value;

const isObject = (value: Data): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Numeral);

function countNames(value: Data): number {
  if (Array.isArray(value)) return value.reduce((sum, item) => sum + countNames(item), 0);
  if (!isObject(value)) return 0;
  return Object.values(value).reduce<number>((sum, item) => sum + 1 + countNames(item), 0);
}

function depth(value: Data): number {
  if (!Array.isArray(value) && !isObject(value)) return 0;
  return 1 + Object.values(value).reduce<number>((deepest, item) => Math.max(deepest, depth(item)), 0);
}

/** The value of bytes that are JSON by section 1, numbers as {@link Numeral}; undefined for any others. */
export function read(bytes: Uint8Array): Data {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const value = JSON.parse(text, keepNumbers as Reviver);
    const names = text.match(/"(?:[^"\\]|\\.)*"\s*:?/gs)?.filter((token) => token.endsWith(':')) ?? [];
    // JSON.parse keeps the last of double members: then fewer are left than were written.
    if (names.length !== countNames(value) || depth(value) > 256) return undefined;
    // Throws for a lone surrogate, a number that no double holds, a number of too many digits.
    canonical(value);
    return value;
  } catch {
    return undefined;
  }
}

function number(literal: string): string {
  if (/^-?\d+$/.test(literal)) {
    if (literal.replace('-', '').length > 4300) throw new RangeError(literal);
    return literal === '-0' ? '0' : literal;
  }
  const value = Number(literal);
  const size = Math.abs(value);
  if (size === Infinity) throw new RangeError(literal);
  if (Object.is(value, -0)) return '-0.0';
  if (size === 0 || (size >= 1e-4 && size < 1e16)) return `${value}${Number.isInteger(value) ? '.0' : ''}`;
  return value.toExponential().replace(/\d$/, (digit, at: number, text: string) => {
    return /[+-]/.test(text.charAt(at - 1)) ? `0${digit}` : digit;
  });
}

function string(text: string): string {
  if (!text.isWellFormed()) throw new RangeError('lone surrogate');
  return JSON.stringify(text);
}

/** The canonical text of what {@link read} gave, or of plain data without doubles. */
export function canonical(value: Data): string {
  if (value instanceof Numeral) return number(value.literal);
  if (typeof value === 'number') return number(String(value));
  if (typeof value === 'string') return string(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return String(value);
  const names = Object.keys(value).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${names.map((name) => `${string(name)}:${canonical(value[name])}`).join(',')}}`;
}

export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** Digest of an object without some of its members. */
export function digestWithout(value: Data, ...names: readonly string[]): string {
  return sha256(canonical(Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))));
}

export const eventDigest = (event: Data): string => digestWithout(event, 'signature', 'content_sha256', 'event_id');
export const bundleDigest = (bundle: Data): string => digestWithout(bundle, 'bundle_signature');

/** The first 26 characters of the base32 of a digest, by way of one large integer. */
export function suffixOf(digest: string): string {
  const bits = BigInt(`0x${digest}`).toString(2).padStart(256, '0');
  return Array.from({ length: 26 }, (_, i) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt(Number.parseInt(bits.slice(i * 5, i * 5 + 5), 2)),
  ).join('');
}

export { isObject };
