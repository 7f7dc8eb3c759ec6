/** Addresses that a page links to. Only http and https, never with user info, and only from known parts. */

/** A link, or text where there is no address that may be linked. */
export interface Link {
  readonly text: string;
  readonly href: string | null;
}

const ARXIV_ID = /^(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?\/\d{7})$/;

/** A URL from input as it may be linked, or null. */
export function safeHref(url: string): string | null {
  const parsed = URL.parse(url);
  if (parsed === null || (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')) return null;
  return parsed.username === '' && parsed.password === '' ? parsed.href : null;
}

export function arxivLink(id: string, version: number): Link {
  return { text: `${id} v${version}`, href: ARXIV_ID.test(id) ? `https://arxiv.org/abs/${id}v${version}` : null };
}

export function doiLink(id: string): Link {
  const doi = `10.48550/arxiv.${id}`;
  return { text: `https://doi.org/${doi}`, href: ARXIV_ID.test(id) ? `https://doi.org/${doi}` : null };
}

export const originRecord = (suffix: string): string => `https://pith.science/pith/${suffix}`;

const LICENSE_NAMES: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [
    /^https?:\/\/arxiv\.org\/licenses\/nonexclusive-distrib\/1\.0\/?$/,
    () => 'arXiv.org non-exclusive license to distribute',
  ],
  [
    /^https?:\/\/creativecommons\.org\/licenses\/(by(?:-[a-z]{2}){0,2})\/(\d\.\d)\/?$/,
    ([, kind = '', version = '']) => `CC ${kind.toUpperCase()} ${version}`,
  ],
  [/^https?:\/\/creativecommons\.org\/publicdomain\/zero\/1\.0\/?$/, () => 'CC0 1.0'],
  [/^https?:\/\/creativecommons\.org\/licenses\/publicdomain\/?$/, () => 'Public domain (Creative Commons)'],
];

/** The license by name where it is a known one, else by its address; old records have none. */
export function licenseLink(url: string): Link | null {
  if (url === '') return null;
  for (const [pattern, name] of LICENSE_NAMES) {
    const match = pattern.exec(url);
    if (match !== null) return { text: name(match), href: safeHref(url) };
  }
  return { text: url, href: safeHref(url) };
}
