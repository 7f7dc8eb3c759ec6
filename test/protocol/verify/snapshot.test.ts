import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonTextDigest, eventDigest } from '../../../src/protocol/digest.ts';
import {
  decodeUtf8,
  type JsonObject,
  Ledger,
  nobleEngine,
  parseJson,
  parseRecord,
} from '../../../src/protocol/index.ts';
import { verifySnapshot } from '../../../src/protocol/verify/snapshot.ts';
import {
  bytesOf,
  type Data,
  digest,
  makeBundle,
  makeRecord,
  makeRecordCreated,
  makeSnapshot,
  sealEvent,
  TITLE,
  testTrust,
} from '../../support/bundles/make-bundle.ts';
import { vectorBytes } from '../../support/bundles/vectors.ts';
import { changed, codesOf, judge, judgeEvent, RECORD, reasonsOf } from '../../support/bundles/verdicts.ts';

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

  it('the digest of integrity is over {"detectors": detectors_run, "findings": findings}, empty or not', () => {
    const integrity = { detectors_run: [{ name: 'a', version: '1' }], findings: [{ z: 1.5, a: 'é' }], clean: false };
    const { detectors_run: detectors, findings } = integrity;
    const right = { ...integrity, snapshot_sha256: digest({ payload: { detectors, findings } }) };
    assert.deepEqual(codesOf(judgeEvent(withPart(['integrity'], right))), []);
    const wrong = { ...right, findings: [] };
    assert.deepEqual(codesOf(judgeEvent(withPart(['integrity'], wrong))), ['snapshot_hash_mismatch']);
  });

  it('claims and references that are not empty are not checked, since their preimage is unknown', () => {
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

  it('a payload of another shape gives no finding and no crash', () => {
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

  /** The outcome of the check of an excerpt, in a record whose abstract is `abstract`. */
  function abstractOutcome(abstract: string, excerpt: unknown): string | undefined {
    const record = makeRecord();
    record.metadata.abstract_canon_sha256 = canonTextDigest(abstract);
    const event = sealEvent(changed(makeSnapshot(record), [...PARTS, 'paper', 'abstract_excerpt'], excerpt));
    const verdict = judge(makeBundle(record, [makeRecordCreated(record), event]));
    assert.deepEqual(codesOf(verdict), []);
    return verdict.checks.find(({ subject }) => subject === 'abstract')?.outcome;
  }

  const SHORT = 'A Short Abstract.';
  const cut = (text: string): string => Array.from(text).slice(0, 600).join('');

  it('an excerpt of fewer than 600 characters is the whole abstract, and is checked in lower case', () => {
    for (const abstract of [SHORT, 'x'.repeat(599), `$\\Lambda$ ${'Y'.repeat(500)}`]) {
      assert.equal(abstractOutcome(abstract, abstract), 'verified', abstract);
      assert.equal(abstractOutcome(abstract, abstract.toUpperCase()), 'verified', abstract);
    }
  });

  it('a short excerpt that does not fit the abstract is not a finding: it cannot be checked', () => {
    for (const excerpt of [`${SHORT} `, SHORT.slice(1), '', 'Another abstract.']) {
      assert.equal(abstractOutcome(SHORT, excerpt), 'uncheckable', excerpt);
    }
  });

  it('an excerpt of 600 characters or more is not checked, even if it is the whole abstract', () => {
    for (const length of [600, 601, 5000]) {
      const abstract = 'x'.repeat(length);
      assert.equal(abstractOutcome(abstract, cut(abstract)), 'uncheckable');
    }
  });

  it('characters are counted by code point, as Python cuts them', () => {
    const emoji = '😀'.repeat(599);
    assert.equal(emoji.length, 1198);
    assert.equal(abstractOutcome(emoji, emoji), 'verified');
    assert.equal(abstractOutcome(`${emoji}😀`, `${emoji}😀`), 'uncheckable');
  });

  it('an excerpt that is missing or no text cannot be checked', () => {
    for (const excerpt of [undefined, null, 5, [], {}]) assert.equal(abstractOutcome(SHORT, excerpt), 'uncheckable');
  });
});

describe('a snapshot without every part', () => {
  const real: Data = JSON.parse(decodeUtf8(vectorBytes('event-without-integrity.json')));

  it('of a real event hashes to its id, and verifies as far as it goes without a finding', () => {
    assert.equal(`sha256:${eventDigest(parseJson(bytesOf(real)) as JsonObject)}`, real.event_id);
    assert.equal(Object.hasOwn(real.payload.graph_snapshot, 'integrity'), false);
    const ledger = new Ledger();
    const record = parseRecord(parseJson(bytesOf(makeRecord({ title: real.payload.graph_snapshot.paper.title }))));
    const payload = parseJson(bytesOf(real.payload)) as JsonObject;
    const subject = { payload, record, where: '/payload', eventId: real.event_id };
    verifySnapshot(subject, { trust: testTrust, engine: nobleEngine, ledger });
    assert.deepEqual(ledger.findings, []);
    assert.deepEqual(
      ledger.checks.map(({ subject, outcome, where }) => [
        subject,
        outcome,
        where.replace('/payload/graph_snapshot/', ''),
      ]),
      [
        ['title', 'verified', 'paper/title'],
        ['abstract', 'uncheckable', 'paper/abstract_excerpt'],
        ['snapshot', 'verified', 'claims/snapshot_sha256'],
        ['snapshot', 'verified', 'references/snapshot_sha256'],
        ['snapshot', 'verified', 'formal_canon/snapshot_sha256'],
        ['snapshot', 'verified', 'author_claims/snapshot_sha256'],
      ],
    );
  });

  for (const part of [
    'paper',
    'claims',
    'references',
    'formal_canon',
    'author_claims',
    'integrity',
    'source',
    'verdict',
  ]) {
    it(`is as valid as one with all of them: without ${part}`, () => {
      const verdict = judgeEvent(withPart([part], undefined));
      assert.deepEqual(codesOf(verdict), []);
      assert.deepEqual(reasonsOf(verdict), []);
    });
  }
});
