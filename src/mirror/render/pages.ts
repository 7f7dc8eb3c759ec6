/**
 * Everything that the program bundles before it reads data: the pages, the scripts for the reader's browser, and the style
 * sheet. The cache keeps it until the program changes.
 */
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BuildError, systemLineOf } from '../base/failure.ts';
import type { SiteFile } from '../base/site-file.ts';
import { listSite } from '../base/tree.ts';
import type { Cache } from '../resume/cache.ts';
import { styleFile } from './styles.ts';

/** Next to the bundled pages. */
const ASSETS = 'assets';

export interface BundledPages {
  /** Path of the entry, for `PageRenderer`. */
  readonly entry: string;
  /** Scripts and the style sheet. */
  readonly assets: readonly SiteFile[];
}

function readAssets(folder: string): readonly SiteFile[] {
  return listSite(folder).map((path) => ({ path, content: readFileSync(join(folder, path)) }));
}

/** @throws BuildError on a system error. */
export async function loadPages(cache: Cache, workDir: string): Promise<BundledPages> {
  const known = await cache.pages();
  if (known !== null) return { entry: known, assets: readAssets(join(known, '..', ASSETS)) };
  const folder = await cache.pagesFolder();
  try {
    // Loading Astro takes longer than verifying most files, so it is loaded only for bundling.
    const [{ bundlePages }, { scriptFiles }] = await Promise.all([import('./render.ts'), import('./scripts.ts')]);
    const entry = await bundlePages(folder, workDir);
    const assets = [...(await scriptFiles()), await styleFile()];
    for (const { path, content } of assets) {
      await mkdir(dirname(join(folder, ASSETS, path)), { recursive: true });
      await writeFile(join(folder, ASSETS, path), content);
    }
    await cache.keepPages(entry);
    return { entry: join(folder, entry), assets };
  } catch (error) {
    const line = systemLineOf(error);
    throw line === null ? error : new BuildError(`rendering failed: ${line}`);
  }
}
