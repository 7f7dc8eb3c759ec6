/** Joins shards to the mirror that one build of everything would give, without making their records again. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packSums } from '../records/sums.ts';
import { holds, linkOrCopy, writeNewChecked } from './base/disk.ts';
import { BuildError, UsageError } from './base/failure.ts';
import { packageVersion } from './base/package.ts';
import * as paths from './base/paths.ts';
import { foldersOfRecord } from './base/paths.ts';
import type { Progress } from './base/progress.ts';
import { lostEvents } from './base/published-state.ts';
import { digestOfSums, sumsOf } from './base/site-file.ts';
import { listSite } from './base/tree.ts';
import { type BuildOptions, type BuildResult, type OperatorInput, shardKey } from './build-options.ts';
import type { SiteContext } from './plan/catalogue.ts';
import type { Produced } from './plan/lines.ts';
import type { Output } from './publish/output.ts';
import { publishMade, stageOf, withOutput } from './publish-made.ts';
import type { OperatorNote } from './read/operator-note.ts';
import { trustDocument } from './read/trust-file.ts';
import { loadPages } from './render/pages.ts';
import { Cache, markOfSite, programDigest } from './resume/cache.ts';
import { Inventory } from './resume/inventory.ts';
import { readShard, type ShardContent } from './resume/shard-file.ts';
import { Crew } from './workers/crew.ts';

export interface JoinOptions
  extends Pick<BuildOptions, 'out' | 'trust' | 'site' | 'host' | 'strict' | 'allowLoss' | 'clean' | 'flush'> {
  /** Folders of the shards' sites, in any order. */
  readonly shards: readonly string[];
}

/**
 * Joins shards.
 *
 * @throws UsageError if they are not all the parts of one mirror; BuildError if records of two shards collide: their pages have
 * to say so, and can only be made from their input.
 */
export async function joinMirror(options: JoinOptions, progress: Progress): Promise<BuildResult> {
  return withOutput(options, options.shards, progress, (output) => joinInto(options, output, progress));
}

async function joinInto(given: JoinOptions, output: Output, progress: Progress): Promise<BuildResult> {
  const program = programDigest();
  const siteOf = (operator: OperatorNote | null): string | null => given.site ?? operator?.site ?? null;
  const shards = await readShards(
    given.shards,
    (added) => `${program} ${shardKey({ ...given, site: siteOf(added.operator) }, added)}`,
  );
  const { operator, timestamps }: OperatorInput = shards[0]?.head ?? { operator: null, timestamps: [] };
  const options = { ...given, site: siteOf(operator) };
  const { trust, site, host = 'static' } = options;
  const context: SiteContext = { trust, site, host, version: await packageVersion() };
  const inventory = new Inventory([], {
    lines: shards.flatMap(({ lines }) => lines),
    records: shards.flatMap(({ records }) => records.map(({ entry, across }) => ({ entry, across }))),
    withheld: shards.flatMap(({ withheld }) => withheld),
  });
  const apart = inventory.tasksOfCollisions().map(({ suffix }) => suffix);
  if (apart.length > 0) {
    const some = apart.slice(0, 5).join(', ');
    throw new BuildError(
      `${apart.length} records share a version or a short number with records of other shards, and their pages must say so (${some}); build without --shard`,
    );
  }
  const unlisted = shards.flatMap((shard) => shard.unlisted);
  output.prepareStage();
  progress.stage('joining', inventory.records.length);
  const folders = stageOf(output);
  for (const { folder, records, withheld } of shards) {
    const published = records.map(({ entry, digest }) => ({ ...entry, digest }));
    for (const record of [...published, ...withheld]) {
      const copied = copyRecord(folder, folders, record);
      // What is withheld is taken away on purpose.
      inventory.addCopied(record.suffix, inventory.isWithheld(record.suffix) ? { ...copied, lost: [] } : copied);
      progress.step();
      // Lets signals and the progress line be handled.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  output.now();
  const cache = await Cache.open(output.cache, { program, options: 'join' }, markOfSite(output.site));
  const pages = await loadPages({ program, beside: output.cache, work: output.work });
  const start = { site, host, engine: 'openssl', shard: null, only: null, trust: trustDocument(trust) } as const;
  const crew = new Crew(null, {
    ...start,
    ...folders,
    version: context.version,
    pages: pages.entry,
  });
  try {
    const joined = {
      inventory,
      last: null,
      context,
      operator,
      timestamps,
      unlisted,
      pages,
      crew,
      producer: null,
      shard: null,
      next: null,
    };
    return await publishMade(options, output, cache, joined, progress);
  } finally {
    await crew.dismiss();
  }
}

interface ShardFolder extends ShardContent {
  readonly folder: string;
}

/** Reads shards, and checks that they are all the parts of one mirror. @throws UsageError if they are not. */
async function readShards(
  folders: readonly string[],
  keyOf: (added: OperatorInput) => string,
): Promise<readonly ShardFolder[]> {
  let first: ShardContent['head'] | null = null;
  const shards: ShardFolder[] = [];
  for (const folder of folders) {
    const shard = await readShard(folder);
    first ??= shard.head;
    if (shard.head.key !== keyOf(first))
      throw new UsageError(
        `${folder} was built by another pith-mirror, with other keys, or for another --site or --host`,
      );
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

/** A record of a shard, or the tombstone of one. */
interface Copied {
  readonly suffix: string;
  readonly pithNumber: string;
  /** Of its files, see `digestOfSums`. */
  readonly digest?: string | undefined;
}

/**
 * Copies what differs from the published site into the stage.
 *
 * @param published the folder of the published site; null if there is none.
 * @throws BuildError if a file is not what the shard's build wrote.
 */
function copyRecord(
  shard: string,
  { stage, published }: { readonly stage: string; readonly published: string | null },
  { suffix, pithNumber, digest }: Copied,
): Pick<Produced, 'sums' | 'isStaged' | 'lost'> {
  const wellKnown = paths.wellKnownBundleFile(suffix);
  const bundle = join(stage, paths.bundleFile(suffix));
  const files = foldersOfRecord(suffix)
    .flatMap((folder) => filesBelow(shard, folder))
    .map((path) => ({ path, content: readFileSync(join(shard, path)) }));
  const sums = sumsOf(files);
  if (digestOfSums(sums) !== digest)
    throw new BuildError(`${shard}: the files of ${pithNumber} are not what its build wrote; build that shard again`);
  const changed = files.filter(({ path, content }) => published === null || !holds(join(published, path), [content]));
  for (const { path, content } of changed) {
    const target = join(stage, path);
    mkdirSync(dirname(target), { recursive: true });
    const isSecond = path === wellKnown && existsSync(bundle);
    if (isSecond) linkOrCopy(bundle, target);
    if (!(isSecond ? holds(target, [content]) : writeNewChecked(target, content)))
      throw new BuildError(`${target}: expected the bytes of ${shard}, got others; join again`);
  }
  const state = paths.stateFile(suffix);
  const isStateChanged = changed.some(({ path }) => path === state) || !files.some(({ path }) => path === state);
  const content = files.find(({ path }) => path === state)?.content ?? null;
  const lost = published === null || !isStateChanged ? [] : lostEvents(join(published, state), content);
  // A record is counted as staged by its first folder.
  if (changed.length > 0) mkdirSync(join(stage, 'pith', suffix), { recursive: true });
  return { sums: packSums(suffix, sums), isStaged: changed.length > 0, lost };
}
