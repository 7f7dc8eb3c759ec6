/** A site of made-up papers that citation tools and readers once got wrong, and of others as odd. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TRUST_FILE } from '../browser/verify-site.ts';
import { bytesOf, numberOf } from '../bundles/make-bundle.ts';
import { bundleOf, type Paper, recordOf } from '../bundles/variety/paper.ts';
import { build, writeFiles } from './site.ts';

export interface PapersSite {
  readonly site: string;
  /** A file in the folder of a paper's record. */
  fileOf(name: string, file: string): string;
}

/** Builds the site into `folder`/site. */
export async function buildPapers(folder: string, papers: ReadonlyMap<string, Paper>): Promise<PapersSite> {
  const bundles = Array.from(papers, ([name, paper]) => [`input/${name}.json`, bytesOf(bundleOf(paper))] as const);
  writeFiles(folder, { ...Object.fromEntries(bundles), 'trust.json': TRUST_FILE });
  const site = join(folder, 'site');
  await build([join(folder, 'input'), '--out', site, '--trust', join(folder, 'trust.json')], 0);
  const fileOf = (name: string, file: string): string => {
    const paper = papers.get(name);
    if (paper === undefined) throw new RangeError(`expected the name of a paper, got ${name}`);
    return readFileSync(join(site, 'pith', numberOf(recordOf(paper)).slice(-26), file), 'utf8');
  };
  return { site, fileOf };
}
