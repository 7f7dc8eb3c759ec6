/** Section 10: for each code, documents of which exactly one rule is broken, sealed again with TEST keys. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { REASON_CODES, type ReasonCode } from '../../../src/protocol/errors.ts';
import { mergeBundles, verifyBundle } from '../../../src/protocol/index.ts';
import { BUNDLE, bundles, EVENT, events, merged, notices, reading } from '../../support/bundles/broken.ts';
import { testTrust } from '../../support/bundles/make-bundle.ts';
import { CREATED, codesOf, judge, judgeEvent, reasonsOf } from '../../support/bundles/verdicts.ts';

/** Found by the mirror, which sees files and all the numbers. */
const mirrorLevel: readonly ReasonCode[] = ['unreadable', 'short_number_collision', 'alias_conflict'];

describe('section 10: reading', () => {
  for (const [code, rule, bytes] of reading) {
    it(`${code}: ${rule}`, () => {
      const verdict = verifyBundle(bytes, testTrust);
      assert.equal(verdict.outcome, 'rejected');
      assert.deepEqual(codesOf(verdict), [code]);
    });
  }
});

describe('section 7: what rejects a whole bundle', () => {
  it('the bundle that all these are made from is verified', () => {
    assert.deepEqual(codesOf(judge(BUNDLE)), []);
    assert.equal(judge(BUNDLE).outcome, 'verified');
  });
  for (const [code, rule, bundle] of bundles) {
    it(`${code}: ${rule}`, () => {
      const verdict = judge(bundle);
      assert.equal(verdict.outcome, 'rejected');
      assert.equal(verdict.bundle, null);
      assert.deepEqual(codesOf(verdict), [code]);
    });
  }
});

describe('section 7: what makes a single event invalid', () => {
  it('the event that all these are made from is valid', () => {
    assert.deepEqual(codesOf(judgeEvent(EVENT)), []);
    assert.equal(judgeEvent(EVENT).bundle?.events.length, 2);
  });
  for (const [code, rule, event] of events) {
    it(`${code}: ${rule}`, () => {
      const verdict = judgeEvent(event);
      assert.deepEqual(codesOf(verdict), [code]);
      assert.equal(verdict.outcome, 'findings');
      assert.deepEqual(reasonsOf(verdict), [code]);
      // The rest is published.
      assert.deepEqual(
        verdict.bundle?.events.map(({ eventId }) => eventId),
        [CREATED.event_id],
      );
    });
  }
});

describe('section 10: findings that reject nothing', () => {
  for (const [code, rule, bundle] of notices) {
    it(`${code}: ${rule}`, () => {
      const verdict = judge(bundle);
      assert.deepEqual(codesOf(verdict), [code]);
      assert.equal(verdict.outcome, 'findings');
      assert.deepEqual(reasonsOf(verdict), []);
      assert.equal(verdict.bundle?.events.length, bundle.events.length);
    });
  }
  for (const [code, rule, documents] of merged) {
    it(`${code}: ${rule}`, () => {
      const verified = documents.map((bundle) => {
        const verdict = judge(bundle);
        assert.deepEqual(codesOf(verdict), []);
        assert.ok(verdict.bundle);
        return verdict.bundle;
      });
      const codes = mergeBundles(verified).findings.map((finding) => finding.code);
      assert.deepEqual(codes, [code]);
    });
  }
});

it('section 10: every code has a test here, except those that only a whole mirror can find', () => {
  const covered = new Set([reading, bundles, events, notices, merged].flatMap((table) => table.map(([code]) => code)));
  assert.deepEqual([...covered, ...mirrorLevel].toSorted(), REASON_CODES.toSorted());
});
