/**
 * The quick way to read JSON: what JSON.parse makes of a text, where the text's length proves that nothing was lost.
 *
 * JSON.parse drops all but the last of duplicate members, white space and the spelling of numbers. Each of them costs
 * characters. So the value's shortest text is reckoned while it is converted: if the text is not one character longer,
 * it has no duplicate, no white space, and each number in its shortest spelling, which is then what JavaScript writes.
 * That is the form in which bundles are published. Any other text is for the strict reader: the answer here is either
 * the strict reader's value or none, never an error.
 */
import type { Json, JsonNumber } from '../json.ts';

/** Characters of the longest text that is tried. A short text of many small parts costs JSON.parse much memory. */
const MAX_LENGTH = 1 << 20;

/** Characters in which a text that is not compact usually shows a blank after a member's colon. */
const HEAD = 256;

/** Where a conversion stops because the text is not for the quick way. Never leaves this file. */
const NOT_QUICK = Symbol('not quick');

type Parsed = null | boolean | number | string | Parsed[] | { [name: string]: Parsed };

class Converter {
  readonly #maxItems: number;
  readonly #maxDepth: number;
  /** Characters of the shortest text of all that was converted, with every character of a string as itself. */
  length = 0;

  constructor(maxItems: number, maxDepth: number) {
    this.#maxItems = maxItems;
    this.#maxDepth = maxDepth;
  }

  /** @throws NOT_QUICK */
  convert(value: Parsed, depth: number): Json {
    if (typeof value === 'string') {
      this.length += value.length + 2;
      return value;
    }
    if (typeof value === 'number') return this.#number(value);
    if (typeof value === 'boolean' || value === null) {
      this.length += value === false ? 5 : 4;
      return value;
    }
    if (depth >= this.#maxDepth) throw NOT_QUICK;
    return Array.isArray(value) ? this.#array(value, depth + 1) : this.#object(value, depth + 1);
  }

  /** The brackets and the commas between the items. */
  #list(items: number): void {
    if (items > this.#maxItems) throw NOT_QUICK;
    this.length += Math.max(items, 1) + 1;
  }

  #array(values: Parsed[], depth: number): Json {
    this.#list(values.length);
    const items: Json[] = [];
    for (const value of values) items.push(this.convert(value, depth));
    return items;
  }

  #object(values: { [name: string]: Parsed }, depth: number): Json {
    const members = new Map<string, Json>();
    // Also what somebody may have put into Object.prototype: then the length is wrong.
    for (const name in values) {
      // JavaScript moves names such as "9" to the front, and their place in the text is lost.
      if (isDigit(name.charCodeAt(0))) throw NOT_QUICK;
      this.length += name.length + 3;
      members.set(name, this.convert(values[name] ?? null, depth));
    }
    this.#list(members.size);
    return members;
  }

  #number(value: number): JsonNumber {
    const literal = String(value);
    if (!isShortest(value, literal)) throw NOT_QUICK;
    this.length += literal.length;
    return { literal };
  }
}

const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39;

/**
 * Whether every other spelling of a number is longer than JavaScript's.
 *
 * Two decimals of at most 15 significant digits are two doubles, so another decimal that reads as this one has 16.
 * With an exponent, at least two characters come to the digits: too many where an integer ends with no more than one
 * zero, and a fraction begins with no more than `0.`.
 */
function isShortest(value: number, literal: string): boolean {
  const size = Math.abs(value);
  if (size === 0) return literal === '0' && !Object.is(value, -0);
  if (Number.isInteger(value)) return size < 1e15 && value % 100 !== 0;
  return size >= 0.1 && size < 1e15 && literal.length <= 16;
}

/** Characters that escapes take beyond the one unit that each stands for, or null where one may be a lone surrogate. */
function excessOfEscapes(text: string): number | null {
  let excess = 0;
  for (let at = text.indexOf('\\'); at !== -1; at = text.indexOf('\\', at + 2)) {
    if (text.charCodeAt(at + 1) !== 0x75) {
      excess += 1;
    } else {
      if (/[dD]/.test(text.charAt(at + 2))) return null;
      excess += 5;
    }
  }
  return excess;
}

/** A compact text may end with a newline, as files do. */
function lengthWithoutEnd(text: string): number {
  let end = text.length;
  while (/[ \t\n\r]/.test(text.charAt(end - 1))) end--;
  return end;
}

/**
 * The value of a compact JSON text, as the strict reader gives it; undefined where this cannot be proven, also where
 * the text is no JSON at all.
 *
 * @param text well-formed, as decoded UTF-8 is.
 */
export function parseCompactJson(text: string, maxItems: number, maxDepth: number): Json | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const length = lengthWithoutEnd(text);
  // White space within, wherever it is plain to see: then nothing need be tried.
  const newline = text.indexOf('\n');
  if ((newline !== -1 && newline < length) || text.slice(0, HEAD).includes('": ')) return undefined;
  const excess = excessOfEscapes(text);
  if (excess === null) return undefined;
  let parsed: Parsed;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  try {
    const converter = new Converter(maxItems, maxDepth);
    const value = converter.convert(parsed, 0);
    return converter.length === length - excess ? value : undefined;
  } catch (error) {
    if (error === NOT_QUICK) return undefined;
    throw error;
  }
}
