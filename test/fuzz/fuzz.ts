/** Makes mutated bundles, has each judged, and checks every verdict with the oracle. */
import { openSslEngine } from '../../src/mirror/judge/openssl.ts';
import { type BundleVerdict, verifyBundle } from '../../src/protocol/index.ts';
import { BASES, type Base } from './bases.ts';
import { canonical, read } from './independent.ts';
import { fuzzTrust, PINNED_KEYS } from './keys.ts';
import { mutateBytes, mutateStructure, mutateTokens } from './mutate.ts';
import { objections } from './oracle.ts';
import { Random } from './random.ts';
import { chooseSealing, seal } from './seal.ts';

export type Verify = (bytes: Uint8Array) => BundleVerdict;

const trust = fuzzTrust(...PINNED_KEYS);
export const verifyStrictly: Verify = (bytes) => verifyBundle(bytes, trust);

/** The reference's verdict; throws if OpenSSL's differs in anything that a report or a page shows. */
export const verifyByBoth: Verify = (bytes) => {
  const verdict = verifyStrictly(bytes);
  const [a, b] = [verdict, verifyBundle(bytes, trust, openSslEngine)].map(({ bundle, ...judged }) =>
    JSON.stringify({
      ...judged,
      events: bundle?.events.map(({ eventId, key }) => [eventId, key.keyId]),
      invalid: bundle?.invalidEvents.map(({ value: _, ...event }) => event),
    }),
  );
  if (a !== b) throw new Error(`the engines disagree: noble ${a}, OpenSSL ${b}`);
  return verdict;
};

/** Milliseconds of the processor that one document may take. */
const MAX_TIME = 1000;

export interface FuzzCase {
  readonly base: Base;
  readonly bytes: Uint8Array;
  /** What was done to it. */
  readonly how: string;
  /** Digests of bundles that a pinned registry key has signed, as far as this case can know them. */
  readonly bundleDigests: ReadonlySet<string>;
}

const KNOWN: readonly string[] = BASES.map(({ bundleSha256 }) => bundleSha256);

/** One case of a seed: the same one whatever ran before it. */
export function makeCase(seed: string, index: number): FuzzCase {
  const random = new Random(`${seed} ${index}`);
  const base = random.pick(BASES);
  const kind = random.pick(['bytes', 'tokens', 'tokens', 'structure', 'structure'] as const);
  if (kind === 'bytes') {
    const bytes = mutateBytes(base.bytes, random);
    return { base, bytes, how: kind, bundleDigests: new Set(KNOWN) };
  }
  const text = kind === 'tokens' ? mutateTokens(base.text, random) : mutateStructure(base, random);
  const sealing = chooseSealing(random);
  const sealed = random.chance(80) ? seal(text, sealing, random) : null;
  const how = sealed === null ? kind : `${kind}; events ${sealing.events}, bundle ${sealing.bundle}`;
  const bytes = new TextEncoder().encode(sealed?.text ?? text);
  // After sealing, a byte again: nothing that was signed may bear it.
  const isBroken = random.chance(5);
  return {
    base,
    bytes: isBroken ? mutateBytes(bytes, random) : bytes,
    how: isBroken ? `${how}, then bytes` : how,
    bundleDigests: new Set([...KNOWN, ...(sealed?.bundleDigests ?? [])]),
  };
}

export interface Failure {
  readonly index: number;
  readonly how: string;
  readonly what: readonly string[];
}

export interface FuzzResult {
  readonly cases: number;
  readonly seconds: number;
  readonly outcomes: ReadonlyMap<string, number>;
  /** How many verdicts have a code, by code. */
  readonly codes: ReadonlyMap<string, number>;
  /** How many accepted bundles have an invalid event of a reason, by reason. */
  readonly reasons: ReadonlyMap<string, number>;
  /** Cases that were accepted though their canonical content is not the base's. */
  readonly acceptedOthers: number;
  readonly slowest: { readonly index: number; readonly milliseconds: number };
  readonly failures: readonly Failure[];
}

function count(counts: Map<string, number>, names: Iterable<string>): void {
  for (const name of new Set(names)) counts.set(name, (counts.get(name) ?? 0) + 1);
}

const summary = ({ outcome, findings }: BundleVerdict): string =>
  JSON.stringify([outcome, findings.map(({ code, where }) => [code, where])]);

/**
 * @param onStep called with the number of finished cases.
 * @param maxTime milliseconds that one verdict may take.
 * @param maxFailures ends the run when there are as many.
 * @param caseOf makes each case; a caller that runs the same cases again can keep them.
 */
export function fuzz(
  cases: number,
  seed: string,
  verify: Verify = verifyByBoth,
  {
    first = 0,
    maxTime = MAX_TIME,
    maxFailures = Number.POSITIVE_INFINITY,
    onStep = (_: number): void => undefined,
    caseOf = (index: number): FuzzCase => makeCase(seed, index),
  } = {},
): FuzzResult {
  const outcomes = new Map<string, number>();
  const codes = new Map<string, number>();
  const reasons = new Map<string, number>();
  const failures: Failure[] = [];
  const contents = new Map(BASES.map((base) => [base, canonical(read(base.bytes))]));
  const expected = new Map(BASES.map((base) => [base, summary(verify(base.bytes))]));
  let slowest = { index: -1, milliseconds: 0 };
  let acceptedOthers = 0;
  const started = performance.now();
  for (let index = first; index < first + cases && failures.length < maxFailures; index++) {
    const { base, bytes, how, bundleDigests } = caseOf(index);
    const what: string[] = [];
    const before = process.cpuUsage();
    try {
      const verdict = verify(bytes);
      // Of the processor: a busy machine lets others run meanwhile.
      const { user, system } = process.cpuUsage(before);
      const milliseconds = (user + system) / 1000;
      if (milliseconds > slowest.milliseconds) slowest = { index, milliseconds };
      if (milliseconds > maxTime) what.push(`took ${milliseconds.toFixed(0)} ms`);
      count(outcomes, [verdict.outcome]);
      count(
        codes,
        verdict.findings.map(({ code }) => code),
      );
      count(reasons, verdict.bundle?.invalidEvents.map(({ reason }) => reason) ?? []);
      what.push(...objections(bytes, verdict, bundleDigests));
      const document = read(bytes);
      const isSame = document !== undefined && canonical(document) === contents.get(base);
      if (isSame && summary(verdict) !== expected.get(base))
        what.push(`same content, other verdict: ${summary(verdict)}`);
      if (!isSame && verdict.outcome !== 'rejected') acceptedOthers++;
    } catch (error) {
      what.push(`threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    if (what.length > 0) failures.push({ index, how, what });
    onStep(index - first + 1);
  }
  const seconds = (performance.now() - started) / 1000;
  return { cases, seconds, outcomes, codes, reasons, acceptedOthers, slowest, failures };
}
