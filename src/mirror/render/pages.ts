/**
 * Everything that the program bundles before it reads data: the pages, the scripts for the reader's browser, and the style
 * sheet. They are kept until the program changes.
 */
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BuildError, systemLineOf } from '../base/failure.ts';
import type { SiteFile } from '../base/site-file.ts';
import { listSite } from '../base/tree.ts';
import { keptPages, type PagesOf } from './kept-pages.ts';
import { styleFile } from './styles.ts';

/** Next to the bundled pages. */
const ASSETS = 'assets';

export interface BundledPages {
  /** Path of the entry, for `PageRenderer`. */
  readonly entry: string;
  /** Scripts and the style sheet. */
  readonly assets: readonly SiteFile[];
}

async function bundle(folder: string, workDir: string): Promise<string> {
  // Loading Astro takes longer than verifying most files, so it is loaded only for bundling.
  const [{ bundlePages }, { scriptFiles }] = await Promise.all([import('./render.ts'), import('./scripts.ts')]);
  const entry = await bundlePages(folder, workDir);
  for (const { path, content } of [...(await scriptFiles()), await styleFile()]) {
    await mkdir(dirname(join(folder, ASSETS, path)), { recursive: true });
    await writeFile(join(folder, ASSETS, path), content);
  }
  return entry;
}

/** @throws BuildError on a system error. */
export async function loadPages(of: PagesOf): Promise<BundledPages> {
  try {
    const { folder, entry } = await keptPages(of, (target) => bundle(target, of.work));
    const assets = join(folder, ASSETS);
    return {
      entry: join(folder, entry),
      assets: listSite(assets).map((path) => ({ path, content: readFileSync(join(assets, path)) })),
    };
  } catch (error) {
    const line = systemLineOf(error);
    throw line === null ? error : new BuildError(`rendering failed: ${line}`);
  }
}
