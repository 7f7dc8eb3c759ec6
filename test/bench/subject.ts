/** What is measured of the program, under the benchmark's names: the only file here that knows the program's functions. */

import { hash } from 'node:crypto';
import { join } from 'node:path';
import { openSslEngine } from '../../src/mirror/judge/openssl.ts';
import { LIMITS } from '../../src/packages/parts.ts';
import {
  bundleDigest,
  canonTextDigest,
  digestOf,
  eventDigest,
  snapshotDigest,
  stateDigest,
} from '../../src/protocol/digest.ts';
import {
  formatCanonical,
  isArray,
  isObject,
  type Json,
  mergeBundles,
  parseJson,
  readTrust,
  type Trust,
  type VerifiedBundle,
  verifyBundle,
} from '../../src/protocol/index.ts';
import type { Data } from '../support/bundles/make-bundle.ts';
import { LAUNCHER } from '../support/sites/cli.ts';
import { canonicalText } from './generate.ts';

export type { Json, Trust, VerifiedBundle };
/** Files in one ZIP at most. */
export const FILES_PER_ZIP = LIMITS.files;
export { readTrust };

export const strictParse = (bytes: Uint8Array): Json => parseJson(bytes);
export const canonicalForm = (value: Json): string => formatCanonical(value);

const sha256 = openSslEngine.sha256Hex;

/** Every digest that a bundle can be checked by, each from its value, by the engine of builds. */
export function digestsOf(bundle: Json): readonly string[] {
  if (!isObject(bundle)) throw new TypeError('not a bundle');
  const record = bundle.get('canonical_record') ?? null;
  const events = bundle.get('events');
  const state = bundle.get('state');
  if (!isArray(events) || !isObject(state)) throw new TypeError('not a bundle of the benchmark');
  return [
    bundleDigest(bundle, sha256),
    digestOf(record, sha256),
    stateDigest(state, sha256),
    ...events.flatMap((event) => {
      if (!isObject(event)) return [];
      const payload = event.get('payload');
      const snapshot = isObject(payload) ? payload.get('graph_snapshot') : undefined;
      return [eventDigest(event, sha256), ...(isObject(snapshot) ? snapshotDigests(snapshot) : [])];
    }),
  ];
}

/** As the verification has it: the parts whose rule is known, and the title. */
function snapshotDigests(snapshot: ReadonlyMap<string, Json>): readonly string[] {
  const paper = snapshot.get('paper');
  const title = isObject(paper) ? paper.get('title') : undefined;
  const list: Json = [];
  const parts: readonly Json[] = [
    list,
    list,
    list,
    list,
    new Map([
      ['detectors', list],
      ['findings', list],
    ]),
  ];
  return [
    ...parts.map((part) => snapshotDigest(part, sha256)),
    canonTextDigest(typeof title === 'string' ? title : '', sha256),
  ];
}

/** The same digests, in the plainest way there is: `JSON.parse`, one function that sorts, OpenSSL's SHA-256. */
export function plainDigestsOf(bundle: Data): readonly string[] {
  const digest = (value: Data): string => hash('sha256', canonicalText(value));
  const { bundle_signature: _, ...body } = bundle;
  const { state_sha256: __, ...state } = bundle.state;
  const digests = [digest(body), digest(bundle.canonical_record), digest(state)];
  for (const event of bundle.events) {
    const { signature: _signature, content_sha256: _content, event_id: _id, ...content } = event;
    digests.push(digest(content));
    const snapshot = event.payload.graph_snapshot;
    if (snapshot === undefined) continue;
    for (const part of [[], [], [], [], { detectors: [], findings: [] }]) digests.push(digest({ payload: part }));
    digests.push(hash('sha256', snapshot.paper.title.toLowerCase()));
  }
  return digests;
}

/** @throws TypeError if it is not verified: a benchmark of refusals would be no benchmark. */
export function verified(bytes: Uint8Array, trust: Trust): VerifiedBundle {
  const { outcome, bundle } = verifyBundle(bytes, trust, openSslEngine);
  if (outcome !== 'verified' || bundle === null) throw new TypeError(`a bundle of the benchmark is ${outcome}`);
  return bundle;
}

export const merge = (bundle: VerifiedBundle): unknown => mergeBundles([bundle], openSslEngine);

/** What is signed in a bundle: the receipt, the events, the bundle. */
export function signaturesOf(bundle: Data): readonly { readonly digest: Uint8Array; readonly signature: Uint8Array }[] {
  const receipt = bundle.events[0].payload.receipt;
  const signed: readonly (readonly [string, string])[] = [
    [receipt.canonical_sha256, receipt.signature_b64],
    ...bundle.events.map((event: Data) => [event.content_sha256, event.signature.signature_b64]),
    [bundle.bundle_signature.bundle_sha256, bundle.bundle_signature.signature_b64],
  ];
  return signed.map(([digest, signature]) => ({
    digest: Buffer.from(digest, 'hex'),
    signature: Buffer.from(signature, 'base64'),
  }));
}

/** The program's commands, as the arguments of this Node. */
export const command = {
  build: (input: string, out: string, trust: string, ...more: readonly string[]): readonly string[] => [
    LAUNCHER,
    'build',
    input,
    '--out',
    out,
    '--trust',
    trust,
    ...more,
  ],
  join: (shards: readonly string[], out: string, trust: string): readonly string[] => [
    LAUNCHER,
    'join',
    ...shards,
    '--out',
    out,
    '--trust',
    trust,
  ],
  verify: (input: string, trust: string): readonly string[] => [LAUNCHER, 'verify', input, '--trust', trust],
  verifyAll: (paths: readonly string[], trust: string): readonly string[] => [
    LAUNCHER,
    'verify',
    ...paths,
    '--trust',
    trust,
  ],
  pack: (site: string, out: string, trust: string, ...more: readonly string[]): readonly string[] => [
    LAUNCHER,
    'pack',
    site,
    '--out',
    out,
    '--trust',
    trust,
    ...more,
  ],
} as const;

/** Where a build keeps what the next one needs. */
export { cacheOf } from '../support/sites/mirror.ts';

/** Where a built site has a record's page. */
export const pageOf = (suffix: string): string => join('pith', suffix, 'index.html');
export const isPage = (path: string): boolean => /^pith\/[A-Z2-7]{26}\/index\.html$/.test(path);
