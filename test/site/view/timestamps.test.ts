/** What the home page says of timestamp proofs: no more than they prove. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { shownTimestamps } from '../../../src/mirror/plan/timestamps.ts';
import type { AttestationVerdict } from '../../../src/protocol/index.ts';
import { type TimestampView, timestampViews } from '../../../src/site/view/timestamps.ts';
import { PROJECT } from '../../support/sites/cli.ts';

function viewOf(...verdicts: readonly AttestationVerdict[]): TimestampView {
  const [view] = timestampViews([{ name: 'a.txt', bytes: 1, stamped: { kind: 'sums', files: 1200 }, verdicts }]);
  assert.ok(view !== undefined);
  return view;
}
const NO_HEADER = { kind: 'no_header', height: 953_001, merkleRoot: 'ab'.repeat(32) } as const;
const PENDING = { kind: 'pending', uri: 'https://a.example' } as const;
const UNKNOWN = { kind: 'unknown', tag: '06869a0d73d71b45' } as const;

test('a list of digests is called one, and a number of files is written with commas', () => {
  assert.equal(viewOf(PENDING).heading, 'A list of the digests of 1,200 files, a.txt');
});

test('a promise alone is pending, and nothing is said of it once there is a block', () => {
  assert.equal(viewOf(PENDING).badge, 'pending');
  assert.match(viewOf(PENDING).sentences.join(), /^Nothing is proved yet: https:\/\/a\.example promised/);
  assert.equal(viewOf(PENDING, NO_HEADER).badge, 'not checked');
  assert.doesNotMatch(viewOf(PENDING, NO_HEADER).sentences.join(), /promised/);
});

test('a block without its header is not checked, and its Merkle root is there to compare', () => {
  assert.deepEqual(viewOf(NO_HEADER).values, [['Merkle root of block 953,001', NO_HEADER.merkleRoot]]);
  assert.match(viewOf(NO_HEADER).sentences.join(), /is not here, so this is not checked/);
});

test('a kind of attestation that cannot be checked is named and proves nothing', () => {
  assert.equal(viewOf(UNKNOWN).badge, 'not checked');
  assert.match(viewOf(UNKNOWN).sentences.join(), /cannot be checked here \(06869a0d73d71b45\)/);
});

test('the real proof of block 358391 is proved with its header and with no other', () => {
  const base64 = (name: string): { readonly name: string; readonly base64: string } => ({
    name,
    base64: readFileSync(join(PROJECT, 'test/vectors/ots', name)).toString('base64'),
  });
  const pair = [base64('hello-world.txt'), base64('hello-world.txt.ots')];
  const badges = (files: typeof pair): readonly string[] =>
    timestampViews(shownTimestamps(files, '')).map(({ badge }) => badge);
  assert.deepEqual(badges(pair), ['not checked']);
  assert.deepEqual(badges([base64('358391.hex'), ...pair]), ['proved']);
  const forged = { ...base64('358391-one-bit-off.hex'), name: '358391.hex' };
  assert.deepEqual(badges([forged, ...pair]), ['wrong']);
});
