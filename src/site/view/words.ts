/** The words of the site for what the protocol names by codes. */
import type { AppliedEvent, CheckOutcome, CheckSubject } from '../../protocol/index.ts';

/** A check's four outcomes, each a word; an icon and a colour only repeat it. */
export const OUTCOME_WORDS: Readonly<Record<CheckOutcome, string>> = {
  verified: 'verified',
  failed: 'failed',
  absent: 'absent',
  uncheckable: 'cannot be checked here',
};

/** The same in their order, for a component that writes each. */
export const OUTCOMES = Object.entries(OUTCOME_WORDS) as readonly (readonly [CheckOutcome, string])[];

/** What each check is called, and what it shows where it holds. */
export const CHECK_WORDS: Readonly<Record<CheckSubject, { readonly name: string; readonly shows: string }>> = {
  record_hash: { name: 'Canonical hash', shows: 'SHA-256 of the record’s canonical JSON' },
  pith_number: { name: 'Pith Number', shows: 'year of submission, and 26 base32 characters of the hash' },
  short_number: { name: 'Short number', shows: 'the first 8 of these characters' },
  source: { name: 'Source', shows: 'the bundle names the paper that the record names' },
  alias: { name: 'Aliases', shows: 'each follows from the record' },
  bundle_hash: { name: 'Bundle hash', shows: 'SHA-256 of the whole bundle but its signature' },
  bundle_signature: { name: 'Bundle signature', shows: 'the pinned key signed this bundle hash' },
  event_hash: { name: 'Event hash', shows: 'SHA-256 of the event but its signature and id' },
  event_signature: { name: 'Event signature', shows: 'the pinned key signed this event hash' },
  record_event: { name: 'Record in the event', shows: 'record_created holds this very record' },
  receipt: { name: 'Receipt', shows: 'the pinned key signed the canonical hash' },
  title: { name: 'Title', shows: 'its lower-case form has the hash that the record names' },
  abstract: { name: 'Abstract', shows: 'only an excerpt is at hand; the record’s hash covers the whole' },
  snapshot: { name: 'Snapshot hashes', shows: 'SHA-256 of a part of the snapshot' },
  state: { name: 'State', shows: 'the merge, computed here, gives the state that the bundle ships' },
};

/** What an event did, in a few words. */
export const EFFECT_WORDS: Readonly<Record<AppliedEvent['effect'], string>> = {
  record: 'created the record',
  listed: 'stands in the current state',
  superseded: 'superseded by its own key; kept in the history',
  unlisted: 'counted and kept; in no list of the current state',
};

/** `record_created` as `record created`. */
export function spaced(name: string): string {
  return name.replaceAll('_', ' ');
}

/** `1 signature`, `2 signatures`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
