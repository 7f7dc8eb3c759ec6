/** What `verify.html` says of OpenTimestamps proofs. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkProof, type GivenFile } from '../../../src/site/verifier/check-proof.ts';
import { PROJECT } from '../../support/sites/cli.ts';

const given = (name: string, as = name): GivenFile => ({
  name: as,
  bytes: new Uint8Array(readFileSync(join(PROJECT, 'test/vectors/ots', name))),
});
const PROOF = given('hello-world.txt.ots');
const FILE = given('hello-world.txt');

test('a proof, its file under any name, and the header of its block prove a time', () => {
  const { outcome, headline, sentences } = checkProof(PROOF, [
    PROOF,
    given('hello-world.txt', 'x'),
    given('358391.hex'),
  ]);
  assert.equal(outcome, 'proved');
  assert.equal(headline, 'x is proved to be that old');
  assert.match(
    sentences.join(),
    /^existed before 2015-05-28 15:41 UTC, if block 358391 is in the Bitcoin chain\. Its hash is 0{17}3e892881a8/,
  );
});

test('without the header, the page names the block, its Merkle root and the file to add', () => {
  const { outcome, sentences } = checkProof(PROOF, [PROOF, FILE]);
  assert.equal(outcome, 'unchecked');
  assert.match(
    sentences.join(),
    /no header for block 358391\. Its Merkle root must be 8a1b66ec[0-9a-f]{56}\. Add 358391\.hex/,
  );
});

test('a header whose work misses its target, and the header of another tree, prove nothing', () => {
  const forged = checkProof(PROOF, [PROOF, FILE, given('358391-one-bit-off.hex', '358391.hex')]);
  assert.equal(forged.outcome, 'failed');
  assert.match(forged.sentences.join(), /lacks the proof of work that it claims/);
  const other = checkProof(given('bad-stamp.txt.ots'), [given('bad-stamp.txt'), given('358391.hex')]);
  assert.equal(other.outcome, 'failed');
  assert.match(other.sentences.join(), /has a different Merkle root/);
});

test('a header that is no header is not used', () => {
  for (const bytes of [new Uint8Array(), new TextEncoder().encode('0'.repeat(159)), new Uint8Array(1000)])
    assert.equal(checkProof(PROOF, [PROOF, FILE, { name: '358391.hex', bytes }]).outcome, 'unchecked');
});

test('a proof of another file, and one whose file is missing, are told apart', () => {
  const other: GivenFile = { name: 'hello-world.txt', bytes: Uint8Array.of(1) };
  const different = checkProof(PROOF, [PROOF, other]);
  assert.deepEqual([different.outcome, different.headline], ['failed', 'Proof of a different file']);
  assert.match(different.sentences.join(), /sha256 03ba204e[0-9a-f]{56}, which is not that of hello-world\.txt/);
  const missing = checkProof(PROOF, [PROOF]);
  assert.deepEqual([missing.outcome, missing.headline], ['unchecked', 'Not checked: the stamped file is missing']);
});

test('a pending proof proves no time, and a damaged one is named with the place of the damage', () => {
  const pending = checkProof(given('incomplete.txt.ots'), [given('incomplete.txt')]);
  assert.deepEqual([pending.outcome, pending.headline], ['unchecked', 'incomplete.txt: no time is proved yet']);
  assert.match(pending.sentences.join(), /^pending at https:/);
  const cut = checkProof({ name: 'hello-world.txt.ots', bytes: PROOF.bytes.slice(0, -1) }, [FILE]);
  assert.deepEqual([cut.outcome, cut.headline], ['failed', 'Not a valid proof']);
  assert.match(cut.sentences.join(), /^Expected .* at byte \d+\.$/);
});
