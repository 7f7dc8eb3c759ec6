/**
 * Signature objects (README.md, section 5), as they stand in events and bundles, and inside a receipt.
 *
 * Nothing is verified here, and later only `signature_b64` is: no digest covers the signature object of an event or
 * of a bundle.
 */
import { isObject, type Json, type JsonObject } from '../json.ts';
import { parseTimestamp } from './timestamp.ts';

/** What a signature object claims. A member that is not a string reads as null. */
export interface ClaimedSignature {
  readonly status: string | null;
  readonly algorithm: string | null;
  readonly keyId: string | null;
  readonly fingerprint: string | null;
  readonly signatureBase64: string | null;
  readonly signedMessage: string | null;
  /** Whether `signed_at` is absent or a timestamp. Nothing proves its value. */
  readonly signedAtIsTime: boolean;
}

/** The members that upstream writes in a bundle's signature object. Anyone may have added others. */
export const BUNDLE_SIGNATURE_MEMBERS = [
  'signature_status',
  'algorithm',
  'key_id',
  'public_key_fingerprint',
  'signature_b64',
  'signed_message',
  'signed_at',
  'bundle_sha256',
] as const;

/** Reads a signature object; null if there is none at all. */
export function readSignature(value: Json | undefined): ClaimedSignature | null {
  if (!isObject(value)) return null;
  const text = (name: string): string | null => textMember(value, name);
  const signedAt = value.get('signed_at');
  return {
    status: text('signature_status'),
    algorithm: text('algorithm'),
    keyId: text('key_id'),
    fingerprint: text('public_key_fingerprint'),
    signatureBase64: text('signature_b64'),
    signedMessage: text('signed_message'),
    signedAtIsTime: signedAt === undefined || (typeof signedAt === 'string' && parseTimestamp(signedAt) !== null),
  };
}

/** A member that is a string, or null. */
export function textMember(object: JsonObject, name: string): string | null {
  const value = object.get(name);
  return typeof value === 'string' ? value : null;
}
