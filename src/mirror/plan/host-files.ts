/** What some hosts need in a site in addition to what every host serves. Pure. */
import type { SiteFile } from '../base/site-file.ts';

/** The hosts that a build knows. `static` is any that serves files as they are, GitHub Pages included. */
export const HOST_NAMES = ['static', 'github-pages', 'cloudflare-pages', 'netlify'] as const;
export type HostName = (typeof HOST_NAMES)[number];

/** Both hosts read these two files in one syntax. `:suffix` matches one part of a path. */
const HEADERS = `/*
  Access-Control-Allow-Origin: *
  X-Content-Type-Options: nosniff
/records/*
  Cache-Control: no-cache
/pith/:suffix/record.jsonld
  Content-Type: application/ld+json; charset=utf-8
/pith/:suffix/cite.bib
  Content-Type: text/x-bibtex; charset=utf-8
`;

// 200: answered with that file, not sent on.
const REDIRECTS = '/.well-known/pith/:suffix/bundle.json /pith/:suffix/bundle.json 200\n';

const hasRules = (host: HostName): boolean => host === 'cloudflare-pages' || host === 'netlify';

/** Whether a bundle's second name under `.well-known` is a file. A rule saves a file per record of a limited number. */
export const hasWellKnownFiles = (host: HostName): boolean => !hasRules(host);

/** The files that tell a host what to do. */
export function hostFiles(host: HostName): readonly SiteFile[] {
  if (!hasRules(host)) return [];
  return [
    { path: '_headers', content: HEADERS },
    { path: '_redirects', content: REDIRECTS },
  ];
}
