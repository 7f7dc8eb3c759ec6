import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Data, digest, makeSnapshot, sealEvent, TITLE } from '../../support/bundles/make-bundle.ts';
import { changed, codesOf, judgeEvent, RECORD, reasonsOf } from '../../support/bundles/verdicts.ts';

const SNAPSHOT = makeSnapshot(RECORD);
const PARTS = ['payload', 'graph_snapshot'] as const;
const WRONG = '0'.repeat(64);

/** The genuine snapshot with one part changed, signed again. */
function withPart(path: readonly (string | number)[], value: unknown): Data {
  return sealEvent(changed(SNAPSHOT, [...PARTS, ...path], value));
}

function checksOf(event: Data, subject: string): readonly (readonly [outcome: string, name: string | undefined])[] {
  return judgeEvent(event)
    .checks.filter((check) => check.subject === subject)
    .map(({ outcome, where }) => [outcome, where.split('/').at(-2)] as const);
}

describe('section 2: snapshot_sha256', () => {
  it('every known part is checked', () => {
    assert.deepEqual(codesOf(judgeEvent(SNAPSHOT)), []);
    assert.deepEqual(
      checksOf(SNAPSHOT, 'snapshot'),
      ['claims', 'references', 'formal_canon', 'author_claims', 'integrity'].map((name) => ['verified', name]),
    );
  });

  for (const part of ['claims', 'references', 'formal_canon', 'author_claims', 'integrity']) {
    it(`a wrong digest of ${part} is a finding, and the event stays valid`, () => {
      const verdict = judgeEvent(withPart([part, 'snapshot_sha256'], WRONG));
      assert.deepEqual(codesOf(verdict), ['snapshot_hash_mismatch']);
      assert.deepEqual(reasonsOf(verdict), []);
    });
  }

  it('integrity: over {"detectors": detectors_run, "findings": findings}, empty or not', () => {
    const integrity = { detectors_run: [{ name: 'a', version: '1' }], findings: [{ z: 1.5, a: 'é' }], clean: false };
    const { detectors_run: detectors, findings } = integrity;
    const right = { ...integrity, snapshot_sha256: digest({ payload: { detectors, findings } }) };
    assert.deepEqual(codesOf(judgeEvent(withPart(['integrity'], right))), []);
    const wrong = { ...right, findings: [] };
    assert.deepEqual(codesOf(judgeEvent(withPart(['integrity'], wrong))), ['snapshot_hash_mismatch']);
  });

  it('claims and references that are not empty have no known preimage: not checked', () => {
    for (const [part, list] of [
      ['claims', 'items'],
      ['references', 'sample'],
    ] as const) {
      const event = withPart([part], { count: 1, [list]: [{}], snapshot_sha256: WRONG });
      assert.deepEqual(codesOf(judgeEvent(event)), []);
      assert.deepEqual(checksOf(event, 'snapshot')[part === 'claims' ? 0 : 1], ['uncheckable', part]);
    }
  });

  for (const name of [
    'new_part',
    'constructor',
    'toString',
    'valueOf',
    'hasOwnProperty',
    '__proto__',
    '__defineGetter__',
  ]) {
    it(`a part of any other name is not checked: ${name}`, () => {
      // Set by Object.defineProperty, so that __proto__ is a member.
      const copy = structuredClone(SNAPSHOT);
      const part = { value: { snapshot_sha256: WRONG }, enumerable: true };
      Object.defineProperty(copy.payload.graph_snapshot, name, part);
      const event = sealEvent(copy);
      assert.ok(JSON.stringify(event).includes(`"${name}":{"snapshot_sha256"`));
      assert.deepEqual(codesOf(judgeEvent(event)), []);
      assert.deepEqual(checksOf(event, 'snapshot').at(-1), ['uncheckable', name]);
    });
  }

  it('a payload of another shape is no crash', () => {
    for (const value of [
      undefined,
      null,
      [],
      'a',
      { paper: null },
      { paper: { title: 5 }, claims: [], integrity: 1 },
    ]) {
      const event = sealEvent(changed(SNAPSHOT, PARTS, value));
      assert.deepEqual(codesOf(judgeEvent(event)), []);
      assert.deepEqual(
        checksOf(event, 'title').some(([outcome]) => outcome === 'verified'),
        false,
      );
    }
  });
});

describe('section 4: title and abstract', () => {
  it('the title is checked against the record, in lower case', () => {
    assert.deepEqual(checksOf(withPart(['paper', 'title'], TITLE.toUpperCase()), 'title'), [['verified', 'paper']]);
  });

  for (const title of ['Another Title', `${TITLE} `, '', TITLE.replace('A', 'А')]) {
    it(`another title is a finding: ${JSON.stringify(title)}`, () => {
      const verdict = judgeEvent(withPart(['paper', 'title'], title));
      assert.deepEqual(codesOf(verdict), ['title_mismatch']);
      assert.deepEqual(reasonsOf(verdict), []);
    });
  }

  it('the abstract cannot be checked from an excerpt, and that is said', () => {
    assert.deepEqual(checksOf(SNAPSHOT, 'abstract'), [['uncheckable', 'paper']]);
  });
});
