/** Where this program's own files are, and its version. */
import { readFile } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from './failure.ts';

/** The folder of `package.json`: three above this file, both as source (`src/mirror/base/`) and as compiled (`lib/mirror/base/`). */
export const PACKAGE_ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The trust file that is used if the user names none: it pins `pith-v1-2026-05`. */
export const DEFAULT_TRUST_FILE = fileURLToPath(new URL('../../../src/mirror/trust.json', import.meta.url));

/**
 * Characters that the tool chain cannot have in the path of a module: Vite takes `?` and `#` for the end of a path, decodes `%`
 * and writes paths into code between quotation marks; Node takes `*` for a pattern and refuses a backslash.
 */
const UNUSABLE_IN_PROGRAM = /[#?%*"\\]/;

/**
 * Refuses places that cannot work, before anything is done.
 *
 * @param out the output folder; a cache of bundled pages, which Node loads, is next to it.
 * @throws UsageError if the program, or the output, lies in a folder whose name the tool chain cannot have.
 */
export function refuseUnusablePlaces(out: string, packageRoot = PACKAGE_ROOT): void {
  // On Windows a backslash separates folders.
  if (sep !== '/') return;
  const found = UNUSABLE_IN_PROGRAM.exec(packageRoot)?.[0];
  if (found !== undefined) {
    throw new UsageError(
      `pith-mirror is installed in ${packageRoot}: Vite and Node, which bundle the pages, cannot work below a folder with ${found} in its name; move it to one without # ? % * " or \\`,
    );
  }
  if (resolve(out).includes('\\')) {
    throw new UsageError(
      `--out ${out}: Node cannot load the cached pages next to a folder with \\ in its path; name another`,
    );
  }
}

export async function packageVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}

export const TOOL_NAME = 'pith-mirror';
