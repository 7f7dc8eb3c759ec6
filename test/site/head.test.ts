/** What record pages tell machines: meta tags, Signposting, JSON-LD; and the files that say the same. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { formatCanonical, parseJson } from '../../src/protocol/index.ts';
import { buildVariety, type Variety } from '../support/bundles/variety.ts';
import { temporaryFolder } from '../support/sites/cli.ts';
import { downloadIn } from '../support/sites/download.ts';
import { elements, type HtmlElement, pageText } from '../support/sites/html.ts';

const SITE = 'https://mirror.example/repo';
const folder = temporaryFolder();
let variety: Variety & { readonly site: string };
before(async () => {
  variety = await buildVariety(folder, { site: SITE });
});

const suffixOf = (name: string): string => variety.suffixes.get(name) ?? assert.fail(name);
const fileOf = (name: string, file: string): string =>
  readFileSync(join(variety.site, 'pith', suffixOf(name), file), 'utf8');
const page = (name: string): readonly HtmlElement[] => elements(fileOf(name, 'index.html'));
const metas = (name: string, key: string): readonly string[] =>
  page(name).flatMap(({ name: tag, attributes }) =>
    tag === 'meta' && [attributes.get('name'), attributes.get('property')].includes(key)
      ? [attributes.get('content') ?? '']
      : [],
  );
const links = (name: string, rel: string): readonly string[] =>
  page(name).flatMap(({ name: tag, attributes }) =>
    tag === 'link' && attributes.get('rel') === rel ? [attributes.get('href') ?? ''] : [],
  );

describe('meta tags', () => {
  it('are those that Google Scholar reads', () => {
    assert.deepEqual(metas('seed', 'citation_title'), [
      'Concordia: JIT-Compiled Persistent-Kernel Checkpointing for Fault-Tolerant LLM Inference',
    ]);
    assert.equal(metas('seed', 'citation_author').length, 9);
    assert.deepEqual(metas('seed', 'citation_publication_date'), ['2026/06/22']);
    assert.deepEqual(metas('seed', 'citation_doi'), ['10.48550/arxiv.2606.23521']);
    assert.deepEqual(metas('seed', 'citation_arxiv_id'), ['2606.23521']);
  });
  it('make Zotero save a preprint in the repository arXiv, with its archive id, date, abstract, DOI and address', () => {
    // The fields that Zotero's Embedded Metadata translator takes each of these for.
    assert.deepEqual(metas('seed', 'DC.type'), ['preprint']);
    assert.deepEqual(metas('seed', 'citation_publisher'), ['arXiv']);
    assert.deepEqual(metas('seed', 'citation_technical_report_number'), ['arXiv:2606.23521v1']);
    assert.deepEqual(metas('seed', 'citation_public_url'), ['https://arxiv.org/abs/2606.23521v1']);
    // Any of these would make it a journal article, a report or a paper of a conference.
    for (const name of ['citation_journal_title', 'citation_technical_report_institution', 'citation_conference_title'])
      assert.deepEqual(metas('seed', name), [], name);
    assert.match(
      metas('seed', 'citation_abstract')[0] ?? '',
      /^Long-running LLM agents keep .* frameworks \[…\] \(Excerpt: the bundle carries only the beginning of the abstract\.\)$/,
    );
  });
  it('describe the paper by the beginning of its abstract, as much as a search result shows, and never by the verdict', () => {
    const [text = ''] = metas('seed', 'description');
    assert.match(text, /^Long-running LLM agents keep .*\w \[…\]$/);
    assert.ok(text.length > 150 && text.length <= 200, text);
    assert.match(
      metas('record-only', 'description')[0] ?? '',
      /^The record pith:2006:.* This mirror does not have its abstract\.$/,
    );
  });
  it('have one author for each name, family name first, whatever stands between them', () => {
    assert.equal(metas('authors-300', 'citation_author').length, 300);
    assert.deepEqual(metas('old-math', 'citation_author'), ['II', 'Testing, Tobias H.', 'Sample, William P.']);
    assert.match(metas('tex', 'citation_title')[0] ?? '', /^On René Thom's Cusp: η→3π⁰ at √s=13 TeV/);
  });
  it('give Open Graph, and with it Twitter, the title, the abstract and the address that --site gives', () => {
    assert.deepEqual(metas('seed', 'og:url'), [`${SITE}/pith/${suffixOf('seed')}/`]);
    assert.deepEqual(links('seed', 'canonical'), [`${SITE}/pith/${suffixOf('seed')}/`]);
    assert.deepEqual(metas('seed', 'og:title'), metas('seed', 'citation_title'));
    assert.deepEqual(metas('seed', 'og:description'), metas('seed', 'description'));
    assert.deepEqual(metas('seed', 'twitter:card'), ['summary']);
  });
});

describe('Signposting', () => {
  it('names the DOI, the metadata, the content, the license and the type', () => {
    assert.deepEqual(links('seed', 'cite-as'), ['https://doi.org/10.48550/arxiv.2606.23521']);
    assert.deepEqual(links('seed', 'describedby'), ['record.jsonld', 'cite.bib']);
    assert.deepEqual(links('seed', 'item'), ['bundle.json', 'state.json']);
    assert.deepEqual(links('seed', 'license'), ['http://creativecommons.org/licenses/by/4.0/']);
    assert.deepEqual(links('seed', 'type'), ['https://schema.org/ScholarlyArticle', 'https://schema.org/AboutPage']);
  });
  it('names no file that does not exist', () => {
    assert.deepEqual(links('record-only', 'item'), []);
    assert.deepEqual(links('hostile', 'license'), []);
  });
});

describe('JSON-LD', () => {
  const names = ['seed', 'tex', 'hostile', 'right-to-left', 'old-math', 'record-only', 'bare'];
  for (const name of names) {
    it(`${name}: the page says what the file says, and the record at the file's top level has the record's hash`, () => {
      const inPage = page(name).filter(
        ({ name: tag, attributes }) => tag === 'script' && attributes.get('type') === 'application/ld+json',
      );
      assert.equal(inPage.length, 1);
      const text = inPage[0]?.text.trim() ?? '';
      const file = fileOf(name, 'record.jsonld');
      const { description, canonical_record, '@context': context, ...rest } = JSON.parse(file);
      assert.deepEqual(JSON.parse(text), { ...rest, '@context': 'https://schema.org' });
      assert.deepEqual(context, ['https://schema.org', { canonical_record: null }]);
      assert.ok(name === 'record-only' || name === 'bare' || description.length > 20, description);
      assert.match(file, /^[\0-\x7f]*$/);
      assert.doesNotMatch(text, /[<>&\u2028\u2029]/);
      const document = JSON.parse(file);
      assert.equal(document['@type'], 'ScholarlyArticle');
      const record = formatCanonical(parseJson(new TextEncoder().encode(JSON.stringify(document.canonical_record))));
      assert.equal(record, downloadIn(fileOf(name, 'index.html'), 'record.json'));
      const sha256 = createHash('sha256').update(record).digest('hex');
      assert.ok(JSON.stringify(document.identifier).includes(sha256));
    });
  }
  it('has each person with family and given name, and says whose order it is', () => {
    const { author, comment } = JSON.parse(fileOf('old-math', 'record.jsonld'));
    assert.deepEqual(author[1], {
      '@type': 'Person',
      name: 'Tobias H. Testing',
      familyName: 'Testing',
      givenName: 'Tobias H.',
    });
    assert.equal(author.length, 3);
    assert.match(comment.text, /registry's order/);
  });
});

describe('the page shows warnings first', () => {
  const expected: readonly (readonly [string, RegExp])[] = [
    ['corrected', /This paper has 1 correction\. “Theorem 2 is false; Theorem 3 stands\.”.*A Corrected Paper/],
    ['equivocation', /Signed events contradict each other: 2 equivocations.*One Key, Two Stories/],
    ['split-view', /The bundles received for this number disagree.*A Split View/],
    ['invalid-events', /events are invalid.*Events That Do Not Count/],
    ['full', /1 critical integrity finding.*A Paper with Every Part/],
  ];
  for (const [name, words] of expected) it(name, () => assert.match(pageText(fileOf(name, 'index.html')), words));
  it('shows no warning on a page without problems', () => {
    assert.ok(page('seed').every(({ attributes }) => attributes.get('class') !== 'alerts'));
  });
});

describe('the merge, replayed', () => {
  const text = (name: string): string => pageText(fileOf(name, 'index.html'));
  it('superseded, by which event', () => {
    assert.match(
      text('corrected'),
      /correction superseded .* Superseded: another event by the same key removed its entry from corrections\. Superseded by event 4, correction/,
    );
  });
  it('41 events, each in its place', () => {
    const events = page('events-41').filter(({ attributes }) => /^event event-/.test(attributes.get('class') ?? ''));
    assert.equal(events.length, 41);
    assert.deepEqual(
      events.map(({ attributes }) => attributes.get('id')),
      events.map((_, i) => `event-${i + 1}`),
    );
  });
  it('events of unknown types whole', () => {
    assert.match(text('unknown-types'), /nested › deep › 2 › 2 › three –/);
    assert.match(text('unknown-types'), /empty an empty object none an empty list/);
  });
  it('the shipped state against the recomputed one, member by member', () => {
    assert.match(text('mismatches'), /\/event_count 99 3/);
    assert.match(text('mismatches'), /\/invented yes missing/);
  });
  it('all bundles received, with what each withholds', () => {
    assert.match(
      text('split-view'),
      /All bundles received for this number, newest first .* Only in this bundle: sha256:.* Missing here, but in another bundle: sha256:/,
    );
  });
});

describe('the badge', () => {
  it('is an image that loads nothing else, with markup that links to the record', () => {
    const svg = fileOf('seed', 'badge.svg');
    assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^>]*role="img"/);
    assert.doesNotMatch(
      svg.replace('http://www.w3.org/2000/svg', ''),
      /href|url\((?!#)|https?:|<script|<style|@import/,
    );
    assert.match(
      pageText(fileOf('seed', 'index.html')),
      new RegExp(
        `<a href="${SITE}/pith/${suffixOf('seed')}/index.html"><img alt="[^"]*" height="22"\\s+src="${SITE}/pith/${suffixOf('seed')}/badge.svg"`,
      ),
    );
    assert.match(fileOf('record-only', 'badge.svg'), /record only/);
  });
});

describe('upstream’s sections in upstream’s words', () => {
  const text = (name: string): string => pageText(fileOf(name, 'index.html'));
  it('have the headline under the authors, and each claim with its name, kind and text', () => {
    assert.match(text('full'), /not the paper’s\. Tests that can fail Abstract at arXiv/);
    assert.match(
      text('full'),
      /Claims .* C1 theorem Every test can fail\. status unreviewed · confidence 0\.93 C2 empirical /,
    );
  });
  it('count references, formal links and anchors in one line each', () => {
    assert.match(
      text('full'),
      /References 57 extracted · 2 resolved · 4 Pith anchors \[1\] A Cited Paper 2019 · doi:10\.1000\/xyz123/,
    );
    assert.match(text('full'), /Formal links 2 machine-checked theorem links/);
  });
});

describe('what a reader must know of a version', () => {
  it('from the second one on, the date is that of the first submission', () => {
    assert.match(pageText(fileOf('full', 'index.html')), / First submitted 2026-04-01/);
    assert.match(pageText(fileOf('seed', 'index.html')), / v1 Submitted 2026-06-22/);
  });
});

describe('the page of a record with an assembled bundle', () => {
  it('sends the reader to the verifier with the bundles received, and never with a file that is rejected', () => {
    const html = fileOf('split-view', 'index.html');
    assert.match(
      pageText(html),
      /verify the received bundles on the verification page of another mirror that you trust: [0-9a-f]{64}\.json, [0-9a-f]{64}\.json\. Do not use this record’s own bundle\.json there: this mirror assembled it, so it has no signature and would be rejected\./,
    );
    const limits = /<p class="quiet verify-limits">.*?<\/p>/s.exec(html)?.[0] ?? '';
    assert.equal(
      (limits.match(/href="bundles\/[0-9a-f]{64}\.json" type="application\/json" download/g) ?? []).length,
      2,
    );
    assert.match(
      pageText(fileOf('seed', 'index.html')),
      /verify bundle\.json on the verification page of another mirror/,
    );
  });
});
