/** The scripts that run in the reader's browser: bundled from their TypeScript into classic scripts. */
import { join } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import { PACKAGE_ROOT } from '../base/package.ts';
import * as paths from '../base/paths.ts';
import type { SiteFile } from '../base/site-file.ts';

/** Published path and source, relative to `src/site/`. */
const SCRIPTS: readonly (readonly [path: string, source: string])[] = [
  [paths.PAGE_SCRIPT, 'page/main.ts'],
  [paths.SEARCH_SCRIPT, 'search/main.ts'],
  [paths.VERIFIER_SCRIPT, 'verifier/main.ts'],
  [paths.VERIFY_BUTTON_SCRIPT, 'verifier/button.ts'],
  [paths.VERIFY_PAGE_SCRIPT, 'verifier/page.ts'],
];

/**
 * Leaves the quick way of reading JSON out: it gives the strict reader's value or none, and so only costs bytes where a reader
 * verifies a few bundles.
 */
const WITHOUT_QUICK_WAY: Plugin = {
  name: 'without-quick-way',
  load: {
    filter: { id: /[\\/]protocol[\\/]parse[\\/]compact-json\.[jt]s$/ },
    handler: () => 'export function parseCompactJson() {}',
  },
};

/**
 * One self-contained classic script: no module runs from `file:`.
 *
 * @param source absolute path of its TypeScript entry.
 */
export async function bundleScript(source: string): Promise<string> {
  const bundle = await rolldown({
    input: source,
    platform: 'browser',
    cwd: PACKAGE_ROOT,
    logLevel: 'silent',
    plugins: [WITHOUT_QUICK_WAY],
  });
  try {
    const { output } = await bundle.generate({ format: 'iife', minify: true });
    if (output.length !== 1) throw new TypeError(`expected ${source} to give one script, got ${output.length}`);
    return output[0].code;
  } finally {
    await bundle.close();
  }
}

/** Every script of the site; they depend on the program alone, never on data. */
export async function scriptFiles(): Promise<readonly SiteFile[]> {
  const files: SiteFile[] = [];
  for (const [path, source] of SCRIPTS) {
    const code = await bundleScript(join(PACKAGE_ROOT, 'src/site', source));
    files.push({ path, content: code });
  }
  return files;
}
