/** Addresses that a page links to. Only http and https, never with user info, and only from known parts. */
import { arxivDoi, arxivUrl, doiUrl } from '../../formats/arxiv.ts';
import type { Link } from '../../formats/license.ts';

export { originRecord } from '../../formats/citation.ts';
export { type Link, licenseOf, safeHref } from '../../formats/license.ts';

export function arxivLink(id: string, version: number): Link {
  return { text: `${id} v${version}`, href: arxivUrl(id, version) };
}

export function doiLink(id: string): Link | null {
  const doi = arxivDoi(id);
  return doi === null ? null : { text: doiUrl(doi), href: doiUrl(doi) };
}
