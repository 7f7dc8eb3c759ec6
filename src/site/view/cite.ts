/** How a record is cited and linked: what its page says to people, to search engines and to machines. Pure. */
import { badgeText } from '../../formats/badge.ts';
import type { Citation } from '../../formats/citation.ts';
import {
  absoluteUrl,
  badgeFile,
  bibtexFile,
  bundleFile,
  cslFile,
  jsonLdFile,
  recordFile,
  recordPage,
  relativeLink,
  risFile,
  stateFile,
} from '../../mirror/base/paths.ts';
import type { Verdict } from '../../mirror/plan/catalogue.ts';
import type { RecordEntry } from '../../mirror/plan/plan.ts';
import { visibleText } from '../shared/text.ts';
import type { HeadLink, HeadMeta } from './head.ts';
import { licenseOf } from './links.ts';

/** A text to be copied, and the file that holds the same where there is one. */
export interface Snippet {
  /** Of the element with the text. */
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly href: string | null;
  readonly type: string | null;
}

const BIBTEX = 'application/x-bibtex';
const RIS = 'application/x-research-info-systems';
const CSL = 'application/vnd.citationstyles.csl+json';

export function citationSnippets({ identified, texts }: RecordEntry): readonly Snippet[] {
  const { suffix } = identified;
  const page = recordPage(suffix);
  return [
    {
      id: 'cite-bibtex',
      name: 'BibTeX',
      text: texts.bibtex,
      href: relativeLink(page, bibtexFile(suffix)),
      type: BIBTEX,
    },
    {
      id: 'cite-ris',
      name: 'RIS', // The file's lines end in CR LF; on the page, a line is a line.
      text: texts.ris.replaceAll('\r', ''),
      href: relativeLink(page, risFile(suffix)),
      type: RIS,
    },
    {
      id: 'cite-csl',
      name: 'CSL-JSON',
      text: texts.csl,
      href: relativeLink(page, cslFile(suffix)),
      type: CSL,
    },
  ];
}

export interface BadgeView {
  readonly src: string;
  readonly alt: string;
  readonly snippets: readonly Snippet[];
}

/** The badge with its markup; without the mirror's address it is named as a file to be put beside the other page. */
export function badgeView(entry: RecordEntry, verdict: Verdict, site: string | null, origin: string): BadgeView {
  const { suffix, shortPithNumber } = entry.identified;
  const alt = badgeText(shortPithNumber, verdict);
  // A base URL is the operator's own; in markup it must still be only an address.
  const address = (path: string): string =>
    (URL.parse(absoluteUrl(site ?? '', path))?.href ?? '').replaceAll(
      /[()'"<>]/g,
      (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const image = site === null ? 'badge.svg' : address(badgeFile(suffix));
  const target = site === null ? origin : address(recordPage(suffix));
  const snippet = (id: string, name: string, text: string): Snippet => ({ id, name, text, href: null, type: null });
  return {
    src: relativeLink(recordPage(suffix), badgeFile(suffix)),
    alt,
    snippets: [
      snippet('badge-html', 'HTML', `<a href="${target}"><img src="${image}" alt="${alt}" height="22"></a>`),
      snippet('badge-markdown', 'Markdown', `[![${alt}](${image})](${target})`),
    ],
  };
}

/** `citation_*` as Google Scholar and Zotero read them, Open Graph and Twitter as text. */
export function recordMetas(
  entry: RecordEntry,
  citation: Citation,
  description: string,
  site: string | null,
): readonly HeadMeta[] {
  const { authors, doi, year, month, day, suffix } = citation;
  const two = (n: number): string => String(n).padStart(2, '0');
  const title = visibleText(citation.title);
  const named = (name: string, content: string | null): readonly HeadMeta[] =>
    content === null ? [] : [{ name, content }];
  return [
    ...named('citation_title', title),
    ...(authors?.list ?? []).map(({ name }) => ({ name: 'citation_author', content: visibleText(name) })),
    ...named('citation_publication_date', `${String(year).padStart(4, '0')}/${two(month)}/${two(day)}`),
    ...named('citation_doi', doi),
    ...named('citation_arxiv_id', visibleText(entry.identified.record.source.id)),
    ...named('citation_technical_report_number', visibleText(citation.arxiv)),
    ...named('citation_publisher', 'arXiv'),
    ...named('citation_abstract_html_url', citation.url),
    { property: 'og:type', content: 'article' },
    { property: 'og:site_name', content: 'pith mirror' },
    { property: 'og:title', content: title },
    { property: 'og:description', content: description },
    ...(site === null ? [] : [{ property: 'og:url', content: absoluteUrl(site, recordPage(suffix)) }]),
    ...named('twitter:card', 'summary'),
    ...named('twitter:title', title),
    ...named('twitter:description', description),
  ];
}

/** Signposting: where a machine finds the DOI, the metadata, the content, the license and the kind of this page. */
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
    { rel: 'describedby', href: here(bibtexFile(suffix)), type: BIBTEX },
    { rel: 'describedby', href: here(risFile(suffix)), type: RIS },
    { rel: 'describedby', href: here(cslFile(suffix)), type: CSL },
    { rel: 'item', href: here(recordFile(suffix)), type: 'application/json' },
    ...(entry.merged === null
      ? []
      : [bundleFile(suffix), stateFile(suffix)].map((path) => ({
          rel: 'item',
          href: here(path),
          type: 'application/json',
        }))),
  ];
}
