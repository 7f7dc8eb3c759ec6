/** The site's texts for the codes of the protocol. */
import type { CheckOutcome, CheckSubject } from '../../protocol/index.ts';

/** The four outcomes of a check, in words; the icon and the colour only repeat them. */
export const OUTCOME_WORDS: Readonly<Record<CheckOutcome, string>> = {
  verified: 'verified',
  failed: 'failed',
  absent: 'absent',
  uncheckable: 'cannot be checked here',
};

/** The name of each check, and what it proves if it passes. */
export const CHECK_WORDS: Readonly<Record<CheckSubject, { readonly name: string; readonly shows: string }>> = {
  record_hash: {
    name: 'Record hash',
    shows: 'the Pith Number identifies exactly this record: SHA-256 of its canonical JSON',
  },
  pith_number: {
    name: 'Pith Number',
    shows: 'it follows from the record: the year of submission and 26 base32 characters of the hash',
  },
  short_number: { name: 'Short number', shows: 'it is a short form of the Pith Number; other records may share it' },
  source: { name: 'Source', shows: 'the bundle and the record name the same paper and version' },
  alias: { name: 'Aliases', shows: 'arXiv id, DOI and short numbers follow from the record' },
  bundle_hash: { name: 'Bundle hash', shows: 'the bundle is unchanged: SHA-256 of everything except its signature' },
  bundle_signature: { name: 'Bundle signature', shows: 'the pinned key signed this bundle hash' },
  event_hash: {
    name: 'Event hash',
    shows: 'the event is unchanged and its id matches: SHA-256 of everything except signature and id',
  },
  event_signature: { name: 'Event signature', shows: 'the pinned key signed this event hash' },
  record_event: { name: 'Record in the event', shows: 'record_created contains exactly this record' },
  receipt: { name: 'Receipt', shows: 'the pinned key signed the record hash' },
  title: { name: 'Title', shows: 'the title matches the record: SHA-256 of the title in lower case' },
  abstract: {
    name: 'Abstract',
    shows:
      'if it has fewer than 600 characters, it matches the record’s hash of the abstract; if it is longer, it is only an excerpt',
  },
  snapshot: { name: 'Snapshot hash', shows: 'this part of the snapshot is unchanged' },
  state: { name: 'State', shows: 'merging the events again gives the bundle’s own state' },
};

/** `record_created` as `record created`. */
export function spaced(name: string): string {
  return name.replaceAll('_', ' ');
}

/** `claims`, `claims or references`, `claims, references or corrections`. */
export function listed(names: readonly string[]): string {
  const [last = '', ...before] = [...names].reverse();
  return before.length === 0 ? last : `${before.reverse().join(', ')} or ${last}`;
}
