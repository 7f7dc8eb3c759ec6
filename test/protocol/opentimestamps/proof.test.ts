/** OpenTimestamps proofs: real ones, one changed byte at a time, and the limits of the format. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parseBlockHeader } from '../../../src/protocol/opentimestamps/header.ts';
import { applyOperation, MAX_MESSAGE } from '../../../src/protocol/opentimestamps/operations.ts';
import {
  attestationsOf,
  formatTimestampProof,
  MAX_PROOF,
  mergeTimestampTrees,
  parseTimestampProof,
  parseTimestampTree,
  TimestampError,
  type TimestampTree,
} from '../../../src/protocol/opentimestamps/proof.ts';
import { isProofOf, verifyAttestations } from '../../../src/protocol/opentimestamps/verify.ts';

const vector = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../vectors/ots/${name}`, import.meta.url)));
const HEADER = Uint8Array.from(Buffer.from(Buffer.from(vector('358391.hex')).toString().trim(), 'hex'));
const headers = (height: number): Uint8Array | null => (height === 358_391 ? HEADER : null);
const NAMES = ['hello-world', 'bad-stamp', 'incomplete', 'two-calendars'] as const;

/** The magic, version 1, SHA-256, and a digest of zeros: what stands before every tree below. */
const HEAD = [...vector('hello-world.txt.ots').slice(0, 33), ...new Array<number>(32).fill(0)];
const PENDING = [0x00, 0x83, 0xdf, 0xe3, 0x0d, 0x2e, 0xf9, 0x0c, 0x8e, 0x02, 0x01, 0x61];
const proof = (...tree: readonly number[]): Uint8Array => Uint8Array.from([...HEAD, ...tree]);
const refused = (bytes: Uint8Array, words: RegExp): void =>
  assert.throws(
    () => parseTimestampProof(bytes),
    (error) => error instanceof TimestampError && words.test(error.message),
  );

describe('real proofs', () => {
  for (const name of NAMES) {
    test(`${name} is a proof of its file and of no other, and is written back byte for byte`, () => {
      const parsed = parseTimestampProof(vector(`${name}.txt.ots`));
      assert.ok(isProofOf(parsed, vector(`${name}.txt`)));
      assert.ok(!isProofOf(parsed, vector(`${name}.txt`).slice(1)));
      assert.deepEqual(formatTimestampProof(parsed), vector(`${name}.txt.ots`));
    });
  }

  test('hello-world is proved by the header of block 358391', () => {
    const [verdict, ...others] = verifyAttestations(parseTimestampProof(vector('hello-world.txt.ots')), headers);
    assert.deepEqual(others, []);
    assert.equal(verdict?.kind, 'proved');
    if (verdict?.kind !== 'proved') return;
    assert.equal(verdict.header.hash, '000000000000000003e892881a8cdcdc117c06d444057c98b6f04a9ee75a2319');
    assert.equal(new Date(verdict.header.time * 1000).toISOString(), '2015-05-28T15:41:18.000Z');
    assert.ok(Math.abs(verdict.header.difficulty - 48_807_487_244.681) < 1);
  });

  test('without a header, the Merkle root that the block must have is named', () => {
    const [verdict] = verifyAttestations(parseTimestampProof(vector('hello-world.txt.ots')), () => null);
    assert.deepEqual(verdict, {
      kind: 'no_header',
      height: 358_391,
      merkleRoot: '8a1b66ecb7cbd07d8139a7e7d7f2c41aab1f5009b8364aaf61d03ad245e47e00',
    });
  });

  test('bad-stamp leads to another Merkle root than the block has', () => {
    const [verdict] = verifyAttestations(parseTimestampProof(vector('bad-stamp.txt.ots')), headers);
    assert.equal(verdict?.kind === 'failed' && verdict.reason, 'merkle_root');
  });

  test('a header of which one bit of the nonce differs does not have its work', () => {
    const forged = Uint8Array.from(Buffer.from(Buffer.from(vector('358391-one-bit-off.hex')).toString().trim(), 'hex'));
    const [verdict] = verifyAttestations(parseTimestampProof(vector('hello-world.txt.ots')), () => forged);
    assert.equal(verdict?.kind === 'failed' && verdict.reason, 'proof_of_work');
  });

  test('incomplete and two-calendars are pending at the calendars they name', () => {
    for (const [name, count] of [
      ['incomplete', 1],
      ['two-calendars', 2],
    ] as const) {
      const verdicts = verifyAttestations(parseTimestampProof(vector(`${name}.txt.ots`)), headers);
      assert.equal(verdicts.length, count);
      for (const verdict of verdicts) assert.match(verdict.kind === 'pending' ? verdict.uri : '', /^https:\/\//);
    }
  });

  test('a proof with any one byte changed is refused or proves nothing of the file, unless the change has no effect', () => {
    const bytes = vector('hello-world.txt.ots');
    const file = vector('hello-world.txt');
    const proving: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      try {
        const parsed = parseTimestampProof(changed);
        const verdicts = isProofOf(parsed, file) ? verifyAttestations(parsed, headers) : [];
        if (verdicts.some(({ kind }) => kind === 'proved')) proving.push(at);
      } catch (error) {
        assert.ok(error instanceof TimestampError, `byte ${at}: ${error}`);
      }
    }
    // The last leaf of a Merkle tree with an odd number of leaves is paired with itself: append and prepend are the same there.
    assert.deepEqual(proving, [603]);
    assert.equal(bytes[603], 0xf0);
  });
});

describe('the limits of a proof', () => {
  test('a proof that ends early is refused at every length', () => {
    const bytes = vector('two-calendars.txt.ots');
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(() => parseTimestampProof(bytes.slice(0, length)), TimestampError, `${length} bytes`);
    }
  });

  test('bytes after the proof are refused', () => {
    refused(Uint8Array.from([...vector('hello-world.txt.ots'), 0]), /expected the end of the proof/);
  });

  test('another version, another hash and an unknown operation are refused', () => {
    const bytes = vector('hello-world.txt.ots');
    refused(bytes.with(31, 2), /expected version 1/);
    refused(bytes.with(32, 0x67), /expected the hash of a file/);
    refused(proof(0x99, ...PENDING), /expected an operation, got the tag 0x99/);
  });

  test('255 operations on one another are read, 257 are refused', () => {
    const nested = (count: number): Uint8Array => proof(...new Array<number>(count).fill(0x08), ...PENDING);
    assert.equal(attestationsOf(parseTimestampProof(nested(255)).timestamp).length, 1);
    refused(nested(257), /at most 256 operations/);
  });

  test('an operand of 4,097 bytes and a message that grows past 4,096 bytes are refused', () => {
    refused(proof(0xf0, 0x81, 0x20, ...new Array<number>(4097).fill(1), ...PENDING), /expected 1 to 4096 bytes/);
    refused(proof(0xf0, 0x80, 0x20, ...new Array<number>(4096).fill(1), ...PENDING), /got 4128/);
    refused(proof(0xf0, 0x00, ...PENDING), /expected 1 to 4096 bytes/);
    assert.throws(() => applyOperation({ kind: 'hexlify' }, new Uint8Array(MAX_MESSAGE)), RangeError);
  });

  test('an attestation of more than 8,192 bytes, or with bytes after its value, is refused', () => {
    const unknown = [0x00, 1, 2, 3, 4, 5, 6, 7, 8];
    refused(proof(...unknown, 0x81, 0x40, ...new Array<number>(8193).fill(0)), /expected 0 to 8192 bytes/);
    refused(proof(...PENDING.slice(0, 9), 0x03, 0x01, 0x61, 0x00), /more bytes/);
  });

  test('a calendar whose address has characters that no address has is refused', () => {
    refused(proof(...PENDING.slice(0, 11), 0x20), /expected the address of a calendar/);
  });

  test('a height beyond 2^53 and a proof of more than 1 MiB are refused', () => {
    const bitcoin = [0x00, 0x05, 0x88, 0x96, 0x0d, 0x73, 0xd7, 0x19, 0x01];
    refused(proof(...bitcoin, 0x09, ...new Array<number>(8).fill(0xff), 0x7f), /below 2\^53/);
    refused(new Uint8Array(MAX_PROOF + 1), /at most 1048576 bytes/);
  });

  test('an attestation of an unknown kind is kept, and written back as it was', () => {
    const bytes = proof(0x00, 1, 2, 3, 4, 5, 6, 7, 8, 0x02, 0xaa, 0xbb);
    const parsed = parseTimestampProof(bytes);
    assert.deepEqual(verifyAttestations(parsed, headers), [{ kind: 'unknown', tag: '0102030405060708' }]);
    assert.deepEqual(formatTimestampProof(parsed), bytes);
  });
});

describe('merging', () => {
  const message = new Uint8Array(32);
  const pending = (uri: string): TimestampTree => ({ message, attestations: [{ kind: 'pending', uri }], branches: [] });

  test('two timestamps of one message become one with everything of both, in either order', () => {
    const hash = { operation: { kind: 'sha256' }, timestamp: pending('https://c.example') } as const;
    const a: TimestampTree = { ...pending('https://a.example'), branches: [hash] };
    const b: TimestampTree = {
      ...pending('https://b.example'),
      branches: [{ ...hash, timestamp: pending('https://d.example') }],
    };
    const formatted = [
      mergeTimestampTrees(a, b),
      mergeTimestampTrees(b, a),
      mergeTimestampTrees(mergeTimestampTrees(a, b), a),
    ].map((timestamp) => formatTimestampProof({ hash: 'sha256', timestamp }));
    const [first = new Uint8Array()] = formatted;
    for (const other of formatted) assert.deepEqual(other, first);
    const uris = attestationsOf(parseTimestampProof(first).timestamp).map(({ attestation }) =>
      attestation.kind === 'pending' ? attestation.uri : '',
    );
    assert.deepEqual(uris, ['https://a.example', 'https://b.example', 'https://c.example', 'https://d.example']);
  });

  test('timestamps of two messages are not merged', () => {
    assert.throws(
      () => mergeTimestampTrees(pending('a'), { ...pending('a'), message: new Uint8Array(31) }),
      RangeError,
    );
  });

  test('the answer of a calendar is read as a tree on the message that it was asked for', () => {
    assert.deepEqual(parseTimestampTree(Uint8Array.from(PENDING), message), pending('a'));
    assert.throws(() => parseTimestampTree(Uint8Array.from([...PENDING, 0]), message), TimestampError);
  });
});

describe('block headers', () => {
  test('a header that is not 80 bytes long is refused', () => {
    assert.throws(() => parseBlockHeader(HEADER.slice(1)), RangeError);
  });

  test('a target easier than Bitcoin ever allowed does not count as work, whatever the hash', () => {
    const easy = HEADER.slice();
    easy.set([0xff, 0xff, 0x7f, 0x21], 72);
    assert.equal(parseBlockHeader(easy).hasWork, false);
    easy.set([0x01, 0x00, 0x80, 0x1d], 72);
    assert.equal(parseBlockHeader(easy).hasWork, false);
  });
});
