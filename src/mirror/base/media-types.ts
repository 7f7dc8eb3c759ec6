/** The media type of each kind of file that a site holds, as a host should serve it. Pure. */

/** By the end of the name. `text/*` gets its charset when it is served. */
const TYPES: Readonly<Record<string, string>> = {
  atom: 'application/atom+xml',
  bib: 'text/x-bibtex',
  css: 'text/css',
  csv: 'text/csv',
  gz: 'application/gzip',
  hex: 'text/plain',
  html: 'text/html',
  ico: 'image/x-icon',
  js: 'text/javascript',
  json: 'application/json',
  jsonl: 'application/jsonl',
  jsonld: 'application/ld+json',
  md: 'text/markdown',
  mjs: 'text/javascript',
  ots: 'application/vnd.opentimestamps.v1',
  png: 'image/png',
  ris: 'application/x-research-info-systems',
  sha256: 'text/plain',
  svg: 'image/svg+xml',
  tsv: 'text/tab-separated-values',
  txt: 'text/plain',
  warc: 'application/warc',
  wacz: 'application/wacz',
  webmanifest: 'application/manifest+json',
  woff2: 'font/woff2',
  xml: 'application/xml',
  zip: 'application/zip',
};

/** The media type of a file, without a charset; `application/octet-stream` if nothing better is known. */
export function mediaType(name: string): string {
  const [, ending = ''] = /\.([a-z0-9]+)$/.exec(name) ?? [];
  return TYPES[ending] ?? 'application/octet-stream';
}

/** The `Content-Type` of a file. */
export function contentType(name: string): string {
  const type = mediaType(name);
  return /^text\/|\/(?:json|xml|ld\+json|atom\+xml)$|^image\/svg/.test(type) ? `${type}; charset=utf-8` : type;
}
