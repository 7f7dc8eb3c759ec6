/** The receipt's signature over the record's digest. A bad receipt is a finding, never a rejection. */
import { ParseError } from '../errors.ts';
import type { Json } from '../json.ts';
import { describe } from '../parse/members.ts';
import { parseReceipt } from '../parse/receipt.ts';
import type { Context } from './context.ts';
import { assertEngineWorks } from './self-test.ts';
import { judgeSignature } from './signature.ts';
import { REGISTRY_ROLE } from './signer.ts';

/** One receipt, and the record it must belong to. */
export interface ReceiptSubject {
  /** Undefined or null if there is none. */
  readonly receipt: Json | undefined;
  /** The recomputed digest of the record. */
  readonly canonicalSha256: string;
  /** JSON pointer of the receipt. */
  readonly where: string;
  /** The event that contains it; null if there is none. */
  readonly eventId: string | null;
}

/**
 * Verifies a receipt and notes the check, and the finding `receipt_invalid` with its cause, in the ledger.
 *
 * @throws EngineError if the engine fails its self-test.
 */
export function verifyReceipt({ receipt, canonicalSha256, where, eventId }: ReceiptSubject, context: Context): void {
  const { engine, ledger } = context;
  const note = (outcome: 'verified' | 'failed' | 'absent', value: string): void =>
    ledger.check({ subject: 'receipt', how: 'signature', outcome, where, eventId, value });
  if (receipt === undefined || receipt === null) {
    note('absent', '');
    ledger.find('receipt_invalid', where, 'expected a receipt, got none', eventId);
    return;
  }
  assertEngineWorks(engine);
  const problems: { where: string; message: string }[] = [];
  let signature = '';
  try {
    const parsed = parseReceipt(receipt, where);
    signature = parsed.claimedSignature?.signatureBase64 ?? '';
    if (parsed.claimedCanonicalSha256 !== canonicalSha256) {
      const message = `expected ${canonicalSha256}, got ${describe(parsed.claimedCanonicalSha256)}`;
      problems.push({ where: `${where}/canonical_sha256`, message });
    }
    const claimed = parsed.claimedSignature;
    const verdict = judgeSignature({ claimed, role: 'receipt', digest: canonicalSha256, where }, context);
    for (const { code, where: at, message } of verdict.problems) {
      problems.push({ where: at, message: `${code}: ${message}` });
    }
    if (verdict.key !== null && verdict.key.role !== REGISTRY_ROLE) {
      const message = `role_mismatch: expected a key with role ${REGISTRY_ROLE}, got ${describe(verdict.key.role)}`;
      problems.push({ where: `${where}/key_id`, message });
    }
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    for (const { path, message } of error.problems) problems.push({ where: path, message });
  }
  note(problems.length === 0 ? 'verified' : 'failed', signature);
  for (const problem of problems) ledger.find('receipt_invalid', problem.where, problem.message, eventId);
}
