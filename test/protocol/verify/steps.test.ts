import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type BundleVerdict, type Check, verifyBundle, verifyBundleSteps } from '../../../src/protocol/index.ts';
import { bytesOf, makeBundle, testTrust } from '../../support/bundles/make-bundle.ts';
import { attestation, CREATED, codesOf, RECORD } from '../../support/bundles/verdicts.ts';

const BYTES = bytesOf(makeBundle(RECORD, [CREATED, attestation(), attestation({ target: 'other' })]));
const TAMPERED = bytesOf({ ...makeBundle(RECORD, [CREATED, attestation()]), built_at: '2026-07-02T00:00:00Z' });

/** The subjects of the checks that each step added, and the verdict. */
function walk(bytes: Uint8Array, between: () => void = () => undefined): [readonly string[], BundleVerdict] {
  const steps = verifyBundleSteps(bytes, testTrust);
  const added: string[] = [];
  let seen = 0;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return [added, step.value];
    const { checks } = step.value;
    added.push(
      checks
        .slice(seen)
        .map(({ subject }: Check) => subject)
        .join(' '),
    );
    seen = checks.length;
    between();
  }
}

describe('a verification in steps', () => {
  it('shows the checks as they are made: the digest, the claims, the signature, then each event', () => {
    const [added] = walk(BYTES);
    const claims = `record_hash pith_number short_number source ${'alias '.repeat(6)}`.trim();
    const event = 'event_hash event_signature';
    assert.deepEqual(added, [
      '',
      'bundle_hash',
      claims,
      'bundle_signature',
      '',
      `${event} record_event receipt`,
      event,
    ]);
  });

  it('ends with the verdict that verifyBundle returns at once', () => {
    for (const bytes of [BYTES, TAMPERED, new Uint8Array([0x7b])]) {
      const [, verdict] = walk(bytes);
      const atOnce = verifyBundle(bytes, testTrust);
      assert.deepEqual(
        [verdict.outcome, verdict.checks, verdict.findings],
        [atOnce.outcome, atOnce.checks, atOnce.findings],
      );
    }
    assert.deepEqual(codesOf(walk(TAMPERED)[1]), ['bundle_hash_mismatch']);
  });

  it('judges the bytes as they were given, even if they change meanwhile', () => {
    const bytes = new Uint8Array(BYTES);
    const [, verdict] = walk(bytes, () => bytes.fill(0x20));
    assert.equal(verdict.outcome, 'verified');
    assert.deepEqual(verdict.bundle?.bytes, BYTES);
  });
});
