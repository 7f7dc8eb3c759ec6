/** Joins shards to the mirror that one build of all would have given, without making their records again. */
import { chmodSync, constants, copyFileSync, linkSync, mkdirSync, readFileSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packSums } from '../records/sums.ts';
import { BuildError, UsageError } from './base/failure.ts';
import * as paths from './base/paths.ts';
import { foldersOfRecord } from './base/paths.ts';
import { digestOfSums, type SiteFile, sumsOf } from './base/site-file.ts';
import { listSite } from './base/tree.ts';
import { type RecordLine, secondsOf } from './plan/lines.ts';
import { readShard, type ShardContent } from './resume/shard-file.ts';

export interface ShardFolder extends ShardContent {
  readonly folder: string;
}

/** Reads shards and holds them to be all parts of one mirror. @throws UsageError where they are not. */
export async function readShards(
  folders: readonly string[],
  keyOf: (operator: ShardContent['head']['operator']) => string,
): Promise<readonly ShardFolder[]> {
  let first: ShardContent['head'] | null = null;
  const shards: ShardFolder[] = [];
  for (const folder of folders) {
    const shard = await readShard(folder);
    first ??= shard.head;
    if (shard.head.key !== keyOf(first.operator))
      throw new UsageError(`${folder} was built by another pith-mirror, with other keys or for another --site`);
    shards.push({ ...shard, folder });
  }
  const count = shards[0]?.head.shard.count ?? 0;
  const found = shards.map(({ head }) => head.shard.index).sort((a, b) => a - b);
  const isWhole = shards.every(({ head }) => head.shard.count === count) && found.every((index, i) => index === i + 1);
  if (!isWhole || found.length !== count)
    throw new UsageError(`expected shards 1/${count} to ${count}/${count}, each once, got ${found.join(', ')}`);
  return shards;
}

/**
 * Copies one record into the stage; on file systems that can, its blocks are shared until one of them is written.
 *
 * @returns the digests of its files, see `packSums`.
 * @throws BuildError where it is not what the shard's build wrote.
 */
export function copyRecord(shard: string, stage: string, { entry, digest }: RecordLine): string {
  const seconds = secondsOf(entry.time);
  const bundle = paths.bundleFile(entry.suffix);
  const files: SiteFile[] = [];
  const folders = new Set<string>();
  for (const folder of foldersOfRecord(entry.suffix)) {
    for (const path of listSite(shard, folder)) {
      const target = join(stage, path);
      mkdirSync(dirname(target), { recursive: true });
      folders.add(dirname(target));
      if (path === paths.wellKnownBundleFile(entry.suffix)) linkSync(join(stage, bundle), target);
      else copyFileSync(join(shard, path), target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
      chmodSync(target, 0o644);
      utimesSync(target, seconds, seconds);
      files.push({ path, content: readFileSync(target) });
    }
  }
  for (const folder of folders) utimesSync(folder, seconds, seconds);
  const sums = sumsOf(files);
  if (digestOfSums(sums) !== digest)
    throw new BuildError(
      `${shard}: the files of ${entry.pithNumber} are not those that its build wrote; build it again`,
    );
  return packSums(entry.suffix, sums);
}
