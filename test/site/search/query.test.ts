import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fold } from '../../../src/site/search/fold.ts';
import { isNamed, readQuery } from '../../../src/site/search/query.ts';
import { READERS_QUERIES } from '../../support/bundles/vectors.ts';

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
    ['[2605.21100v1]', arxiv('2605.21100', 1)],
    ['see (arXiv:2605.21100), p. 3', arxiv('2605.21100', null)],
    ['2605.21100 v1', arxiv('2605.21100', 1)],
    ['arXiv:2605.21100v1 [cs.DC] 22 Jun 2026', arxiv('2605.21100', 1)],
    ['https://www.alphaxiv.org/abs/2605.21100v2?chatId=1', arxiv('2605.21100', 2)],
    ['https://arxiv.org/html/2605.21100v1#S3', arxiv('2605.21100', 1)],
    ['２６０５.２１１００', arxiv('2605.21100', null)],
    ['doi.org/10.48550/arXiv.2605.21100.', arxiv('2605.21100', null)],
    ['hep-th 9901001', arxiv('hep-th/9901001', null)],
    ['@misc{x, eprint = {2605.21100v1}, doi = {10.1000/1234.56789}}', arxiv('2605.21100', 1)],
    ['2605.21100 (v1)', arxiv('2605.21100', 1)],
    ['arXiv:2605.21100, version 2', arxiv('2605.21100', 2)],
    ['hep-th9901001v2', arxiv('hep-th/9901001', 2)],
    ['https://doi.org/10.48550/arXiv.hep-th%2F9901001', arxiv('hep-th/9901001', null)],
    ['https://ui.adsabs.harvard.edu/abs/2026arXiv260521100Q/abstract', arxiv('2605.21100', null)],
    ['oai:arXiv.org:2605.21100', arxiv('2605.21100', null)],
    ['“<https://arxiv.org/abs/2605.21100v1>”,', arxiv('2605.21100', 1)],
    ['AN  - arXiv:2605.21100v1', arxiv('2605.21100', 1)],
    // What mails and trackers make of an address.
    [
      'https://eur02.safelinks.protection.example/?url=https%3A%2F%2Farxiv.org%2Fabs%2F2605.21100v1&sdata=QWERTYUIOPASDFGHJKLZXCVBNM',
      arxiv('2605.21100', 1),
    ],
    [
      'https://www.example.com/url?q=https://arxiv.org/abs/2605.21100&usg=AOvVaw2345672345672345672a',
      arxiv('2605.21100', null),
    ],
    ['https://arxiv.org/abs/2605.21100?utm_source=x&utm_campaign=2405.11111', arxiv('2605.21100', null)],
    [`https://a.example/search?q=${SUFFIX}`, pith(SUFFIX)],
    ['2605.21100 [v2]', arxiv('2605.21100', 2)],
    ['cond-mat.str-el/0511001', arxiv('cond-mat.str-el/0511001', null)],
    ['https://web.archive.org/web/20260612123456/http://arxiv.org/abs/2605.21100v1', arxiv('2605.21100', 1)],
    ['pith:2026:4MJC W2CW 2IJI 4KFD 2N5O 7KXT YZ', pith(SUFFIX)],
    ['4MJCW2CW-2IJI4KFD-2N5O7KXTYZ', pith(SUFFIX)],
    ['Pith Number 4MJCW2CW', pith('4MJCW2CW')],
    [`\\pithnumber{${SUFFIX}}`, pith(SUFFIX)],
    [`pith.science/pith/${SUFFIX}/bundle.json`, pith(SUFFIX)],
    [`https://pith.science/pith/${SUFFIX}#cite`, pith(SUFFIX)],
    ['pith 4MJCW2CW', pith('4MJCW2CW')],
    ['sha256:e3122d8ada4290924705a4baf3a8b7c1b3e4d0c8a1b2c3d4e5f60718293a4b5c', pith('4MJC3CW2IKIJERYFUS5PHKFXYG')],
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

  it('reads eight letters both as a word and as a Pith Number', () => {
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
    '10.1103/2605.21100',
    '2613.21100',
    'pith mirrored',
  ]) {
    it(`no identifier: ${typed}`, () => assert.equal(readQuery(typed).identifier, null));
  }
});

describe('words', () => {
  it('in capitals are no number in groups, even if they have as many letters', () => {
    assert.equal(readQuery('DARK MATTER GALAXIES SURVEY').identifier, null);
  });

  it('are folded; phrases stay together; duplicates are removed', () => {
    assert.deepEqual(readQuery(' Søren  end-to-end søren cs.DC -- ').phrases, ['soren', 'end to end', 'cs dc']);
  });
});

describe('what people type', () => {
  const held: readonly (readonly [word: string, arxiv: string, suffix: string])[] = [
    ['Concordia', '2606.23521v1', SUFFIX],
    ['An old paper', 'math/0309136v1', 'A'.repeat(26)],
    ['Another old', 'hep-th/9901001v3', 'B'.repeat(26)],
    ['Versioned one', '2606.30018v1', 'C'.repeat(26)],
  ];
  for (const [typed, wanted] of READERS_QUERIES) {
    it(`${typed} means ${wanted} alone`, () => {
      const { identifier, phrases } = readQuery(typed);
      const found = held.filter(
        ([, arxiv, suffix]) => identifier !== null && isNamed(identifier, { arxiv, suffix }, true),
      );
      assert.deepEqual(
        found.map(([word]) => word),
        [wanted],
      );
      // The phrase finds the line in the data.
      const [, arxiv, suffix] = found[0] ?? [];
      assert.ok(
        phrases.every((phrase) => fold(`x\t${arxiv}\t${suffix}`).includes(` ${phrase}`)),
        phrases.join(),
      );
    });
  }
  it('"et al." and "and" between names are ignored', () => {
    for (const typed of ['quinn et al', 'Quinn et al.']) assert.deepEqual(readQuery(typed).phrases, ['quinn']);
    assert.deepEqual(readQuery('Quinn and Sample').phrases, ['quinn', 'sample']);
    assert.deepEqual(readQuery('and').phrases, ['and']);
  });
  it('the key of our own BibTeX is read as its three words', () => {
    for (const typed of ['quinn2606concordia', '@misc{quinn2606concordia,', 'quinn2606concordiav2'])
      assert.deepEqual(readQuery(typed).phrases, ['quinn', '2606', 'concordia'], typed);
  });
  it('TeX, letters and words of one thing are the same phrases', () => {
    for (const typed of ['ΛCDM', 'Lambda CDM', '$\\Lambda$CDM']) {
      const { phrases } = readQuery(typed);
      for (const title of ['The ΛCDM model', 'lambda CDM'])
        assert.ok(
          phrases.every((phrase) => fold(title).includes(` ${phrase}`)),
          `${typed} in ${title}`,
        );
    }
    assert.deepEqual(readQuery('$' + '{\\rm H}_2{\\rm O}$').phrases, readQuery('H2O').phrases);
    assert.deepEqual(readQuery('α-decay').phrases, readQuery('alpha-decay').phrases);
  });
});

describe('what an identifier names', () => {
  const named = (typed: string, arxiv: string): boolean => {
    const { identifier } = readQuery(typed);
    return identifier !== null && isNamed(identifier, { arxiv, suffix: SUFFIX });
  };
  it('is one version, or any version if none is named', () => {
    assert.ok(named('2605.21100', '2605.21100v1') && named('2605.21100', '2605.21100v12'));
    assert.ok(named('2605.21100v1', '2605.21100v1'));
    assert.ok(!named('2605.21100v1', '2605.21100v12') && !named('2605.2110', '2605.21100v1'));
    assert.ok(!named('2605.2110', '2605.21100v1'));
  });
  it('is an old id with or without its class, of its own archive alone', () => {
    assert.ok(named('math.GT/0309136', 'math/0309136v1') && named('math/0309136', 'math.GT/0309136v1'));
    assert.ok(!named('hep-ph/0309136', 'hep-th/0309136v1'));
    assert.ok(named('cond-mat.str-el/0511001', 'cond-mat/0511001v2'));
  });
  it('is every record whose number begins so', () => {
    assert.ok(named('pith:4MJCW2CW', '') && !named('pith:4MJCW2CA', ''));
  });
});
