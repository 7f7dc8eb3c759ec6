/** Writes records as self-contained pages: builds their site in a temporary folder, and folds each page into one file. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { lstat, mkdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeWhole } from './base/disk.ts';
import { codeOf, UsageError } from './base/failure.ts';
import { onInterrupt } from './base/interrupt.ts';
import { recordPage } from './base/paths.ts';
import type { Progress } from './base/progress.ts';
import type { BuildOptions, BuildResult } from './build-options.ts';
import { buildMirror } from './pipeline.ts';
import { removeLeftover, removeNow } from './publish/leftovers.ts';
import { SINGLE_MARK, singlePage } from './render/single-page.ts';

export interface SingleOptions
  extends Pick<BuildOptions, 'input' | 'followLinks' | 'trust' | 'site' | 'strict' | 'engine' | 'jobs'> {
  /** For each suffix, the file to write. */
  readonly targets: ReadonlyMap<string, string>;
  /** Replace a file that was not written by --single. */
  readonly force: boolean;
}

/** The mark must be within this many characters of a file's start: it is at the top of the head. */
const HEAD_LENGTH = 4096;

/** @throws UsageError if something is there that --single did not write. */
async function refuseForeign(target: string): Promise<void> {
  const status = await lstat(target).catch((error) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  });
  if (status === null) return;
  const isOurs = status.isFile() && (await readFile(target, 'latin1')).slice(0, HEAD_LENGTH).includes(SINGLE_MARK);
  if (!isOurs) throw new UsageError(`${target} exists and was not written by --single; --force replaces it`);
}

function readSite(root: string, path: string): Uint8Array | null {
  try {
    return new Uint8Array(readFileSync(join(root, path)));
  } catch {
    return null;
  }
}

/**
 * Builds records as single files.
 *
 * @throws UsageError if a record is not in the input, or a file exists that must not be replaced; BuildError. Each file that
 * existed is then old or new, never a part.
 */
export async function buildSingle(options: SingleOptions, progress: Progress): Promise<BuildResult> {
  const { targets, force, ...rest } = options;
  if (!force) for (const target of targets.values()) await refuseForeign(target);
  const folder = mkdtempSync(join(tmpdir(), 'pith-mirror-single-'));
  const end = onInterrupt(
    async () => {
      // After a signal, the build in it may still write.
      const problem = await removeLeftover(folder, true);
      if (problem !== null) progress.note(problem);
    },
    () => removeNow(folder),
  );
  try {
    const root = join(folder, 'site');
    const only = new Set(targets.keys());
    const how = {
      recheck: false,
      allowLoss: true,
      clean: false,
      flush: false,
      renderer: 'fast',
      shard: null,
      only,
    } as const;
    const result = await buildMirror({ ...rest, ...how, out: root }, progress);
    if (!result.published) return result;
    for (const [suffix, target] of targets) {
      const page = recordPage(suffix);
      const html = await readFile(join(root, page), 'utf8');
      const read = (path: string): Uint8Array | null => readSite(root, path);
      await mkdir(dirname(target), { recursive: true });
      writeWhole(target, [singlePage(html, { page, read, site: options.site, name: suffix })]);
    }
    return result;
  } finally {
    await end();
  }
}
