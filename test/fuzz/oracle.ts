/** Checks a verdict without using src/protocol's own reader, digests and signatures. */
import {
  type BundleVerdict,
  canonicalize,
  isObject as isMap,
  mergeBundles,
  REASON_CODES,
  type VerifiedBundle,
} from '../../src/protocol/index.ts';
import type { Data } from '../support/bundles/make-bundle.ts';
import {
  bundleDigest,
  canonical,
  digestWithout,
  eventDigest,
  isObject,
  read,
  sha256,
  suffixOf,
} from './independent.ts';
import { fingerprintOf, isSignature, PINNED } from './keys.ts';

const CODES: ReadonlySet<string> = new Set(REASON_CODES);

/** The objections to a verdict on these bytes; empty if it is right. */
export function objections(
  bytes: Uint8Array,
  verdict: BundleVerdict,
  bundleDigests: ReadonlySet<string>,
): readonly string[] {
  const said: string[] = [];
  for (const { code } of verdict.findings) if (!CODES.has(code)) said.push(`${code} is no code of the list`);
  for (const event of verdict.bundle?.invalidEvents ?? []) {
    if (!CODES.has(event.reason)) said.push(`${event.reason} is no code of the list`);
  }
  if (verdict.outcome === 'rejected') {
    if (verdict.bundle !== null) said.push('rejected, with a bundle');
    if (verdict.findings.length === 0) said.push('rejected without a code');
    return said;
  }
  if ((verdict.outcome === 'verified') !== (verdict.findings.length === 0)) said.push('outcome and findings disagree');
  const document = read(bytes);
  if (!isObject(document)) return [...said, 'accepted what is no JSON object'];
  const { bundle } = verdict;
  said.push(...wrongSeal(document, bundle, bundleDigests), ...wrongRecord(document, bundle));
  said.push(...wrongEvents(document, bundle), ...wrongMerge(bundle));
  if (Buffer.compare(bundle.bytes, bytes) !== 0) said.push('the bundle has other bytes than were verified');
  const once = canonicalize(bytes);
  if (Buffer.from(once).toString() !== canonical(document)) said.push('another canonical form');
  if (Buffer.compare(canonicalize(once), once) !== 0) said.push('the canonical form of the canonical form is another');
  return said;
}

/** The bundle's digest was signed as such by a pinned registry key, and by the key that the signature names. */
function wrongSeal(document: Data, bundle: VerifiedBundle, bundleDigests: ReadonlySet<string>): readonly string[] {
  const signature = document.bundle_signature;
  const digest = bundleDigest(document);
  const pinned = PINNED.get(signature?.key_id);
  const said: string[] = [];
  if (!bundleDigests.has(digest)) said.push(`wrong accept: nobody sealed ${digest}`);
  if (signature?.bundle_sha256 !== digest || bundle.bundleSha256 !== digest) said.push('wrong accept: another digest');
  if (pinned?.role !== 'pith_registry' || !isSignature(signature.signature_b64, digest, pinned)) {
    said.push('wrong accept: no signature of a pinned registry key');
  }
  if (signature?.signed_message !== 'bundle_sha256_bytes') said.push('wrong accept: signed in another role');
  if (signature?.signature_status !== 'signed_v1' || signature?.algorithm !== 'ed25519')
    said.push('wrong accept: status');
  return said;
}

function wrongRecord(document: Data, bundle: VerifiedBundle): readonly string[] {
  const record = document.canonical_record;
  const digest = sha256(canonical(record));
  const suffix = suffixOf(digest);
  const number = `pith:${String(record?.metadata?.submitted_at).slice(0, 4)}:${suffix}`;
  const said: string[] = [];
  if (document.canonical_sha256 !== digest || bundle.canonicalSha256 !== digest) said.push('another record digest');
  if (document.pith_number !== number || bundle.pithNumber !== number) said.push('another number');
  if (document.short_pith_number !== `pith:${suffix.slice(0, 8)}`) said.push('another short number');
  if (canonical(document.source) !== canonical(record.source)) said.push('another source');
  return said.map((what) => `wrong accept: ${what}`);
}

/** Whether an event of the document may be called valid. */
function mayBeValid(event: Data, document: Data): boolean {
  const digest = eventDigest(event);
  const pinned = PINNED.get(event.signature?.key_id);
  if (event.content_sha256 !== digest || event.event_id !== `sha256:${digest}` || pinned === undefined) return false;
  if (event.subject_pith_number !== document.pith_number || event.schema_version !== '1.0') return false;
  if (event.signer?.key_id !== event.signature.key_id || event.signer.signer_type !== pinned.role) return false;
  const raw = pinned.key.export({ format: 'der', type: 'spki' }).subarray(-32);
  if (event.signer.public_key_fingerprint !== fingerprintOf(raw)) return false;
  if (event.signature.signed_message !== 'open_graph_event_sha256_bytes') return false;
  if (event.event_type === 'record_created') {
    const held = event.payload?.canonical_record;
    if (held === undefined || sha256(canonical(held)) !== document.canonical_sha256) return false;
  }
  return isSignature(event.signature.signature_b64, digest, pinned);
}

function wrongEvents(document: Data, bundle: VerifiedBundle): readonly string[] {
  const said: string[] = [];
  const valid = new Set<string>(
    document.events.flatMap((event: Data) => (isObject(event) && mayBeValid(event, document) ? [event.event_id] : [])),
  );
  for (const { eventId } of bundle.events) if (!valid.has(eventId)) said.push(`wrong accept: event ${eventId}`);
  if (!bundle.events.some(({ eventType }) => eventType === 'record_created'))
    said.push('wrong accept: no record_created');
  if (bundle.events.length + bundle.invalidEvents.length !== document.events.length) said.push('an event was lost');
  return said;
}

/** The merge of what was accepted can be read again, is what it says it is, and does not change when repeated. */
function wrongMerge(bundle: VerifiedBundle): readonly string[] {
  const said: string[] = [];
  const merged = mergeBundles([bundle]);
  const state = read(merged.state.bytes);
  if (!isObject(state)) return ['the state cannot be read again'];
  const digest = digestWithout(state, 'state_sha256');
  if (state.state_sha256 !== digest || merged.state.sha256 !== digest) said.push('the state has another digest');
  if (!isMap(merged.state.value)) said.push('the state is no object');
  const own = new Set(bundle.events.map(({ eventId }) => eventId));
  for (const id of state.applied_event_ids)
    if (!own.has(id)) said.push(`an event that is not valid was applied: ${id}`);
  if (new Set(state.applied_event_ids).size !== own.size) said.push('a valid event was not applied');
  if (mergeBundles([bundle, bundle]).state.sha256 !== digest) said.push('the merge with itself is another');
  for (const { code } of merged.findings) if (!CODES.has(code)) said.push(`${code} is no code of the list`);
  return said;
}
