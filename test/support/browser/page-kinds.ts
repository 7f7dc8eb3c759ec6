/** Selects pages of a built site that represent all of them, one of each kind, by walking its files. */
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A site, and the suffixes of its records that have a name. */
export interface NamedSite {
  readonly site: string;
  readonly suffixes: ReadonlyMap<string, string>;
}

export interface SamplePage {
  /** Such as `record-tex` or `browse-year-2026`: fit for a file's name. */
  readonly name: string;
  /** Relative to the site's root, with `/` between its parts. */
  readonly path: string;
}

/** Every HTML file below a folder, by its path with `/`, in order. */
export function htmlFiles(site: string): readonly string[] {
  return readdirSync(site, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.html'))
    .map((entry) => relative(site, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

/** A path with a star for each part that distinguishes pages of one kind: parts with a digit or a capital letter. */
export function kindOf(path: string): string {
  return path
    .split('/')
    .map((part) => (/[\dA-Z]/.test(part) && part !== '404.html' ? part.replace(/^.*?(\.html)?$/, '*$1') : part))
    .join('/');
}

/**
 * Every page of a named record, and of each kind of page the first and the last `perKind` in the order of their paths.
 */
export function samplePages({ site, suffixes }: NamedSite, perKind = 2): readonly SamplePage[] {
  const names = new Map([...suffixes].map(([name, suffix]) => [suffix, name]));
  const chosen = new Map<string, SamplePage>();
  const rest = new Map<string, string[]>();
  for (const path of htmlFiles(site)) {
    const name = path.split('/').flatMap((part) => names.get(part.replace(/\.html$/, '')) ?? [])[0];
    // A named record may have several pages.
    if (name !== undefined) chosen.set(path, { name: fileName(path.replace(suffixes.get(name) ?? '', name)), path });
    else rest.set(kindOf(path), [...(rest.get(kindOf(path)) ?? []), path]);
  }
  for (const paths of rest.values()) {
    for (const path of [...paths.slice(0, perKind), ...paths.slice(-perKind)]) {
      chosen.set(path, { name: fileName(path), path });
    }
  }
  return [...chosen.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function fileName(path: string): string {
  const name = path.replace(/(\/?index)?\.html$/, '').replace(/^pith\//, 'record-');
  return name.replaceAll(/[^\w-]+/g, '-') || 'home';
}
