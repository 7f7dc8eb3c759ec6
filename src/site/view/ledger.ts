/** The checks that were made, as rows that people can read. */
import type { Check, CheckOutcome, CheckSubject } from '../../protocol/index.ts';
import { CHECK_WORDS, OUTCOME_WORDS, spaced } from './words.ts';

export interface LedgerRow {
  readonly outcome: CheckOutcome;
  readonly outcomeWords: string;
  readonly name: string;
  readonly shows: string;
  /** Digests, signatures or identifiers; several where one row stands for several checks. */
  readonly values: readonly string[];
}

export interface LedgerGroup {
  readonly heading: string;
  readonly rows: readonly LedgerRow[];
}

/** Checks that come in numbers and say the same: one row for all that had one outcome. */
const GATHERED: ReadonlySet<CheckSubject> = new Set(['alias', 'snapshot']);

function rowsOf(checks: readonly Check[]): readonly LedgerRow[] {
  const rows: { key: string; row: LedgerRow & { values: string[] } }[] = [];
  for (const { subject, outcome, value } of checks) {
    const key = `${subject} ${outcome}`;
    const open = GATHERED.has(subject) ? rows.find((candidate) => candidate.key === key) : undefined;
    if (open !== undefined) {
      if (value !== '' && !open.row.values.includes(value)) open.row.values.push(value);
      continue;
    }
    const words = CHECK_WORDS[subject];
    const row = { outcome, outcomeWords: OUTCOME_WORDS[outcome], ...words, values: value === '' ? [] : [value] };
    rows.push({ key, row });
  }
  return rows.map(({ row }) => row);
}

/**
 * Groups a ledger: the record, each event, the bundle.
 *
 * @param eventNames what each event is called, by its id.
 */
export function ledgerGroups(
  checks: readonly Check[],
  eventNames: ReadonlyMap<string, string>,
): readonly LedgerGroup[] {
  const ofBundle = new Set<CheckSubject>(['bundle_hash', 'bundle_signature', 'state']);
  const bundle = checks.filter(({ subject, eventId }) => eventId === null && ofBundle.has(subject));
  const record = checks.filter(({ subject, eventId }) => eventId === null && !ofBundle.has(subject));
  const events = new Map<string, Check[]>();
  for (const check of checks) {
    if (check.eventId === null) continue;
    events.set(check.eventId, [...(events.get(check.eventId) ?? []), check]);
  }
  return [
    { heading: 'Record', rows: rowsOf(record) },
    ...[...events].map(([id, own]) => ({ heading: `Event ${spaced(eventNames.get(id) ?? id)}`, rows: rowsOf(own) })),
    { heading: 'Bundle and state', rows: rowsOf(bundle) },
  ].filter(({ rows }) => rows.length > 0);
}
