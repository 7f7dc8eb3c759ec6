/**
 * The stages of a build, in order:
 *
 *     take the output → list → records of one file → records of several → lists → the site's own pages → publish
 *
 * Records are read, verified, merged, rendered, written and checked by workers; here is only the inventory of them.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { EngineName, Trust } from '../protocol/index.ts';
import type { Content } from './base/disk.ts';
import { BuildError, messageOf, UsageError } from './base/failure.ts';
import { PACKAGE_ROOT, packageVersion, refuseUnusablePlaces } from './base/package.ts';
import * as paths from './base/paths.ts';
import type { Progress } from './base/progress.ts';
import { copyRecord, readShards } from './join.ts';
import { ENGINES } from './judge/openssl.ts';
import { duplicateNotes, type FileLine, fileLine, Report, readReport, rejectedFile } from './judge/report.ts';
import type { Catalogue, SiteContext } from './plan/catalogue.ts';
import type { HostName } from './plan/host-files.ts';
import type { InputLine, Produced, RecordLine } from './plan/lines.ts';
import { MIXED, Output } from './publish/output.ts';
import { type Publication, type Published, publishFull, publishUpdate } from './publish/publish.ts';
import { type InputListing, listInput, listingNotes } from './read/listing.ts';
import { isNoteName, suffixOfNote } from './read/notes.ts';
import { type OperatorNote, readOperatorNote } from './read/operator-note.ts';
import { type InputFile, stampAt } from './read/read.ts';
import { trustDocument } from './read/trust-file.ts';
import { loadPages } from './render/pages.ts';
import { Cache, type Outcome, programDigest } from './resume/cache.ts';
import { Inventory } from './resume/inventory.ts';
import { isOfPart, type Shard } from './resume/shard.ts';
import type { ShardContent } from './resume/shard-file.ts';
import { Crew } from './workers/crew.ts';
import { Producer } from './workers/produce.ts';

const isInputName = (name: string): boolean => name.endsWith('.json') || isNoteName(name);

async function listFolder(folder: string, followLinks: boolean): Promise<InputListing> {
  try {
    return await listInput(folder, { isInput: isInputName, followLinks });
  } catch (error) {
    throw new UsageError(`the folder of bundles, ${folder}: ${messageOf(error)}`);
  }
}

/** `fast`: Astro's runtime, in the workers. `astro`: all by Astro's own build, for whoever doubts the first. */
export const RENDERERS = ['fast', 'astro'] as const;
export type RendererName = (typeof RENDERERS)[number];

export interface BuildOptions {
  /** Folder of bundles and notes. */
  readonly input: string;
  /** Whether links in it are accepted whose target lies inside of it. */
  readonly followLinks: boolean;
  /** Folder of the site; replaced when the new one is complete, or updated. */
  readonly out: string;
  readonly trust: Trust;
  /** Base URL of the site, or null. */
  readonly site: string | null;
  /** The host that the site is made for; `static` if it is not said. */
  readonly host?: HostName;
  /** Publish nothing unless everything is verified. */
  readonly strict: boolean;
  /** Believe nothing of what the last build left: read, verify and write everything. */
  readonly recheck: boolean;
  readonly engine: EngineName;
  readonly renderer: RendererName;
  /** Build only this part of the records, to be joined later; null for all. */
  readonly shard: Shard | null;
  /** Suffixes of the records to publish, where it is not all of them. */
  readonly only: ReadonlySet<string> | null;
  /** Worker threads; null for one a processor. */
  readonly jobs: number | null;
}

/** What a build says of itself in the end; a `Report` is one. */
export interface BuildReport extends Outcome {
  /** The text of `mirror-report.json`, in pieces. */
  readonly pieces: () => Iterable<Content>;
}

export interface BuildResult {
  readonly report: BuildReport;
  readonly published: boolean;
  /** Why nothing was published; null where something was. */
  readonly refusal: string | null;
  /** Whether the site that was there is what a build would give. */
  readonly isUnchanged: boolean;
}

function refusalOf(
  { records, rejected, findings, files }: Report['totals'],
  { strict, shard = null }: { readonly strict: boolean; readonly shard?: Shard | null },
): string | null {
  // A shard may have no record: its range is empty, and a join needs it all the same.
  if (records === 0 && shard === null) {
    return files === 0 ? 'there is no bundle in the input' : 'no file of the input gives a record';
  }
  if (strict && rejected + findings > 0) return `--strict: ${rejected} rejected, ${findings} findings`;
  return null;
}

/**
 * A file that changes within so many milliseconds of its being read may have the same stamp after: it is not believed.
 * File systems that count whole seconds are the coarsest in use.
 */
const UNSURE_MS = 2500;

interface Stamps {
  readonly stamps: ReadonlyMap<string, string>;
  /** Files that are new, or not what they were. */
  readonly changed: readonly InputFile[];
  readonly gone: readonly string[];
}

/** @param now of the file system, in milliseconds. */
function compareStamps({ files, unlisted }: InputListing, before: ReadonlyMap<string, string>, now: number): Stamps {
  // The report tells of a folder that cannot be listed: where it can, or is gone, something has changed.
  const stamps = new Map<string, string>(unlisted.map(({ name }) => [name, '']));
  const changed: InputFile[] = [];
  for (const file of files) {
    const found = stampAt(file.path);
    const isSure = found !== null && found.changedMs < now - UNSURE_MS;
    stamps.set(file.name, isSure ? found.stamp : '');
    if (before.get(file.name) !== (found?.stamp ?? null)) changed.push(file);
  }
  return { stamps, changed, gone: [...before.keys()].filter((name) => !stamps.has(name)) };
}

/**
 * Builds the mirror.
 *
 * @throws UsageError, BuildError. Whatever is thrown, the site that was there before is still there, or, where an
 * update was interrupted, each of its files is old or new and the next build goes on.
 */
export async function buildMirror(options: BuildOptions, progress: Progress): Promise<BuildResult> {
  refuseUnusablePlaces(options.out);
  // Before anything else: it puts back what an interrupted build left.
  const output = await Output.take(options.out, [options.input], PACKAGE_ROOT);
  try {
    return await build(options, output, progress);
  } finally {
    for (const problem of await output.release()) progress.note(`left for the next build to remove: ${problem}`);
  }
}

/** What a build's result depends on beside its input and its program. */
function optionsKey(
  { site, trust, host = 'static' }: Pick<BuildOptions, 'site' | 'trust' | 'host'>,
  operator: OperatorNote | null,
): string {
  return JSON.stringify({ site, host, trust: trustDocument(trust), operator });
}

/** The input of this build: a note is of the shard that its name says. */
async function listOwn({ input, followLinks, shard, only }: BuildOptions, progress: Progress): Promise<InputListing> {
  const listing = await listFolder(input, followLinks);
  for (const note of listingNotes(listing)) progress.note(note);
  if (shard === null && only === null) return listing;
  const isOurs = ({ name }: InputFile): boolean => {
    const suffix = suffixOfNote(name);
    return suffix === null || isOfPart(suffix, name, { shard, only });
  };
  return {
    ...listing,
    files: listing.files.filter(isOurs),
    unlisted: listing.unlisted.filter(({ name }) => isOfPart(null, name, { shard, only })),
  };
}

async function build(given: BuildOptions, output: Output, progress: Progress): Promise<BuildResult> {
  const operator = await readOperatorNote(given.input);
  const options = { ...given, site: given.site ?? operator?.site ?? null };
  const { trust, site, host = 'static', shard, only, engine, renderer } = options;
  const listing = await listOwn(options, progress);
  const context: SiteContext = { trust, site, host, version: await packageVersion() };
  const marker = join(output.site, paths.MARKER);
  const program = programDigest();
  const how = JSON.stringify([
    optionsKey(options, operator),
    shard,
    only === null ? null : [...only],
    engine,
    renderer,
  ]);
  const cache = await Cache.open(output.cache, { program, options: how }, marker);
  if (output.isMixed) progress.note(MIXED);
  const known = options.recheck || output.isMixed ? null : await cache.part('inputs');
  const stamps = compareStamps(listing, new Map(known), await output.now());

  const isSame = known !== null && stamps.changed.length + stamps.gone.length + listing.unlisted.length === 0;
  const outcome = isSame ? await cache.part('outcome') : null;
  if (outcome !== null) {
    const report = { ...outcome, pieces: () => readReport((path) => readFileSync(join(output.site, path))) };
    const refusal = refusalOf(outcome.totals, options);
    return { report, published: refusal === null, refusal, isUnchanged: true };
  }

  await output.prepareStage();
  progress.stage('bundling pages', null);
  const pages = await loadPages(cache, output.work);
  const { version } = context;
  const start = { site, host, engine, shard, only, version, trust: trustDocument(trust), stage: output.stage };
  // Where most has changed, a clean build is cheaper than an update, and swaps as a whole.
  const isUpdate = known !== null && renderer === 'fast' && stamps.changed.length * 2 < listing.files.length;
  const crew = new Crew(options.jobs ?? availableParallelism(), {
    ...start,
    pages: renderer === 'fast' ? pages.entry : null,
  });
  try {
    // The workers make what has changed while this thread reads what the last build left.
    const early = isUpdate ? stamps.changed : [];
    const ready: Produced[] = [];
    const [before] = await Promise.all([
      isUpdate ? readBefore(cache) : null,
      makeAlone(crew, early, progress, (produced) => ready.push(produced)),
    ]);
    const inventory = new Inventory(listing.files, before);
    const touched = before === null ? listing.files : stamps.changed;
    inventory.touch([...touched.map(({ name }) => name), ...stamps.gone]);
    for (const produced of ready) inventory.addAlone(produced);
    const isEarly = new Set(early);
    const rest = before === null ? listing.files.filter((file) => !isEarly.has(file)) : [];
    await makeAlone(crew, rest, progress, (produced) => inventory.addAlone(produced));
    await makeTogether(crew, inventory, progress);
    const unlisted = listing.unlisted.map(({ name, error }) => fileLine(rejectedFile(name, null, error)));
    for (const note of duplicateNotes(inventory.duplicates)) progress.note(note);
    const report = reportOf(inventory, unlisted, context);
    const missing = [...(only ?? [])].filter((suffix) => !inventory.has(suffix));
    if (missing.length > 0) throw new UsageError(`no record of the input is ${missing.join(' or ')}`);
    const refusal = refusalOf(report.totals, options);
    if (refusal !== null) return { report, published: false, refusal, isUnchanged: false };
    const publication: Publication = {
      output,
      inventory,
      catalogue: catalogueOf(inventory, report, context, operator),
      report,
      pages,
      crew,
      progress,
      producer: renderer === 'fast' ? null : new Producer({ ...start, context, pages: null, engine: ENGINES[engine] }),
      shard: shard === null ? null : shardContent(shard, options, operator, inventory, unlisted, program),
    };
    await cache.forget();
    const published =
      before === null
        ? await publishFull(publication)
        : await publishUpdate(
            publication,
            before,
            before.records.map(({ entry }) => entry).filter(({ suffix }) => !inventory.has(suffix)),
          );
    const { totals, troubled } = report;
    const content = {
      inputs: [...stamps.stamps],
      outcome: { totals, troubled, trust: report.trust },
      lines: inventory.lines,
      records: inventory.records,
      ...published,
    };
    // The site is published: what cannot be kept costs the next build time, and nothing else.
    await cache
      .save(content, marker)
      .catch((error) => progress.note(`the next build starts from nothing: ${messageOf(error)}`));
    return { report, published: true, refusal: null, isUnchanged: false };
  } finally {
    await crew.dismiss();
  }
}

function reportOf(inventory: Inventory, unlisted: readonly FileLine[], { version, trust }: SiteContext): Report {
  const records = inventory.records;
  const recordOnly = records.filter(({ entry }) => entry.verdict === 'record-only').length;
  return new Report(version, trust, [...inventory.reports, ...unlisted], { all: records.length, recordOnly });
}

function catalogueOf(
  inventory: Inventory,
  { totals, troubled }: Report,
  context: SiteContext,
  operator: OperatorNote | null,
): Catalogue {
  return { ...context, entries: inventory.entries(), totals, troubled, operator };
}

function shardContent(
  shard: Shard,
  options: Pick<BuildOptions, 'site' | 'trust'>,
  operator: OperatorNote | null,
  { lines, records }: Inventory,
  unlisted: readonly FileLine[],
  program: string,
): ShardContent {
  return { head: { shard, key: `${program} ${optionsKey(options, operator)}`, operator }, lines, unlisted, records };
}

export interface JoinOptions {
  /** Folders of the shards' sites, in any order. */
  readonly shards: readonly string[];
  readonly out: string;
  readonly trust: Trust;
  readonly site: string | null;
  readonly strict: boolean;
}

/**
 * Joins shards.
 *
 * @throws UsageError where they are not all parts of one mirror; BuildError where records of two shards collide, since
 * their pages have to say so and can only be made from their input.
 */
export async function joinMirror(options: JoinOptions, progress: Progress): Promise<BuildResult> {
  refuseUnusablePlaces(options.out);
  const output = await Output.take(options.out, options.shards, PACKAGE_ROOT);
  try {
    return await joinInto(options, output, progress);
  } finally {
    for (const problem of await output.release()) progress.note(`left for the next build to remove: ${problem}`);
  }
}

async function joinInto(given: JoinOptions, output: Output, progress: Progress): Promise<BuildResult> {
  const program = programDigest();
  const siteOf = (operator: OperatorNote | null): string | null => given.site ?? operator?.site ?? null;
  const shards = await readShards(
    given.shards,
    (operator) => `${program} ${optionsKey({ ...given, site: siteOf(operator) }, operator)}`,
  );
  const operator = shards[0]?.head.operator ?? null;
  const options = { ...given, site: siteOf(operator) };
  const { trust, site } = options;
  const context: SiteContext = { trust, site, version: await packageVersion() };
  const inventory = new Inventory([], {
    lines: shards.flatMap(({ lines }) => lines),
    records: shards.flatMap(({ records }) => records.map(({ entry, across }) => ({ entry, across }))),
  });
  const apart = inventory.tasksOfCollisions().map(({ suffix }) => suffix);
  if (apart.length > 0) {
    const some = apart.slice(0, 5).join(', ');
    throw new BuildError(
      `${apart.length} records have a version or a short number in common with records of other shards, which their pages have to say (${some}); build them unsharded`,
    );
  }
  const report = reportOf(
    inventory,
    shards.flatMap(({ unlisted }) => unlisted),
    context,
  );
  const refusal = refusalOf(report.totals, options);
  if (refusal !== null) return { report, published: false, refusal, isUnchanged: false };

  await output.prepareStage();
  progress.stage('joining', report.totals.records);
  for (const { folder, records } of shards) {
    for (const record of records) {
      inventory.addCopied(record.entry.suffix, copyRecord(folder, output.stage, record));
      progress.step();
    }
  }
  const cache = await Cache.open(output.cache, { program, options: 'join' }, join(output.site, paths.MARKER));
  const pages = await loadPages(cache, output.work);
  const start = {
    site,
    engine: 'openssl',
    shard: null,
    only: null,
    version: context.version,
    trust: trustDocument(trust),
  } as const;
  const crew = new Crew(availableParallelism(), { ...start, stage: output.stage, pages: pages.entry });
  try {
    await cache.forget();
    const catalogue = catalogueOf(inventory, report, context, operator);
    await publishFull({ output, inventory, catalogue, report, pages, crew, progress, producer: null, shard: null });
    return { report, published: true, refusal: null, isUnchanged: false };
  } finally {
    await crew.dismiss();
  }
}

async function readBefore(cache: Cache): Promise<{
  readonly lines: readonly InputLine[];
  readonly records: readonly RecordLine[];
  readonly lists: Published['lists'];
  readonly others: Published['others'];
} | null> {
  const [lines, records, lists, others] = [
    await cache.part('lines'),
    await cache.part('records'),
    await cache.part('lists'),
    await cache.part('others'),
  ];
  if (lines === null || records === null || lists === null || others === null) return null;
  return { lines, records, lists, others };
}

/** Bundle files that are new, or not what they were: each comes to lie in the stage, as a record of one file. */
async function makeAlone(
  crew: Crew,
  files: readonly InputFile[],
  progress: Progress,
  use: (produced: Produced) => void,
): Promise<void> {
  const bundles = files.filter(({ name }) => suffixOfNote(name) === null);
  if (bundles.length === 0) return;
  progress.stage('verifying and rendering', bundles.length);
  await crew.alone(bundles, (produced) => {
    use(produced);
    progress.step();
  });
}

/** Records of several files, and those that have to tell of others, made anew. */
async function makeTogether(crew: Crew, inventory: Inventory, progress: Progress): Promise<void> {
  for (const tasks of [() => inventory.tasksOfFiles(), () => inventory.tasksOfCollisions()]) {
    const due = tasks();
    if (due.length === 0) continue;
    progress.stage('verifying and rendering records of several files', due.length);
    await crew.together(due, ({ suffix }, produced) => {
      inventory.addTogether(suffix, produced);
      progress.step();
    });
  }
}
