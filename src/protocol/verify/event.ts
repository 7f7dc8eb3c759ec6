/** One event: its shape, digest, id, subject, timestamps, signature, key and role (README.md, section 7). */
import { formatCanonical } from '../canonical-json.ts';
import { digestOf, eventDigest, type Sha256 } from '../digest.ts';
import { ParseError, pointer, type ReasonCode } from '../errors.ts';
import { isNumber, isObject, type Json, type JsonObject } from '../json.ts';
import { type ParsedEvent, parseEvent } from '../parse/event.ts';
import { describe, quote } from '../parse/members.ts';
import type { Instant } from '../parse/timestamp.ts';
import type { Context } from './context.ts';
import type { Check, Finding } from './finding.ts';
import { type Comparison, Ledger } from './ledger.ts';
import { verifyReceipt } from './receipt.ts';
import type { IdentifiedRecord } from './record.ts';
import { judgeSignature } from './signature.ts';
import type { PinnedKey } from './signer.ts';
import { verifySnapshot } from './snapshot.ts';

export const RECORD_CREATED = 'record_created';
export const GRAPH_SNAPSHOT = 'graph_snapshot';

/** One event of a bundle, and the record that the bundle is of. */
export interface EventSubject {
  readonly value: Json;
  /** JSON pointer of the event. */
  readonly where: string;
  readonly record: IdentifiedRecord;
}

/** An event that passed every check. A class with private members, so that a copy of its fields does not count as one. */
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
  /** Sorts chronologically. */
  get createdInstant(): Instant {
    return this.#instant;
  }
  get supersedes(): readonly string[] {
    return this.#event.supersedes;
  }
  get prevEvent(): string | null {
    return this.#event.prevEvent;
  }

  /** Verifies one event of a bundle. Nothing else makes a VerifiedEvent. */
  static verify(subject: EventSubject, { trust, engine }: Pick<Context, 'trust' | 'engine'>): EventVerdict {
    const { where, record } = subject;
    const ledger = new Ledger();
    const context: Context = { trust, engine, ledger };
    const digest = digestOfEvent(subject.value, engine.sha256Hex);
    const event = readEvent(subject, digest, ledger);
    const key = event === null ? null : judgeEvent({ event, digest, where, record }, context);
    const instant = event === null ? null : event.createdInstant;
    if (event === null || key === null || instant === null || ledger.findings.length > 0) {
      return invalid(subject, digest, ledger);
    }
    // From here on, findings reject nothing: the event is valid whatever its payload contains.
    const { payload, claimedEventId: eventId } = event;
    if (event.eventType === RECORD_CREATED) {
      const receipt = payload.get('receipt');
      const { canonicalSha256 } = record;
      verifyReceipt({ receipt, canonicalSha256, where: `${where}/payload/receipt`, eventId }, context);
    } else if (event.eventType === GRAPH_SNAPSHOT) {
      verifySnapshot({ payload, record: record.record, where: `${where}/payload`, eventId }, context);
    }
    const verified = new VerifiedEvent(event, instant, key);
    return { outcome: 'valid', event: verified, checks: ledger.checks, findings: ledger.findings };
  }
}

function digestOfEvent(value: Json, hash: Sha256): string {
  return isObject(value) ? eventDigest(value, hash) : digestOf(value, hash);
}

/**
 * Notes problems of an event in a bundle that is rejected anyway, without checking its signature. Checking one
 * takes a millisecond, and an attacker who cannot sign a bundle could ask for a hundred thousand checks.
 */
export function diagnoseEvent(subject: EventSubject, { engine, ledger }: Pick<Context, 'engine' | 'ledger'>): void {
  const { where, record } = subject;
  const digest = digestOfEvent(subject.value, engine.sha256Hex);
  const event = readEvent(subject, digest, ledger);
  if (event !== null) judgeEvent({ event, digest, where, record }, { trust: null, engine, ledger });
}

/** An invalid event: listed with its reason, never applied. */
export interface InvalidEvent {
  /** As claimed, or null if it claims none. */
  readonly eventId: string | null;
  /** The first reason in the order of section 7. */
  readonly reason: ReasonCode;
  /** JSON pointer in its bundle. */
  readonly where: string;
  /** Identifies it among invalid events: the id it claims and its content, without its signature. */
  readonly identity: string;
  /** `sha256:` and the recomputed digest: the correct id for its content. */
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

/** The event, or null if it is malformed; its digest is checked in either case. */
function readEvent({ value, where }: EventSubject, digest: string, ledger: Ledger): ParsedEvent | null {
  try {
    return parseEvent(value, where);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const id = claimedEventId(value);
    for (const { code, path, message } of error.problems) ledger.find(code, path, message, id);
    const claimed = isObject(value) ? value.get('content_sha256') : undefined;
    if (typeof claimed === 'string') compareDigest({ where, claimed, computed: digest, eventId: id }, ledger);
    return null;
  }
}

/** Compares the digest that an event claims with the one computed. @param where JSON pointer of the event. */
function compareDigest(
  { where, ...values }: Pick<Comparison, 'where' | 'claimed' | 'computed'> & { readonly eventId: string | null },
  ledger: Ledger,
): boolean {
  const at = `${where}/content_sha256`;
  return ledger.compare({ subject: 'event_hash', how: 'digest', code: 'content_hash_mismatch', where: at, ...values });
}

function invalid({ value, where }: EventSubject, digest: string, ledger: Ledger): EventVerdict {
  const eventId = claimedEventId(value);
  const reason = ledger.findings[0]?.code ?? 'event_schema';
  // Upstream signs all events again at each build, so the signature is not part of an event's identity.
  const identity = formatCanonical([eventId, digest]);
  const event = { eventId, reason, where, identity, contentId: `sha256:${digest}`, value };
  return { outcome: 'invalid', event, checks: ledger.checks, findings: ledger.findings };
}

/** An event that could be read. */
interface ReadEvent {
  readonly event: ParsedEvent;
  /** The recomputed digest. */
  readonly digest: string;
  /** JSON pointer of the event. */
  readonly where: string;
  readonly record: IdentifiedRecord;
}

/** The context of an event; without trust, its signature is not checked. */
type EventContext = Omit<Context, 'trust'> & { readonly trust: Context['trust'] | null };

/** The JSON pointer of something within an event. */
const within = (where: string, ...names: readonly string[]): string => names.reduce<string>(pointer, where);

/**
 * Runs every check that can make an event invalid, in the order of precedence of the reasons. Returns the key that the
 * signature names, if any.
 */
function judgeEvent(subject: ReadEvent, context: EventContext): PinnedKey | null {
  const { event, digest, where, record } = subject;
  const { trust, engine, ledger } = context;
  const id = event.claimedEventId;
  const at = (...names: readonly string[]): string => within(where, ...names);
  const claimed = event.claimedContentSha256;
  const isWhole = compareDigest({ where, claimed, computed: digest, eventId: id }, ledger);
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
  const key = trust === null ? null : judgeEventSignature(subject, isWhole, { trust, engine, ledger });
  if (event.eventType === RECORD_CREATED) judgeRecordEvent(subject, context);
  return key;
}

/** @param isWhole whether the digest equals the one that the event claims. */
function judgeEventSignature(
  { event, digest, where }: ReadEvent,
  isWhole: boolean,
  context: Context,
): PinnedKey | null {
  const { ledger } = context;
  const id = event.claimedEventId;
  const at = (...names: readonly string[]): string => within(where, ...names);
  const claimed = event.claimedSignature;
  const { key, isValid, problems } = judgeSignature(
    { claimed, role: 'event', digest: isWhole ? digest : null, where: at('signature') },
    context,
  );
  for (const problem of problems) ledger.find(problem.code, problem.where, problem.message, id);
  ledger.check({
    subject: 'event_signature',
    how: 'signature',
    outcome: isValid === true ? 'verified' : claimed === null ? 'absent' : 'failed',
    where: at('signature'),
    eventId: id,
    value: claimed?.signatureBase64 ?? '',
  });
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

/** `record_created` must contain this exact record, and its other members must agree with it. */
function judgeRecordEvent(
  { event, where, record }: ReadEvent,
  { engine, ledger }: Pick<Context, 'engine' | 'ledger'>,
): void {
  const id = event.claimedEventId;
  const at = (name: string): string => within(where, 'payload', name);
  const { source } = record.record;
  const held = event.payload.get('canonical_record');
  ledger.compare({
    subject: 'record_event',
    how: 'digest',
    code: 'record_mismatch',
    where: at('canonical_record'),
    claimed: held === undefined ? '' : digestOf(held, engine.sha256Hex),
    computed: record.canonicalSha256,
    eventId: id,
  });
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
      ledger.find('record_mismatch', at(name), `expected ${quote(value)}, got ${describe(got)}`, id);
    }
  }
}
