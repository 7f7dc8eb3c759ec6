/**
 * Seals a changed text again, so that mutations get past digests and signatures: new digests and signatures
 * replace the old ones, and the rest of the text is unchanged.
 */
import type { Data } from '../support/bundles/make-bundle.ts';
import { bundleDigest, canonical, eventDigest, isObject, read, sha256, suffixOf } from './independent.ts';
import { PINNED, SIGNERS, signDigest } from './keys.ts';
import type { Random } from './random.ts';

/** How much of a level is made right again. */
export type Level = 'as it is' | 'digest only' | 'signed' | 'signed by another key';
const LEVELS: readonly Level[] = [
  'as it is',
  'digest only',
  ...Array<Level>(7).fill('signed'),
  'signed by another key',
];

export interface Sealing {
  readonly record: boolean;
  readonly events: Level;
  readonly bundle: Level;
}

export function chooseSealing(random: Random): Sealing {
  return { record: random.chance(60), events: random.pick(LEVELS), bundle: random.pick(LEVELS) };
}

export interface Sealed {
  readonly text: string;
  /** Digests that a registry key signed as those of a bundle. No bundle with any other may be accepted. */
  readonly bundleDigests: readonly string[];
}

const parse = (text: string): Data => (text.isWellFormed() ? read(new TextEncoder().encode(text)) : undefined);

/** A text for a text of the same meaning everywhere. Short ones are left: they are not digests. */
function swap(text: string, old: unknown, now: string): string {
  return typeof old === 'string' && old.length >= 8 && old !== now ? text.replaceAll(old, () => now) : text;
}

const eventsOf = (bundle: Data): readonly Data[] =>
  Array.isArray(bundle?.events) ? bundle.events.filter(isObject) : [];

/** The record's digest and all that follows from it: the number, its short form, the aliases. */
function resealRecord(text: string): string {
  const bundle = parse(text);
  if (!isObject(bundle) || bundle.canonical_record === undefined) return text;
  const digest = sha256(canonical(bundle.canonical_record));
  const old = bundle.canonical_sha256;
  if (typeof old !== 'string' || !/^[0-9a-f]{64}$/.test(old) || old === digest) return text;
  const [before, after] = [suffixOf(old), suffixOf(digest)];
  return [26, 16, 12, 8].reduce(
    (changed, length) => swap(changed, before.slice(0, length), after.slice(0, length)),
    swap(text, old, digest),
  );
}

/** Events name each other by their digests, so a changed one changes others; a cycle is left open. */
function resealDigests(text: string): string {
  let changed = text;
  for (let pass = 0; pass < 4; pass++) {
    const before = changed;
    for (const event of eventsOf(parse(changed))) changed = swap(changed, event.content_sha256, eventDigest(event));
    if (changed === before) break;
  }
  return changed;
}

function signerFor(level: Level, claimed: unknown, random: Random): string | null {
  if (level === 'signed by another key') return random.pick(SIGNERS);
  return level === 'signed' && typeof claimed === 'string' && SIGNERS.includes(claimed) ? claimed : null;
}

/** @returns null if the text is not a JSON object: then there is nothing to seal. */
export function seal(text: string, sealing: Sealing, random: Random): Sealed | null {
  if (!isObject(parse(text))) return null;
  let changed = sealing.record ? resealRecord(text) : text;
  if (sealing.events !== 'as it is') {
    changed = resealDigests(changed);
    for (const event of eventsOf(parse(changed))) {
      const signer = signerFor(sealing.events, event.signature?.key_id, random);
      if (signer !== null)
        changed = swap(changed, event.signature?.signature_b64, signDigest(eventDigest(event), signer));
    }
  }
  const bundle = parse(changed);
  if (sealing.bundle === 'as it is' || !isObject(bundle)) return { text: changed, bundleDigests: [] };
  const digest = bundleDigest(bundle);
  changed = swap(changed, bundle.bundle_signature?.bundle_sha256, digest);
  const signer = signerFor(sealing.bundle, bundle.bundle_signature?.key_id, random);
  if (signer === null) return { text: changed, bundleDigests: [] };
  changed = swap(changed, bundle.bundle_signature?.signature_b64, signDigest(digest, signer));
  return { text: changed, bundleDigests: PINNED.get(signer)?.role === 'pith_registry' ? [digest] : [] };
}
