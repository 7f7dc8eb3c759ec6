/**
 * JSON values as this protocol needs them.
 *
 * - Objects are Maps: no prototype, so `__proto__` is an ordinary key, and member order is kept as written even
 *   for keys such as `"9"`, which a JavaScript object would move to the front.
 * - Numbers are their literal text, so an integer of any size stays exact.
 * - No value is recognised by `instanceof` a class of this layer: values pass between two copies of it
 *   (the program's and the site renderer's).
 */
export interface JsonNumber {
  /** The number as written: RFC 8259 `number`. */
  readonly literal: string;
}
export type JsonArray = readonly Json[];
export type JsonObject = ReadonlyMap<string, Json>;
export type Json = null | boolean | string | JsonNumber | JsonArray | JsonObject;

export function isObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}

export function isArray(value: Json | undefined): value is JsonArray {
  return Array.isArray(value);
}

export function isNumber(value: Json | undefined): value is JsonNumber {
  return typeof value === 'object' && value !== null && !isArray(value) && !isObject(value);
}

/** The nesting depth of arrays and objects: 0 for other values, 1 for an empty array or object. */
export function depthOf(value: Json): number {
  if (isArray(value)) return 1 + value.reduce<number>((depth, item) => Math.max(depth, depthOf(item)), 0);
  if (!isObject(value)) return 0;
  let depth = 0;
  for (const item of value.values()) depth = Math.max(depth, depthOf(item));
  return 1 + depth;
}

/**
 * Whether two values are equal apart from the order of members. Equal values have the same canonical text. Numbers are compared
 * as written, so two spellings of one number are not equal here, although their canonical texts may be.
 */
export function isSameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (isArray(a)) return isArray(b) && a.length === b.length && a.every((item, i) => isSameJson(item, b[i]));
  if (isObject(a)) {
    if (!isObject(b) || a.size !== b.size) return false;
    for (const [name, value] of a) if (!isSameJson(value, b.get(name))) return false;
    return true;
  }
  return isNumber(a) && isNumber(b) && a.literal === b.literal;
}

/** A copy of an object without some of its members. */
export function without(object: JsonObject, ...names: readonly string[]): JsonObject {
  const copy = new Map(object);
  for (const name of names) copy.delete(name);
  return copy;
}

/** An integer as a JSON number. */
export function jsonInteger(value: number): JsonNumber {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a safe integer`);
  return { literal: String(value === 0 ? 0 : value) };
}
