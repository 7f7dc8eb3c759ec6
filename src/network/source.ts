/** Where bundles come from: a site at a URL, the folder of one, or a package of one. */
import { open, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../mirror/base/failure.ts';
import { isWithin } from '../mirror/base/tree.ts';
import { MAX_BUNDLE_BYTES, SUFFIX_PATTERN } from '../protocol/index.ts';
import type { Download, Web } from './web.ts';

/** The registry. It publishes no index. */
export const ORIGIN = 'https://pith.science/';
export const MIRROR_MANIFEST = 'pith-mirrors.json';
/** Most bytes of a manifest. Upstream's has 1.8 kB. */
const MAX_MANIFEST_BYTES = 1024 * 1024;

/** A site whose files can be read. */
export interface Source {
  /** As the user named it; what messages and reports say. */
  readonly name: string;
  /** A file of the site. @param path relative to its root. @param limit most bytes. */
  file(path: string, limit: number, isFresh?: boolean): Promise<Download>;
  /** The bundle that the site publishes for a suffix. @param etag of what the folder already has. */
  bundle(suffix: string, etag?: string | null): Promise<Download>;
  /** One of several bundles that the site received for a suffix. @param sha256 of its bytes. */
  received(suffix: string, sha256: string): Promise<Download>;
  /** Where {@link bundle} looks. */
  bundleAt(suffix: string): string;
}

const BUNDLE_PATH = 'pith/{suffix}/bundle.json';

/** The manifest's data on the site at `base`; null if it does not name that site or its pattern is unusable. */
export function bundlePatternOf(manifest: unknown, base: URL): string | null {
  const trimmed = (text: string): string => text.replace(/(?<!\/)\/+$/, '');
  const { mirrors } = (manifest ?? {}) as { readonly mirrors?: unknown };
  const own = (Array.isArray(mirrors) ? mirrors : []).find((mirror: unknown) => {
    const { base_url } = (mirror ?? {}) as { readonly base_url?: unknown };
    return typeof base_url === 'string' && trimmed(base_url) === trimmed(base.href);
  }) as { readonly bundle_pattern?: unknown } | undefined;
  const pattern = own?.bundle_pattern;
  if (typeof pattern !== 'string' || !pattern.includes('{suffix}')) return null;
  const sample = URL.parse(pattern.replaceAll('{suffix}', 'A'.repeat(26)));
  if (sample === null || (sample.protocol !== 'https:' && sample.protocol !== 'http:')) return null;
  return base.protocol === 'https:' && sample.protocol === 'http:' ? null : pattern;
}

class WebSource implements Source {
  readonly name: string;
  readonly #base: URL;
  readonly #web: Web;
  readonly #pattern: string;

  constructor(name: string, base: URL, web: Web, pattern: string | null) {
    this.name = name;
    this.#base = base;
    this.#web = web;
    this.#pattern = pattern ?? `${base.href}${BUNDLE_PATH}`;
  }

  file(path: string, limit: number, isFresh = false): Promise<Download> {
    return this.#web.get(new URL(path, this.#base), { source: this.#base, limit, isFresh });
  }

  bundleAt(suffix: string): string {
    return this.#pattern.replaceAll('{suffix}', suffix);
  }

  bundle(suffix: string, etag: string | null = null): Promise<Download> {
    return this.#web.get(new URL(this.bundleAt(suffix)), { source: this.#base, limit: MAX_BUNDLE_BYTES, etag });
  }

  received(suffix: string, sha256: string): Promise<Download> {
    const url = new URL(`bundles/${sha256}.json`, this.bundleAt(suffix));
    return this.#web.get(url, { source: this.#base, limit: MAX_BUNDLE_BYTES });
  }
}

class FolderSource implements Source {
  readonly name: string;
  readonly #folder: string;

  constructor(name: string, folder: string) {
    this.name = name;
    this.#folder = folder;
  }

  async file(path: string, limit: number): Promise<Download> {
    const full = join(this.#folder, path);
    try {
      // A site that came from elsewhere may have links in it: to other files of this machine, or to what never ends.
      const [real, root] = await Promise.all([realpath(full), realpath(this.#folder)]);
      if (!isWithin(root, real)) return { kind: 'failed', reason: `${full} is a link that leads out of the folder` };
      if (!(await stat(real)).isFile()) return { kind: 'failed', reason: `${full} is not a file` };
      const file = await open(real);
      try {
        const { size } = await file.stat();
        if (size > limit) return { kind: 'too_large', limit };
        return { kind: 'found', bytes: new Uint8Array(await file.readFile()), type: '', etag: null, url: full };
      } finally {
        await file.close();
      }
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
      return { kind: 'failed', reason: `${full} cannot be read (${String(code ?? error)})` };
    }
  }

  bundleAt(suffix: string): string {
    return join(this.#folder, BUNDLE_PATH.replace('{suffix}', suffix));
  }

  bundle(suffix: string): Promise<Download> {
    return this.file(BUNDLE_PATH.replace('{suffix}', suffix), MAX_BUNDLE_BYTES);
  }

  received(suffix: string, sha256: string): Promise<Download> {
    return this.file(`pith/${suffix}/bundles/${sha256}.json`, MAX_BUNDLE_BYTES);
  }
}

/** The URL of a source, with a slash at the end; null for the path of a folder. */
export function sourceUrl(name: string): URL | null {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(name)) return null;
  const url = new URL(name);
  url.hash = '';
  url.search = '';
  // The address of a page of the site means the site.
  url.pathname = url.pathname.replace(/(?<=\/)[^/]*\.html?$/, '').replace(/(?<!\/)\/*$/, '/');
  return url;
}

function parseManifest(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return null;
  }
}

/**
 * Opens a source. A site at a URL is asked for its manifest; one without, or whose manifest does not name it, is read by
 * the origin's pattern.
 *
 * @param name URL, or path of a folder or package. @param folder that a path means, as an absolute path.
 * @returns the source, or why it cannot be asked at all.
 */
export async function openSource(
  name: string,
  folder: string,
  web: Web,
): Promise<Source | { readonly problem: string }> {
  const base = sourceUrl(name);
  if (base === null) {
    // Most sources are URLs, and the readers of packages take a while to load.
    const { isPackage, PackageSource } = await import('./package-source.ts');
    return isPackage(folder) ? PackageSource.open(folder, name) : new FolderSource(name, folder);
  }
  if (base.href === ORIGIN) return new WebSource(name, base, web, null);
  const url = new URL(MIRROR_MANIFEST, base);
  const manifest = await web.get(url, { source: base, limit: MAX_MANIFEST_BYTES, isFresh: true });
  if (manifest.kind === 'failed') return { problem: `${url.href}: ${manifest.reason}` };
  const pattern = manifest.kind === 'found' ? bundlePatternOf(parseManifest(manifest.bytes), base) : null;
  return new WebSource(name, base, web, pattern);
}

/** @throws RangeError for anything but a suffix: it becomes a part of URLs and paths. */
export function requireSuffix(suffix: string): string {
  if (!SUFFIX_PATTERN.test(suffix)) throw new RangeError(`expected a suffix, got ${JSON.stringify(suffix)}`);
  return suffix;
}
