/** What a page may put into its head. Pure. */
import { absoluteUrl } from '../../mirror/base/paths.ts';

/** A `<meta>`: `name` for most, `property` for Open Graph; the other is left out. */
export interface HeadMeta {
  readonly name?: string;
  readonly property?: string;
  readonly content: string;
}

/** A `<link>`: relative for what lies in the mirror, absolute for what is elsewhere. Nothing of it is fetched. */
export interface HeadLink {
  readonly rel: string;
  readonly href: string;
  /** Media type of the target. */
  readonly type?: string;
}

/**
 * The one address of a page: that of its folder for an `index.html`, so that a page has the same address however it was reached.
 *
 * @param site base URL. @param page published path.
 */
export function canonicalUrl(site: string, page: string): string {
  return absoluteUrl(site, page.replace(/(^|\/)index\.html$/, '$1'));
}
