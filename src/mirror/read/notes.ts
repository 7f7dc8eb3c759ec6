/**
 * Notes by the mirror's operator: `SUFFIX.md`, YAML front matter and a short Markdown text.
 *
 * They are the mirror's own words. Nothing in them is signed, and they are never mixed with signed data; but what they
 * quote of a record is checked as far as a record alone can be: its digest, its number, its title, its receipt.
 */
import { basename } from 'node:path';
import {
  type Check,
  canonTextDigest,
  decodeUtf8,
  type Finding,
  type IdentifiedRecord,
  identifyRecord,
  type Json,
  Ledger,
  Members,
  nobleEngine,
  PITH_NUMBER_PATTERN,
  Problems,
  parseRecord,
  SUFFIX_PATTERN,
  sha256Hex,
  suffixOfNumber,
  type Trust,
  verifyReceipt,
} from '../../protocol/index.ts';
import { type Exclusion, parseExclusion } from './exclusion.ts';
import { fail, MAX_NOTE_BYTES, type NoteRules, readFrontMatter } from './front-matter.ts';

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

/** Dates are the mirror's own words, and no digest covers them. */
const RULES: NoteRules = { dates: ['retrieved_at', 'excluded_at'], documents: ['canonical_record', 'receipt'] };

/** Whether a file name is that of a note: a suffix and `.md`. */
export function isNoteName(baseName: string): boolean {
  return baseName.endsWith('.md') && SUFFIX_PATTERN.test(baseName.slice(0, -3));
}

/** The authors as the paper has them, one name per item. */
function readOrder(front: Members): readonly string[] | null {
  const names = front.optionalStrings('authors_in_order');
  if (names?.length === 0 || names?.some((name) => name.trim() === ''))
    front.problem('authors_in_order', 'a list of names, one per item and none of them empty');
  return names;
}

function readQuoted(front: Members, pithNumber: string): QuotedRecord | null {
  const value = front.object.get('canonical_record') ?? null;
  if (value === null) {
    for (const name of ['title', 'authors', 'receipt'] as const) {
      if ((front.object.get(name) ?? null) !== null)
        fail('record_schema', `/${name}`, 'expected canonical_record next to it, got none');
    }
    return null;
  }
  const identified = identifyRecord(parseRecord(value, '/canonical_record'));
  if (identified.pithNumber !== pithNumber) {
    fail(
      'number_mismatch',
      '/pith_number',
      `expected ${identified.pithNumber}, the number of its canonical_record, got ${pithNumber}`,
    );
  }
  return {
    identified,
    title: front.optionalString('title'),
    authors: front.optionalString('authors'),
    receipt: front.object.get('receipt') ?? null,
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
  const { front: value, content } = readFrontMatter(decodeUtf8(bytes), RULES);
  const problems = new Problems();
  const front = new Members(value, '', problems, 'unreadable');
  front.only(...FRONT_MATTER_MEMBERS);
  const [claimed, retrievedFrom, retrievedAt, excludedAt] = [
    front.optionalString('pith_number'),
    front.optionalString('retrieved_from'),
    front.optionalString('retrieved_at'),
    front.optionalString('excluded_at'),
  ];
  const collections = front.optionalStrings('collections') ?? [];
  const authorsInOrder = readOrder(front);
  // Only their form: what they are worth depends on the record.
  for (const name of ['title', 'authors']) front.optionalString(name);
  problems.throwIfAny();
  const pithNumber = claimed ?? fail('number_syntax', '/pith_number', 'expected a Pith Number, got none');
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
    retrievedFrom,
    retrievedAt,
    collections,
    authorsInOrder,
    quoted,
    excluded: parseExclusion(front.object.get('excluded') ?? null, excludedAt, content.trim()),
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
