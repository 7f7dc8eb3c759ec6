/**
 * Exclusions: with `excluded` in the note of a record, the operator decides not to publish it.
 *
 *     ---
 *     pith_number: pith:2026:4MJCW2CW2IJI4KFD2N5O7KXTYZ
 *     excluded: author_request
 *     excluded_at: 2026-06-01
 *     ---
 *     The author asked us to remove this record.
 *
 * The page of the record is then a tombstone, which shows nothing of the paper.
 */
import { type Json, ParseError } from '../../protocol/index.ts';
import { WITHHELD_REASONS, type WithheldReason } from '../../records/bucket.ts';

export interface Exclusion {
  readonly reason: WithheldReason;
  /** The date or time of the decision, as the note gives it; null if the note cannot be read. */
  readonly decidedAt: string | null;
  /** Markdown; empty if the note cannot be read. */
  readonly text: string;
}

/** What holds if a note excludes its record and cannot be read otherwise: a typing error must not publish the record. */
export const UNREADABLE_EXCLUSION: Exclusion = { reason: 'other', decidedAt: null, text: '' };

const MOMENT = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z)?$/;

function fail(path: string, message: string): never {
  throw new ParseError({ code: 'unreadable', path, message });
}

/**
 * @param reason the member `excluded`. @param decidedAt the member `excluded_at`. @param text of the note.
 * @returns null if the note does not exclude its record. @throws ParseError if it does not say why, or since when.
 */
export function parseExclusion(reason: Json, decidedAt: string | null, text: string): Exclusion | null {
  if (reason === null) {
    if (decidedAt !== null) fail('/excluded_at', 'expected "excluded" beside it, got none');
    return null;
  }
  const known = WITHHELD_REASONS.find((one) => one === reason);
  if (known === undefined) {
    const found = typeof reason === 'string' ? JSON.stringify(reason) : 'no text';
    return fail('/excluded', `expected one of ${WITHHELD_REASONS.join(', ')}, got ${found}`);
  }
  if (decidedAt === null || !MOMENT.test(decidedAt)) {
    const found = decidedAt === null ? 'none' : JSON.stringify(decidedAt);
    return fail('/excluded_at', `expected the date of the decision, such as 2026-06-01, got ${found}`);
  }
  if (text === '') return fail('', 'expected a text below the front matter that says why the record is excluded');
  return { reason: known, decidedAt, text };
}

/** Whether a note that cannot be read tries to exclude its record. */
export function claimsExclusion(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const [first = '', ...rest] = text.split(/\r?\n/);
  const end = rest.findIndex((line) => line.startsWith('---'));
  return [first, ...(end === -1 ? rest : rest.slice(0, end))].some((line) => /^\s*["']?excluded["']?\s*:/i.test(line));
}
