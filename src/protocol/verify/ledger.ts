/** The record of one verification: every check that was made, and every finding, in order. */
import type { ReasonCode } from '../errors.ts';
import { describe, quote } from '../parse/members.ts';
import type { Check, Finding } from './finding.ts';

/** A check to note. Without `eventId`, it concerns no event. */
export type NewCheck = Omit<Check, 'eventId'> & { readonly eventId?: string | null };

/** A value that a document claims, and that must be equal to the one computed from it. */
export interface Comparison {
  readonly subject: Check['subject'];
  readonly how: 'digest' | 'comparison';
  /** Code of the finding if the two differ. */
  readonly code: ReasonCode;
  /** JSON pointer of the claimed value. */
  readonly where: string;
  readonly claimed: string;
  readonly computed: string;
  readonly eventId?: string | null;
}

export class Ledger {
  readonly checks: Check[] = [];
  readonly findings: Finding[] = [];

  check({ subject, how, outcome, where, eventId = null, value }: NewCheck): void {
    this.checks.push({ subject, how, outcome, where, eventId, value });
  }

  /** @param message what was expected and what was found, on one line. */
  find(code: ReasonCode, where: string, message: string, eventId: string | null = null): void {
    this.findings.push({ code, where, eventId, message });
  }

  /** Notes the check, and a finding if the two values differ. Returns whether they are equal. */
  compare({ subject, how, code, where, claimed, computed, eventId = null }: Comparison): boolean {
    const isEqual = claimed === computed;
    this.check({ subject, how, outcome: isEqual ? 'verified' : 'failed', where, eventId, value: claimed });
    if (!isEqual) this.find(code, where, `expected ${quote(computed)}, got ${describe(claimed)}`, eventId);
    return isEqual;
  }
}
