/** Licenses by name. Pure. */

/** A link, or plain text if there is no safe address. */
export interface Link {
  readonly text: string;
  readonly href: string | null;
}

/** A URL from input that is safe to link: http or https, without user info; else null. */
export function safeHref(url: string): string | null {
  const parsed = URL.parse(url);
  if (parsed === null || (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')) return null;
  return parsed.username === '' && parsed.password === '' ? parsed.href : null;
}

const KINDS: Readonly<Record<string, string>> = {
  by: 'Attribution',
  'by-sa': 'Attribution-ShareAlike',
  'by-nc': 'Attribution-NonCommercial',
  'by-nd': 'Attribution-NoDerivatives',
  'by-nc-sa': 'Attribution-NonCommercial-ShareAlike',
  'by-nc-nd': 'Attribution-NonCommercial-NoDerivatives',
};

const LICENSES: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [
    /^https?:\/\/arxiv\.org\/licenses\/nonexclusive-distrib\/1\.0\/?$/,
    () => 'arXiv.org non-exclusive license to distribute',
  ],
  [/^https?:\/\/arxiv\.org\/licenses\/assumed-1991-2003\/?$/, () => 'arXiv.org assumed license, 1991–2003'],
  [
    /^https?:\/\/creativecommons\.org\/licenses\/(by(?:-[a-z]{2}){0,2})\/(\d\.\d)\/?$/,
    ([, kind = '', version = '']) => {
      const name = KINDS[kind];
      return `CC ${kind.toUpperCase()} ${version}${name === undefined ? '' : ` (Creative Commons ${name})`}`;
    },
  ],
  [/^https?:\/\/creativecommons\.org\/publicdomain\/zero\/1\.0\/?$/, () => 'CC0 1.0 (public domain dedication)'],
  [/^https?:\/\/creativecommons\.org\/licenses\/publicdomain\/?$/, () => 'Public domain (Creative Commons)'],
];

/** The license by name if it is known, else by its address; old records have none. */
export function licenseOf(url: string): Link | null {
  if (url === '') return null;
  for (const [pattern, name] of LICENSES) {
    const match = pattern.exec(url);
    if (match !== null) return { text: name(match), href: safeHref(url) };
  }
  return { text: url, href: safeHref(url) };
}
