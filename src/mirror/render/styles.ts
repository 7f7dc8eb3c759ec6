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

/** A style sheet without its comments, a fifth of its bytes: they are for those who change the sources. */
export function withoutComments(css: string): string {
  const [first = '', ...rest] = css.split('/*');
  return [first, ...rest.map((part) => part.slice(part.indexOf('*/') + 2))]
    .join('')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line, index, lines) => line !== '' || (lines[index - 1] ?? '') !== '')
    .join('\n')
    .trimStart();
}

/** One file for one request. It depends only on the program, never on data. */
export async function styleFile(): Promise<SiteFile> {
  const sources = STYLE_SOURCES.map((name) => join(PACKAGE_ROOT, 'src/site/styles', `${name}.css`));
  const texts = await Promise.all(sources.map((source) => readFile(source, 'utf8')));
  return { path: paths.STYLE, content: texts.map(withoutComments).join('\n') };
}
