/** What verification says: the checks that it made, and a finding for everything that is not as it must be. */
import type { ReasonCode } from '../errors.ts';

/** Something that is wrong, or that a reader should know. Its code decides whether it rejects anything. */
export interface Finding {
  readonly code: ReasonCode;
  /** JSON pointer into the bundle; `''` is the bundle itself. */
  readonly where: string;
  /** The event it is about, by the id that it claims; null if it is about no event, or about one without an id. */
  readonly eventId: string | null;
  /** What was expected and what came; one line. */
  readonly message: string;
}

/** What a check is about. The list is closed: the site has words for each. */
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

/** `absent`: there is nothing to check. `uncheckable`: it is there, but a bundle does not hold what a check needs. */
export type CheckOutcome = 'verified' | 'failed' | 'absent' | 'uncheckable';

export interface Check {
  readonly subject: CheckSubject;
  readonly how: 'signature' | 'digest' | 'comparison';
  readonly outcome: CheckOutcome;
  readonly where: string;
  readonly eventId: string | null;
  /** The value that was checked (a digest, a signature, an identifier), or why it could not be. */
  readonly value: string;
}
