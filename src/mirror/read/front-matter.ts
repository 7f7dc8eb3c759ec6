/**
 * The front matter of a note: YAML, of which only what JSON can say is accepted.
 *
 * gray-matter 4.0.3 evaluates `---js` front matter as code, and answers from a cache of its own when it is called
 * without options. So the first line must be `---` before gray-matter sees the text, its other engines throw, and
 * options are always given.
 */
import matter from 'gray-matter';
import { encodeUtf8, type Json, ParseError, parseJson, pointer, type ReasonCode } from '../../protocol/index.ts';

/** Bytes of the longest note: some pages of text, and so little that YAML cannot expand it to much. */
export const MAX_NOTE_BYTES = 64 * 1024;

export function fail(code: ReasonCode, path: string, message: string): never {
  throw new ParseError({ code, path, message });
}

const refuse = (): never => fail('unreadable', '', 'expected front matter in YAML, got another language');
const REFUSED_ENGINE = { parse: refuse, stringify: refuse };

/** Splits a note at the end of its front matter. @returns what YAML read, and the text. @throws ParseError */
export function splitNote(text: string): { readonly data: unknown; readonly content: string } {
  const lines = text.split(/\r?\n/);
  if (lines[0] !== '---') {
    fail(
      'unreadable',
      '',
      `expected "---" alone on the first line, got ${JSON.stringify((lines[0] ?? '').slice(0, 40))}`,
    );
  }
  // gray-matter ends at the first line that begins so, whatever follows.
  const end = lines.findIndex((line, i) => i > 0 && line.startsWith('---'));
  if (lines[end] !== '---') fail('unreadable', '', 'expected a line of "---" alone to end the front matter, got none');
  try {
    const { data, content } = matter(text, {
      language: 'yaml',
      delimiters: '---',
      engines: { javascript: REFUSED_ENGINE, js: REFUSED_ENGINE, json: REFUSED_ENGINE, coffee: REFUSED_ENGINE },
    });
    return { data, content };
  } catch (error) {
    if (error instanceof ParseError) throw error;
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    return fail('unreadable', '', `expected front matter in YAML, got ${reason}`);
  }
}

/** What the members of a kind of note may hold beside texts, and lists of them. */
export interface NoteRules {
  /** Members that may be a date without quotes, because no digest covers them. */
  readonly dates: readonly string[];
  /** Members with a document of the protocol. */
  readonly documents: readonly string[];
}

/** What YAML says of a moment. A date alone is its first moment there: a precision that nobody gave. */
const timeOf = (date: Date): string =>
  date
    .toISOString()
    .replace(/T00:00:00\.000Z$/, '')
    .replace('.000Z', 'Z');

/** What YAML made of something without quotes where text is meant; null if it may be meant. */
function misread(value: unknown): string | null {
  if (value instanceof Date) return 'a date';
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return 'a number with a fraction';
  return null;
}

/**
 * Front matter as JSON. YAML turns unquoted `2605.21100` into 2605.211 and dates into moments, which would be silent
 * repairs; both are refused with the advice to put quotes around them. Aliases are refused because they can form loops,
 * and because a few bytes of them can expand to many.
 */
function asJson(data: unknown, { dates, documents }: NoteRules): Json {
  const seen = new Set<object>();
  const check = (value: unknown, at: string, code: ReasonCode): void => {
    const what = misread(value);
    if (what !== null) fail(code, at, `expected text, got ${what}: put it in quotes`);
    if (typeof value !== 'object' || value === null) return;
    if (seen.has(value)) fail('unreadable', at, 'expected no YAML alias');
    seen.add(value);
    for (const [name, inner] of Object.entries(value)) check(inner, pointer(at, name), code);
  };
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    return fail('unreadable', '', 'expected front matter with named members');
  const members = Object.entries(data).map(([name, value]) => {
    if (value instanceof Date && dates.includes(name)) return [name, timeOf(value)] as const;
    const isDocument = documents.includes(name);
    if (!isDocument && (typeof value === 'number' || typeof value === 'boolean'))
      fail('unreadable', pointer('', name), `expected text, got ${value}: put it in quotes`);
    check(value, pointer('', name), isDocument ? 'record_schema' : 'unreadable');
    return [name, value] as const;
  });
  // Built by its entries, so that a member named __proto__ is one like any other.
  return parseJson(encodeUtf8(JSON.stringify(Object.fromEntries(members))));
}

/**
 * Reads a note.
 *
 * @throws ParseError if it does not begin with front matter in YAML, or if YAML would change what is meant.
 */
export function readFrontMatter(text: string, rules: NoteRules): { readonly front: Json; readonly content: string } {
  const { data, content } = splitNote(text);
  return { front: asJson(data, rules), content };
}
