/** The browser's judgement is the program's: one protocol, and one ledger. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeBundle } from '../../../src/mirror/judge/judge.ts';
import type { Trust } from '../../../src/protocol/index.ts';
import { type Judgement, judge } from '../../../src/site/verifier/judge.ts';
import { announcement, comparisons, countsOf, failedStep, headline, proved } from '../../../src/site/verifier/words.ts';
import {
  bytesOf,
  type Data,
  makeBundle,
  makeCorrection,
  makeRecord,
  testTrust,
  withState,
} from '../../support/bundles/make-bundle.ts';
import { defaultTrust, seedBytes, seedText } from '../../support/bundles/vectors.ts';
import { CREATED, changed, RECORD } from '../../support/bundles/verdicts.ts';

function run(received: readonly Uint8Array[], trust: Trust = testTrust): Judgement {
  const steps = judge(received, trust);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

const SEED: Data = JSON.parse(seedText());
const seedWith = (path: readonly (string | number)[], value: unknown): Judgement =>
  run([bytesOf(changed(SEED, path, value))], defaultTrust());
const GOOD = withState(makeBundle(RECORD));
const ONE = bytesOf(makeBundle(RECORD, [CREATED, makeCorrection(RECORD, 'one')]));
const TWO = bytesOf(makeBundle(RECORD, [CREATED, makeCorrection(RECORD, 'two')]));

describe('a bundle alone', () => {
  const documents: readonly (readonly [name: string, bytes: Uint8Array, trust: Trust])[] = [
    ['the seed', seedBytes(), defaultTrust()],
    ['one with a state', bytesOf(GOOD), testTrust],
    ['one without', ONE, testTrust],
    ['one with a false state', bytesOf(makeBundle(RECORD, undefined, { state: {} })), testTrust],
    ['one that is tampered with', bytesOf(changed(SEED, ['events', 0, 'created_at'], 'x')), defaultTrust()],
    ['one by an unknown key', seedBytes(), testTrust],
    // Not one that is cut short: of such a file, the program also says what to do.
    ['no JSON', new TextEncoder().encode('{]'), testTrust],
  ];
  for (const [name, bytes, trust] of documents) {
    it(`${name} is judged as the program judges it`, () => {
      const { outcome, ledgers, findings, merged } = run([bytes], trust);
      const file = judgeBundle('x', bytes, trust);
      assert.equal(outcome, file.report.outcome);
      assert.deepEqual(ledgers, [file.checks]);
      assert.deepEqual(
        findings.map(({ code, where, message }) => [code, where, message]),
        file.report.findings.map(({ code, where, message }) => [code, where, message]),
      );
      assert.equal(merged?.state.sha256 ?? null, file.report.state_sha256);
    });
  }
});

describe('several bundles of one number', () => {
  it('are merged as one, and what each lacks is found', () => {
    const { outcome, merged, findings, ledgers } = run([ONE, TWO]);
    assert.equal(outcome, 'findings');
    assert.equal(merged?.events.valid.length, 3);
    assert.ok(findings.some(({ code }) => code === 'split_view'));
    assert.equal(ledgers.length, 2);
  });

  it('are rejected together if one of them is', () => {
    const { outcome, merged } = run([ONE, bytesOf(changed(SEED, ['built_at'], 'x'))]);
    assert.deepEqual([outcome, merged], ['rejected', null]);
  });

  it('are rejected if one is of another number', () => {
    const { outcome, merged, findings } = run([ONE, bytesOf(makeBundle(makeRecord({ id: '2606.00002' })))]);
    assert.deepEqual([outcome, merged, findings.map(({ code }) => code)], ['rejected', null, ['number_mismatch']]);
  });
});

describe('the step that failed', () => {
  const digest = '0'.repeat(64);
  const cases: readonly (readonly [step: string, path: readonly (string | number)[], value: unknown])[] = [
    ['Bundle hash', ['built_at'], '2026-07-01T18:55:58Z'],
    ['Bundle hash', ['events', 1, 'payload', 'graph_snapshot', 'paper', 'title'], 'Another'],
    ['Bundle signature', ['bundle_signature', 'signature_b64'], `${'A'.repeat(86)}==`],
    ['Bundle hash', ['bundle_signature', 'bundle_sha256'], digest],
    ['Bundle signature', ['bundle_signature', 'key_id'], 'another'],
  ];
  for (const [step, path, value] of cases) {
    it(`${path.join('/')}: ${step}`, () => {
      const judgement = seedWith(path, value);
      assert.equal(judgement.outcome, 'rejected');
      assert.equal(failedStep(judgement), step);
      assert.equal(headline(judgement), `Not verified: “${step}” failed`);
      assert.match(proved(judgement), /^This proves nothing/);
    });
  }

  it('is the reading if nothing could be checked', () => {
    assert.equal(failedStep(run([new Uint8Array([0x7b])])), 'Reading the bundle (not json)');
  });

  it('is none if everything holds', () => {
    const judgement = run([seedBytes()], defaultTrust());
    assert.equal(failedStep(judgement), null);
    assert.match(
      proved(judgement),
      /^4 signatures and 12 digests are valid\. .* pith-v1-2026-05 \(fingerprint 8d4b5ee7/,
    );
  });
});

describe('what the page says', () => {
  const judgement = run([bytesOf(GOOD)]);
  const claims = {
    pithNumber: judgement.merged?.bundles[0].pithNumber ?? '',
    stateSha256: judgement.merged?.state.sha256 ?? '',
    findings: [],
  };
  const outcomes = (changes: object, of = judgement): readonly string[] =>
    comparisons({ ...claims, ...changes }, of).map(({ outcome }) => outcome);

  it('is compared with what was found', () => {
    assert.deepEqual(outcomes({}), ['verified', 'verified', 'verified']);
    assert.deepEqual(outcomes({ pithNumber: 'pith:2026:X' }), ['failed', 'verified', 'verified']);
    assert.deepEqual(outcomes({ stateSha256: 'x' }), ['verified', 'failed', 'verified']);
    assert.deepEqual(outcomes({ findings: ['split_view'] }), ['verified', 'verified', 'failed']);
    assert.deepEqual(outcomes({}, run([new Uint8Array()])), ['failed', 'failed', 'failed']);
  });

  it('is announced if it differs', () => {
    assert.equal(announcement(judgement, comparisons(claims, judgement)), 'Verified here, in this browser.');
    const differing = comparisons({ ...claims, stateSha256: 'x' }, judgement);
    assert.match(announcement(judgement, differing), /The result differs from this page in: State hash\.$/);
  });
});

describe('many files', () => {
  it('are counted in words', () => {
    assert.equal(countsOf(['verified'], 1), '1 file: 1 verified, 0 not verified.');
    assert.equal(
      countsOf(['verified', 'findings', 'rejected'], 3),
      '3 files: 1 verified, 1 verified with findings, 1 not verified.',
    );
    assert.equal(
      countsOf(['verified', 'unchecked', 'unchecked'], 3),
      '3 files: 1 verified, 0 not verified, 2 could not be checked.',
    );
    assert.equal(countsOf(['verified'], 3), '1 of 3 files: 1 verified, 0 not verified…');
  });
});
