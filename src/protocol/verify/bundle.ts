/** Verifies a whole bundle: compares its claims with its bytes and the pinned keys. */
import { bundleDigest, type Sha256 } from '../digest.ts';
import type { Engine } from '../engine.ts';
import { ParseError, type Problem, pointer } from '../errors.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import {
  type ClaimedAlias,
  type ClaimedKey,
  claimedBundleSha256Of,
  MAX_EVENTS,
  type ParsedBundle,
  parseBundle,
} from '../parse/bundle.ts';
import { parseJson } from '../parse/json.ts';
import { describe } from '../parse/members.ts';
import type { ParsedRecord } from '../parse/record.ts';
import type { Instant } from '../parse/timestamp.ts';
import { rotations, verifyClaimedKeys, verifyClaims } from './claims.ts';
import type { Context } from './context.ts';
import { nobleEngine } from './ed25519.ts';
import { diagnoseEvent, type InvalidEvent, RECORD_CREATED, VerifiedEvent } from './event.ts';
import type { Check, Finding } from './finding.ts';
import { Ledger } from './ledger.ts';
import { type IdentifiedRecord, identifyRecord } from './record.ts';
import { assertEngineWorks } from './self-test.ts';
import { judgeSignature } from './signature.ts';
import { type PinnedKey, REGISTRY_ROLE, type Trust } from './signer.ts';

/** The largest bundle accepted, in bytes. A real one is 14 kB. */
export const MAX_BUNDLE_BYTES = 16 * 1024 * 1024;

interface Verified {
  readonly bytes: Uint8Array;
  readonly parsed: ParsedBundle;
  readonly identified: IdentifiedRecord;
  readonly key: PinnedKey;
  readonly bundleSha256: string;
  readonly events: readonly VerifiedEvent[];
  readonly invalidEvents: readonly InvalidEvent[];
}

/** Only code that has it can construct a bundle: TypeScript's `private` does not exist at run time, and every bundle exposes its constructor. */
const MAKER = Symbol('verifyBundle');

/** A bundle that passed every check that can reject it. Only {@link verifyBundle} makes one. */
export class VerifiedBundle {
  readonly #verified: Verified;

  private constructor(maker: typeof MAKER, verified: Verified) {
    if (maker !== MAKER) throw new TypeError('expected verifyBundle to make a verified bundle, got another maker');
    this.#verified = verified;
  }

  /** The bytes that were verified, as received. */
  get bytes(): Uint8Array {
    return this.#verified.bytes;
  }
  get value(): JsonObject {
    return this.#verified.parsed.value;
  }
  get record(): ParsedRecord {
    return this.#verified.parsed.record;
  }
  get canonicalSha256(): string {
    return this.#verified.identified.canonicalSha256;
  }
  get suffix(): string {
    return this.#verified.identified.suffix;
  }
  get pithNumber(): string {
    return this.#verified.identified.pithNumber;
  }
  get shortPithNumber(): string {
    return this.#verified.identified.shortPithNumber;
  }
  /** In the order of the bundle. */
  get aliases(): readonly ClaimedAlias[] {
    return this.#verified.parsed.aliases;
  }
  /** Valid events in the order of the bundle. An event that is in the bundle twice is here twice. */
  get events(): readonly VerifiedEvent[] {
    return this.#verified.events;
  }
  get invalidEvents(): readonly InvalidEvent[] {
    return this.#verified.invalidEvents;
  }
  /** The state that the bundle claims the merge gives, of any JSON type; undefined if there is none. */
  get claimedState(): Json | undefined {
    return this.#verified.parsed.claimedState;
  }
  /** Keys as the bundle lists them. Claims, covered by the bundle's signature. */
  get claimedKeys(): readonly ClaimedKey[] {
    return this.#verified.parsed.claimedKeys;
  }
  get builtAt(): string {
    return this.#verified.parsed.builtAt;
  }
  get builtInstant(): Instant {
    return this.#verified.parsed.builtInstant;
  }
  get bundleSha256(): string {
    return this.#verified.bundleSha256;
  }
  /** The pinned key whose signature over the bundle was verified. */
  get key(): PinnedKey {
    return this.#verified.key;
  }

  /** Whether {@link verifyBundle} made this very value. Copies, wrappers and derived objects do not count. */
  static isVerified(value: unknown): value is VerifiedBundle {
    return typeof value === 'object' && value !== null && #verified in value;
  }

  /** @see verifyBundleSteps */
  static *verify(received: Uint8Array, trust: Trust, engine: Engine): VerificationSteps {
    assertEngineWorks(engine);
    if (received.length > MAX_BUNDLE_BYTES) {
      const message = `expected at most ${MAX_BUNDLE_BYTES} bytes, got ${received.length}`;
      return rejected([{ code: 'too_large', path: '', message }]);
    }
    // Makes a real copy (Buffer's slice would share memory), so that the bytes cannot change between two steps or afterwards.
    const bytes = new Uint8Array(received);
    let value: Json;
    try {
      // No array of a bundle may have more items than its events.
      value = parseJson(bytes, MAX_EVENTS);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      return rejected(error.problems);
    }
    const ledger = new Ledger();
    const context: Context = { trust, engine, ledger };
    yield ledger;
    const bundleSha256 = verifyBundleHash(value, engine.sha256Hex, ledger);
    yield ledger;
    let parsed: ParsedBundle;
    try {
      parsed = parseBundle(value);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      return rejected(error.problems, ledger);
    }
    const identified = identifyRecord(parsed.record, engine.sha256Hex);
    verifyClaims(parsed, identified, ledger);
    verifyClaimedKeys(parsed.claimedKeys, context);
    yield ledger;
    const key = verifyBundleSignature(parsed, bundleSha256, context);
    yield ledger;

    const judged = {
      checks: ledger.checks,
      findings: ledger.findings,
      claimedPithNumber: parsed.claimedPithNumber,
      bundleSha256,
    };
    if (ledger.findings.length > 0 || key === null || bundleSha256 === null) {
      for (const [i, event] of parsed.events.entries()) {
        diagnoseEvent({ value: event, where: pointer('/events', i), record: identified }, context);
        yield ledger;
      }
      return { outcome: 'rejected', bundle: null, ...judged };
    }
    const { events, invalidEvents } = yield* verifyEvents(parsed, identified, context);
    if (!events.some((event) => event.eventType === RECORD_CREATED)) {
      ledger.find('no_record_created', '/events', 'expected a valid record_created that holds this record, got none');
      return { outcome: 'rejected', bundle: null, ...judged };
    }
    const bundle = new VerifiedBundle(MAKER, {
      bytes,
      parsed,
      identified,
      key,
      bundleSha256,
      events,
      invalidEvents,
    });
    return { outcome: ledger.findings.length === 0 ? 'verified' : 'findings', bundle, ...judged };
  }
}

interface Judged {
  /** Every check made, in order. */
  readonly checks: readonly Check[];
  /** Empty for `verified`. For `rejected`, it includes the findings that reject the bundle. */
  readonly findings: readonly Finding[];
  /** As claimed by the bundle; null if it could not be read. */
  readonly claimedPithNumber: string | null;
  /** The recomputed digest; null if it differs from the claimed one. */
  readonly bundleSha256: string | null;
}

export type BundleVerdict = Judged &
  (
    | { readonly outcome: 'verified' | 'findings'; readonly bundle: VerifiedBundle }
    | { readonly outcome: 'rejected'; readonly bundle: null }
  );

/** Yields the same ledger object after each step; returns the verdict at the end. */
export type VerificationSteps = Generator<Pick<Ledger, 'checks' | 'findings'>, BundleVerdict, undefined>;

/**
 * {@link verifyBundle} in steps, for a caller that must not block: parsing, the bundle's digest, its claims,
 * its signature, then one event per step. Only the final verdict says whether a bundle is valid.
 */
export function verifyBundleSteps(bytes: Uint8Array, trust: Trust, engine: Engine = nobleEngine): VerificationSteps {
  return VerifiedBundle.verify(bytes, trust, engine);
}

/**
 * Verifies one bundle, as received, against the pinned keys.
 *
 * Any input gets a verdict: bad input never throws. An exception is not a verdict; it means that verification
 * does not work here.
 *
 * @param bytes the bundle file; at most {@link MAX_BUNDLE_BYTES}.
 * @param engine affects the speed, never the verdict.
 * @throws EngineError if the engine fails its self-test.
 */
export function verifyBundle(bytes: Uint8Array, trust: Trust, engine: Engine = nobleEngine): BundleVerdict {
  const steps = verifyBundleSteps(bytes, trust, engine);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

function rejected(problems: readonly Problem[], ledger = new Ledger()): BundleVerdict {
  const shape = problems.map(({ code, path, message }) => ({ code, where: path, eventId: null, message }));
  const findings = [...shape, ...ledger.findings];
  return {
    outcome: 'rejected',
    bundle: null,
    checks: ledger.checks,
    findings,
    claimedPithNumber: null,
    bundleSha256: null,
  };
}

/** The digest of the bundle if it equals the claimed one, else null. It is computed even if the bundle is malformed. */
function verifyBundleHash(value: Json, hash: Sha256, ledger: Ledger): string | null {
  if (!isObject(value)) return null;
  const claimed = claimedBundleSha256Of(value);
  // If there is no signature object, or an unsigned one, that is the reason; this finding would only repeat it.
  if (claimed === null) return null;
  const computed = bundleDigest(value, hash);
  const where = '/bundle_signature/bundle_sha256';
  const code = 'bundle_hash_mismatch';
  return ledger.compare({ subject: 'bundle_hash', how: 'digest', code, where, claimed, computed }) ? computed : null;
}

/** @param digest the bundle's, or null if it differs from the claimed one. */
function verifyBundleSignature(parsed: ParsedBundle, digest: string | null, context: Context): PinnedKey | null {
  const { ledger } = context;
  const claimed = parsed.claimedSignature;
  const where = '/bundle_signature';
  const { key, isValid, problems } = judgeSignature({ claimed, role: 'bundle', digest, where }, context);
  for (const { code, where: at, message } of problems) ledger.find(code, at, message);
  if (claimed !== null && parsed.claimedBundleSha256 === null && problems.length === 0) {
    ledger.find('bundle_schema', `${where}/bundle_sha256`, 'expected the digest that is signed, got none');
  }
  ledger.check({
    subject: 'bundle_signature',
    how: 'signature',
    outcome: isValid === true ? 'verified' : claimed === null ? 'absent' : 'failed',
    where,
    value: claimed?.signatureBase64 ?? '',
  });
  if (key !== null && key.role !== REGISTRY_ROLE) {
    const message = `expected a key with role ${REGISTRY_ROLE}, got ${describe(key.role)}`;
    ledger.find('role_mismatch', `${where}/key_id`, message);
  }
  return isValid === true ? key : null;
}

function* verifyEvents(
  parsed: ParsedBundle,
  record: IdentifiedRecord,
  context: Context,
): Generator<Ledger, { events: readonly VerifiedEvent[]; invalidEvents: readonly InvalidEvent[] }, undefined> {
  const { ledger } = context;
  const events: VerifiedEvent[] = [];
  const invalidEvents: InvalidEvent[] = [];
  const rotation = rotations(parsed.claimedKeys);
  for (const [i, value] of parsed.events.entries()) {
    // Yields before the event, so that the caller sees the previous one complete.
    yield ledger;
    const where = pointer('/events', i);
    const verdict = VerifiedEvent.verify({ value, where, record }, context);
    // Not spread into push, because an event can have more findings than a call can have arguments.
    for (const check of verdict.checks) ledger.checks.push(check);
    for (const finding of verdict.findings) ledger.findings.push(finding);
    if (verdict.outcome === 'invalid') {
      invalidEvents.push(verdict.event);
      continue;
    }
    events.push(verdict.event);
    const end = rotation.get(verdict.event.key.keyId);
    if (end !== undefined && verdict.event.createdInstant > end) {
      const message = `expected an event created before its key was rotated at ${end}, got ${verdict.event.createdAt}`;
      ledger.find('key_past_rotation', `${where}/created_at`, message, verdict.event.eventId);
    }
  }
  return { events, invalidEvents };
}
