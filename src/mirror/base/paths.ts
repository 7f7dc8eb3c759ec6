export const HOME = 'index.html';
export const NOT_FOUND = '404.html';
export const VERIFY = 'verify.html';
export const STYLE = 'style.css';
/** Copy buttons of record pages. */
export const PAGE_SCRIPT = 'page.js';
/** Repeats the checks of a record's page in a shell. */
export const CHECK_SCRIPT = 'check.py';
/** The verifier, and what loads or uses it: classic scripts. */
export const VERIFIER_SCRIPT = 'verify.js';
export const VERIFY_BUTTON_SCRIPT = 'verify-button.js';
export const VERIFY_PAGE_SCRIPT = 'verify-page.js';
/** What few readers of the verifier's page need; it loads each when the first file needs it. */
export const VERIFY_ADVICE_SCRIPT = 'verify-advice.js';
export const VERIFY_TIMESTAMPS_SCRIPT = 'verify-timestamps.js';
export const ICON = 'icon.svg';
/** Tells GitHub Pages to publish `.well-known` and everything else as it is. */
export const NO_JEKYLL = '.nojekyll';
/** Marks a folder as written by this tool; a folder without it is never replaced. */
export const MARKER = '.pith-mirror.json';
/** In a shard's site only: what a join needs from it. */
export const SHARD = '.pith-mirror-shard.jsonl';
export const REPORT = 'mirror-report.json';
/** One of the files of a report that is too large for one. @param name first digits of a digest, or a word. */
export const reportPart = (name: string): string => `mirror-report/files-${name}.json`;
export const MIRRORS = 'pith-mirrors.json';
export const SIGNING_KEY = 'pith-signing-key.json';
/** The catalogue as one table; a large one has several, see `recordsPart`. */
export const RECORDS_CSV = 'records.csv';
/** @param year four digits. @param part from 1. */
export const recordsPart = (year: string, part: number): string => `records-${year}-${part}.csv`;
export const DATA_PACKAGE = 'datapackage.json';
export const SITEMAP = 'sitemap.xml';
/** One of several sitemaps. @param part from 1. */
export const sitemapPart = (part: number): string => `sitemaps/${part}.xml`;
export const ROBOTS = 'robots.txt';
export const FEED = 'records.atom';
/** The operator's timestamp proofs: in the folder of bundles, and under the same names in the site. */
export const TIMESTAMPS = 'timestamps';
/** @param name as in the input. */
export const timestampFile = (name: string): string => `${TIMESTAMPS}/${name}`;

/** Folders that hold those of the records, and nothing else. */
export const RECORD_FOLDERS = ['pith', '.well-known/pith'] as const;

export const recordPage = (suffix: string): string => `pith/${suffix}/index.html`;
export const bundleFile = (suffix: string): string => `pith/${suffix}/bundle.json`;
/** The bundles of a record for its page's verifier, if they are too large to be in the page. */
export const bundleScriptPath = (suffix: string): string => `pith/${suffix}/bundle.js`;
export const stateFile = (suffix: string): string => `pith/${suffix}/state.json`;
export const wellKnownBundleFile = (suffix: string): string => `.well-known/pith/${suffix}/bundle.json`;
export const bibtexFile = (suffix: string): string => `pith/${suffix}/cite.bib`;
export const jsonLdFile = (suffix: string): string => `pith/${suffix}/record.jsonld`;
export const badgeFile = (suffix: string): string => `pith/${suffix}/badge.svg`;
/** One of several bundles received for a number, by the SHA-256 of its bytes. */
export const receivedBundleFile = (suffix: string, bytesSha256: string): string =>
  `pith/${suffix}/bundles/${bytesSha256}.json`;

const LIST_PART = /^[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*$/;

/** A page of a list, by the names of the folders that lead to it. @throws RangeError for a name that is not allowed. */
function listPage(top: string, parts: readonly string[]): string {
  const bad = parts.find((part) => !LIST_PART.test(part));
  if (bad !== undefined) throw new RangeError(`expected letters and digits, got ${JSON.stringify(bad)}`);
  return [top, ...parts, 'index.html'].join('/');
}

/** `browse/index.html`, `browse/2026/05/page-2/index.html`, `browse/category/cs.DC/2026/index.html`. */
export const browsePage = (...parts: readonly string[]): string => listPage('browse', parts);
/** `mirror-report/index.html`, `mirror-report/bad_signature/index.html`. */
export const reportPage = (...parts: readonly string[]): string => listPage('mirror-report', parts);

export const SEARCH = 'search/index.html';
/** Says which data files there are. */
export const SEARCH_PARTS = 'search/parts.js';
/** @param name of a part of the data: `2026-3`. */
export const searchPart = (name: string): string => `search/data/${name}.js`;
export const SEARCH_SCRIPT = 'search.js';

/** The link from one published file to another; it works at any root, under any sub-path and from `file:`. */
export function relativeLink(from: string, to: string): string {
  // Up to and with the last slash that both have in common.
  let shared = 0;
  for (let i = 0; i < from.length && from[i] === to[i]; i++) if (from[i] === '/') shared = i + 1;
  let up = '';
  for (let at = from.indexOf('/', shared); at !== -1; at = from.indexOf('/', at + 1)) up += '../';
  return `${up}${to.slice(shared)}`;
}

/** The absolute URL of a published file. @param site base URL, with or without the last slash. */
export function absoluteUrl(site: string, path: string): string {
  return `${site.replace(/\/$/, '')}/${path}`;
}

/** Both folders of a record, as published paths. */
export const foldersOfRecord = (suffix: string): readonly string[] =>
  RECORD_FOLDERS.map((folder) => `${folder}/${suffix}`);
