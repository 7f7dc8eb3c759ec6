/** The checks that were made, as rows that people can read and repeat. Pure. */
import type { RecordEntry } from '../../mirror/plan/plan.ts';
import type { Check, CheckOutcome, CheckSubject, PinnedKey } from '../../protocol/index.ts';
import { visibleText } from '../shared/text.ts';
import { CHECK_WORDS, OUTCOME_WORDS, spaced } from '../shared/words.ts';
import { Repeater } from './repeat.ts';

export interface LedgerRow {
  readonly outcome: CheckOutcome;
  readonly outcomeWords: string;
  readonly name: string;
  /** What the check proves where it holds. */
  readonly shows: string;
  /** Digests, signatures or identifiers, safe to show; several where one row stands for several checks. */
  readonly values: readonly string[];
  /** Line for a shell that repeats it, or null. */
  readonly repeat: string | null;
}

export interface LedgerGroup {
  readonly heading: string;
  /** Of the event, on this page; null where it is about none. */
  readonly href: string | null;
  readonly rows: readonly LedgerRow[];
}

export interface OutcomeCount {
  readonly outcome: CheckOutcome;
  readonly words: string;
  readonly count: number;
}

/** Checks that come in numbers and say the same: one row for all that had one outcome. */
const GATHERED: ReadonlySet<CheckSubject> = new Set(['alias']);
const OUTCOMES = ['verified', 'failed', 'absent', 'uncheckable'] as const;

type OpenRow = LedgerRow & { readonly values: string[] };

function rowOf(check: Check, repeater: Repeater): OpenRow {
  const { subject, outcome, value, where } = check;
  const { name, shows } = CHECK_WORDS[subject];
  const part = subject === 'snapshot' ? /\/([^/]+)\/snapshot_sha256$/.exec(where)?.[1] : undefined;
  return {
    outcome,
    outcomeWords: OUTCOME_WORDS[outcome],
    name: part === undefined ? name : `${name} of ${visibleText(spaced(part))}`,
    shows,
    values: value === '' ? [] : [visibleText(value)],
    repeat: repeater.line(check),
  };
}

function rowsOf(checks: readonly Check[], repeater: Repeater): readonly LedgerRow[] {
  const rows: OpenRow[] = [];
  const open = new Map<string, OpenRow>();
  for (const check of checks) {
    const { subject, outcome, value } = check;
    const key = `${subject} ${outcome}`;
    const gathered = GATHERED.has(subject) ? open.get(key) : undefined;
    if (gathered !== undefined) {
      if (value !== '' && !gathered.values.includes(visibleText(value))) gathered.values.push(visibleText(value));
      continue;
    }
    const row = rowOf(check, repeater);
    open.set(key, row);
    rows.push(row);
  }
  return rows;
}

/** The keys that signed what is shown, against the pinned ones: a bundle by another key, or with other bytes for it, is rejected. */
function keyRows({ merged }: RecordEntry): readonly LedgerRow[] {
  if (merged === null) return [];
  const published = merged.published.kind === 'received' ? [merged.published.bundle] : merged.published.from;
  const used = new Map<string, PinnedKey>(published.map(({ key }) => [key.keyId, key]));
  for (const { event } of merged.applied) used.set(event.key.keyId, event.key);
  return [...used.values()].map(({ keyId, fingerprint, publicKeyHex }) => ({
    outcome: 'verified',
    outcomeWords: OUTCOME_WORDS.verified,
    name: 'Key',
    shows:
      'what is signed in its name was checked with the bytes that this mirror’s operator pinned, not with those in the bundle',
    values: [visibleText(keyId), fingerprint],
    repeat: `python3 -c "import hashlib; print(hashlib.sha256(bytes.fromhex('${publicKeyHex}')).hexdigest()[:32])"  # ${fingerprint}`,
  }));
}

const OF_BUNDLE: ReadonlySet<CheckSubject> = new Set(['bundle_hash', 'bundle_signature', 'state']);

/**
 * Groups the ledger of a record: the record, each event in the order of the merge, the bundle, the keys.
 *
 * @param anchors the names of events and where they stand on the page, by id, in the order of the merge.
 */
export function ledgerGroups(
  entry: RecordEntry,
  keys: readonly PinnedKey[],
  anchors: ReadonlyMap<string, { readonly name: string; readonly href: string }>,
): readonly LedgerGroup[] {
  const repeater = new Repeater(entry, keys);
  const record: Check[] = [];
  const bundle: Check[] = [];
  const events = new Map<string, Check[]>([...anchors.keys()].map((id) => [id, []]));
  for (const check of entry.checks) {
    if (check.eventId === null) (OF_BUNDLE.has(check.subject) ? bundle : record).push(check);
    else {
      const own = events.get(check.eventId);
      if (own === undefined) events.set(check.eventId, [check]);
      else own.push(check);
    }
  }
  return [
    { heading: 'Record', href: null, rows: rowsOf(record, repeater) },
    ...[...events].map(([id, own]) => ({
      heading: anchors.get(id)?.name ?? visibleText(id),
      href: anchors.get(id)?.href ?? null,
      rows: rowsOf(own, repeater),
    })),
    { heading: 'Bundle and state', href: null, rows: rowsOf(bundle, repeater) },
    { heading: 'Pinned keys', href: null, rows: keyRows(entry) },
  ].filter(({ rows }) => rows.length > 0);
}

/** How many rows of the ledger there are of each outcome, all four. */
export function outcomeCounts(groups: readonly LedgerGroup[]): readonly OutcomeCount[] {
  return OUTCOMES.map((outcome) => ({
    outcome,
    words: OUTCOME_WORDS[outcome],
    count: groups.reduce((sum, { rows }) => sum + rows.filter((row) => row.outcome === outcome).length, 0),
  }));
}
