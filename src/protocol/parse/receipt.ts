/** The receipt: the registry's signature over a record's digest, inside `record_created` (README.md, section 5). */
import { DIGEST_PATTERN } from '../digest.ts';
import type { Json, JsonObject } from '../json.ts';
import { Members, Problems } from './members.ts';
import { type ClaimedSignature, readSignature } from './signature.ts';

export interface ParsedReceipt {
  readonly value: JsonObject;
  readonly claimedCanonicalSha256: string;
  readonly claimedSignature: ClaimedSignature | null;
}

/** @throws ParseError `receipt_invalid`, with every problem under `path`. */
export function parseReceipt(value: Json | undefined, path: string): ParsedReceipt {
  const problems = new Problems();
  const receipt = new Members(value, path, problems, 'receipt_invalid');
  receipt.literal('kind', 'pith_receipt');
  const claimedCanonicalSha256 = receipt.matching(
    'canonical_sha256',
    DIGEST_PATTERN,
    '64 lower-case hexadecimal digits',
  );
  for (const name of ['signed_at', 'first_computed_at', 'last_reissued_at']) {
    if (receipt.object.has(name)) receipt.timestamp(name);
  }
  problems.throwIfAny();
  return { value: receipt.object, claimedCanonicalSha256, claimedSignature: readSignature(value) };
}
