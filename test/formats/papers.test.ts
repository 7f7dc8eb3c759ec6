/** Papers that once came out wrong, each with the right value in every format: test/vectors/readers/papers.json. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AUTHOR_ORDER_WORDS } from '../../src/formats/author-order.ts';
import { formatBibtex } from '../../src/formats/bibtex.ts';
import { citationOf } from '../../src/formats/citation.ts';
import { formatCsl } from '../../src/formats/csl.ts';
import { asciiJson } from '../../src/formats/json-text.ts';
import { asciiRis, formatRis } from '../../src/formats/ris.ts';
import type { RecordTexts } from '../../src/formats/texts.ts';
import { entryOf } from '../support/bundles/entries.ts';
import { bundleOf, type Paper } from '../support/bundles/variety/paper.ts';
import { READERS_PAPERS } from '../support/bundles/vectors.ts';
import { readCitations } from '../support/sites/citation-js.ts';

const papers = new Map<string, RecordTexts>(
  READERS_PAPERS.map((paper) => [paper.name, entryOf(bundleOf(paper)).texts] as const),
);
const textsOf = (name: string): RecordTexts => papers.get(name) ?? assert.fail(name);
const field = (bib: string, name: string): string | undefined =>
  new RegExp(`^  ${name} += \\{(.*)\\},$`, 'm').exec(bib)?.[1];

describe('titles', () => {
  const titles: readonly (readonly [name: string, plain: string, bibtex: string])[] = [
    [
      '01-digit-after-formula',
      'Discs at z∼2: a ∼5σ excess at √s=13 TeV',
      'Discs at $z\\sim$2: a $\\sim$5$\\sigma$ excess at $\\sqrt{s}=$13 TeV',
    ],
    ['06-quotes', 'A "quoted" word and "Even" more', 'A {"}quoted{"} word and {"}Even{"} more'],
    [
      '08-ties',
      'Ties in a title, “quoted” words — dashes, in situ, ACME and Core x-sets at 5 GeV',
      "Ties~in a title, ``quoted'' words --- dashes, in situ, ACME and Core $x$-sets at 5~GeV",
    ],
    ['11-greek-tex', 'The ΛCDM model and α-decay', 'The $\\Lambda$CDM model and $\\alpha$-decay'],
    ['11-greek-letters', 'ΛCDM and α-decay again', '$\\Lambda$CDM and $\\alpha$-decay again'],
    ['11-water', 'H₂O ice and CO₂', `$${'{\\rm H}_2{\\rm O}'}$ ice and $\\mathrm{CO}_2$`],
  ];
  for (const [name, plain, bibtex] of titles) {
    it(`${name}: plain text everywhere but in BibTeX, which has TeX`, () => {
      const { citation, bibtex: bib, ris, csl, jsonLd } = textsOf(name);
      assert.equal(citation.title, plain);
      assert.equal(field(bib, 'title'), `{${bibtex}}`);
      assert.ok(ris.includes(`TI  - ${plain}\r\n`), ris);
      assert.equal(JSON.parse(csl)[0].title, plain);
      assert.equal(JSON.parse(jsonLd).name, plain);
    });
  }

  it('and abstracts have their formulas as MathML', () => {
    const { abstractExcerpt } = textsOf('01-digit-after-formula');
    assert.equal(abstractExcerpt?.plain, 'We find ∼10% of >100 sources, with ±0.5 dex.');
    assert.equal(abstractExcerpt?.parts.filter(({ kind }) => kind === 'maths').length, 3);
  });
});

describe('authors', () => {
  const authors: readonly (readonly [name: string, bibtex: string, ris: readonly string[]])[] = [
    [
      '03-odd-apostrophe',
      "Testing, Ada and 't Sample, Bob and Third, Cid",
      ['Testing, Ada', "'t Sample, Bob", 'Third, Cid'],
    ],
    ['03-odd-mononym', '{Acme-AI} and Testing, Ada and Sample, Bob', ['Acme-AI', 'Testing, Ada', 'Sample, Bob']],
    ['04-etal', 'Testing, Ada and others', ['Testing, Ada']],
    ['07-accents-one', "Br{\\'e}beuf, Ada", ['Brébeuf, Ada']],
  ];
  for (const [name, bibtex, ris] of authors) {
    it(`${name}: one by one, with family and given names`, () => {
      const texts = textsOf(name);
      assert.equal(field(texts.bibtex, 'author'), bibtex);
      assert.deepEqual(
        [...texts.ris.matchAll(/^AU {2}- (.*)\r$/gm)].map(([, found]) => found),
        ris,
      );
      assert.equal(JSON.parse(texts.csl)[0].author.length, ris.length);
      assert.equal(JSON.parse(texts.jsonLd).author.length, ris.length);
      assert.equal(
        readCitations(texts.bibtex)[0]?.author?.filter(({ literal }) => literal !== 'others').length,
        ris.length + (name === '04-etal' ? 1 : 0),
      );
    });
  }

  it('have separate particles and suffixes if the format has fields for them', () => {
    const { csl, jsonLd, bibtex, ris } = entryOf(
      bundleOf({ id: '2606.40100', title: 'Names', authors: 'Zoë van der Sample III, The X Collaboration' }),
    ).texts;
    assert.deepEqual(JSON.parse(csl)[0].author, [
      { family: 'Sample', given: 'Zoë', 'non-dropping-particle': 'van der', suffix: 'III' },
      { literal: 'The X Collaboration' },
    ]);
    assert.deepEqual(JSON.parse(jsonLd).author, [
      {
        '@type': 'Person',
        name: 'Zoë van der Sample III',
        familyName: 'van der Sample',
        givenName: 'Zoë',
        honorificSuffix: 'III',
      },
      { '@type': 'Organization', name: 'The X Collaboration' },
    ]);
    assert.equal(field(bibtex, 'author'), 'van der Sample, III, Zo{\\"e} and {The X Collaboration}');
    assert.match(ris, /^AU {2}- van der Sample, Zoë, III\r$/m);
  });
});

describe('the order of authors', () => {
  const several: Paper = { id: '2606.40101', title: 'Order', authors: 'Ada Testing, Bob Sample' };
  const { identified, texts } = entryOf(bundleOf(several));

  it('is said to be the registry’s in every file', () => {
    const words = AUTHOR_ORDER_WORDS.registry;
    assert.ok(texts.bibtex.startsWith(`% ${words}\n@misc{`));
    assert.match(texts.ris, /^N1 {2}- Pith Number pith:\d{4}:\w{26}\. The authors are in the registry's order, /m);
    assert.ok(JSON.parse(texts.csl)[0].note.endsWith(`\n${words}`));
    assert.equal(JSON.parse(texts.jsonLd).comment.text, words);
  });

  it('is not mentioned if there is only one author', () => {
    const alone = textsOf('01-digit-after-formula');
    for (const text of [alone.bibtex, alone.ris, alone.csl, alone.jsonLd]) assert.doesNotMatch(text, /order/);
  });

  it('is taken from the operator’s note if there is one, and attributed to the operator', () => {
    const ordered = citationOf(identified, {
      ...texts.paper,
      authorsInOrder: ['Sample, Bob', 'Ada Testing'],
    });
    const bib = formatBibtex(ordered);
    assert.equal(field(bib, 'author'), 'Sample, Bob and Testing, Ada');
    for (const text of [bib, formatRis(ordered), formatCsl(ordered)]) {
      assert.ok(text.includes(AUTHOR_ORDER_WORDS.operator), text);
      assert.ok(!text.includes(AUTHOR_ORDER_WORDS.registry), text);
    }
    assert.equal(ordered.key, 'sample2606order');
  });
});

describe('keys', () => {
  it('are the family name, the id’s year and month and the first word of the title', () => {
    assert.equal(textsOf('01-digit-after-formula').citation.key, 'testing2606discs');
    assert.equal(textsOf('06-quotes').citation.key, 'testing2606quoted');
    assert.equal(textsOf('07-accents-one').citation.key, 'brebeuf2606accents');
    assert.equal(textsOf('03-odd-mononym').citation.key, 'acme2606one');
    assert.equal(textsOf('11-water').citation.key, 'testing2606h2o');
    assert.equal(textsOf('14-v2').citation.key, 'testing2606twov2');
    const keys = [...papers.values()].map(({ citation }) => citation.key);
    for (const key of keys) assert.match(key, /^[a-z0-9]+$/);
    // The two of the same author and month that begin with the same word have one key, as they would by hand.
    assert.equal(new Set(keys).size, keys.length - 1);
  });
});

describe('files', () => {
  const odd = entryOf(
    bundleOf({ id: '2606.40102', title: 'Ünïcode: 山 & <b>tags</b> &amp; x<2', authors: 'Émile Proof, Zoë Sample' }),
  ).texts;

  it('are ASCII, whatever charset a server gives them', () => {
    for (const { bibtex, ris, csl, jsonLd } of papers.values()) {
      for (const text of [bibtex, asciiRis(ris), asciiJson(csl), asciiJson(jsonLd)]) assert.match(text, /^[\0-\x7f]*$/);
    }
    assert.match(asciiRis(odd.ris), /^[\0-\x7f]*$/);
  });

  it('say the same in ASCII as in UTF-8', () => {
    assert.deepEqual(JSON.parse(asciiJson(odd.csl)), JSON.parse(odd.csl));
    assert.deepEqual(JSON.parse(asciiJson(odd.jsonLd)), JSON.parse(odd.jsonLd));
    // As Zotero reads a value: as HTML.
    const [, title = ''] = /^TI {2}- (.*)\r$/m.exec(asciiRis(odd.ris)) ?? [];
    assert.equal(
      title.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))),
      odd.citation.title,
    );
    assert.doesNotMatch(title, /<[a-z/]|&[a-z]/);
  });
});

it('RIS is of a type that Zotero imports as a manuscript, with the archive and the id in it', () => {
  const { ris } = textsOf('14-v2');
  assert.match(ris, /^TY {2}- MANSCPT\r\n/);
  assert.match(ris, /^DB {2}- arXiv\r$/m);
  assert.match(ris, /^AN {2}- arXiv:2606\.40019v2\r$/m);
});

it('the vectors are those of the shared cases, each once', () => {
  const names = READERS_PAPERS.map(({ name }) => name);
  assert.equal(names.length, 12);
  assert.equal(new Set(names).size, names.length);
});
