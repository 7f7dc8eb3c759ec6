/** The table, its description, the sitemap and the feed: for programs that never saw this project. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CatalogueEntry } from '../../../src/mirror/plan/catalogue.ts';
import { feedFile, foundFiles, sitemapFiles } from '../../../src/mirror/plan/found.ts';
import { csvFiles, csvParts } from '../../../src/mirror/plan/records-csv.ts';
import { csvLines } from '../../../src/network/sync/catalogue.ts';
import { sha256 } from '../../../src/records/lists.ts';
import { datasetJsonLd } from '../../../src/site/view/dataset.ts';
import { Random } from '../../fuzz/random.ts';
import { madeEntry } from '../../support/bundles/catalogue.ts';
import { runProgram } from '../../support/sites/cli.ts';

const SITE = 'https://mirror.example/repo/';
const random = new Random('found');
const entries: readonly CatalogueEntry[] = Array.from({ length: 250 }, (_, i) =>
  madeEntry(random, i, i / 250),
).reverse();
const [FIRST] = entries;
const textOf = (content: string | Uint8Array | undefined): string => Buffer.from(content ?? '').toString();
const odd = (changes: Partial<CatalogueEntry>): CatalogueEntry => ({ ...(FIRST as CatalogueEntry), ...changes });

/** What Python's XML parser makes of a text: how often it finds each element. */
async function elements(xml: string): Promise<Record<string, number>> {
  const script =
    'import sys, json, collections, xml.etree.ElementTree as E\n' +
    'print(json.dumps(collections.Counter(e.tag.split("}")[-1] for e in E.fromstring(sys.stdin.buffer.read()).iter())))';
  const { code, stdout, stderr } = await runProgram('python3', ['-c', script], {
    input: new TextEncoder().encode(xml),
  });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

describe('the table of the records', () => {
  it('has one line for each record, oldest first, with every field as it is', () => {
    const quoted = odd({ title: 'A "title", with\na line end', authors: "D'Arcy, A." });
    const [table] = csvFiles([quoted, ...entries.slice(1)], SITE);
    const [header, ...lines] = [...csvLines(textOf(table?.content))];
    assert.equal(
      header?.join(),
      'suffix,pith_number,arxiv_id,version,title,authors,category,date,license,status,state_sha256',
    );
    assert.equal(lines.length, entries.length);
    assert.deepEqual(
      lines.map((line) => line[0]),
      entries.map(({ suffix }) => suffix).reverse(),
    );
    assert.deepEqual(lines.at(-1)?.slice(4, 6), ['A "title", with a line end', "D'Arcy, A."]);
  });

  it('is split by year and size, with every record in exactly one file and no file over the limit', () => {
    const most = 1500;
    const parts = csvParts(entries, most);
    assert.ok(parts.length > 50);
    assert.ok(parts.some(({ path }) => path.endsWith('-2.csv')));
    assert.deepEqual(
      parts.flatMap((part) => part.entries).map(({ suffix }) => suffix),
      entries.map(({ suffix }) => suffix).reverse(),
    );
    for (const { path, entries: own } of parts) {
      assert.match(path, /^records-\d{4}-[1-9]\d*\.csv$/);
      assert.ok(own.every(({ submittedAt }) => submittedAt.startsWith(path.slice(8, 12))));
      const text = textOf(csvFiles(own, SITE)[0]?.content);
      assert.ok(own.length === 1 || text.length < most + 200, `${path}: ${text.length}`);
    }
  });

  it('grows at the end of the last file of a year when a record of that year is added', () => {
    const before = new Map(csvParts(entries.slice(1), 5000).map((part) => [part.path, part.entries.length]));
    const after = csvParts(entries, 5000).filter((part) => before.get(part.path) !== part.entries.length);
    assert.equal(after.length, 1);
  });

  it('is described by a data package with the size and the digest of each file', () => {
    const files = csvFiles(entries, SITE, 5000);
    const description = JSON.parse(textOf(files.at(-1)?.content));
    assert.equal(description.resources.length, files.length - 1);
    for (const [i, resource] of description.resources.entries()) {
      assert.equal(resource.path, files[i]?.path);
      assert.equal(resource.bytes, Buffer.byteLength(files[i]?.content ?? ''));
      assert.equal(resource.hash, `sha256:${sha256(files[i]?.content ?? '')}`);
      assert.match(resource.name, /^[a-z0-9._-]+$/);
    }
  });
});

describe('the sitemap', () => {
  it('lists the folder of every record, with the time of its data', async () => {
    const [map] = sitemapFiles(entries, SITE);
    assert.deepEqual(await elements(textOf(map?.content)), { urlset: 1, url: 250, loc: 250, lastmod: 250 });
    const { suffix, time } = FIRST as CatalogueEntry;
    assert.ok(textOf(map?.content).includes(`<url><loc>${SITE}pith/${suffix}/</loc><lastmod>${time}</lastmod></url>`));
  });

  it('is an index of several if there are more records than one may list', async () => {
    const [index, ...maps] = sitemapFiles(entries, SITE, 100);
    assert.deepEqual(await elements(textOf(index?.content)), { sitemapindex: 1, sitemap: 3, loc: 3, lastmod: 3 });
    assert.deepEqual(
      maps.map(({ path, content }) => [path, textOf(content).split('<url>').length - 1]),
      [
        ['sitemaps/1.xml', 100],
        ['sitemaps/2.xml', 100],
        ['sitemaps/3.xml', 50],
      ],
    );
    assert.ok(textOf(index?.content).includes(`<loc>${SITE}sitemaps/3.xml</loc>`));
  });

  it('is named by robots.txt', () => {
    const robots = foundFiles(entries, SITE).find(({ path }) => path === 'robots.txt');
    assert.equal(robots?.content, `User-agent: *\nAllow: /\n\nSitemap: ${SITE}sitemap.xml\n`);
  });
});

describe('the feed', () => {
  it('has the 100 records with the newest data, in well-formed XML whatever a title holds', async () => {
    const hostile = odd({ title: '<script>&amp;]]>\u0000\u001b\ufffe \ud800', authors: 'a"b' });
    const counts = await elements(textOf(feedFile([hostile, ...entries.slice(1)], SITE).content));
    assert.deepEqual([counts.entry, counts.id, counts.updated, counts.author], [100, 101, 101, 100]);
    assert.equal(counts.script, undefined);
  });

  it('changes only by the entry of a record that is new', () => {
    const list = (of: readonly CatalogueEntry[]): readonly string[] =>
      textOf(feedFile(of, SITE).content)
        .split(/(?=<entry>)/)
        .slice(1)
        .map((entry) => entry.replace('</feed>\n', ''));
    const newest = odd({
      suffix: 'A'.repeat(26),
      pithNumber: `pith:2026:${'A'.repeat(26)}`,
      time: '2031-01-01T00:00:00Z',
    });
    const before = list(entries);
    const after = list([newest, ...entries]);
    assert.deepEqual(after.slice(1), before.slice(0, 99));
    assert.match(after[0] ?? '', /<id>tag:pith\.science,2026:pith:2026:A{26}<\/id>/);
  });
});

describe('the description of the data on the home page', () => {
  const totals = { records: 250 } as Parameters<typeof datasetJsonLd>[0]['totals'];
  const of = (site: string | null) =>
    JSON.parse(
      datasetJsonLd({ site, totals, entries } as unknown as Parameters<typeof datasetJsonLd>[0], ['records.csv']),
    );

  it('is a Dataset that names the table, its description and the index, by address if the mirror knows its own', () => {
    const dataset = of(SITE);
    assert.equal(dataset['@type'], 'Dataset');
    assert.deepEqual(
      dataset.distribution.map(({ contentUrl }: { contentUrl: string }) => contentUrl),
      [`${SITE}records.csv`, `${SITE}datapackage.json`, `${SITE}records/index.tsv`, `${SITE}pith-mirrors.json`],
    );
    assert.ok(dataset.description.length >= 50 && dataset.description.length <= 5000);
    assert.equal(of(null).distribution[0].contentUrl, 'records.csv');
  });
});
