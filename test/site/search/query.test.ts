import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isNamed, readQuery } from '../../../src/site/search/query.ts';

const SUFFIX = '4MJCW2CW2IJI4KFD2N5O7KXTYZ';

describe('identifiers', () => {
  const arxiv = (id: string, version: number | null) => ({ kind: 'arxiv', id, version });
  const pith = (prefix: string) => ({ kind: 'pith', prefix });
  const table: readonly (readonly [string, object])[] = [
    ['2605.21100', arxiv('2605.21100', null)],
    ['2605.21100v2', arxiv('2605.21100', 2)],
    ['0704.0001', arxiv('0704.0001', null)],
    ['  arXiv:2605.21100V12 ', arxiv('2605.21100', 12)],
    ['arxiv: 2605.21100v1 [cs.DC]', arxiv('2605.21100', 1)],
    ['https://arxiv.org/abs/2605.21100v1', arxiv('2605.21100', 1)],
    ['http://www.arxiv.org/pdf/2605.21100v1.pdf', arxiv('2605.21100', 1)],
    ['arxiv.org/pdf/2605.21100', arxiv('2605.21100', null)],
    ['https://export.arxiv.org/abs/hep-th/0302110?context=x#y', arxiv('hep-th/0302110', null)],
    ['https://ar5iv.labs.arxiv.org/html/2605.21100', arxiv('2605.21100', null)],
    ['hep-th/0302110', arxiv('hep-th/0302110', null)],
    ['math.GT/0309136v2', arxiv('math.gt/0309136', 2)],
    ['10.48550/arXiv.2605.21100', arxiv('2605.21100', null)],
    ['doi:10.48550/ARXIV.2605.21100', arxiv('2605.21100', null)],
    ['https://doi.org/10.48550/arXiv.hep-th/0302110', arxiv('hep-th/0302110', null)],
    ['http://dx.doi.org/10.48550/arxiv.2605.21100v3', arxiv('2605.21100', 3)],
    [`pith:2026:${SUFFIX}`, pith(SUFFIX)],
    [`PITH:2026:${SUFFIX}`.toLowerCase(), pith(SUFFIX)],
    [SUFFIX, pith(SUFFIX)],
    [SUFFIX.toLowerCase(), pith(SUFFIX)],
    ['pith:4MJCW2CW', pith('4MJCW2CW')],
    ['pith:4mjcw2cw2iji', pith('4MJCW2CW2IJI')],
    [`https://pith.science/pith/${SUFFIX}`, pith(SUFFIX)],
    [`http://a.example/repo/pith/${SUFFIX}/index.html`, pith(SUFFIX)],
  ];
  for (const [typed, identifier] of table) {
    it(typed, () => {
      const query = readQuery(typed);
      assert.deepEqual(query.identifier, identifier);
      assert.equal(query.isIdentifier, true);
      assert.ok(query.phrases.length === 1);
    });
  }

  it('eight letters may be a word as well as a number', () => {
    assert.deepEqual(readQuery('learning'), {
      phrases: ['learning'],
      identifier: pith('LEARNING'),
      isIdentifier: false,
    });
  });

  for (const typed of [
    '',
    'deep',
    '2605',
    '2605.211',
    'pith:',
    'pith:4MJCW2C',
    'pith:4MJCW2C1',
    '10.1000/x',
    'a/0302110x',
  ]) {
    it(`no identifier: ${typed}`, () => assert.equal(readQuery(typed).identifier, null));
  }
});

describe('words', () => {
  it('are folded; what belongs together stays a phrase; doubles go', () => {
    assert.deepEqual(readQuery(' Søren  end-to-end søren cs.DC -- ').phrases, ['soren', 'end to end', 'cs dc']);
  });
});

describe('what an identifier names', () => {
  const named = (typed: string, arxiv: string): boolean => {
    const { identifier } = readQuery(typed);
    return identifier !== null && isNamed(identifier, { arxiv, suffix: SUFFIX });
  };
  it('is a version, or any where none is said', () => {
    assert.ok(named('2605.21100', '2605.21100v1') && named('2605.21100', '2605.21100v12'));
    assert.ok(named('2605.21100v1', '2605.21100v1'));
    assert.ok(!named('2605.21100v1', '2605.21100v12') && !named('2605.2110', '2605.21100v1'));
    assert.ok(!named('2605.2110', '2605.21100v1'));
  });
  it('is an old id with or without its class, of its own archive alone', () => {
    assert.ok(named('math.GT/0309136', 'math/0309136v1') && named('math/0309136', 'math.GT/0309136v1'));
    assert.ok(!named('hep-ph/0309136', 'hep-th/0309136v1'));
  });
  it('is every record whose number begins so', () => {
    assert.ok(named('pith:4MJCW2CW', '') && !named('pith:4MJCW2CA', ''));
  });
});
