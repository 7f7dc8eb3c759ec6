/**
 * What the protocol's steps cost for one record of 14 kB with four signatures, against the lower limits of the same
 * run: JSON.parse, SHA-256, OpenSSL's verification.
 *
 *     node test/bench/protocol.ts [ROUNDS]
 *
 * The steps take turns in short batches, so that a busy machine slows all alike; each figure is the thread's CPU time of
 * the median batch.
 */
import { createPublicKey, hash, verify } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { openSslEngine } from '../../src/mirror/judge/openssl.ts';
import { decodeUtf8, encodeUtf8 } from '../../src/protocol/bytes.ts';
import { bundleDigest, digestOf, eventDigest, stateDigest } from '../../src/protocol/digest.ts';
import { mergeBundles, type Trust, type VerifiedBundle, verifyBundle } from '../../src/protocol/index.ts';
import { isArray, isObject, type JsonObject } from '../../src/protocol/json.ts';
import { canonicalize } from '../../src/protocol/parse/canonicalize.ts';
import { parseJson } from '../../src/protocol/parse/json.ts';
import { defaultTrust, seedBytes } from '../support/bundles/vectors.ts';

interface Step {
  readonly name: string;
  readonly run: () => unknown;
}

export interface Measured {
  readonly name: string;
  /** Microseconds of CPU for one run: the median batch, and the fastest. */
  readonly median: number;
  readonly fastest: number;
}

/** Milliseconds of one batch: the system tells a thread's time by the millisecond or so. */
const BATCH = 25;
const WARM_UP = 300;

/** Milliseconds of this thread's CPU: what else the machine does is not counted. */
function now(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function timeOf(run: () => unknown, times: number): number {
  const from = now();
  for (let i = 0; i < times; i++) run();
  return now() - from;
}

/** Measures steps in turns. */
export function measure(steps: readonly Step[], rounds: number): readonly Measured[] {
  const plans = steps.map(({ name, run }) => {
    // Until the compilers have seen it often enough.
    let runs = 0;
    const from = now();
    for (; now() - from < WARM_UP; runs++) run();
    return { name, run, times: Math.max(1, Math.round((runs * BATCH) / WARM_UP)), batches: [] as number[] };
  });
  for (let round = 0; round < rounds; round++) {
    for (const { run, times, batches } of plans) batches.push((timeOf(run, times) / times) * 1000);
  }
  return plans.map(({ name, batches }) => {
    const sorted = batches.toSorted((a, b) => a - b);
    return { name, median: sorted[sorted.length >> 1] ?? 0, fastest: sorted[0] ?? 0 };
  });
}

/** The one bundle of these bytes, verified. */
function verified(bytes: Uint8Array, trust: Trust): VerifiedBundle {
  const { bundle } = verifyBundle(bytes, trust);
  if (bundle === null) throw new Error('expected a bundle that verifies');
  return bundle;
}

/** All digests of a record that cover more than a few bytes, each from the value. */
function digests(bundle: JsonObject): readonly string[] {
  const { sha256Hex } = openSslEngine;
  const events = bundle.get('events');
  const state = bundle.get('state');
  return [
    bundleDigest(bundle, sha256Hex),
    digestOf(bundle.get('canonical_record') ?? null, sha256Hex),
    ...(isArray(events) ? events.map((event) => (isObject(event) ? eventDigest(event, sha256Hex) : '')) : []),
    ...(isObject(state) ? [stateDigest(state, sha256Hex)] : []),
  ];
}

/** A signature of the record, for OpenSSL alone. */
function bareSignature(bundle: VerifiedBundle): () => boolean {
  const x = Buffer.from(bundle.key.publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const object = bundle.value.get('bundle_signature');
  const text = isObject(object) ? object.get('signature_b64') : undefined;
  const signature = Buffer.from(typeof text === 'string' ? text : '', 'base64');
  const message = Buffer.from(bundle.bundleSha256, 'hex');
  return () => {
    if (!verify(null, message, key, signature)) throw new Error('expected a signature that verifies');
    return true;
  };
}

export const SIGNATURES = 4;

/** The steps for one bundle. */
export function protocolSteps(bytes: Uint8Array, trust: Trust): readonly Step[] {
  const text = decodeUtf8(bytes);
  const indented = encodeUtf8(JSON.stringify(JSON.parse(text), null, 2));
  const value = parseJson(bytes);
  if (!isObject(value)) throw new TypeError('expected a bundle');
  const canonical = canonicalize(bytes);
  const bundle = verified(bytes, trust);
  const signature = bareSignature(bundle);
  return [
    { name: 'JSON.parse', run: () => JSON.parse(text) },
    { name: 'SHA-256 of the bundle', run: () => hash('sha256', canonical, 'hex') },
    {
      name: `${SIGNATURES} signatures, OpenSSL alone`,
      run: () => {
        for (let i = 0; i < SIGNATURES; i++) signature();
      },
    },
    { name: 'strict parse', run: () => parseJson(bytes) },
    { name: 'strict parse, indented text', run: () => parseJson(indented) },
    { name: 'strict parse and canonical form', run: () => canonicalize(bytes) },
    { name: 'digests, canonical forms included', run: () => digests(value) },
    { name: 'verification, openssl', run: () => verifyBundle(bytes, trust, openSslEngine) },
    { name: 'merge', run: () => mergeBundles([bundle], openSslEngine) },
  ];
}

/** The reference, which takes its turns alone: its large numbers would cool the caches of all others. */
export function nobleSteps(bytes: Uint8Array, trust: Trust): readonly Step[] {
  return [{ name: 'verification, noble', run: () => verifyBundle(bytes, trust) }];
}

/** A ratio that the table shows, and what it should be at most. */
export interface Ratio {
  readonly name: string;
  readonly value: number;
  readonly limit: number | null;
}

export function ratios(measured: readonly Measured[]): readonly Ratio[] {
  const of = (name: string): number => measured.find((step) => step.name.startsWith(name))?.median ?? Number.NaN;
  const parse = of('JSON.parse');
  const bare = of(`${SIGNATURES} signatures`) + of('digests');
  return [
    { name: 'strict parse / JSON.parse', value: of('strict parse') / parse, limit: null },
    { name: 'strict parse and canonical form / JSON.parse', value: of('strict parse and') / parse, limit: 4 },
    {
      name: `verification / (${SIGNATURES} OpenSSL signatures + digests)`,
      value: of('verification, openssl') / bare,
      limit: 1.25,
    },
    {
      name: 'verification, noble / openssl',
      value: of('verification, noble') / of('verification, openssl'),
      limit: null,
    },
    { name: 'merge / JSON.parse', value: of('merge') / parse, limit: null },
  ];
}

export function formatTable(measured: readonly Measured[]): string {
  const rows = measured.map(
    ({ name, median, fastest }) => `| ${name} | ${median.toFixed(1)} | ${fastest.toFixed(1)} |\n`,
  );
  const bars = ratios(measured).map(
    ({ name, value, limit }) => `| ${name} | ${value.toFixed(2)} | ${limit === null ? '' : limit.toFixed(2)} |\n`,
  );
  return `| step, one record | µs, median | µs, fastest |\n| --- | ---: | ---: |\n${rows.join('')}\n| ratio | is | at most |\n| --- | ---: | ---: |\n${bars.join('')}`;
}

/** Measures the real bundle. */
export function benchProtocol(rounds = 20): readonly Measured[] {
  const bytes = seedBytes();
  const trust = defaultTrust();
  return [...measure(protocolSteps(bytes, trust), rounds), ...measure(nobleSteps(bytes, trust), Math.ceil(rounds / 4))];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { node, openssl } = process.versions;
  process.stdout.write(`Node ${node}, OpenSSL ${openssl}, ${process.platform}-${process.arch}\n\n`);
  process.stdout.write(formatTable(benchProtocol(Number(process.argv[2] ?? 20))));
}
