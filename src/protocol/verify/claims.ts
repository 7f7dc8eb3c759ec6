/** What a bundle says of its record and its keys, against what follows from the record and the pinned keys (sections 3 and 6). */
import { decodeBase64, decodeHex, equalBytes } from '../bytes.ts';
import { formatCanonical } from '../canonical-json.ts';
import type { Sha256 } from '../digest.ts';
import { pointer } from '../errors.ts';
import {
  expectedAliases,
  fingerprintBase32Of,
  fingerprintOf,
  PITH_NUMBER_PATTERN,
  SHORT_PITH_NUMBER_PATTERN,
} from '../identifier.ts';
import type { ClaimedAlias, ClaimedKey, ParsedBundle } from '../parse/bundle.ts';
import { describe } from '../parse/members.ts';
import { type Instant, parseTimestamp } from '../parse/timestamp.ts';
import type { Ledger } from './finding.ts';
import type { IdentifiedRecord } from './record.ts';
import type { Trust } from './signer.ts';

/** The digest, the names, the source and the aliases that a bundle claims for its record. */
export function verifyClaims(parsed: ParsedBundle, identified: IdentifiedRecord, ledger: Ledger): void {
  const { canonicalSha256, pithNumber, shortPithNumber, suffix, record } = identified;
  ledger.compare(
    'record_hash',
    'digest',
    'canonical_hash_mismatch',
    '/canonical_sha256',
    parsed.claimedCanonicalSha256,
    canonicalSha256,
  );

  const number = parsed.claimedPithNumber;
  const numberCode = PITH_NUMBER_PATTERN.test(number) ? 'number_mismatch' : 'number_syntax';
  ledger.compare('pith_number', 'comparison', numberCode, '/pith_number', number, pithNumber);
  const short = parsed.claimedShortPithNumber;
  const shortCode = SHORT_PITH_NUMBER_PATTERN.test(short) ? 'short_number_mismatch' : 'number_syntax';
  ledger.compare('short_number', 'comparison', shortCode, '/short_pith_number', short, shortPithNumber);

  const source = formatCanonical(record.value.get('source') ?? null);
  ledger.compare('source', 'comparison', 'source_mismatch', '/source', formatCanonical(parsed.claimedSource), source);
  verifyAliases(parsed.aliases, expectedAliases(record.source, suffix), ledger);
}

/** Aliases of a kind that follows from the record must be right; others are upstream's word and stay. */
function verifyAliases(aliases: readonly ClaimedAlias[], expected: ReadonlyMap<string, string>, ledger: Ledger): void {
  const seen = new Set<string>();
  aliases.forEach(({ kind, alias }, i) => {
    const where = pointer('/source_aliases', i);
    const right = expected.get(kind);
    if (right === undefined) {
      ledger.check('alias', 'comparison', 'uncheckable', where, alias);
      return;
    }
    ledger.compare('alias', 'comparison', 'alias_mismatch', `${where}/alias_value`, alias, right);
    if (seen.has(kind)) ledger.find('alias_mismatch', where, `expected one alias of kind ${kind}, got a second`);
    seen.add(kind);
  });
}

/** Claimed keys prove nothing, but a bundle that contradicts itself about them, or the pinned key, is rejected. */
export function verifyClaimedKeys(keys: readonly ClaimedKey[], trust: Trust, hash: Sha256, ledger: Ledger): void {
  const seen = new Set<string>();
  keys.forEach((key, i) => {
    const at = (name: string): string => `${pointer('/public_keys', i)}/${name}`;
    if (seen.has(key.keyId)) {
      ledger.find('duplicate_key_id', at('key_id'), `expected each key_id once, got ${describe(key.keyId)} again`);
    }
    seen.add(key.keyId);
    const bytes = decodeHex(key.publicKeyHex, 32);
    const base64 = decodeBase64(key.publicKeyBase64, 32);
    if (bytes === null || base64 === null || !equalBytes(bytes, base64)) {
      ledger.find(
        'key_encoding_mismatch',
        at('public_key_b64'),
        'expected one key of 32 bytes in hexadecimal and canonical base64',
      );
      return;
    }
    const fingerprint = fingerprintOf(bytes, hash);
    if (key.fingerprintHex !== null && key.fingerprintHex !== fingerprint) {
      const message = `expected ${fingerprint}, got ${describe(key.fingerprintHex)}`;
      ledger.find('fingerprint_mismatch', at('fingerprint_sha256_hex'), message);
    }
    const fingerprintBase32 = fingerprintBase32Of(bytes, hash);
    if (key.fingerprintBase32 !== null && key.fingerprintBase32 !== fingerprintBase32) {
      const message = `expected ${fingerprintBase32}, got ${describe(key.fingerprintBase32)}`;
      ledger.find('fingerprint_mismatch', at('fingerprint_sha256_b32_first128bits'), message);
    }
    const pinned = trust.get(key.keyId);
    if (pinned !== undefined && !equalBytes(pinned.publicKey, bytes)) {
      const message = `expected the pinned key ${pinned.publicKeyHex} under this id, got ${describe(key.publicKeyHex)}`;
      ledger.find('untrusted_key', at('public_key_hex'), message);
    }
  });
}

/** When each key ends, as the bundle says. Under a pinned id it has the pinned bytes: others were a rejection. */
export function rotations(keys: readonly ClaimedKey[]): ReadonlyMap<string, Instant> {
  const ends = new Map<string, Instant>();
  for (const key of keys) {
    const end = key.rotatesAt === null ? null : parseTimestamp(key.rotatesAt);
    if (end !== null) ends.set(key.keyId, end);
  }
  return ends;
}
