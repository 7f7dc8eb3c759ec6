/** The addresses of the search data, relative to a page. Pure. */
import { recordPage, relativeLink, SEARCH_PARTS, SEARCH_SCRIPT, searchPart } from '../../mirror/base/paths.ts';

export interface SearchLinks {
  readonly script: string;
  readonly parts: string;
  /** With `*` for the name of a part. */
  readonly part: string;
  /** With `*` for a suffix. */
  readonly record: string;
}

/** @param page published path of the page. */
export function searchLinks(page: string): SearchLinks {
  return {
    script: relativeLink(page, SEARCH_SCRIPT),
    parts: relativeLink(page, SEARCH_PARTS),
    part: relativeLink(page, searchPart('*')),
    record: relativeLink(page, recordPage('*')),
  };
}
