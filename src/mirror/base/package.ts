/** Where this program's own files are, and its version. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The folder of `package.json`: three above this file, both as source (`src/mirror/base/`) and as compiled (`lib/mirror/base/`). */
export const PACKAGE_ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The trust file that is used where the user names none: it pins `pith-v1-2026-05`. */
export const DEFAULT_TRUST_FILE = fileURLToPath(new URL('../../../src/mirror/trust.json', import.meta.url));

export async function packageVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}

export const TOOL_NAME = 'pith-mirror';
