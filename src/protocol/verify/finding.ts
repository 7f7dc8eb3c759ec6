/** What verification says: checks that were made, and findings where something was not as it must be. */
import type { ReasonCode } from '../errors.ts';
import { describe, quote } from '../parse/members.ts';

/** Something that is wrong, or that a reader must know. Whether it rejects anything depends on its code. */
export interface Finding {
  readonly code: ReasonCode;
  /** JSON pointer into the bundle; `''` is the bundle itself. */
  readonly where: string;
  /** The event it is about, as claimed; null where it is about no event or the event has no id. */
  readonly eventId: string | null;
  /** What was expected and what came; one line. */
  readonly message: string;
}

/** What a check is about. Closed: the site has words for each. */
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

/** `absent`: there is nothing to check. `uncheckable`: it is there, but not from what is at hand. */
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

/** The record of one verification, in the order in which it was made. */
export class Ledger {
  readonly checks: Check[] = [];
  readonly findings: Finding[] = [];

  check(
    subject: CheckSubject,
    how: Check['how'],
    outcome: CheckOutcome,
    where: string,
    value: string,
    eventId: string | null = null,
  ): void {
    this.checks.push({ subject, how, outcome, where, eventId, value });
  }

  find(code: ReasonCode, where: string, message: string, eventId: string | null = null): void {
    this.findings.push({ code, where, eventId, message });
  }

  /** A value that must equal another: notes the check, and the finding where it does not. Returns whether it does. */
  compare(
    subject: CheckSubject,
    how: 'digest' | 'comparison',
    code: ReasonCode,
    where: string,
    claimed: string,
    computed: string,
    eventId: string | null = null,
  ): boolean {
    const equal = claimed === computed;
    this.check(subject, how, equal ? 'verified' : 'failed', where, claimed, eventId);
    if (!equal) this.find(code, where, `expected ${quote(computed)}, got ${describe(claimed)}`, eventId);
    return equal;
  }
}
