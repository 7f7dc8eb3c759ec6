/**
 * The strict JSON reader (README.md, section 1). Makes one pass, in linear time.
 *
 * JSON.parse is not enough: it keeps the last of duplicate keys, rounds large integers, reorders integer-like
 * keys, and lets lone surrogates through.
 */
import { decodeUtf8 } from '../bytes.ts';
import { ParseError, pointer, type ReasonCode } from '../errors.ts';
import type { Json, JsonArray, JsonNumber, JsonObject } from '../json.ts';

/** The deepest nesting allowed. Far more than the dozen levels of real bundles, far less than the stack can hold. */
export const MAX_DEPTH = 256;
/**
 * The deepest nesting of values that a mirror copies into its own documents: event payloads, signers, aliases. They are
 * three levels deeper there (`state`, `current`, a list, an entry) than in a bundle, and must still be readable.
 */
export const MAX_INNER_DEPTH = MAX_DEPTH - 6;
/** The most digits of an integer. This is Python's limit, beyond which the origin could not read its own document. */
export const MAX_INTEGER_DIGITS = 4300;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const CLOSE_ARRAY = 0x5d;
const CLOSE_OBJECT = 0x7d;

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39;

class Reader {
  private readonly text: string;
  private readonly maxItems: number;
  private at = 0;
  /** Keys and indices from the root to the value being read. They form the pointer of an error. */
  private readonly trail: (string | number)[] = [];

  constructor(text: string, maxItems: number) {
    this.text = text;
    this.maxItems = maxItems;
  }

  document(): Json {
    this.space();
    const value = this.value();
    this.space();
    if (this.at < this.text.length) this.fail('not_json', 'expected the end of the document');
    return value;
  }

  private fail(code: ReasonCode, message: string): never {
    let line = 1;
    let start = 0;
    for (let end = this.text.indexOf('\n'); end !== -1 && end < this.at; end = this.text.indexOf('\n', start)) {
      line++;
      start = end + 1;
    }
    const column = this.at - start + 1;
    const char = this.text.codePointAt(this.at);
    const got = char === undefined ? 'the end' : JSON.stringify(String.fromCodePoint(char));
    const path = this.trail.reduce<string>(pointer, '');
    throw new ParseError({ code, path, message: `${message}, got ${got} at line ${line}, column ${column}` });
  }

  /** Only JSON's four white space characters. */
  private space(): void {
    for (;;) {
      const unit = this.text.charCodeAt(this.at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.at++;
    }
  }

  private value(): Json {
    switch (this.text.charCodeAt(this.at)) {
      case 0x7b:
        return this.object();
      case 0x5b:
        return this.array();
      case QUOTE:
        return this.string();
      case 0x74:
        return this.word('true', true);
      case 0x66:
        return this.word('false', false);
      case 0x6e:
        return this.word('null', null);
      default:
        return this.number();
    }
  }

  private word<T extends Json>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) this.fail('not_json', 'expected a JSON value');
    this.at += word.length;
    return value;
  }

  /** Enters an array or object; returns whether it is empty. */
  private open(close: number): boolean {
    if (this.trail.length >= MAX_DEPTH) this.fail('too_deep', `expected at most ${MAX_DEPTH} levels`);
    this.at++;
    this.space();
    if (this.text.charCodeAt(this.at) !== close) return false;
    this.at++;
    return true;
  }

  private room(held: number): void {
    if (held >= this.maxItems) this.fail('too_large', `expected at most ${this.maxItems} items`);
  }

  /** After an item: true to go on with the next, false at the end. */
  private more(close: number): boolean {
    this.space();
    const unit = this.text.charCodeAt(this.at);
    if (unit !== COMMA && unit !== close) {
      this.fail('not_json', `expected "," or "${String.fromCharCode(close)}"`);
    }
    this.at++;
    this.space();
    return unit === COMMA;
  }

  private array(): JsonArray {
    const items: Json[] = [];
    if (this.open(CLOSE_ARRAY)) return items;
    const level = this.trail.length;
    do {
      this.trail[level] = items.length;
      this.room(items.length);
      items.push(this.value());
    } while (this.more(CLOSE_ARRAY));
    this.trail.length = level;
    return items;
  }

  private object(): JsonObject {
    const members = new Map<string, Json>();
    if (this.open(CLOSE_OBJECT)) return members;
    const level = this.trail.length;
    do {
      if (this.text.charCodeAt(this.at) !== QUOTE) this.fail('not_json', 'expected a member name in quotes');
      const name = this.string();
      this.trail[level] = name;
      this.room(members.size);
      if (members.has(name)) this.fail('duplicate_key', 'expected each member once');
      this.space();
      if (this.text.charCodeAt(this.at) !== COLON) this.fail('not_json', 'expected ":"');
      this.at++;
      this.space();
      members.set(name, this.value());
      // A name is part of the trail only while its member is read: an error in the next name belongs to the object.
      this.trail.length = level;
    } while (this.more(CLOSE_OBJECT));
    return members;
  }

  private string(): string {
    let text = '';
    let from = ++this.at;
    let escaped = false;
    for (;;) {
      const unit = this.text.charCodeAt(this.at);
      if (unit === QUOTE) break;
      if (unit === BACKSLASH) {
        escaped = true;
        text += this.text.slice(from, this.at);
        text += this.escape();
        from = this.at;
      } else if (unit >= 0x20) {
        this.at++;
      } else {
        // Below U+0020, or NaN at the end of the text.
        this.fail('not_json', 'expected an escaped character or the end of the string');
      }
    }
    const last = this.text.slice(from, this.at);
    this.at++;
    if (!escaped) return last;
    text += last;
    // UTF-8 cannot carry a lone surrogate, so it must come from an escape.
    if (!text.isWellFormed()) this.fail('lone_surrogate', 'expected surrogates in pairs');
    return text;
  }

  private escape(): string {
    const char = this.text.charAt(++this.at);
    if (char === 'u') {
      const digits = this.text.slice(this.at + 1, this.at + 5);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.fail('not_json', 'expected four hexadecimal digits');
      this.at += 5;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const simple = SIMPLE_ESCAPES[char];
    if (simple === undefined) this.fail('not_json', 'expected a JSON escape');
    this.at++;
    return simple;
  }

  private digits(): void {
    if (!isDigit(this.text.charCodeAt(this.at))) this.fail('not_json', 'expected a JSON value');
    do this.at++;
    while (isDigit(this.text.charCodeAt(this.at)));
  }

  private number(): JsonNumber {
    const from = this.at;
    if (this.text.charCodeAt(this.at) === 0x2d) this.at++;
    const whole = this.at;
    if (this.text.charCodeAt(this.at) === 0x30) this.at++;
    else this.digits();
    const digits = this.at - whole;
    let isDouble = false;
    if (this.text.charCodeAt(this.at) === 0x2e) {
      isDouble = true;
      this.at++;
      this.digits();
    }
    const unit = this.text.charCodeAt(this.at);
    if (unit === 0x65 || unit === 0x45) {
      isDouble = true;
      const sign = this.text.charCodeAt(++this.at);
      if (sign === 0x2b || sign === 0x2d) this.at++;
      this.digits();
    }
    const literal = this.text.slice(from, this.at);
    if (isDouble && !Number.isFinite(Number(literal))) {
      this.fail('number_out_of_range', 'expected a number that a double can hold');
    }
    if (!isDouble && digits > MAX_INTEGER_DIGITS) {
      this.fail('number_out_of_range', `expected at most ${MAX_INTEGER_DIGITS} digits in an integer`);
    }
    return { literal };
  }
}

/**
 * Reads one JSON text.
 *
 * @param maxItems the most items of one array or object. It bounds the memory that a small text can use.
 * @throws ParseError with a reading code (`bom`, `invalid_utf8`, `not_json`, `duplicate_key`, `lone_surrogate`,
 * `too_deep`, `number_out_of_range`, `too_large`) and the JSON pointer of the value in which reading stopped.
 */
export function parseJson(bytes: Uint8Array, maxItems = Number.POSITIVE_INFINITY): Json {
  return new Reader(decodeUtf8(bytes), maxItems).document();
}
