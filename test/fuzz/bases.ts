/** The documents that mutation starts from: sealed bundles that together reach every part of the verifier. */
import {
  authorKey,
  bytesOf,
  type Data,
  makeBundle,
  makeCorrection,
  makeEvent,
  makeRecord,
  makeRecordCreated,
  makeSnapshot,
  publicKeyEntry,
  registryKey,
  secondKey,
  withState,
} from '../support/bundles/make-bundle.ts';
import { seedBytes } from '../support/bundles/vectors.ts';
import { bundleDigest, read } from './independent.ts';

export interface Base {
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly bundleSha256: string;
}

const toBase = (bytes: Uint8Array): Base => ({
  bytes,
  text: new TextDecoder().decode(bytes),
  bundleSha256: bundleDigest(read(bytes)),
});

const record = makeRecord();
const created = makeRecordCreated(record);
const first = makeCorrection(record, 'first');
const second = makeCorrection(record, 'second', { prev_event: first.event_id, supersedes: [first.event_id] });
const twin = makeCorrection(record, 'twin', { prev_event: first.event_id });
const byAuthor = makeEvent(record, 'author_attestation', { supersedes: [second.event_id] }, authorKey);
const odd = makeEvent(record, '__proto__', {
  target: null,
  payload: { ﬁ: 1, '😀': [2.5, -0.25, 1e21, 1e-7, true, null], 'a"\\/\n\u2028': 'é\u007f', '9': {}, '10': [[]] },
});

/** From the smallest to the one that has everything; the last is the real one, which no key here can seal again. */
export const BASES: readonly Base[] = [
  bytesOf(makeBundle(record, [created])),
  bytesOf(makeBundle(record, [created, makeSnapshot(record)])),
  bytesOf(withState(makeBundle(record, [created, first, second]))),
  bytesOf(makeBundle(record, [created, odd, twin, second, first], { unknown: { 'no one': 'reads this' } })),
  bytesOf(
    makeBundle(makeRecord({ id: 'hep-th/0302110', version: 12 }), undefined, {
      built_at: '2026-07-02T00:00:00.5Z',
      public_keys: [{ ...publicKeyEntry(registryKey), rotates_at: '2026-06-23T03:14:22Z' }, publicKeyEntry(secondKey)],
    }),
  ),
  bytesOf(makeBundle(record, [created, byAuthor, { ...twin, target: 'changed' }], {}, secondKey)),
  seedBytes(),
].map(toBase);

/** Parts of these documents that may stand in place of others: genuine in another place. */
export const PARTS: readonly Data[] = [record, created, first, second, twin, byAuthor, odd, created.payload.receipt];
