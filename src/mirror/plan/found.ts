/**
 * What crawlers and feed readers ask for: a sitemap, `robots.txt` and an Atom feed (RFC 4287). Pure.
 *
 * All of them need absolute addresses, so they are made only if the mirror knows its own. Their times are those of the
 * data: a build that changes nothing changes none of them.
 */
import { compareCodePoints } from '../../protocol/index.ts';
import { absoluteUrl, FEED, ROBOTS, recordPage, SITEMAP, sitemapPart } from '../base/paths.ts';
import type { SiteFile } from '../base/site-file.ts';
import { type CatalogueEntry, timeOfAll } from './catalogue.ts';

/** Addresses of one sitemap, at most (sitemaps.org). */
const SITEMAP_URLS = 50_000;
/** Records of the feed. */
const FEED_ENTRIES = 100;

/** Text for XML 1.0, without characters that it forbids or would read as markup. */
function xml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';
/** The address that a record's page names as its own. */
const urlOf = (site: string, { suffix }: CatalogueEntry): string =>
  absoluteUrl(site, recordPage(suffix).replace(/index\.html$/, ''));

const byAge = (a: CatalogueEntry, b: CatalogueEntry): number =>
  compareCodePoints(a.submittedAt, b.submittedAt) || compareCodePoints(a.suffix, b.suffix);

/** One sitemap of all record pages, or an index of several, filled from the oldest record on. */
export function sitemapFiles(
  entries: readonly CatalogueEntry[],
  site: string,
  most: number = SITEMAP_URLS,
): readonly SiteFile[] {
  const sorted = entries.toSorted(byAge);
  const parts = Array.from({ length: Math.max(1, Math.ceil(sorted.length / most)) }, (_, i) =>
    sorted.slice(i * most, (i + 1) * most),
  );
  const maps = parts.map((own) => {
    const urls = own.map(
      (entry) => `<url><loc>${xml(urlOf(site, entry))}</loc><lastmod>${entry.time}</lastmod></url>\n`,
    );
    return `${HEAD}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${urls.join('')}</urlset>\n`;
  });
  const [only, ...more] = maps;
  if (only !== undefined && more.length === 0) return [{ path: SITEMAP, content: only }];
  const listed = parts.map(
    (own, i) =>
      `<sitemap><loc>${xml(absoluteUrl(site, sitemapPart(i + 1)))}</loc><lastmod>${timeOfAll(own)}</lastmod></sitemap>\n`,
  );
  const index = `${HEAD}<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${listed.join('')}</sitemapindex>\n`;
  return [{ path: SITEMAP, content: index }, ...maps.map((content, i) => ({ path: sitemapPart(i + 1), content }))];
}

/** An entry depends on its record alone. Its id is the same on every mirror. */
function feedEntry(entry: CatalogueEntry, site: string): string {
  const { pithNumber, title, authors, sourceId, sourceVersion, categories, submittedAt, time } = entry;
  const id = `arXiv:${sourceId}v${sourceVersion}`;
  return `<entry>
<id>tag:pith.science,2026:${xml(pithNumber)}</id>
<title>${xml(title ?? id)}</title>
<author><name>${xml(authors ?? 'unknown')}</name></author>
<link rel="alternate" type="text/html" href="${xml(urlOf(site, entry))}"/>
<published>${submittedAt}</published>
<updated>${time}</updated>
${categories.map((term) => `<category term="${xml(term)}"/>\n`).join('')}<summary>${xml(`${id}, ${pithNumber}`)}</summary>
</entry>
`;
}

/** The records with the newest data, newest first. */
export function feedFile(entries: readonly CatalogueEntry[], site: string, name: string | null = null): SiteFile {
  const newest = entries
    .toSorted((a, b) => compareCodePoints(b.time, a.time) || compareCodePoints(a.suffix, b.suffix))
    .slice(0, FEED_ENTRIES);
  const content = `${HEAD}<feed xmlns="http://www.w3.org/2005/Atom">
<id>${xml(site)}</id>
<title>${xml(name ?? 'Records of a pith mirror')}</title>
<updated>${timeOfAll(entries)}</updated>
<link rel="self" type="application/atom+xml" href="${xml(absoluteUrl(site, FEED))}"/>
<link rel="alternate" type="text/html" href="${xml(site)}"/>
${newest.map((entry) => feedEntry(entry, site)).join('')}</feed>
`;
  return { path: FEED, content };
}

/** Everything by which a site with a known address is found. @param name that the operator gave the mirror. */
export function foundFiles(
  entries: readonly CatalogueEntry[],
  site: string,
  name: string | null = null,
): readonly SiteFile[] {
  const robots = `User-agent: *\nAllow: /\n\nSitemap: ${absoluteUrl(site, SITEMAP)}\n`;
  return [...sitemapFiles(entries, site), { path: ROBOTS, content: robots }, feedFile(entries, site, name)];
}
