/** The receipt's signature over the record's digest. A bad one is a finding, never a rejection (section 10). */
import type { Engine } from '../engine.ts';
import { ParseError } from '../errors.ts';
import type { Json } from '../json.ts';
import { describe } from '../parse/members.ts';
import { parseReceipt } from '../parse/receipt.ts';
import { nobleEngine } from './ed25519.ts';
import type { Ledger } from './finding.ts';
import { assertEngineWorks } from './self-test.ts';
import { judgeSignature } from './signature.ts';
import { REGISTRY_ROLE, type Trust } from './signer.ts';

/**
 * Verifies a receipt and notes the check, and the finding `receipt_invalid` with its cause, in `ledger`.
 *
 * @param canonicalSha256 the recomputed digest of the record.
 * @param where JSON pointer of the receipt.
 */
export function verifyReceipt(
  receipt: Json | undefined,
  canonicalSha256: string,
  trust: Trust,
  ledger: Ledger,
  where: string,
  eventId: string | null,
  engine: Engine = nobleEngine,
): void {
  if (receipt === undefined || receipt === null) {
    ledger.check('receipt', 'signature', 'absent', where, '', eventId);
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
    const verdict = judgeSignature(parsed.claimedSignature, 'receipt', canonicalSha256, trust, engine, where);
    for (const { code, where: at, message } of verdict.problems)
      problems.push({ where: at, message: `${code}: ${message}` });
    if (verdict.key !== null && verdict.key.role !== REGISTRY_ROLE) {
      const message = `role_mismatch: expected a key with role ${REGISTRY_ROLE}, got ${describe(verdict.key.role)}`;
      problems.push({ where: `${where}/key_id`, message });
    }
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    for (const { path, message } of error.problems) problems.push({ where: path, message });
  }
  ledger.check('receipt', 'signature', problems.length === 0 ? 'verified' : 'failed', where, signature, eventId);
  for (const problem of problems) ledger.find('receipt_invalid', problem.where, problem.message, eventId);
}
