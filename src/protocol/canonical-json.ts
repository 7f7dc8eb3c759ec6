/**
 * Canonical JSON: the bytes that Python gives for
 * `json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=False).encode()` (README.md, section 1).
 */
import { compareCodePoints, encodeUtf8 } from './bytes.ts';
import { isArray, isObject, type Json, type JsonNumber, type JsonObject, without } from './json.ts';

// Rule 5: exactly these are escaped; everything else, including U+007F, U+2028 and `/`, stays as it is.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for.
const ESCAPED = /["\\\u0000-\u001f]/g;
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
};

function formatString(text: string): string {
  const body = text.replace(
    ESCAPED,
    (char) => SHORT_ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${body}"`;
}

/** Rule 4: a double as Python's `repr` writes it, from the shortest digits that round-trip. */
function formatDouble(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const sign = value < 0 ? '-' : '';
  const [mantissa = '', exponentText = ''] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${digits.charAt(0)}${fraction}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}

/** Rules 3 and 4: an integer literal stays as written (except that `-0` becomes `0`); any other number is a double. */
function formatNumber({ literal }: JsonNumber): string {
  if (/[.eE]/.test(literal)) return formatDouble(Number(literal));
  return literal === '-0' ? '0' : literal;
}

/** Layout of formatted JSON. `indent` is the text of one level, `''` for one compact line. */
interface Layout {
  readonly sortKeys: boolean;
  readonly indent: string;
}

function formatValue(value: Json, layout: Layout, outer: string): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'string') return formatString(value);
  const inner = layout.indent === '' ? '' : `${outer}${layout.indent}`;
  const colon = layout.indent === '' ? ':' : ': ';
  let open = '[';
  let close = ']';
  let parts: string[];
  if (isArray(value)) {
    parts = value.map((item) => formatValue(item, layout, inner));
  } else if (isObject(value)) {
    open = '{';
    close = '}';
    parts = [];
    for (const key of layout.sortKeys ? sortedKeys(value) : value.keys()) {
      parts.push(`${formatString(key)}${colon}${formatValue(value.get(key) ?? null, layout, inner)}`);
    }
  } else {
    return formatNumber(value);
  }
  if (layout.indent === '' || parts.length === 0) return `${open}${parts.join(',')}${close}`;
  return `${open}${inner}${parts.join(`,${inner}`)}${outer}${close}`;
}

/** A value as JSON.stringify takes it. */
type Plain = null | boolean | number | string | Plain[] | { [name: string]: Plain };

/** Whether a plain object would lose or move a member of this name: `9` moves to the front, `__proto__` is a setter. */
function isMisplaced(name: string): boolean {
  const first = name.charCodeAt(0);
  return (first >= 0x30 && first <= 0x39) || name === '__proto__';
}

/** Integers that a double holds and JavaScript writes as they are. */
const EXACT_INTEGER = /^(?:0|-?[1-9]\d{0,14})$/;

/** The value as a plain object, with its members in the order to write them and without the omitted ones; undefined if it has no plain form. */
function plainOf(value: Json, sorted: boolean, omitted: readonly string[] = []): Plain | undefined {
  if (typeof value !== 'object' || value === null) return value;
  if (isArray(value)) {
    const items: Plain[] = [];
    for (const item of value) {
      const plain = plainOf(item, sorted);
      if (plain === undefined) return undefined;
      items.push(plain);
    }
    return items;
  }
  if (!isObject(value)) return EXACT_INTEGER.test(value.literal) ? Number(value.literal) : undefined;
  const members: { [name: string]: Plain } = {};
  for (const key of sorted ? sortedKeys(value) : value.keys()) {
    if (omitted.includes(key)) continue;
    const plain = plainOf(value.get(key) ?? null, sorted);
    if (plain === undefined || isMisplaced(key)) return undefined;
    members[key] = plain;
  }
  return members;
}

/**
 * One line. JSON.stringify escapes exactly what rule 5 says, plus lone surrogates, which never occur in canonical text. It is
 * five times as fast, so it is used for every value that it writes correctly.
 */
function formatLine(value: Json, sorted: boolean, omitted: readonly string[]): string {
  const plain = plainOf(value, sorted, omitted);
  const text = plain === undefined ? null : JSON.stringify(plain);
  if (text !== null && !text.includes('\\ud')) return text;
  const rest = isObject(value) ? without(value, ...omitted) : value;
  return formatValue(rest, { sortKeys: sorted, indent: '' }, '');
}

/**
 * The canonical text of a value: keys sorted by code point, no white space.
 *
 * @param omitted names of members to leave out, at the top level only.
 */
export function formatCanonical(value: Json, omitted: readonly string[] = []): string {
  return formatLine(value, true, omitted);
}

/** One compact line with members in their existing order, numbers and strings in canonical form. */
export function formatCompact(value: Json): string {
  return formatLine(value, false, []);
}

/** Indented by two spaces and sorted, for people. No digest covers this form. */
export function formatIndented(value: Json): string {
  return formatValue(value, { sortKeys: true, indent: '  ' }, '\n');
}

/** The canonical bytes of a value. */
export function canonicalBytes(value: Json): Uint8Array {
  return encodeUtf8(formatCanonical(value));
}

/** Up to this size, insertion sort is fastest, and nearly all objects are this small. */
const FEW = 16;

/** The names of an object's members, by code point. */
function sortedKeys(object: JsonObject): string[] {
  const keys = [...object.keys()];
  if (keys.length > FEW) return keys.sort(compareCodePoints);
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i] ?? '';
    let at = i;
    for (let before = keys[at - 1]; before !== undefined && compareCodePoints(before, key) > 0; before = keys[at - 1]) {
      keys[at--] = before;
    }
    keys[at] = key;
  }
  return keys;
}

/** The same value with the keys of every object sorted by code point. */
export function sortKeys(value: Json): Json {
  if (isArray(value)) return value.map(sortKeys);
  return isObject(value) ? sortObjectKeys(value) : value;
}

/** {@link sortKeys} for an object. */
export function sortObjectKeys(object: JsonObject): JsonObject {
  const sorted = new Map<string, Json>();
  for (const key of sortedKeys(object)) sorted.set(key, sortKeys(object.get(key) ?? null));
  return sorted;
}
