/** Compares what a bundle claims about its record and its keys with the record itself and the pinned keys. */
import { decodeBase64, decodeHex, equalBytes } from '../bytes.ts';
import { formatCanonical } from '../canonical-json.ts';
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
import type { Context } from './context.ts';
import type { Ledger } from './ledger.ts';
import type { IdentifiedRecord } from './record.ts';

/** Checks the digest, the names, the source and the aliases that a bundle claims for its record. */
export function verifyClaims(parsed: ParsedBundle, identified: IdentifiedRecord, ledger: Ledger): void {
  const { canonicalSha256, pithNumber, shortPithNumber, suffix, record } = identified;
  ledger.compare({
    subject: 'record_hash',
    how: 'digest',
    code: 'canonical_hash_mismatch',
    where: '/canonical_sha256',
    claimed: parsed.claimedCanonicalSha256,
    computed: canonicalSha256,
  });
  const number = parsed.claimedPithNumber;
  ledger.compare({
    subject: 'pith_number',
    how: 'comparison',
    code: PITH_NUMBER_PATTERN.test(number) ? 'number_mismatch' : 'number_syntax',
    where: '/pith_number',
    claimed: number,
    computed: pithNumber,
  });
  const short = parsed.claimedShortPithNumber;
  ledger.compare({
    subject: 'short_number',
    how: 'comparison',
    code: SHORT_PITH_NUMBER_PATTERN.test(short) ? 'short_number_mismatch' : 'number_syntax',
    where: '/short_pith_number',
    claimed: short,
    computed: shortPithNumber,
  });
  ledger.compare({
    subject: 'source',
    how: 'comparison',
    code: 'source_mismatch',
    where: '/source',
    claimed: formatCanonical(parsed.claimedSource),
    computed: formatCanonical(record.value.get('source') ?? null),
  });
  verifyAliases(parsed.aliases, expectedAliases(record.source, suffix), ledger);
}

/** Aliases that follow from the record must match it. Others cannot be checked and are kept. */
function verifyAliases(aliases: readonly ClaimedAlias[], expected: ReadonlyMap<string, string>, ledger: Ledger): void {
  const seen = new Set<string>();
  aliases.forEach(({ kind, alias }, i) => {
    const where = pointer('/source_aliases', i);
    const right = expected.get(kind);
    if (right === undefined) {
      ledger.check({ subject: 'alias', how: 'comparison', outcome: 'uncheckable', where, value: alias });
      return;
    }
    ledger.compare({
      subject: 'alias',
      how: 'comparison',
      code: 'alias_mismatch',
      where: `${where}/alias_value`,
      claimed: alias,
      computed: right,
    });
    if (seen.has(kind)) ledger.find('alias_mismatch', where, `expected one alias of kind ${kind}, got a second`);
    seen.add(kind);
  });
}

/** Claimed keys prove nothing, but a bundle that contradicts itself, or the pinned keys, about them is rejected. */
export function verifyClaimedKeys(keys: readonly ClaimedKey[], { trust, engine, ledger }: Context): void {
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
    const fingerprint = fingerprintOf(bytes, engine.sha256Hex);
    if (key.fingerprintHex !== null && key.fingerprintHex !== fingerprint) {
      const message = `expected ${fingerprint}, got ${describe(key.fingerprintHex)}`;
      ledger.find('fingerprint_mismatch', at('fingerprint_sha256_hex'), message);
    }
    const fingerprintBase32 = fingerprintBase32Of(bytes, engine.sha256Hex);
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

/** When each key ends, as the bundle says. Under a pinned id this is the pinned key, or the bundle would have been rejected. */
export function rotations(keys: readonly ClaimedKey[]): ReadonlyMap<string, Instant> {
  const ends = new Map<string, Instant>();
  for (const key of keys) {
    const end = key.rotatesAt === null ? null : parseTimestamp(key.rotatesAt);
    if (end !== null) ends.set(key.keyId, end);
  }
  return ends;
}
