/** Joins shards to the mirror that one build of everything would give, without making their records again. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packSums } from '../records/sums.ts';
import { copyNew, holds, linkOrCopy } from './base/disk.ts';
import { BuildError, UsageError } from './base/failure.ts';
import * as paths from './base/paths.ts';
import { foldersOfRecord } from './base/paths.ts';
import { lostEvents } from './base/published-state.ts';
import { digestOfSums, type SiteFile, sumsOf } from './base/site-file.ts';
import { listSite } from './base/tree.ts';
import type { Produced, RecordLine } from './plan/lines.ts';
import { readShard, type ShardContent } from './resume/shard-file.ts';

export interface ShardFolder extends ShardContent {
  readonly folder: string;
}

/** Reads shards, and checks that they are all the parts of one mirror. @throws UsageError if they are not. */
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

/** A record's files below a folder of a site, if it has any there. */
const filesBelow = (site: string, folder: string): readonly string[] =>
  existsSync(join(site, folder)) ? listSite(site, folder) : [];

/**
 * Copies what differs from the published site into the stage.
 *
 * @param published the folder of the published site; null if there is none.
 * @throws BuildError if a file is not what the shard's build wrote.
 */
export function copyRecord(
  shard: string,
  { stage, published }: { readonly stage: string; readonly published: string | null },
  { entry, digest }: RecordLine,
): Pick<Produced, 'sums' | 'isStaged' | 'lost'> {
  const { suffix, pithNumber } = entry;
  const wellKnown = paths.wellKnownBundleFile(suffix);
  const bundle = join(stage, paths.bundleFile(suffix));
  const files: SiteFile[] = foldersOfRecord(suffix)
    .flatMap((folder) => filesBelow(shard, folder))
    .map((path) => ({ path, content: readFileSync(join(shard, path)) }));
  const sums = sumsOf(files);
  if (digestOfSums(sums) !== digest)
    throw new BuildError(`${shard}: the files of ${pithNumber} are not what its build wrote; build that shard again`);
  const changed = files.filter(({ path, content }) => published === null || !holds(join(published, path), [content]));
  for (const { path, content } of changed) {
    const target = join(stage, path);
    mkdirSync(dirname(target), { recursive: true });
    if (path === wellKnown && existsSync(bundle)) linkOrCopy(bundle, target);
    else copyNew(join(shard, path), target);
    if (!holds(target, [content])) throw new BuildError(`${shard}: ${path} changed while it was copied; join again`);
  }
  const state = paths.stateFile(suffix);
  const isStateChanged = changed.some(({ path }) => path === state) || !files.some(({ path }) => path === state);
  const content = files.find(({ path }) => path === state)?.content ?? null;
  const lost = published === null || !isStateChanged ? [] : lostEvents(join(published, state), content);
  // A record is counted as staged by its first folder.
  if (changed.length > 0) mkdirSync(join(stage, 'pith', suffix), { recursive: true });
  return { sums: packSums(suffix, sums), isStaged: changed.length > 0, lost };
}
