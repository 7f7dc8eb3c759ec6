/** Writes records as self-contained pages: builds their site in a temporary folder, and folds each page into one file. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { codeOf, UsageError } from './base/failure.ts';
import { recordPage } from './base/paths.ts';
import type { Progress } from './base/progress.ts';
import { type BuildOptions, type BuildResult, buildMirror } from './pipeline.ts';
import { SINGLE_MARK, singlePage } from './render/single-page.ts';

export interface SingleOptions
  extends Pick<BuildOptions, 'input' | 'followLinks' | 'trust' | 'site' | 'strict' | 'engine' | 'jobs'> {
  /** For each suffix, the file to write. */
  readonly targets: ReadonlyMap<string, string>;
  /** Also over a file that is none of ours. */
  readonly force: boolean;
}

/** Characters of a file in which its mark must be: it stands at the top of the head. */
const HEAD_LENGTH = 4096;

/** @throws UsageError where something is there that was not written by this. */
async function refuseForeign(target: string): Promise<void> {
  const status = await lstat(target).catch((error) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  });
  if (status === null) return;
  const isOurs = status.isFile() && (await readFile(target, 'latin1')).slice(0, HEAD_LENGTH).includes(SINGLE_MARK);
  if (!isOurs)
    throw new UsageError(`${target}: is there already, and is no page written by --single; --force replaces it`);
}

async function writeWhole(target: string, text: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const beside = join(dirname(target), `.${basename(target)}.pith-mirror-part`);
  try {
    await writeFile(beside, text);
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
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
 * @throws UsageError where a record is not in the input, or a file is there already; BuildError. Each file that was there
 * is still there then, or already the new one.
 */
export async function buildSingle(options: SingleOptions, progress: Progress): Promise<BuildResult> {
  const { targets, force, ...rest } = options;
  if (!force) for (const target of targets.values()) await refuseForeign(target);
  const folder = mkdtempSync(join(tmpdir(), 'pith-mirror-single-'));
  try {
    const root = join(folder, 'site');
    const only = new Set(targets.keys());
    const how = { recheck: false, renderer: 'fast', shard: null, only } as const;
    const result = await buildMirror({ ...rest, ...how, out: root }, progress);
    if (!result.published) return result;
    for (const [suffix, target] of targets) {
      const page = recordPage(suffix);
      const html = await readFile(join(root, page), 'utf8');
      const read = (path: string): Uint8Array | null => readSite(root, path);
      await writeWhole(target, singlePage(html, { page, read, site: options.site, name: suffix }));
    }
    return result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
