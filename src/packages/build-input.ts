/** Uses a package as the input of a build: unpacks it next to the output for the duration of the build. */
import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Progress } from '../mirror/base/progress.ts';
import { Lock } from '../mirror/publish/lock.ts';
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
  const target = resolve(out);
  const sibling = (what: string): string => join(dirname(target), `.${basename(target)}.pith-mirror-${what}`);
  await mkdir(dirname(target), { recursive: true });
  const lock = await Lock.acquire(sibling('unpack-lock'));
  const folder = sibling('unpacked');
  try {
    // Left by a killed run.
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    unpackInput(packages, folder, progress);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await lock.release();
  }
}
