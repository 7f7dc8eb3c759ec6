/** Pith Numbers, their short forms, aliases and key fingerprints (README.md, section 3). */
import { decodeHex, encodeBase32 } from './bytes.ts';
import { type Sha256, sha256Hex } from './digest.ts';

/** Base32 characters of a suffix: 130 bits of the record's digest. */
export const SUFFIX_LENGTH = 26;
export const SUFFIX_PATTERN = /^[A-Z2-7]{26}$/;
export const PITH_NUMBER_PATTERN = /^pith:\d{4}:[A-Z2-7]{26}$/;
export const SHORT_PITH_NUMBER_PATTERN = /^pith:[A-Z2-7]{8}$/;

/** The 26-character suffix of a record's `canonical_sha256` (64 hexadecimal digits). */
export function suffixOf(canonicalSha256: string): string {
  const digest = decodeHex(canonicalSha256, 32);
  if (digest === null) throw new RangeError(`not a SHA-256 digest in hexadecimal: ${canonicalSha256}`);
  return encodeBase32(digest, SUFFIX_LENGTH);
}

/** `pith:YYYY:SUFFIX`; the year is that of the record's `submitted_at` (`YYYY-MM-DDTHH:MM:SSZ`). */
export function formatPithNumber(submittedAt: string, suffix: string): string {
  return `pith:${submittedAt.slice(0, 4)}:${suffix}`;
}

/** `pith:` and the first 8 characters. Ambiguous at the registry's size, so it is never used as a path or for a silent redirect. */
export function formatShortPithNumber(suffix: string): string {
  return `pith:${suffix.slice(0, 8)}`;
}

/** The suffix of a full Pith Number. */
export function suffixOfNumber(pithNumber: string): string {
  return pithNumber.slice(-SUFFIX_LENGTH);
}

/** The value each alias of a record must have, by `alias_kind`, in upstream's order. */
export function expectedAliases(
  source: { readonly id: string; readonly version: number },
  suffix: string,
): ReadonlyMap<string, string> {
  return new Map([
    ['arxiv', source.id],
    ['arxiv_version', `${source.id}v${source.version}`],
    ['doi', `10.48550/arxiv.${source.id}`],
    ['pith_short_12', suffix.slice(0, 12)],
    ['pith_short_16', suffix.slice(0, 16)],
    ['pith_short_8', suffix.slice(0, 8)],
  ]);
}

/** Fingerprint of a 32-byte public key: the first 16 bytes of its SHA-256, as 32 hexadecimal digits. */
export function fingerprintOf(publicKey: Uint8Array, hash: Sha256 = sha256Hex): string {
  return hash(publicKey).slice(0, 32);
}

/** The base32 form upstream calls `fingerprint_sha256_b32_first128bits`; in fact 26 characters, 130 bits. */
export function fingerprintBase32Of(publicKey: Uint8Array, hash: Sha256 = sha256Hex): string {
  return suffixOf(hash(publicKey));
}
