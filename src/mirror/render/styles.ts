/** The style sheet of the site: one file, joined from the sources in `src/site/styles/`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../base/package.ts';
import * as paths from '../base/paths.ts';
import type { SiteFile } from '../base/site-file.ts';

/** In the order of the cascade: of two rules of equal weight, the later one counts. */
export const STYLE_SOURCES = [
  'tokens',
  'base',
  'layout',
  'paper',
  'record',
  'checks',
  'lists',
  'verifier',
  'print',
] as const;

/** One file for one request. It depends only on the program, never on data. */
export async function styleFile(): Promise<SiteFile> {
  const sources = STYLE_SOURCES.map((name) => join(PACKAGE_ROOT, 'src/site/styles', `${name}.css`));
  const texts = await Promise.all(sources.map((source) => readFile(source, 'utf8')));
  return { path: paths.STYLE, content: texts.join('\n') };
}
