/** Citations, read back by citation-js: each is one entry with the right fields, whatever its texts contain. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatBibtex } from '../../src/formats/bibtex.ts';
import { citationOf } from '../../src/formats/citation.ts';
import { formatCsl } from '../../src/formats/csl.ts';
import { formatRis } from '../../src/formats/ris.ts';
import { entryOf } from '../support/bundles/entries.ts';
import { TEXTS } from '../support/bundles/hostile-input.ts';
import { makeBundle, makeRecord, numberOf } from '../support/bundles/make-bundle.ts';
import { bundleOf, type Paper } from '../support/bundles/variety/paper.ts';
import {
  CJK,
  HOSTILE,
  MANY_AUTHORS,
  OLD_HEP,
  OLD_MATH,
  RTL,
  TEX,
  TEX_BROKEN,
} from '../support/bundles/variety/texts.ts';
import { bibliography, readCitations } from '../support/sites/citation-js.ts';

const FORMATS = [
  ['BibTeX', formatBibtex],
  ['RIS', formatRis],
  ['CSL-JSON', formatCsl],
] as const;

const citation = (paper: Paper) => entryOf(bundleOf(paper)).texts.citation;
const PLAIN: Paper = { id: '2606.23521', version: 2, title: 'Plain & Simple', authors: 'Ada Testing, Émile van Proof' };
/** citation-js changes spaces and markup, so only letters are compared. */
const letters = (text: string | undefined): string => (text ?? '').replaceAll(/<[^>]*>|[^\p{L}\p{N}]/gu, '');

describe('a plain paper', () => {
  for (const [name, format] of FORMATS) {
    it(`as ${name}`, () => {
      const items = readCitations(format(citation(PLAIN)));
      assert.equal(items.length, 1);
      const [item] = items;
      assert.equal(item?.title, 'Plain & Simple');
      assert.equal(item?.author?.length, 2);
      assert.deepEqual(item?.issued?.['date-parts']?.[0]?.slice(0, 2), [2026, 6]);
      if (name !== 'RIS') assert.equal(item?.DOI, '10.48550/arxiv.2606.23521');
      assert.equal(item?.URL, 'https://arxiv.org/abs/2606.23521v2');
      assert.match(item?.note ?? '', /^Pith Number pith:2026:[A-Z2-7]{26}\b/);
    });
  }

  it('reads well in a list of references', () => {
    const text = bibliography(formatBibtex(citation(PLAIN)));
    assert.match(
      text,
      /^Testing, A\., & van Proof, É\. \(2026, June\)\. Plain & Simple\. arXiv:2606\.23521v2 \[cs\.DC\]\. https:\/\/doi\.org\/10\.48550\/arxiv\.2606\.23521/,
    );
  });

  it('RIS ends each line in CR LF and holds the DOI', () => {
    const ris = formatRis(citation(PLAIN));
    assert.match(ris, /^TY {2}- MANSCPT\r\n(?:[A-Z][A-Z0-9] {2}- [^\r\n]*\r\n)+ER {2}- \r\n$/);
    assert.match(ris, /^DO {2}- 10\.48550\/arxiv\.2606\.23521\r$/m);
  });
});

describe('a hostile text stays one field', () => {
  const papers: readonly Paper[] = [
    HOSTILE,
    TEX,
    TEX_BROKEN,
    RTL,
    ...[
      ...TEXTS,
      '}, author = {Mallory}, year = {1900',
      '@article{x, title={y}}',
      'a\r\nER  - \r\nTY  - JOUR\r\nTI  - other',
      'a\nAU  - Mallory',
      '$\\input{/etc/passwd}$ and $\\write18{rm}$ $}{$ $#1$',
      '\\',
      '{'.repeat(50),
      '%',
      '"}],"x":[{"',
    ].map((text, i) => ({ id: `2606.9${i.toString().padStart(4, '0')}`, title: text, authors: text })),
  ];
  for (const paper of papers) {
    it(JSON.stringify(paper.title).slice(0, 60), () => {
      const expected = citation(paper);
      for (const [name, format] of FORMATS) {
        const text = format(expected);
        assert.doesNotMatch(text.replaceAll(/[\r\n]/g, ''), /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u, name);
        const items = readCitations(text);
        assert.equal(items.length, 1, `${name}\n${text}`);
        assert.equal(items[0]?.issued?.['date-parts']?.[0]?.[0], expected.year, name);
        assert.ok(items[0]?.note?.startsWith(`Pith Number ${expected.pithNumber}`), name);
        assert.equal(items[0]?.URL, expected.url, name);
        // Formulas come back as citation-js sets them, and it takes <…> for its own markup.
        if (/[$<\\]/.test(paper.title)) continue;
        const found = items[0]?.title ?? '';
        // RIS has the characters that Zotero would take for HTML as references.
        const title =
          name === 'RIS' ? found.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))) : found;
        assert.equal(letters(title), letters(expected.title), name);
      }
    });
  }

  it('RIS has one line for each tag but authors', () => {
    for (const paper of papers) {
      const tags = formatRis(citation(paper))
        .split('\r\n')
        .map((line) => line.slice(0, 6));
      assert.deepEqual(
        tags.slice(0, 2),
        ['TY  - ', 'TI  - '].map((tag) => tag.slice(0, 6)),
      );
      for (const tag of ['TY  - ', 'TI  - ', 'UR  - ', 'ER  - ']) {
        assert.equal(tags.filter((found) => found === tag).length, 1, `${tag} of ${paper.title}`);
      }
    }
  });

  it('BibTeX keeps only formulas whose commands are known', () => {
    const bib = formatBibtex(
      citation({ id: '2606.00002', title: "A $\\eta \\to 3\\pi$, $\\input{x}$ and 5% of Ren\\'e" }),
    );
    assert.match(
      bib,
      /title {9}= \{\{A \$\\eta \\to 3\\pi\$, \\\$\{\\textbackslash\}input\{\\textbraceleft\}x\{\\textbraceright\}\\\$ and 5\\% of Ren\{\\'e\}\}\},/,
    );
  });
});

describe('lists of names', () => {
  it('that contain a stray suffix keep all other authors separate, in every format', () => {
    for (const [name, format] of FORMATS) {
      const [item] = readCitations(format(citation(OLD_MATH)));
      assert.deepEqual(
        item?.author?.slice(1).map(({ family, given }) => [family, given]),
        [
          ['Testing', 'Tobias H.'],
          ['Sample', 'William P.'],
        ],
        name,
      );
      assert.match(JSON.stringify(item?.author?.[0]), /"II"/, name);
    }
  });

  it('of three hundred are three hundred authors', () => {
    for (const [name, format] of FORMATS)
      assert.equal(readCitations(format(citation(MANY_AUTHORS)))[0]?.author?.length, 300, name);
  });

  it('that cannot be written with TeX stay UTF-8 in braces, and a comment says so', () => {
    const bib = formatBibtex(citation(CJK));
    assert.match(bib, /^% This entry is UTF-8\. .*\n/m);
    assert.match(bib, /author {8}= \{\{\{山田太郎\}\} and /);
    assert.match(bib, /^@misc\{pith2603[a-z0-9]+,$/m);
  });
});

it('BibTeX has no switch of fonts, letter or space that citation-js cannot read', () => {
  const titles: readonly (readonly [title: string, read: string])[] = [
    ['$\\rm H_2O$ and $\\it Gaia$', 'H'],
    ['Bounds on $\\rm{BR}(\\mu\\to e\\gamma)$', 'BR'],
    ['$x=\\rm max\\,\\bf y$', 'x='],
    ['5\\,GeV in \\AA ngstr\\"om', '5 GeV in Ångström'],
  ];
  for (const [title, read] of titles) {
    const bib = formatBibtex(citation({ id: '2606.00001', title, authors: 'Ada Testing' }));
    assert.ok(
      readCitations(bib)[0]
        ?.title?.replace(/<[^>]*>/g, '')
        .replaceAll('\u00a0', ' ')
        .includes(read),
      bib,
    );
  }
});

it('BibTeX has a command for each letter of transliterated names', () => {
  const bib = formatBibtex(citation({ id: '2606.00001', title: 'Letters', authors: 'Ḏū Ṯābit al-Ḵaṭīb' }));
  assert.ok(bib.includes('{al-{\\b K}a{\\d t}{\\=i}b, {\\b D}{\\=u} {\\b T}{\\=a}bit}'), bib);
});

describe('a record with missing data', () => {
  it('is cited by its arXiv name, without authors, if it has no title', () => {
    const record = makeRecord({ id: '2605.00022' });
    const bare = citationOf(entryOf(makeBundle(record)).identified, {
      title: null,
      authors: null,
      authorsBy: 'registry',
      authorsInOrder: null,
    });
    assert.equal(bare.title, 'arXiv:2605.00022v1');
    for (const [name, format] of FORMATS) {
      const [item] = readCitations(format(bare));
      assert.equal(item?.title, 'arXiv:2605.00022v1', name);
      assert.equal(item?.author, undefined, name);
    }
    assert.equal(bare.pithNumber, numberOf(record));
  });

  it('is cited by the origin’s page, without a DOI, if it has no arXiv id', () => {
    const odd = citation({ id: '../../x', title: 'Odd' });
    assert.equal(odd.doi, null);
    assert.equal(odd.url, `https://pith.science/pith/${odd.suffix}`);
  });

  it('has a DOI even if its arXiv id is an old one', () =>
    assert.equal(citation(OLD_HEP).permanentUrl, 'https://doi.org/10.48550/arxiv.hep-th/9901001'));
});
