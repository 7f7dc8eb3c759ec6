/**
 * Every published path. Pure: a path is relative to the site's root, in POSIX form, and names a file.
 *
 * Suffixes come from digests (`[A-Z2-7]{26}`), so no text from a bundle ever becomes a part of a path.
 */

export const HOME = 'index.html';
export const NOT_FOUND = '404.html';
export const STYLE = 'style.css';
/** Copy buttons of record pages. */
export const PAGE_SCRIPT = 'page.js';
export const ICON = 'icon.svg';
/** Tells GitHub Pages to publish `.well-known` and everything else as it is. */
export const NO_JEKYLL = '.nojekyll';
/** Marks a folder as written by this tool; a folder without it is never replaced. */
export const MARKER = '.pith-mirror.json';
export const REPORT = 'mirror-report.json';
export const MIRRORS = 'pith-mirrors.json';
export const SIGNING_KEY = 'pith-signing-key.json';

export const recordPage = (suffix: string): string => `pith/${suffix}/index.html`;
export const bundleFile = (suffix: string): string => `pith/${suffix}/bundle.json`;
export const stateFile = (suffix: string): string => `pith/${suffix}/state.json`;
export const recordFile = (suffix: string): string => `pith/${suffix}/record.json`;
export const wellKnownBundleFile = (suffix: string): string => `.well-known/pith/${suffix}/bundle.json`;
export const bibtexFile = (suffix: string): string => `pith/${suffix}/cite.bib`;
export const risFile = (suffix: string): string => `pith/${suffix}/cite.ris`;
export const cslFile = (suffix: string): string => `pith/${suffix}/cite.csl.json`;
export const jsonLdFile = (suffix: string): string => `pith/${suffix}/record.jsonld`;
export const badgeFile = (suffix: string): string => `pith/${suffix}/badge.svg`;
/** One of several bundles received for a number, by the SHA-256 of its bytes. */
export const receivedBundleFile = (suffix: string, bytesSha256: string): string =>
  `pith/${suffix}/bundles/${bytesSha256}.json`;

/** The link from one published file to another; it works at any root, under any sub-path and from `file:`. */
export function relativeLink(from: string, to: string): string {
  const here = from.split('/').slice(0, -1);
  const there = to.split('/');
  let shared = 0;
  while (shared < here.length && shared < there.length - 1 && here[shared] === there[shared]) shared++;
  return [...here.slice(shared).map(() => '..'), ...there.slice(shared)].join('/');
}

/** The absolute URL of a published file. @param site base URL, with or without the last slash. */
export function absoluteUrl(site: string, path: string): string {
  return `${site.replace(/\/$/, '')}/${path}`;
}
