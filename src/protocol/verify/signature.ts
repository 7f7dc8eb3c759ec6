/** Whether a signature object counts: who signed, in which role, over which digest (README.md, section 5). */
import { decodeBase64, decodeHex } from '../bytes.ts';
import { pointer, type ReasonCode } from '../errors.ts';
import { describe } from '../parse/members.ts';
import type { ClaimedSignature } from '../parse/signature.ts';
import type { Context } from './context.ts';
import type { PinnedKey } from './signer.ts';

/** The three kinds of signed document, distinguished by `signed_message`. */
export const SIGNED_MESSAGES = {
  receipt: 'canonical_sha256_bytes',
  event: 'open_graph_event_sha256_bytes',
  bundle: 'bundle_sha256_bytes',
} as const;
export type SignatureRole = keyof typeof SIGNED_MESSAGES;

/** One signature object, and what it must sign. */
export interface SignatureSubject {
  /** Null if there is none. */
  readonly claimed: ClaimedSignature | null;
  readonly role: SignatureRole;
  /**
   * The recomputed digest as 64 hexadecimal digits; null if it differs from the claimed one. Then the signature is not
   * checked, since it is unknown which bytes it would be over.
   */
  readonly digest: string | null;
  /** JSON pointer of the signature object. */
  readonly where: string;
}

interface SignatureProblem {
  readonly code: ReasonCode;
  readonly where: string;
  readonly message: string;
}

export interface SignatureVerdict {
  /** The pinned key that the object names; null if it names none. This does not mean that the signature is valid. */
  readonly key: PinnedKey | null;
  /** Null if no signature was checked, because the object does not count or the digest is wrong. */
  readonly isValid: boolean | null;
  /** Empty exactly if everything is valid, apart from a wrong digest, which the caller reports. */
  readonly problems: readonly SignatureProblem[];
}

/** Checks one signature object. Notes no findings, because what a problem means depends on the document. */
export function judgeSignature(
  { claimed, role, digest, where }: SignatureSubject,
  { trust, engine }: Pick<Context, 'trust' | 'engine'>,
): SignatureVerdict {
  if (claimed === null) {
    const message = 'expected a signature object, got none';
    return { key: null, isValid: null, problems: [{ code: 'missing_signature', where, message }] };
  }
  const problems: SignatureProblem[] = [];
  const expect = (code: ReasonCode, name: string, got: string | null, expected: string): void => {
    if (got === expected) return;
    const message = `expected ${JSON.stringify(expected)}, got ${describe(got)}`;
    problems.push({ code, where: pointer(where, name), message });
  };
  expect('signature_status', 'signature_status', claimed.status, 'signed_v1');
  // An object that says it is unsigned does not have to look like a signature.
  if (problems.length > 0) return { key: null, isValid: null, problems };
  expect('signature_status', 'algorithm', claimed.algorithm, 'ed25519');
  expect('role_mismatch', 'signed_message', claimed.signedMessage, SIGNED_MESSAGES[role]);

  const signature = decodeBase64(claimed.signatureBase64 ?? '', 64);
  if (signature === null) {
    const message = `expected 64 bytes in canonical base64, got ${describe(claimed.signatureBase64)}`;
    problems.push({ code: 'base64', where: pointer(where, 'signature_b64'), message });
  }
  const key = claimed.keyId === null ? null : (trust.get(claimed.keyId) ?? null);
  if (key === null) {
    const message = `expected a key that this mirror pins, got ${describe(claimed.keyId)}`;
    problems.push({ code: 'untrusted_key', where: pointer(where, 'key_id'), message });
  } else {
    expect('fingerprint_mismatch', 'public_key_fingerprint', claimed.fingerprint, key.fingerprint);
  }
  const message = decodeHex(digest ?? '', 32);
  if (problems.length > 0 || key === null || signature === null || message === null) {
    return { key, isValid: null, problems };
  }
  const isValid = engine.verify(key.publicKey, message, signature);
  if (!isValid) {
    const text = `expected a signature by ${key.keyId} over ${digest}, got one that is not`;
    problems.push({ code: 'bad_signature', where: pointer(where, 'signature_b64'), message: text });
  }
  return { key, isValid, problems };
}
