/** What a site has beside the pages and files of single records: everything that is made from the catalogue. Pure. */
import type { Catalogue } from './catalogue.ts';
import type { SiteFile } from './documents.ts';
import { HOME, SEARCH } from './paths.ts';
import { reportPages } from './report-pages.ts';
import { searchFiles, searchPaths } from './search-data.ts';
import { shelfPages } from './shelves.ts';

/** The files that are data: written as they are. */
export function listFiles({ entries }: Catalogue): Iterable<SiteFile> {
  return searchFiles(entries);
}

/** Paths of all pages and files that are made from the catalogue. */
export function listPaths(catalogue: Catalogue): readonly string[] {
  return [
    HOME,
    SEARCH,
    ...Array.from(shelfPages(catalogue.entries), ({ path }) => path),
    ...Array.from(reportPages(catalogue), ({ path }) => path),
    ...searchPaths(catalogue.entries),
  ];
}
