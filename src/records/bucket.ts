/**
 * A bucket of the record index: what a mirror holds of the records that were submitted on one day. Pure.
 *
 *     SUFFIX ⇥ SHA-256 of state.json ⇥ SHA-256 of each bundle received, separated by commas
 *     SUFFIX ⇥ withheld ⇥ reason
 *
 * Every bundle that was received is listed, and never one that the mirror assembled: it would be refused as input. Records
 * that only a note of the operator describes are not in the index.
 */
import { SUFFIX_PATTERN } from '../protocol/index.ts';
import { excerpt, IndexError, linesOf, requireOrder } from './index-error.ts';
import { bucketFile } from './layout.ts';

/** Why an operator does not publish a record. */
export const WITHHELD_REASONS = ['legal', 'author_request', 'erratum', 'duplicate', 'other'] as const;
export type WithheldReason = (typeof WITHHELD_REASONS)[number];

export interface HeldRow {
  readonly suffix: string;
  /** SHA-256 of the bytes of `state.json`, in hexadecimal. */
  readonly state: string;
  /** SHA-256 of the bytes of each received bundle, in hexadecimal, sorted, at least one. */
  readonly bundles: readonly string[];
}

export interface WithheldRow {
  readonly suffix: string;
  readonly withheld: WithheldReason;
}

/** One line of a bucket. */
export type IndexRow = HeldRow | WithheldRow;

export const isWithheld = (row: IndexRow): row is WithheldRow => 'withheld' in row;

/** One line, with its line feed. */
export function formatRow(row: IndexRow): string {
  if (isWithheld(row)) return `${row.suffix}\twithheld\t${row.withheld}\n`;
  return `${row.suffix}\t${row.state}\t${row.bundles.join(',')}\n`;
}

const HELD = /^([A-Z2-7]{26})\t([0-9a-f]{64})\t([0-9a-f]{64}(?:,[0-9a-f]{64})*)$/;
const WITHHELD = /^([A-Z2-7]{26})\twithheld\t(\w+)$/;

function parseRow(path: string, line: string, number: number): IndexRow {
  const [, suffix = '', state = '', list = ''] = HELD.exec(line) ?? [];
  if (suffix !== '') {
    const bundles = list.split(',');
    if (bundles.some((digest, i) => i > 0 && digest <= (bundles[i - 1] ?? '')))
      throw new IndexError(path, number, 'expected the digests of the bundles in order, each once');
    return { suffix, state, bundles };
  }
  const [, withheldSuffix = '', reason = ''] = WITHHELD.exec(line) ?? [];
  const withheld = WITHHELD_REASONS.find((known) => known === reason);
  if (withheld !== undefined && SUFFIX_PATTERN.test(withheldSuffix)) return { suffix: withheldSuffix, withheld };
  throw new IndexError(
    path,
    number,
    `expected a suffix, a state digest and bundle digests, or a suffix, "withheld" and one of ${WITHHELD_REASONS.join(', ')} (found ${excerpt(line)})`,
  );
}

/**
 * The rows of a bucket, by suffix.
 *
 * @throws IndexError unless the text is exactly what {@link formatRow} would give, in order.
 */
export function parseBucket(bucket: string, text: string): readonly IndexRow[] {
  const path = bucketFile(bucket);
  const rows = linesOf(path, text).map((line, i) => parseRow(path, line, i + 1));
  requireOrder(
    path,
    rows.map(({ suffix }) => suffix),
  );
  return rows;
}
