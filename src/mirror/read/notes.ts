/**
 * Notes by the mirror's operator: `SUFFIX.md`, YAML front matter and a short Markdown text.
 *
 * They are the mirror's own words. Nothing in them is signed, and they are never mixed with signed data; but what they
 * quote of a record is checked as far as a record alone can be: its digest, its number, its title, its receipt.
 *
 * gray-matter 4.0.3 evaluates `---js` front matter as code, and answers from a cache of its own when it is called
 * without options. So the first line must be `---` before gray-matter sees the text, its other engines throw, and
 * options are always given.
 */

import { basename } from 'node:path';
import matter from 'gray-matter';
import {
  type Check,
  canonTextDigest,
  decodeUtf8,
  encodeUtf8,
  type Finding,
  type IdentifiedRecord,
  identifyRecord,
  type Json,
  Ledger,
  nobleEngine,
  ParseError,
  PITH_NUMBER_PATTERN,
  parseJson,
  parseRecord,
  pointer,
  type ReasonCode,
  SUFFIX_PATTERN,
  sha256Hex,
  suffixOfNumber,
  type Trust,
  verifyReceipt,
} from '../../protocol/index.ts';
import { type Exclusion, parseExclusion } from './exclusion.ts';

/** Bytes of the longest note: some pages of text, and so little that YAML cannot expand it to much. */
export const MAX_NOTE_BYTES = 64 * 1024;

/** What a note quotes of a record for which there is no bundle. */
export interface QuotedRecord {
  readonly identified: IdentifiedRecord;
  readonly title: string | null;
  readonly authors: string | null;
  readonly receipt: Json | null;
}

export interface Note {
  /** Name relative to the input. */
  readonly file: string;
  readonly sha256: string;
  readonly suffix: string;
  readonly pithNumber: string;
  readonly retrievedFrom: string | null;
  readonly retrievedAt: string | null;
  readonly collections: readonly string[];
  /** The authors in the paper's order, as the operator says; null if the note does not list them. */
  readonly authorsInOrder: readonly string[] | null;
  readonly quoted: QuotedRecord | null;
  /** Why the operator does not publish the record; null for a record that is published. */
  readonly excluded: Exclusion | null;
  /** Markdown. */
  readonly text: string;
  readonly checks: readonly Check[];
  readonly findings: readonly Finding[];
}

const FRONT_MATTER_MEMBERS = [
  'pith_number',
  'retrieved_from',
  'retrieved_at',
  'collections',
  'canonical_record',
  'title',
  'authors',
  'authors_in_order',
  'receipt',
  'excluded',
  'excluded_at',
] as const;

function fail(code: ReasonCode, path: string, message: string): never {
  throw new ParseError({ code, path, message });
}

/** Whether a file name is that of a note: a suffix and `.md`. */
export function isNoteName(baseName: string): boolean {
  return baseName.endsWith('.md') && SUFFIX_PATTERN.test(baseName.slice(0, -3));
}

const refuse = (): never => fail('unreadable', '', 'expected front matter in YAML, got another language');
const REFUSED_ENGINE = { parse: refuse, stringify: refuse };

/** @internal Exported for the test that proves that nothing but YAML is ever read. */
export function readFrontMatter(text: string): { readonly data: unknown; readonly content: string } {
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

/**
 * What YAML read, as JSON. YAML turns unquoted `2605.21100` into 2605.211 and dates into moments, which would be silent
 * repairs; both are refused with the advice to put quotes around them. Aliases are refused because they can form loops,
 * and because a few bytes of them can expand to many.
 */
function asJson(value: unknown, path: string): Json {
  const seen = new Set<object>();
  const check = (item: unknown, at: string): void => {
    if (item instanceof Date) fail('record_schema', at, 'expected text, got a date: put it in quotes');
    if (typeof item === 'number' && !Number.isSafeInteger(item)) {
      fail('record_schema', at, 'expected text, got a number with a fraction: put it in quotes');
    }
    if (typeof item !== 'object' || item === null) return;
    if (seen.has(item)) fail('unreadable', at, 'expected no YAML alias');
    seen.add(item);
    for (const [name, inner] of Object.entries(item)) check(inner, pointer(at, name));
  };
  check(value, path);
  return parseJson(encodeUtf8(JSON.stringify(value)));
}

/** The members of the front matter, typed. Only own members count, so `__proto__` is an unknown one. */
class FrontMatter {
  readonly #members: ReadonlyMap<string, unknown>;

  constructor(data: unknown) {
    if (typeof data !== 'object' || data === null || Array.isArray(data)) {
      fail('unreadable', '', 'expected front matter with named members');
    }
    this.#members = new Map(Object.entries(data));
    for (const name of this.#members.keys()) {
      if (!FRONT_MATTER_MEMBERS.some((known) => known === name)) {
        fail('unreadable', `/${name}`, `expected only ${FRONT_MATTER_MEMBERS.join(', ')}`);
      }
    }
  }

  raw(name: (typeof FRONT_MATTER_MEMBERS)[number]): unknown {
    return this.#members.get(name) ?? null;
  }

  text(name: (typeof FRONT_MATTER_MEMBERS)[number]): string | null {
    const value = this.raw(name);
    if (value === null) return null;
    if (typeof value !== 'string') return fail('unreadable', `/${name}`, 'expected text; put it in quotes');
    return value.isWellFormed() ? value : fail('lone_surrogate', `/${name}`, 'expected surrogates in pairs');
  }

  /** A date may stand without quotes here: it is the mirror's own word, and no digest covers it. */
  time(name: 'retrieved_at' | 'excluded_at'): string | null {
    const value = this.raw(name);
    if (!(value instanceof Date)) return this.text(name);
    // YAML reads a date alone as its first moment: a precision that nobody gave.
    return value
      .toISOString()
      .replace(/T00:00:00\.000Z$/, '')
      .replace('.000Z', 'Z');
  }

  texts(name: 'collections' | 'authors_in_order'): readonly string[] {
    const value = this.raw(name) ?? [];
    if (!Array.isArray(value) || !value.every((item): item is string => typeof item === 'string')) {
      return fail('unreadable', `/${name}`, 'expected a list of texts');
    }
    if (!value.every((item) => item.isWellFormed())) fail('lone_surrogate', `/${name}`, 'expected surrogates in pairs');
    return value;
  }
}

/** The authors as the paper has them, one name per item. */
function readOrder(front: FrontMatter): readonly string[] | null {
  if (front.raw('authors_in_order') === null) return null;
  const names = front.texts('authors_in_order');
  if (names.length === 0 || names.some((name) => name.trim() === ''))
    fail('unreadable', '/authors_in_order', 'expected a list of names, one per item, got an empty item');
  return names;
}

function readQuoted(front: FrontMatter, pithNumber: string): QuotedRecord | null {
  const value = front.raw('canonical_record');
  if (value === null) {
    for (const name of ['title', 'authors', 'receipt'] as const) {
      if (front.raw(name) !== null) fail('record_schema', `/${name}`, 'expected canonical_record next to it, got none');
    }
    return null;
  }
  const path = '/canonical_record';
  const identified = identifyRecord(parseRecord(asJson(value, path), path));
  if (identified.pithNumber !== pithNumber) {
    fail(
      'number_mismatch',
      '/pith_number',
      `expected ${identified.pithNumber}, the number of its canonical_record, got ${pithNumber}`,
    );
  }
  const receipt = front.raw('receipt');
  return {
    identified,
    title: front.text('title'),
    authors: front.text('authors'),
    receipt: receipt === null ? null : asJson(receipt, '/receipt'),
  };
}

/** What can be checked of a quoted record: everything that needs no bundle. */
function checkQuoted({ identified, title, receipt }: QuotedRecord, trust: Trust): Ledger {
  const ledger = new Ledger();
  const { record, canonicalSha256, pithNumber } = identified;
  // The number that the note claims has 130 bits of the digest, so it vouches for it.
  const verified = { outcome: 'verified', where: '/canonical_record' } as const;
  ledger.check({ subject: 'record_hash', how: 'digest', ...verified, value: canonicalSha256 });
  ledger.check({ subject: 'pith_number', how: 'comparison', ...verified, where: '/pith_number', value: pithNumber });
  const titleCheck = { subject: 'title', how: 'digest', where: '/title' } as const;
  if (title === null) {
    ledger.check({ ...titleCheck, outcome: 'absent', value: record.titleSha256 });
  } else {
    const computed = record.titleSha256;
    ledger.compare({ ...titleCheck, code: 'title_mismatch', claimed: canonTextDigest(title), computed });
  }
  if (receipt === null) {
    ledger.check({ subject: 'receipt', how: 'signature', outcome: 'absent', where: '/receipt', value: '' });
  } else {
    const context = { trust, engine: nobleEngine, ledger };
    verifyReceipt({ receipt, canonicalSha256, where: '/receipt', eventId: null }, context);
  }
  return ledger;
}

/**
 * Reads one note.
 *
 * @param file its name relative to the input; the base name is `SUFFIX.md`.
 * @throws ParseError if it is not front matter in YAML of the members above, or contradicts itself.
 */
export function readNote(file: string, bytes: Uint8Array, trust: Trust): Note {
  if (bytes.length > MAX_NOTE_BYTES) {
    fail('too_large', '', `expected at most ${MAX_NOTE_BYTES} bytes, got ${bytes.length}`);
  }
  const { data, content } = readFrontMatter(decodeUtf8(bytes));
  const front = new FrontMatter(data);
  const pithNumber =
    front.text('pith_number') ?? fail('number_syntax', '/pith_number', 'expected a Pith Number, got none');
  if (!PITH_NUMBER_PATTERN.test(pithNumber)) {
    fail(
      'number_syntax',
      '/pith_number',
      `expected pith:YYYY: and 26 base32 characters, got ${JSON.stringify(pithNumber)}`,
    );
  }
  const suffix = suffixOfNumber(pithNumber);
  const baseName = file.slice(file.lastIndexOf('/') + 1);
  if (baseName !== `${suffix}.md`) {
    fail('number_mismatch', '/pith_number', `expected the number that the file is named for, got ${pithNumber}`);
  }
  const quoted = readQuoted(front, pithNumber);
  const { checks, findings } = quoted === null ? new Ledger() : checkQuoted(quoted, trust);
  return {
    file,
    sha256: sha256Hex(bytes),
    suffix,
    pithNumber,
    retrievedFrom: front.text('retrieved_from'),
    retrievedAt: front.time('retrieved_at'),
    collections: front.texts('collections'),
    authorsInOrder: readOrder(front),
    quoted,
    excluded: parseExclusion(front.raw('excluded'), front.time('excluded_at'), content.trim()),
    text: content.trim(),
    checks,
    findings,
  };
}

/** The record that a file surely is about: of a note its name says it, of a bundle only its verification. */
export function suffixOfNote(name: string): string | null {
  const base = basename(name);
  return isNoteName(base) ? base.slice(0, -'.md'.length) : null;
}
