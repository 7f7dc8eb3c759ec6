/**
 * Everything that the program bundles before it reads data: the pages, the scripts for the reader's browser, and the style
 * sheet. They are kept until the program changes.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError, systemLineOf } from '../base/failure.ts';
import type { SiteFile } from '../base/site-file.ts';
import { listSite } from '../base/tree.ts';
import { ASSETS, bundleApart } from './bundling.ts';
import { keptPages, type PagesOf } from './kept-pages.ts';

export interface BundledPages {
  /** Path of the entry, for `PageRenderer`. */
  readonly entry: string;
  /** Scripts and the style sheet. */
  readonly assets: readonly SiteFile[];
}

/** @throws BuildError on a system error. */
export async function loadPages(of: PagesOf): Promise<BundledPages> {
  try {
    const { folder, entry } = await keptPages(of, (target) => bundleApart(target, of.work));
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
