/** The output of verification: the checks it made, and a finding for every problem. */
import type { ReasonCode } from '../errors.ts';

/** A problem, or something a reader should know. Its code decides whether it rejects anything. */
export interface Finding {
  readonly code: ReasonCode;
  /** JSON pointer into the bundle; `''` is the bundle itself. */
  readonly where: string;
  /** The id that the event in question claims; null if no event is concerned, or if it has no id. */
  readonly eventId: string | null;
  /** What was expected and what was found, on one line. */
  readonly message: string;
}

/** What a check is about. The list is closed, because the site has a text for each. */
export const CHECK_SUBJECTS = [
  'record_hash',
  'pith_number',
  'short_number',
  'source',
  'alias',
  'bundle_hash',
  'bundle_signature',
  'event_hash',
  'event_signature',
  'record_event',
  'receipt',
  'title',
  'abstract',
  'snapshot',
  'state',
] as const;
export type CheckSubject = (typeof CHECK_SUBJECTS)[number];

/** `absent`: there is nothing to check. `uncheckable`: it is there, but the bundle lacks what the check needs. */
export type CheckOutcome = 'verified' | 'failed' | 'absent' | 'uncheckable';

export interface Check {
  readonly subject: CheckSubject;
  readonly how: 'signature' | 'digest' | 'comparison';
  readonly outcome: CheckOutcome;
  readonly where: string;
  readonly eventId: string | null;
  /** The value that was checked (a digest, a signature, an identifier), or why it could not be checked. */
  readonly value: string;
}
