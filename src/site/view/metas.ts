/** What a record's page tells machines about the paper: search engines, Zotero, link previews, Signposting. Pure. */
import type { Citation } from '../../formats/citation.ts';
import type { Author } from '../../formats/names.ts';
import { bibtexFile, bundleFile, jsonLdFile, recordPage, relativeLink, stateFile } from '../../mirror/base/paths.ts';
import type { RecordEntry } from '../../mirror/plan/plan.ts';
import { visibleText } from '../shared/text.ts';
import { canonicalUrl, type HeadLink, type HeadMeta } from './head.ts';
import { licenseOf } from './links.ts';

/** The beginning of the abstract on one line; without an abstract, a sentence that says what the page is about. */
export function excerptText({ texts: { excerpt, citation }, identified }: RecordEntry): string {
  return visibleText(
    excerpt ?? `The record ${identified.pithNumber} of ${citation.arxiv}. This mirror does not have its abstract.`,
  );
}

/** Characters of a description in a search result or a preview of a link; none shows more. */
const TEASER = 200;

/** The beginning of a text, cut between two words. */
export function teaser(text: string): string {
  const letters = Array.from(text);
  if (letters.length <= TEASER) return text;
  const beginning = letters.slice(0, TEASER - 4).join('');
  const end = beginning.lastIndexOf(' ');
  return `${end > 0 ? beginning.slice(0, end) : beginning} […]`;
}

/**
 * A name as Google Scholar and Zotero read it: `Sample III, Bob`. Zotero has no field for suffixes, and drops text after a second comma.
 * It splits a sole author at a comma if both sides contain spaces, so there the family name gets no-break spaces. A name that must
 * stay whole ends with a comma: without one, Zotero would take its last word for the family name.
 */
function metaName({ name, family, given, particle, suffix }: Author, isAlone: boolean): string {
  if (family === null || given === null) {
    const whole = name.replaceAll(/[,;]\s*/g, ' ').trim();
    return whole.includes(' ') ? `${whole},` : whole;
  }
  const surname = [...(particle === null ? [] : [particle]), family, ...(suffix === null ? [] : [suffix])].join(' ');
  return `${isAlone && given.includes(' ') ? surname.replaceAll(' ', '\u00a0') : surname}, ${given}`;
}

/**
 * `citation_*` as Google Scholar and Zotero read them, Dublin Core's type, Open Graph and Twitter. Twitter takes the title and the
 * description from Open Graph; the description is in `Page.astro`.
 *
 * Zotero takes its item type from `DC.type`; without it, `citation_title` makes a journal article. It fills a preprint's
 * repository from `citation_publisher`, and its archive id from `citation_technical_report_number`.
 */
export function recordMetas(entry: RecordEntry, citation: Citation, site: string | null): readonly HeadMeta[] {
  const { authors, doi, year, month, day, suffix } = citation;
  const two = (n: number): string => String(n).padStart(2, '0');
  const title = visibleText(citation.title);
  const names = authors?.list ?? [];
  const description = excerptText(entry);
  const isExcerpt = description.endsWith(' […]');
  const abstract =
    entry.texts.paper.abstractExcerpt === null
      ? null
      : isExcerpt
        ? `${description} (Excerpt: the bundle carries only the beginning of the abstract.)`
        : description;
  const named = (name: string, content: string | null): readonly HeadMeta[] =>
    content === null ? [] : [{ name, content }];
  return [
    ...named('DC.type', 'preprint'),
    { name: 'citation_title', property: 'og:title', content: title },
    ...names.map((author) => ({ name: 'citation_author', content: visibleText(metaName(author, names.length === 1)) })),
    ...named('citation_publication_date', `${String(year).padStart(4, '0')}/${two(month)}/${two(day)}`),
    ...named('citation_doi', doi),
    ...named('citation_arxiv_id', visibleText(entry.identified.record.source.id)),
    ...named('citation_technical_report_number', visibleText(citation.arxiv)),
    ...named('citation_publisher', 'arXiv'),
    ...named('citation_abstract', abstract),
    ...named('citation_abstract_html_url', citation.url),
    ...named('citation_public_url', citation.url),
    { property: 'og:type', content: 'article' },
    { property: 'og:site_name', content: 'pith mirror' },
    ...(site === null ? [] : [{ property: 'og:url', content: canonicalUrl(site, recordPage(suffix)) }]),
    ...named('twitter:card', 'summary'),
  ];
}

/** Signposting: tells machines the DOI, the metadata, the content, the license and the type of this page. */
export function signposts(entry: RecordEntry, citation: Citation): readonly HeadLink[] {
  const { suffix } = citation;
  const here = (path: string): string => relativeLink(recordPage(suffix), path);
  const license = licenseOf(entry.identified.record.license)?.href ?? null;
  return [
    { rel: 'cite-as', href: citation.permanentUrl },
    { rel: 'type', href: 'https://schema.org/ScholarlyArticle' },
    { rel: 'type', href: 'https://schema.org/AboutPage' },
    ...(license === null ? [] : [{ rel: 'license', href: license }]),
    { rel: 'describedby', href: here(jsonLdFile(suffix)), type: 'application/ld+json' },
    { rel: 'describedby', href: here(bibtexFile(suffix)), type: 'application/x-bibtex' },
    ...(entry.merged === null
      ? []
      : [bundleFile(suffix), stateFile(suffix)].map((path) => ({
          rel: 'item',
          href: here(path),
          type: 'application/json',
        }))),
  ];
}
