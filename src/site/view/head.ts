/** Elements that a page can add to its head. Pure. */
import { absoluteUrl } from '../../mirror/base/paths.ts';

/** A `<meta>`: `name` for most, `property` for Open Graph, both where they say the same. */
export interface HeadMeta {
  readonly name?: string;
  readonly property?: string;
  readonly content: string;
}

/** A `<link>`: relative within the mirror, absolute elsewhere. Browsers do not fetch it. */
export interface HeadLink {
  readonly rel: string;
  readonly href: string;
  /** Media type of the target. */
  readonly type?: string;
}

/**
 * The canonical address of a page: that of its folder for an `index.html`, so that it is the same however the page was reached.
 *
 * @param site base URL. @param page published path.
 */
export function canonicalUrl(site: string, page: string): string {
  return absoluteUrl(site, page.replace(/(^|\/)index\.html$/, '$1'));
}
