/** A canonical record on its own: its digest, and the names that follow from it (README.md, sections 2 to 4). */
import { digestOf, type Sha256 } from '../digest.ts';
import { formatPithNumber, formatShortPithNumber, suffixOf } from '../identifier.ts';
import { parseJson } from '../parse/json.ts';
import { type ParsedRecord, parseRecord } from '../parse/record.ts';

export interface IdentifiedRecord {
  readonly record: ParsedRecord;
  /** 64 hexadecimal digits. */
  readonly canonicalSha256: string;
  /** 26 base32 characters. */
  readonly suffix: string;
  readonly pithNumber: string;
  readonly shortPithNumber: string;
}

/** Computes a record's digest and its names. There are no claims to check, so this cannot fail. */
export function identifyRecord(record: ParsedRecord, hash?: Sha256): IdentifiedRecord {
  const canonicalSha256 = digestOf(record.value, hash);
  const suffix = suffixOf(canonicalSha256);
  return {
    record,
    canonicalSha256,
    suffix,
    pithNumber: formatPithNumber(record.submittedAt, suffix),
    shortPithNumber: formatShortPithNumber(suffix),
  };
}

/**
 * The Pith Number of a canonical record.
 *
 * @param record the JSON of the record, in UTF-8; member order and white space do not matter.
 * @throws ParseError with a reading code, `record_schema` or `unsupported_version`.
 */
export function pithNumber(record: Uint8Array): string {
  return identifyRecord(parseRecord(parseJson(record))).pithNumber;
}
