/** Reads the members of an object as typed values, and collects every problem instead of stopping at the first. */
import { ParseError, type Problem, pointer, type ReasonCode } from '../errors.ts';
import { isArray, isNumber, isObject, type Json, type JsonArray, type JsonObject } from '../json.ts';
import { parseTimestamp } from './timestamp.ts';

const EMPTY: JsonObject = new Map();
const QUOTED_LENGTH = 80;

/** Describes a value for a message: its type, and its text if short. */
export function describe(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') {
    const cut = value.length > QUOTED_LENGTH ? `${value.slice(0, QUOTED_LENGTH)}…` : value;
    return JSON.stringify(cut);
  }
  if (isNumber(value)) return `the number ${value.literal.slice(0, QUOTED_LENGTH)}`;
  return isObject(value) ? 'an object' : 'an array';
}

/** Quotes text for a message: identifiers and digests unchanged, anything else in quotes and shortened. */
export function quote(text: string): string {
  return /^[\w:./+-]{1,100}$/.test(text) ? text : describe(text);
}

/** The most problems collected for one document: enough to repair it, and a bound on the cost of a broken one. */
const MAX_PROBLEMS = 100;

/** Collects the problems of one document while it is read. */
export class Problems {
  private readonly list: Problem[] = [];

  /** @throws ParseError if there are too many to continue. */
  add(code: ReasonCode, path: string, message: string): void {
    this.list.push({ code, path, message });
    if (this.list.length >= MAX_PROBLEMS) this.throwIfAny();
  }

  /** @throws ParseError with all collected problems, if there are any. */
  throwIfAny(): void {
    const [first, ...more] = this.list;
    if (first !== undefined) throw new ParseError(first, more);
  }
}

/**
 * The members of one object.
 *
 * Each getter notes a problem if the member is missing or has the wrong form, and then returns an empty value: call
 * `problems.throwIfAny()` before you use any value.
 */
export class Members {
  readonly object: JsonObject;
  private readonly at: string;
  private readonly problems: Problems;
  private readonly code: ReasonCode;

  constructor(value: Json | undefined, path: string, problems: Problems, code: ReasonCode) {
    this.at = path;
    this.code = code;
    this.object = isObject(value) ? value : EMPTY;
    if (!isObject(value)) problems.add(code, path, `expected an object, got ${describe(value)}`);
    // If the value is not an object, that is the only problem: its members are not reported as missing.
    this.problems = isObject(value) ? problems : new Problems();
  }

  path(name: string): string {
    return pointer(this.at, name);
  }

  problem(name: string, expected: string, code: ReasonCode = this.code): void {
    this.problems.add(code, this.path(name), `expected ${expected}, got ${describe(this.object.get(name))}`);
  }

  private get<T extends Json>(
    name: string,
    is: (value: Json | undefined) => value is T,
    expected: string,
    empty: T,
  ): T {
    const value = this.object.get(name);
    if (is(value)) return value;
    this.problem(name, expected);
    return empty;
  }

  /** Reads the members of a member that must be an object. */
  child(name: string): Members {
    return new Members(this.object.get(name), this.path(name), this.problems, this.code);
  }

  /** Notes every member that is not one of `names`. */
  only(...names: readonly string[]): void {
    for (const name of this.object.keys()) {
      if (!names.includes(name)) {
        this.problems.add(this.code, this.path(name), `expected no members other than ${names.join(', ')}`);
      }
    }
  }

  string(name: string): string {
    return this.get(name, (value) => typeof value === 'string', 'a string', '');
  }

  nullableString(name: string): string | null {
    return this.object.get(name) === null ? null : this.string(name);
  }

  /** A string; null if the member is missing or null. */
  optionalString(name: string): string | null {
    return (this.object.get(name) ?? null) === null ? null : this.string(name);
  }

  /** A list of strings; null if the member is missing or null. */
  optionalStrings(name: string): readonly string[] | null {
    return (this.object.get(name) ?? null) === null ? null : this.strings(name);
  }

  objectAt(name: string): JsonObject {
    return this.get(name, isObject, 'an object', EMPTY);
  }

  array(name: string): JsonArray {
    return this.get(name, isArray, 'an array', []);
  }

  strings(name: string): readonly string[] {
    return this.array(name).map((item, i) => {
      if (typeof item === 'string') return item;
      this.problems.add(this.code, pointer(this.path(name), i), `expected a string, got ${describe(item)}`);
      return '';
    });
  }

  /** A string of a given pattern. */
  matching(name: string, pattern: RegExp, expected: string): string {
    const value = this.string(name);
    if (typeof this.object.get(name) === 'string' && !pattern.test(value)) this.problem(name, expected);
    return value;
  }

  /** One exact string; notes `code` for any other string. */
  literal(name: string, expected: string, code: ReasonCode = this.code): void {
    const value = this.string(name);
    if (typeof this.object.get(name) === 'string' && value !== expected) {
      this.problem(name, JSON.stringify(expected), code);
    }
  }

  /** A timestamp of section 7. */
  timestamp(name: string): string {
    const value = this.string(name);
    if (typeof this.object.get(name) === 'string' && parseTimestamp(value) === null) {
      this.problem(name, 'a timestamp YYYY-MM-DDTHH:MM:SS[.fraction]Z of a real date');
    }
    return value;
  }

  /** An integer from 1 to 999,999, written as such (`1`, never `1.0`). */
  positiveInteger(name: string): number {
    const value = this.object.get(name);
    if (isNumber(value) && /^[1-9]\d{0,5}$/.test(value.literal)) return Number(value.literal);
    this.problem(name, 'a positive integer');
    return 0;
  }
}
