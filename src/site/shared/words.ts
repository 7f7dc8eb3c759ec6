/** The words of the site for what the protocol names by codes. */
import type { CheckOutcome, CheckSubject } from '../../protocol/index.ts';

/** A check's four outcomes, each a word; an icon and a colour only repeat it. */
export const OUTCOME_WORDS: Readonly<Record<CheckOutcome, string>> = {
  verified: 'verified',
  failed: 'failed',
  absent: 'absent',
  uncheckable: 'cannot be checked here',
};

/** What each check is called, and what it proves where it holds. */
export const CHECK_WORDS: Readonly<Record<CheckSubject, { readonly name: string; readonly shows: string }>> = {
  record_hash: {
    name: 'Record hash',
    shows: 'the record below is the very one that the number names: SHA-256 of its canonical JSON',
  },
  pith_number: {
    name: 'Pith Number',
    shows: 'it follows from the record: the year of submission, and 26 base32 characters of the hash',
  },
  short_number: { name: 'Short number', shows: 'it is the beginning of the number; others may share it' },
  source: { name: 'Source', shows: 'the bundle speaks of the paper and version that the record names' },
  alias: { name: 'Aliases', shows: 'arXiv id, DOI and short forms follow from the record' },
  bundle_hash: { name: 'Bundle hash', shows: 'the bundle is whole: SHA-256 of everything in it but its signature' },
  bundle_signature: { name: 'Bundle signature', shows: 'the pinned key signed this bundle hash' },
  event_hash: {
    name: 'Event hash',
    shows: 'the event is whole, and has the id it claims: SHA-256 of all but signature and id',
  },
  event_signature: { name: 'Event signature', shows: 'the pinned key signed this event hash' },
  record_event: { name: 'Record in the event', shows: 'record_created holds this very record' },
  receipt: { name: 'Receipt', shows: 'the pinned key signed the record hash' },
  title: { name: 'Title', shows: 'the title is the record’s own: in lower case it has the hash that the record names' },
  abstract: {
    name: 'Abstract',
    shows:
      'an abstract of fewer than 600 characters has the hash that the record names; of a longer one the bundle has only an excerpt, which has no hash of its own',
  },
  snapshot: { name: 'Snapshot hash', shows: 'this part of the snapshot is as it was when it was taken' },
  state: { name: 'State', shows: 'the merge, computed here, gives the state that the bundle ships' },
};

/** `record_created` as `record created`. */
export function spaced(name: string): string {
  return name.replaceAll('_', ' ');
}

/** `12,345`: digits in groups of three, in every locale. */
export function grouped(count: number): string {
  const digits = String(count);
  const first = digits.length % 3;
  const groups = digits.slice(first).match(/\d{3}/g) ?? [];
  return (first === 0 ? groups : [digits.slice(0, first), ...groups]).join(',');
}

/** `1 signature`, `2 signatures`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
