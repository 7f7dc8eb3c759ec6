/** Uses a package as the input of a build: unpacks it next to the output for the duration of the build. */
import type { Progress } from '../mirror/base/progress.ts';
import { WorkFolder } from '../mirror/publish/work-folder.ts';
import { unpackInput } from './unpack-input.ts';

/**
 * @param out folder of the site to build; the input goes next to it, on a disk with room for the site.
 * @param use gets the folder.
 * @returns what `use` returns.
 * @throws UsageError or BuildError if a package is damaged or a part of a set is missing, and whatever `use` throws.
 */
export async function withUnpackedInput<T>(
  packages: readonly { readonly path: string; readonly name: string }[],
  out: string,
  progress: Progress,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const work = await WorkFolder.open(out, 'unpacked', progress);
  try {
    unpackInput(packages, work.path, progress);
    return await use(work.path);
  } finally {
    await work.close();
  }
}
