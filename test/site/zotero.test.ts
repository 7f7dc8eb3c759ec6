/** What Zotero saves of the pages, and imports of the files, of the papers that it once got wrong. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import type { Paper } from '../support/bundles/variety/paper.ts';
import { READERS_PAPERS } from '../support/bundles/vectors.ts';
import { temporaryFolder } from '../support/sites/cli.ts';
import { downloadIn } from '../support/sites/download.ts';
import { elements } from '../support/sites/html.ts';
import { buildPapers, type PapersSite } from '../support/sites/papers.ts';
import { type Creator, importedCsl, importedRis, savedPage } from '../support/sites/zotero.ts';

const GROUPS: Paper = {
  id: '2606.40300',
  title: 'Groups',
  authors: 'The X Collaboration, Acme-AI, 山田 太郎, Ada/Bob Testing, Zoë van der Sample III, II',
};
const ALONE: Paper = { id: '2606.40301', title: 'Alone', authors: 'Zoë B. van der Sample' };

const papers = new Map<string, Paper>([
  ...READERS_PAPERS.map((paper) => [paper.name, paper] as const),
  ['groups', GROUPS],
  ['alone', ALONE],
]);

/** Family and given names; `Ada Testing` alone wrote the other papers. */
const CREATORS: Readonly<Record<string, readonly Creator[]>> = {
  '03-odd-apostrophe': [
    ['Testing', 'Ada'],
    ["'t Sample", 'Bob'],
    ['Third', 'Cid'],
  ],
  '03-odd-mononym': [
    ['Acme-AI', ''],
    ['Testing', 'Ada'],
    ['Sample', 'Bob'],
  ],
  '07-accents-one': [['Brébeuf', 'Ada']],
  alone: [['van der Sample', 'Zoë B.']],
};

const TITLES: Readonly<Record<string, string>> = {
  '01-digit-after-formula': 'Discs at z∼2: a ∼5σ excess at √s=13 TeV',
  '08-ties': 'Ties in a title, “quoted” words — dashes, in situ, ACME and Core x-sets at 5 GeV',
  '11-greek-tex': 'The ΛCDM model and α-decay',
  '11-water': 'H₂O ice and CO₂',
};

const folder = temporaryFolder();
let built: PapersSite;
before(async () => {
  built = await buildPapers(folder, papers);
});
const fileOf = (name: string, file: string): string => built.fileOf(name, file);

for (const [name, { id, version = 1, title }] of papers) {
  if (name === 'groups') continue;
  describe(`${name}: Zotero gets the paper, with its authors one by one,`, () => {
    const creators = CREATORS[name] ?? [['Testing', 'Ada']];
    const arxiv = `arXiv:${id}v${version}`;
    const common = {
      title: TITLES[name] ?? title,
      DOI: `10.48550/arxiv.${id}`,
      url: `https://arxiv.org/abs/${id}v${version}`,
    };

    it('as a preprint from the page, with its abstract', () => {
      const { type, fields, creators: found } = savedPage(fileOf(name, 'index.html'));
      assert.equal(type, 'preprint');
      const { abstractNote = '', date = '', ...rest } = fields;
      assert.deepEqual(rest, { ...common, repository: 'arXiv', archiveID: arxiv });
      assert.match(date, /^2026\/\d\d\/\d\d$/);
      assert.match(
        abstractNote,
        name === '01-digit-after-formula' ? /^We find ∼10% of >100 sources/ : /^Nothing of this paper is real\./,
      );
      assert.doesNotMatch(abstractNote, /verified|Pith/);
      // The no-break spaces that keep a sole name together.
      assert.deepEqual(
        found.map((names) => names.map((part) => part.replaceAll('\u00a0', ' '))),
        creators,
      );
    });

    it('as a manuscript from RIS', () => {
      const { type, fields, creators: found } = importedRis(downloadIn(fileOf(name, 'index.html'), 'cite.ris'));
      assert.equal(type, 'manuscript');
      const { note, date = '', ...rest } = fields;
      assert.deepEqual(rest, { ...common, manuscriptType: 'Preprint', archive: 'arXiv', archiveLocation: arxiv });
      assert.match(date, /^2026-\d\d-\d\d$/);
      assert.match(note ?? '', /^Pith Number pith:/);
      assert.deepEqual(found, creators);
    });

    it('as a preprint from CSL-JSON', () => {
      const { type, fields, creators: found } = importedCsl(downloadIn(fileOf(name, 'index.html'), 'cite.csl.json'));
      assert.equal(type, 'preprint');
      const { date = '', ...rest } = fields;
      assert.deepEqual(rest, { ...common, genre: 'Preprint', repository: 'arXiv', archiveID: arxiv });
      assert.match(date, /^2026-\d\d-\d\d$/);
      // Its import drops particles, which CSL has a field for and Zotero has not.
      assert.deepEqual(
        found,
        creators.map(([last, first]) => [last.replace(/^(?:van der|'t) /, ''), first]),
      );
    });
  });
}

describe('names that are no person’s, and suffixes', () => {
  it('stay whole in the page', () => {
    assert.deepEqual(savedPage(fileOf('groups', 'index.html')).creators, [
      ['The X Collaboration', ''],
      ['Acme-AI', ''],
      ['山田 太郎', ''],
      ['Testing', 'Ada/Bob'],
      ['van der Sample III', 'Zoë'],
      ['II', ''],
    ]);
  });
  it('stay whole in RIS', () => {
    assert.deepEqual(importedRis(downloadIn(fileOf('groups', 'index.html'), 'cite.ris')).creators, [
      ['The X Collaboration', ''],
      ['Acme-AI', ''],
      ['山田 太郎', ''],
      ['Testing', 'Ada/Bob'],
      ['van der Sample', 'Zoë, III'],
      ['II', ''],
    ]);
  });
});

describe('emphasis in a title', () => {
  const italics = (html: string): readonly string[] =>
    elements(html).flatMap(({ name, text }) => (name === 'i' || name === 'em' ? [`${name}: ${text}`] : []));
  it('is shown on the record’s page and on the home page', () => {
    const expected = ['i: in situ', 'em: Core ', 'em: -sets'];
    assert.deepEqual(italics(fileOf('08-ties', 'index.html')), expected);
    assert.deepEqual(italics(readFileSync(join(built.site, 'index.html'), 'utf8')), expected);
  });
});
