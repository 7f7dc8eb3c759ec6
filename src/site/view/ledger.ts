/** The checks that were made, in groups that people can read and repeat. Pure. */
import type { RecordEntry } from '../../mirror/plan/plan.ts';
import type { Check, CheckOutcome, CheckSubject, PinnedKey } from '../../protocol/index.ts';
import { visibleText } from '../shared/text.ts';
import { CHECK_WORDS, OUTCOME_WORDS, spaced } from '../shared/words.ts';
import { type GroupSubject, repeatLine } from './repeat.ts';

export interface LedgerRow {
  readonly outcome: CheckOutcome;
  readonly outcomeWords: string;
  readonly name: string;
  /** Digests, signatures or identifiers, safe to show; several if one row combines several checks. */
  readonly values: readonly string[];
}

export interface LedgerGroup {
  /** Of its element. */
  readonly id: string;
  readonly heading: string;
  /** The anchor of the event on this page; null if the check is about no event. */
  readonly href: string | null;
  readonly rows: readonly LedgerRow[];
  /** How many of its checks had each outcome: `4 verified`. */
  readonly summary: string;
  /** Whether its rows are unfolded, because something in it is not verified. */
  readonly isOpen: boolean;
  /** A shell command that repeats its checks, see `repeat.ts`; null if the files are not enough for that. */
  readonly repeat: string | null;
}

export interface OutcomeCount {
  readonly outcome: CheckOutcome;
  readonly words: string;
  readonly count: number;
}

/** Checks that occur many times and say the same: one row per outcome. */
const GATHERED: ReadonlySet<CheckSubject> = new Set(['alias']);
const OUTCOMES = ['verified', 'failed', 'absent', 'uncheckable'] as const;

const KEY_WORDS = {
  name: 'Key',
  shows:
    'signatures by this key were checked with the bytes that this mirror’s operator pinned, not with those in the bundle',
} as const;

type OpenRow = LedgerRow & { readonly values: string[] };

function rowOf({ subject, outcome, value, where }: Check): OpenRow {
  const { name } = CHECK_WORDS[subject];
  const part = subject === 'snapshot' ? /\/([^/]+)\/snapshot_sha256$/.exec(where)?.[1] : undefined;
  return {
    outcome,
    outcomeWords: OUTCOME_WORDS[outcome],
    name: part === undefined ? name : `Snapshot of ${visibleText(spaced(part))}`,
    values: value === '' ? [] : [visibleText(value)],
  };
}

function rowsOf(checks: readonly Check[]): readonly LedgerRow[] {
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
    const row = rowOf(check);
    open.set(key, row);
    rows.push(row);
  }
  return rows;
}

/** The keys that signed what is shown, compared with the pinned ones. A bundle by another key, or with other key bytes, is rejected. */
function keyRows({ merged }: RecordEntry): readonly LedgerRow[] {
  if (merged === null) return [];
  const published = merged.published.kind === 'received' ? [merged.published.bundle] : merged.published.from;
  const used = new Map<string, PinnedKey>(published.map(({ key }) => [key.keyId, key]));
  for (const { event } of merged.applied) used.set(event.key.keyId, event.key);
  return [...used.values()].map(({ keyId, fingerprint }) => ({
    outcome: 'verified',
    outcomeWords: OUTCOME_WORDS.verified,
    name: KEY_WORDS.name,
    values: [visibleText(keyId), fingerprint],
  }));
}

const OF_BUNDLE: ReadonlySet<CheckSubject> = new Set(['bundle_hash', 'bundle_signature', 'state']);

/** How many rows have each of the four outcomes. */
export function outcomeCounts(groups: readonly Pick<LedgerGroup, 'rows'>[]): readonly OutcomeCount[] {
  return OUTCOMES.map((outcome) => ({
    outcome,
    words: OUTCOME_WORDS[outcome],
    count: groups.reduce((sum, { rows }) => sum + rows.filter((row) => row.outcome === outcome).length, 0),
  }));
}

/**
 * Groups the ledger of a record: the record, each event in the order of the merge, the bundle, the keys.
 *
 * @param anchors the names and page anchors of events, by id, in the order of the merge.
 */
export function ledgerGroups(
  entry: RecordEntry,
  anchors: ReadonlyMap<string, { readonly name: string; readonly href: string }>,
): readonly LedgerGroup[] {
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
  const group = (
    id: string,
    heading: string,
    rows: readonly LedgerRow[],
    subject: GroupSubject,
    href: string | null = null,
  ): LedgerGroup => ({
    id: `checks-${id}`,
    heading,
    href,
    rows,
    summary: outcomeCounts([{ rows }])
      .filter(({ count }) => count > 0)
      .map(({ count, words }) => `${count} ${words}`)
      .join(', '),
    isOpen: rows.some(({ outcome }) => outcome !== 'verified'),
    repeat: repeatLine(entry, subject),
  });
  return [
    group('record', 'Record', rowsOf(record), { kind: 'record' }),
    ...[...events].map(([id, own], i) => {
      const index = /^\/events\/(\d+)/.exec(own[0]?.where ?? '')?.[1];
      const subject: GroupSubject = { kind: 'event', index: index === undefined ? null : Number(index) };
      const { name, href } = anchors.get(id) ?? { name: visibleText(id), href: null };
      return group(`event-${i + 1}`, name, rowsOf(own), subject, href);
    }),
    group('bundle', 'Bundle and state', rowsOf(bundle), { kind: 'bundle' }),
    group('keys', 'Pinned keys', keyRows(entry), { kind: 'keys' }),
  ].filter(({ rows }) => rows.length > 0);
}

/** Each kind of check, and what it proves if it passes. */
export const CHECK_MEANINGS: readonly (readonly [name: string, shows: string])[] = [
  ...Object.values(CHECK_WORDS),
  KEY_WORDS,
].map(({ name, shows }) => [name, shows]);
