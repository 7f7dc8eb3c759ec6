/** What a record's page says of OpenTimestamps proofs in its bundle. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  type attestationsOf,
  encodeBase64,
  formatTimestampProof,
  type Json,
  type TimestampTree,
} from '../../../src/protocol/index.ts';
import { timestampWords } from '../../../src/site/view/timestamp-proofs.ts';
import { PROJECT } from '../../support/sites/cli.ts';

const CANONICAL = 'ab'.repeat(32);
type Attestation = ReturnType<typeof attestationsOf>[number]['attestation'];

const digest = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

function proof(message: string, ...attestations: readonly Attestation[]): string {
  const timestamp: TimestampTree = { message: digest(message), attestations, branches: [] };
  return encodeBase64(formatTimestampProof({ hash: 'sha256', timestamp }));
}

const words = (...values: readonly Json[]): readonly string[] => timestampWords(values, CANONICAL);
const PENDING = { kind: 'pending', uri: 'https://a.example' } as const;

test('values without a proof give no words', () => {
  assert.deepEqual(words(null, 'AE9w', new Map<string, Json>([['kind', 'opentimestamps']]), []), []);
});

test('a proof of the canonical record names the block and the Merkle root to compare, however deep it lies', () => {
  const value = new Map<string, Json>([
    ['a', [new Map([['ots', proof(CANONICAL, { kind: 'bitcoin', height: 900_000 })]])]],
  ]);
  const [sentence, ...others] = words(value);
  assert.deepEqual(others, []);
  assert.match(sentence ?? '', /begins with the digest of the canonical record, and every step of it holds/);
  assert.match(sentence ?? '', new RegExp(`Bitcoin block 900000, whose Merkle root must be ${CANONICAL}`));
});

test('a pending proof and an attestation of an unknown kind prove no time, and the words say so', () => {
  const unknown = { kind: 'unknown', tag: '30fe8087b5c7ead7', payload: Uint8Array.of(1) } as const;
  const [sentence = ''] = words(proof(CANONICAL, PENDING, unknown));
  assert.match(sentence, /https:\/\/a\.example promised a Bitcoin block, which is not in the proof/);
  assert.match(sentence, /an attestation of a kind that this mirror does not know/);
});

test('a proof of another digest is said to prove nothing about the record', () => {
  const bytes = readFileSync(join(PROJECT, 'test/vectors/ots/hello-world.txt.ots'));
  const [sentence = ''] = words(encodeBase64(bytes));
  assert.match(
    sentence,
    /is of the digest 03ba204e50d126e4674c005e04d82e84c21366780af1f43bd54a37816b6ab340, not of this/,
  );
});

test('a damaged proof is named with the place of the damage, and text that only begins as one is not read', () => {
  const whole = formatTimestampProof({
    hash: 'sha256',
    timestamp: { message: digest(CANONICAL), attestations: [PENDING], branches: [] },
  });
  assert.match(words(encodeBase64(whole.slice(0, -3)))[0] ?? '', /is damaged: expected .* at byte \d+\.$/);
  assert.match(words(`${encodeBase64(whole)}!`)[0] ?? '', /is not base64 of one/);
});

test('a proof with more than 256 operations on one another is refused, and many proofs are counted', () => {
  const head = [
    ...formatTimestampProof({
      hash: 'sha256',
      timestamp: { message: digest(CANONICAL), attestations: [PENDING], branches: [] },
    }),
  ].slice(0, 65);
  const deep = Uint8Array.from([...head, ...new Array<number>(300).fill(0x08), 0x00]);
  assert.match(words(encodeBase64(deep))[0] ?? '', /at most 256 operations/);
  const many = words(new Array<string>(50).fill(proof(CANONICAL, PENDING)));
  assert.equal(many.length, 21);
  assert.equal(many.at(-1), '30 more proofs not read.');
});
