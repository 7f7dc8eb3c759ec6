/**
 * The process that bundles the pages for `bundling.ts`: fills a folder, sends the path of the entry or the error, and ends.
 *
 * Arguments: a folder that does not exist yet, and one for temporary files.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sentError } from '../base/sent-error.ts';
import { ASSETS, type Bundled } from './bundling.ts';
import { bundlePages } from './render.ts';
import { scriptFiles } from './scripts.ts';
import { styleFile } from './styles.ts';

// A terminal sends its signals to this process as well. The builder decides what they end.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
// The builder is gone, or has its answer: Astro need not end by itself.
process.on('disconnect', () => process.exit());

async function bundle(folder: string, workDir: string): Promise<string> {
  const entry = await bundlePages(folder, workDir);
  for (const { path, content } of [...(await scriptFiles()), await styleFile()]) {
    await mkdir(dirname(join(folder, ASSETS, path)), { recursive: true });
    await writeFile(join(folder, ASSETS, path), content);
  }
  return entry;
}

const [folder = '', workDir = ''] = process.argv.slice(2);
const bundled: Bundled = await bundle(folder, workDir).then(
  (entry) => ({ entry }),
  (error: unknown) => ({ error: sentError(error) }),
);
process.send?.(bundled, () => process.disconnect?.());
