/**
 * Everything that the program bundles before it sees data: the pages, and the scripts for the reader's browser. It is
 * kept in the cache, and made anew where the program is another.
 */
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BuildError, systemLineOf } from '../base/failure.ts';
import type { SiteFile } from '../base/site-file.ts';
import { listSite } from '../base/tree.ts';
import type { Cache } from '../resume/cache.ts';

/** Beside the bundled pages. */
const SCRIPTS = 'scripts';

export interface BundledPages {
  /** Path of the entry, for `PageRenderer`. */
  readonly entry: string;
  readonly scripts: readonly SiteFile[];
}

function readScripts(folder: string): readonly SiteFile[] {
  return listSite(folder).map((path) => ({ path, content: readFileSync(join(folder, path)) }));
}

/** @throws BuildError where the system fails on the way. */
export async function loadPages(cache: Cache, workDir: string): Promise<BundledPages> {
  const known = await cache.pages();
  if (known !== null) return { entry: known, scripts: readScripts(join(known, '..', SCRIPTS)) };
  const folder = await cache.pagesFolder();
  try {
    // Astro takes longer to load than most files take to verify: only whoever bundles waits for it.
    const [{ bundlePages }, { scriptFiles }] = await Promise.all([import('./render.ts'), import('./scripts.ts')]);
    const entry = await bundlePages(folder, workDir);
    const scripts = await scriptFiles();
    for (const { path, content } of scripts) {
      await mkdir(dirname(join(folder, SCRIPTS, path)), { recursive: true });
      await writeFile(join(folder, SCRIPTS, path), content);
    }
    await cache.keepPages(entry);
    return { entry: join(folder, entry), scripts };
  } catch (error) {
    const line = systemLineOf(error);
    throw line === null ? error : new BuildError(`rendering failed: ${line}`);
  }
}
