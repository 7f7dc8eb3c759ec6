/** One event: its shape, digest, id, subject, timestamps, signature, key and role (section 7). */
import { formatCanonical } from '../canonical-json.ts';
import { digestOf, eventDigest, type Sha256 } from '../digest.ts';
import type { Engine } from '../engine.ts';
import { ParseError, pointer, type ReasonCode } from '../errors.ts';
import { isNumber, isObject, type Json, type JsonObject } from '../json.ts';
import { type ParsedEvent, parseEvent } from '../parse/event.ts';
import { describe, quote } from '../parse/members.ts';
import type { Instant } from '../parse/timestamp.ts';
import { nobleEngine } from './ed25519.ts';
import type { Check, Finding } from './finding.ts';
import { Ledger } from './finding.ts';
import { verifyReceipt } from './receipt.ts';
import type { IdentifiedRecord } from './record.ts';
import { judgeSignature } from './signature.ts';
import type { PinnedKey, Trust } from './signer.ts';
import { verifySnapshot } from './snapshot.ts';

export const RECORD_CREATED = 'record_created';
export const GRAPH_SNAPSHOT = 'graph_snapshot';

/** An event that passed every check. A class with private members, so that no copy of its fields is one. */
export class VerifiedEvent {
  readonly #event: ParsedEvent;
  readonly #instant: Instant;
  readonly #key: PinnedKey;

  private constructor(event: ParsedEvent, instant: Instant, key: PinnedKey) {
    this.#event = event;
    this.#instant = instant;
    this.#key = key;
  }

  get value(): JsonObject {
    return this.#event.value;
  }
  /** `sha256:` and the recomputed digest. */
  get eventId(): string {
    return this.#event.claimedEventId;
  }
  get eventType(): string {
    return this.#event.eventType;
  }
  get target(): string | null {
    return this.#event.target;
  }
  get payload(): JsonObject {
    return this.#event.payload;
  }
  get signer(): JsonObject {
    return this.#event.signer;
  }
  /** The pinned key whose signature was verified. */
  get key(): PinnedKey {
    return this.#key;
  }
  /** As written. */
  get createdAt(): string {
    return this.#event.createdAt;
  }
  /** Sorts as time does. */
  get createdInstant(): Instant {
    return this.#instant;
  }
  get supersedes(): readonly string[] {
    return this.#event.supersedes;
  }
  get prevEvent(): string | null {
    return this.#event.prevEvent;
  }

  /** Verifies one event of a bundle. The only maker of a VerifiedEvent. */
  static verify(
    value: Json,
    where: string,
    record: IdentifiedRecord,
    trust: Trust,
    engine: Engine = nobleEngine,
  ): EventVerdict {
    const ledger = new Ledger();
    const digest = digestOfEvent(value, engine.sha256Hex);
    const event = readEvent(value, where, digest, ledger);
    const key = event === null ? null : judgeEvent(event, where, digest, record, trust, engine, ledger);
    const instant = event === null ? null : event.createdInstant;
    if (event === null || key === null || instant === null || ledger.findings.length > 0) {
      return invalid(value, where, digest, ledger);
    }
    // From here on findings reject nothing: the event is valid whatever its payload says.
    if (event.eventType === RECORD_CREATED) {
      verifyReceipt(
        event.payload.get('receipt'),
        record.canonicalSha256,
        trust,
        ledger,
        `${where}/payload/receipt`,
        event.claimedEventId,
        engine,
      );
    } else if (event.eventType === GRAPH_SNAPSHOT) {
      verifySnapshot(event.payload, record.record, ledger, `${where}/payload`, event.claimedEventId, engine.sha256Hex);
    }
    const verified = new VerifiedEvent(event, instant, key);
    return { outcome: 'valid', event: verified, checks: ledger.checks, findings: ledger.findings };
  }
}

function digestOfEvent(value: Json, hash: Sha256): string {
  return isObject(value) ? eventDigest(value, hash) : digestOf(value, hash);
}

/**
 * What is wrong with an event of a bundle that is rejected anyway: everything but its signatures. Trying those costs
 * a millisecond each, and whoever cannot sign a bundle could ask for a hundred thousand of them.
 */
export function diagnoseEvent(
  value: Json,
  where: string,
  record: IdentifiedRecord,
  engine: Engine,
  ledger: Ledger,
): void {
  const digest = digestOfEvent(value, engine.sha256Hex);
  const event = readEvent(value, where, digest, ledger);
  if (event !== null) judgeEvent(event, where, digest, record, null, engine, ledger);
}

/** An event that failed: listed with its reason, never applied. */
export interface InvalidEvent {
  /** As claimed, or null where it claims none. */
  readonly eventId: string | null;
  /** The first reason in the order of section 7. */
  readonly reason: ReasonCode;
  /** JSON pointer in its bundle. */
  readonly where: string;
  /** What tells it from other invalid events: the id it claims and what it holds, without its signature. */
  readonly identity: string;
  /** `sha256:` and the recomputed digest: the id it would have if nothing else were wrong. */
  readonly contentId: string;
  readonly value: Json;
}

export type EventVerdict =
  | {
      readonly outcome: 'valid';
      readonly event: VerifiedEvent;
      readonly checks: readonly Check[];
      readonly findings: readonly Finding[];
    }
  | {
      readonly outcome: 'invalid';
      readonly event: InvalidEvent;
      readonly checks: readonly Check[];
      readonly findings: readonly Finding[];
    };

function claimedEventId(value: Json): string | null {
  const id = isObject(value) ? value.get('event_id') : undefined;
  return typeof id === 'string' ? id : null;
}

/** The event, or null where its shape is wrong; then its digest is checked all the same. */
function readEvent(value: Json, where: string, digest: string, ledger: Ledger): ParsedEvent | null {
  try {
    return parseEvent(value, where);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const id = claimedEventId(value);
    for (const { code, path, message } of error.problems) ledger.find(code, path, message, id);
    const claimed = isObject(value) ? value.get('content_sha256') : undefined;
    if (typeof claimed === 'string') {
      ledger.compare('event_hash', 'digest', 'content_hash_mismatch', `${where}/content_sha256`, claimed, digest, id);
    }
    return null;
  }
}

function invalid(value: Json, where: string, digest: string, ledger: Ledger): EventVerdict {
  const eventId = claimedEventId(value);
  const reason = ledger.findings[0]?.code ?? 'event_schema';
  // Upstream signs all events anew at each build, so the signature is no part of what the event is.
  const identity = formatCanonical([eventId, digest]);
  const event = { eventId, reason, where, identity, contentId: `sha256:${digest}`, value };
  return { outcome: 'invalid', event, checks: ledger.checks, findings: ledger.findings };
}

/**
 * Makes every check that can make an event invalid, in the order of section 7. Returns the key it names, if any.
 *
 * @param trust null to leave the signature out.
 */
function judgeEvent(
  event: ParsedEvent,
  where: string,
  digest: string,
  record: IdentifiedRecord,
  trust: Trust | null,
  engine: Engine,
  ledger: Ledger,
): PinnedKey | null {
  const id = event.claimedEventId;
  const at = (...names: string[]): string => names.reduce<string>(pointer, where);
  const isWhole = ledger.compare(
    'event_hash',
    'digest',
    'content_hash_mismatch',
    at('content_sha256'),
    event.claimedContentSha256,
    digest,
    id,
  );
  if (id !== `sha256:${event.claimedContentSha256}`) {
    const message = `expected ${quote(`sha256:${event.claimedContentSha256}`)}, got ${describe(id)}`;
    ledger.find('event_id_mismatch', at('event_id'), message, id);
  }
  if (event.subject !== record.pithNumber) {
    const message = `expected ${record.pithNumber}, got ${describe(event.subject)}`;
    ledger.find('wrong_subject', at('subject_pith_number'), message, id);
  }
  if (event.createdInstant === null) {
    const message = `expected a timestamp of a real date, got ${describe(event.createdAt)}`;
    ledger.find('timestamp', at('created_at'), message, id);
  }
  if (event.claimedSignature?.signedAtIsTime === false) {
    ledger.find('timestamp', at('signature', 'signed_at'), 'expected a timestamp of a real date', id);
  }
  const key = trust === null ? null : judgeEventSignature(event, isWhole ? digest : null, trust, engine, ledger, at);
  if (event.eventType === RECORD_CREATED) judgeRecordEvent(event, record, engine.sha256Hex, ledger, at);
  return key;
}

function judgeEventSignature(
  event: ParsedEvent,
  digest: string | null,
  trust: Trust,
  engine: Engine,
  ledger: Ledger,
  at: (...names: string[]) => string,
): PinnedKey | null {
  const id = event.claimedEventId;
  const claimed = event.claimedSignature;
  const { key, isValid, problems } = judgeSignature(claimed, 'event', digest, trust, engine, at('signature'));
  for (const { code, where, message } of problems) ledger.find(code, where, message, id);
  const outcome = isValid === true ? 'verified' : claimed === null ? 'absent' : 'failed';
  ledger.check('event_signature', 'signature', outcome, at('signature'), claimed?.signatureBase64 ?? '', id);
  if (claimed !== null && claimed.keyId !== event.signerKeyId) {
    const message = `expected the key of the signature, ${describe(claimed.keyId)}, got ${describe(event.signerKeyId)}`;
    ledger.find('key_id_mismatch', at('signer', 'key_id'), message, id);
  }
  if (key === null) return null;
  if (event.signerFingerprint !== key.fingerprint) {
    const message = `expected ${key.fingerprint}, got ${describe(event.signerFingerprint)}`;
    ledger.find('fingerprint_mismatch', at('signer', 'public_key_fingerprint'), message, id);
  }
  if (event.signerType !== key.role) {
    const message = `expected the key's role, ${describe(key.role)}, got ${describe(event.signerType)}`;
    ledger.find('role_mismatch', at('signer', 'signer_type'), message, id);
  }
  return key;
}

/** `record_created` must hold this very record, and say the same of it in its other members. */
function judgeRecordEvent(
  event: ParsedEvent,
  record: IdentifiedRecord,
  hash: Sha256,
  ledger: Ledger,
  at: (...names: string[]) => string,
): void {
  const id = event.claimedEventId;
  const { source } = record.record;
  const held = event.payload.get('canonical_record');
  const claimed = held === undefined ? '' : digestOf(held, hash);
  ledger.compare(
    'record_event',
    'digest',
    'record_mismatch',
    at('payload', 'canonical_record'),
    claimed,
    record.canonicalSha256,
    id,
  );
  const expected: readonly (readonly [string, string])[] = [
    ['canonical_sha256', record.canonicalSha256],
    ['source_kind', source.kind],
    ['source_id', source.id],
    ['source_version', String(source.version)],
  ];
  for (const [name, value] of expected) {
    const got = event.payload.get(name);
    if (got === undefined) continue;
    const isSame = name === 'source_version' ? isNumber(got) && got.literal === value : got === value;
    if (!isSame) {
      ledger.find('record_mismatch', at('payload', name), `expected ${quote(value)}, got ${describe(got)}`, id);
    }
  }
}
