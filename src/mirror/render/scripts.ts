/** The scripts that run in the reader's browser: bundled from their TypeScript into classic scripts. */
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { PACKAGE_ROOT } from '../base/package.ts';
import * as paths from '../base/paths.ts';
import type { SiteFile } from '../base/site-file.ts';

interface Script {
  /** Published path. */
  readonly path: string;
  /** Entry, relative to `src/site/`. */
  readonly source: string;
  /** Entry of the fallback that runs if the script cannot start, relative to `src/site/`. The error is in `pithTrouble`. */
  readonly fallback?: string;
}

const SCRIPTS: readonly Script[] = [
  { path: paths.PAGE_SCRIPT, source: 'page/main.ts' },
  { path: paths.SEARCH_SCRIPT, source: 'search/main.ts', fallback: 'search/cannot.ts' },
  { path: paths.VERIFIER_SCRIPT, source: 'verifier/main.ts', fallback: 'verifier/cannot.ts' },
  { path: paths.VERIFY_BUTTON_SCRIPT, source: 'verifier/button.ts' },
  { path: paths.VERIFY_PAGE_SCRIPT, source: 'verifier/page.ts' },
  { path: paths.VERIFY_ADVICE_SCRIPT, source: 'verifier/advice.ts' },
  { path: paths.VERIFY_TIMESTAMPS_SCRIPT, source: 'verifier/timestamps.ts' },
];

/**
 * The syntax that a script may use: everything that Chromium 87 (in Kiwix) and other browsers since 2019 can parse. BigInt
 * is a year newer and cannot be transpiled, so it is kept. Polyfills provide the missing built-ins
 * (`site/browser/polyfills.ts`).
 */
const TARGET = 'es2019';

/**
 * One self-contained classic script, since modules do not run from `file:`.
 *
 * @param source absolute path of its TypeScript entry.
 */
export async function bundleBrowserScript(source: string): Promise<string> {
  const bundle = await rolldown({
    input: source,
    platform: 'browser',
    cwd: PACKAGE_ROOT,
    logLevel: 'silent',
    // Else a tsconfig.json changes the code where there is one: not in a package, nor below a folder with [ ] in its name.
    tsconfig: false,
    // No class here has a setter for a field of its own, so that a field can be assigned.
    transform: {
      target: TARGET,
      assumptions: { setPublicClassFields: true },
      typescript: { removeClassFieldsWithoutInitializer: true },
    },
  });
  try {
    const { output } = await bundle.generate({ format: 'iife', minify: true, comments: false });
    if (output.length !== 1) throw new TypeError(`expected ${source} to give one script, got ${output.length}`);
    return output[0].code;
  } finally {
    await bundle.close();
  }
}

/** A script, with a fallback that runs if the script throws at the start. The wrapper works in any browser. */
async function guardedScript(source: string, fallback: string): Promise<string> {
  return `try{${await bundleBrowserScript(source)}}catch(pithTrouble){${await bundleBrowserScript(fallback)}}`;
}

/** Every script of the site; they depend only on the program, never on data. */
export async function scriptFiles(): Promise<readonly SiteFile[]> {
  const files: SiteFile[] = [];
  const entry = (name: string): string => join(PACKAGE_ROOT, 'src/site', name);
  for (const { path, source, fallback } of SCRIPTS) {
    const code =
      fallback === undefined
        ? await bundleBrowserScript(entry(source))
        : await guardedScript(entry(source), entry(fallback));
    files.push({ path, content: code });
  }
  return files;
}
