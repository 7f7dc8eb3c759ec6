/**
 * A short run of the fuzzer, and proof that its oracle can fail. The long run: `npm run fuzz`.
 *
 * Slow: judges two thousand mutated bundles by two engines.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type BundleVerdict, type ReasonCode, verifyBundle } from '../../src/protocol/index.ts';
import { authorKey, bytesOf, type Data, makeBundle, sealBundle, strangerKey } from '../support/bundles/make-bundle.ts';
import { vectorLines } from '../support/bundles/vectors.ts';
import { attestation, CREATED, changed, RECORD } from '../support/bundles/verdicts.ts';
import { BASES } from './bases.ts';
import { type FuzzCase, type FuzzResult, fuzz, makeCase, type Verify, verifyStrictly } from './fuzz.ts';
import { canonical, read } from './independent.ts';
import { fuzzTrust, PINNED_KEYS } from './keys.ts';
import { objections } from './oracle.ts';

const SEED = 'npm test';
const CASES = 2000;

function complaints({ failures }: FuzzResult): string {
  return failures.map(({ index, how, what }) => `case ${index} (${how}): ${what.join('; ')}`).join('\n');
}

describe('fuzzing', () => {
  const result = fuzz(CASES, SEED);

  test('every verdict is right: a code of the list, never a crash, a hang or a wrong accept', () => {
    assert.equal(complaints(result), '');
    assert.equal(
      [...result.outcomes.values()].reduce((sum, times) => sum + times, 0),
      CASES,
    );
  });

  test('the cases cover most codes, and changed documents that are accepted', () => {
    assert.ok(result.acceptedOthers > CASES / 50, String(result.acceptedOthers));
    assert.ok((result.outcomes.get('rejected') ?? 0) > CASES / 2);
    assert.ok(result.codes.size > 25, [...result.codes.keys()].join());
    assert.ok(result.reasons.size > 5, [...result.reasons.keys()].join());
  });

  test('a case depends only on the seed and its number', () => {
    for (let index = 0; index < 50; index++) assert.deepEqual(makeCase(SEED, index), makeCase(SEED, index));
    assert.notDeepEqual(
      [0, 1, 2, 3].map((index) => makeCase(SEED, index).bytes),
      [0, 1, 2, 3].map((index) => makeCase('other', index).bytes),
    );
  });
});

describe('the oracle', () => {
  test('reads and writes canonical JSON as Python does', () => {
    interface Line {
      readonly text: string;
      readonly canon_hex?: string;
      readonly mirror: string;
    }
    for (const { text, canon_hex, mirror } of vectorLines<Line>('canonical-json.jsonl')) {
      const value = read(new TextEncoder().encode(text));
      const hex = value === undefined ? undefined : Buffer.from(canonical(value)).toString('hex');
      if (mirror === 'equal') assert.equal(hex, canon_hex, text.slice(0, 200));
      if (mirror === 'reject') assert.equal(hex, undefined, text.slice(0, 200));
    }
  });

  // Each lenient verifier gets the same cases, and most ask the strict one first.
  const cases = new Map(Array.from({ length: 400 }, (_, i) => [i, makeCase(SEED, i)]));
  const caseOf = (index: number): FuzzCase => cases.get(index) ?? makeCase(SEED, index);
  const verdicts = new WeakMap<Uint8Array, BundleVerdict>();
  const strict: Verify = (bytes) => {
    const verdict = verdicts.get(bytes) ?? verifyStrictly(bytes);
    verdicts.set(bytes, verdict);
    return verdict;
  };

  const accepted = BASES.map(({ bytes }) => verifyStrictly(bytes));
  const [good] = accepted;
  assert.ok(good);
  assert.ok(accepted.every(({ outcome }) => outcome !== 'rejected'));

  /** A verifier that forgives some codes: it gives a good verdict in place of the right one. */
  const forgiving =
    (...forgiven: readonly ReasonCode[]): Verify =>
    (bytes) => {
      const verdict = strict(bytes);
      return verdict.outcome === 'rejected' && verdict.findings.every(({ code }) => forgiven.includes(code))
        ? good
        : verdict;
    };

  const allTrusting = fuzzTrust(
    ...[...PINNED_KEYS, strangerKey].map((key) => ({
      ...key,
      role: key.keyId === strangerKey.keyId ? 'pith_registry' : key.role,
    })),
  );
  const roleless = fuzzTrust(...PINNED_KEYS.map((key) => ({ ...key, role: 'pith_registry' })));

  const lenient: readonly (readonly [string, Verify, RegExp])[] = [
    [
      'forgives a wrong digest',
      forgiving('bundle_hash_mismatch', 'content_hash_mismatch'),
      /wrong accept: nobody sealed/,
    ],
    ['forgives a bad signature', forgiving('bad_signature'), /no signature of a pinned registry key/],
    ['keeps the last of double members', forgiving('duplicate_key'), /accepted what is no JSON object/],
    ['replaces what is no UTF-8', forgiving('invalid_utf8'), /accepted what is no JSON object/],
    [
      'hides what it accepted',
      () => ({ ...good, outcome: 'rejected', bundle: null, findings: [] }),
      /rejected without a code/,
    ],
    [
      'has a code of its own',
      (bytes) => {
        const verdict = strict(bytes);
        return { ...verdict, findings: verdict.findings.map((finding) => ({ ...finding, code: 'odd' as ReasonCode })) };
      },
      /odd is no code of the list/,
    ],
    [
      'throws',
      (bytes) => {
        const verdict = strict(bytes);
        if (verdict.findings.some(({ code }) => code === 'lone_surrogate')) throw new RangeError('of the verifier');
        return verdict;
      },
      /threw RangeError: of the verifier/,
    ],
    [
      'rejects what is written in another way',
      (bytes) =>
        BASES.some((base) => Buffer.compare(base.bytes, bytes) === 0)
          ? strict(bytes)
          : verifyStrictly(bytes.subarray(1)),
      /same content, other verdict/,
    ],
  ];
  for (const [what, verify, expected] of lenient) {
    test(`objects to a verifier that ${what}`, () => {
      const { failures } = fuzz(cases.size, SEED, verify, { maxFailures: 10, caseOf });
      assert.ok(failures.length > 0, 'no objection at all');
      assert.ok(
        failures.some((failure) => failure.what.some((text) => expected.test(text))),
        JSON.stringify(failures[0]),
      );
    });
  }

  const bundle = makeBundle(RECORD, [CREATED, attestation({}, authorKey)]);
  /** Documents that no chance finds in a short run, and what a lenient verifier would make of them. */
  const direct: readonly (readonly [string, Data, Verify, RegExp])[] = [
    [
      'forgives a wrong record',
      sealBundle(changed(bundle, ['canonical_sha256'], '0'.repeat(64))),
      forgiving('canonical_hash_mismatch'),
      /wrong accept: another record digest/,
    ],
    [
      'pins a key that the operator did not',
      makeBundle(RECORD, [CREATED], {}, strangerKey),
      (bytes) => verifyBundle(bytes, allTrusting),
      /no signature of a pinned registry key/,
    ],
    [
      'takes an author for a registry',
      makeBundle(RECORD, [CREATED], {}, authorKey),
      (bytes) => verifyBundle(bytes, roleless),
      /no signature of a pinned registry key/,
    ],
    [
      'takes an author’s word for a registry’s in an event',
      sealBundle(
        changed(
          bundle,
          ['events', 1],
          attestation({ signer: { ...bundle.events[1].signer, signer_type: 'pith_registry' } }, authorKey),
        ),
      ),
      (bytes) => verifyBundle(bytes, roleless),
      /wrong accept: event/,
    ],
  ];
  for (const [what, document, verify, expected] of direct) {
    test(`objects to a verifier that ${what}`, () => {
      const bytes = bytesOf(document);
      const digests = new Set<string>([document.bundle_signature.bundle_sha256]);
      assert.deepEqual(objections(bytes, verifyStrictly(bytes), digests), []);
      assert.match(objections(bytes, verify(bytes), digests).join('\n'), expected);
    });
  }

  test('objects to a verifier that takes too long', () => {
    const slow: Verify = (bytes) => {
      const before = process.cpuUsage();
      for (let used = 0; used < 5000; ) {
        const { user, system } = process.cpuUsage(before);
        used = user + system;
      }
      return verifyStrictly(bytes);
    };
    const { failures } = fuzz(3, SEED, slow, { maxTime: 4 });
    assert.ok(failures.every(({ what }) => /took \d+ ms/.test(what.join())));
    assert.equal(failures.length, 3);
  });
});
