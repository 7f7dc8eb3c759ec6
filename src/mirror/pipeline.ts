/**
 * A build in three steps: probe what has changed, make the records, publish. A join makes its records by copying them, and
 * publishes in the same way.
 *
 * Workers read, verify, merge, render, stage and check the records. This thread only keeps their inventory.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { EngineName, Trust } from '../protocol/index.ts';
import { INDEX_FOLDERS } from '../records/layout.ts';
import type { Content } from './base/disk.ts';
import { BuildError, messageOf, UsageError } from './base/failure.ts';
import { PACKAGE_ROOT, packageVersion, refuseUnusablePlaces } from './base/package.ts';
import type { Progress } from './base/progress.ts';
import { copyRecord, readShards } from './join.ts';
import { ENGINES } from './judge/openssl.ts';
import { duplicateNotes, type FileLine, fileLine, Report, readReport, rejectedFile } from './judge/report.ts';
import type { Catalogue, SiteContext } from './plan/catalogue.ts';
import type { HostName } from './plan/host-files.ts';
import type { InputLine, Produced, RecordLine } from './plan/lines.ts';
import { handleForeign } from './publish/foreign.ts';
import { type Loss, lossOf, publishedSuffixes, refusalOfLoss } from './publish/loss.ts';
import { MIXED, Output } from './publish/output.ts';
import { surveySite } from './publish/own-files.ts';
import { type LastSite, ownFilesOf, publishSite } from './publish/publish.ts';
import { type InputListing, listInput, listingNotes } from './read/listing.ts';
import { isNoteName, suffixOfNote } from './read/notes.ts';
import { type OperatorNote, readOperatorNote } from './read/operator-note.ts';
import { type InputFile, stampAt } from './read/read.ts';
import { trustDocument } from './read/trust-file.ts';
import { type BundledPages, loadPages } from './render/pages.ts';
import { Cache, type Outcome, programDigest, stampOfSite } from './resume/cache.ts';
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
  /** Folder of the site. New files are moved into it when all of them are complete and checked. */
  readonly out: string;
  readonly trust: Trust;
  /** Base URL of the site, or null. */
  readonly site: string | null;
  /** The host that the site is made for; `static` if it is not said. */
  readonly host?: HostName;
  /** Publish nothing unless everything is verified. */
  readonly strict: boolean;
  /** Do not use the cache of the last build: read and verify everything, and compare it with what is published. */
  readonly recheck: boolean;
  /** Publish even if records or events of the published site would be lost. */
  readonly allowLoss: boolean;
  /** Remove files from the site's folder that are not part of the mirror. */
  readonly clean: boolean;
  /** Wait until new files are on the disk before they are published. */
  readonly flush: boolean;
  readonly engine: EngineName;
  readonly renderer: RendererName;
  /** Build only this part of the records, to be joined later; null for all. */
  readonly shard: Shard | null;
  /** Suffixes of the records to publish; null for all. */
  readonly only: ReadonlySet<string> | null;
  /** Worker threads; null for one per processor. */
  readonly jobs: number | null;
}

/** What a build reports in the end; a `Report` is one. */
export interface BuildReport extends Outcome {
  /** The text of `mirror-report.json`, in pieces. */
  readonly pieces: () => Iterable<Content>;
}

export interface BuildResult {
  readonly report: BuildReport;
  readonly published: boolean;
  /** Why nothing was published; null if something was. */
  readonly refusal: string | null;
  /** What the published site would lose, if that is why. */
  readonly loss: Loss | null;
  /** Whether the published site is already what a build would give. */
  readonly isUnchanged: boolean;
  /** Whether only what changed since the last build was made again. */
  readonly isUpdate: boolean;
}

function refusalOf(
  { records, rejected, findings, files }: Report['totals'],
  { strict, shard = null }: { readonly strict: boolean; readonly shard?: Shard | null },
): string | null {
  // A shard may have no record, if its range is empty. A join needs it nevertheless.
  if (records === 0 && shard === null) {
    return files === 0 ? 'there is no bundle in the input' : 'no file of the input gives a record';
  }
  if (strict && rejected + findings > 0) return `--strict: ${rejected} rejected, ${findings} findings`;
  return null;
}

/**
 * A file that changes twice within so many milliseconds may keep its stamp, so a younger stamp is not used. The coarsest file
 * systems in use count seconds in pairs.
 */
const UNSURE_MS = 2500;

interface Stamps {
  readonly stamps: ReadonlyMap<string, string>;
  /** Files that are new or have changed. */
  readonly changed: readonly InputFile[];
  readonly gone: readonly string[];
}

/** @param now the file system's time, in milliseconds. */
function compareStamps({ files, unlisted }: InputListing, before: ReadonlyMap<string, string>, now: number): Stamps {
  // A folder that cannot be listed is in the report. An empty stamp never matches, so the next build looks again.
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
 * @throws UsageError, BuildError. Whatever is thrown, the published site is as it was; or, if moving new files in was
 * interrupted, each of its files is old or new, and the next build completes it.
 */
export async function buildMirror(given: BuildOptions, progress: Progress): Promise<BuildResult> {
  return withOutput(given, [given.input], progress, async (output) => {
    const operator = await readOperatorNote(given.input);
    const options = { ...given, site: given.site ?? operator?.site ?? null };
    const probe = await probeInput(options, operator, output, progress);
    if (probe.outcome !== null) return unchanged(options, output, probe, probe.outcome, progress);
    return makeAndPublish(options, output, probe, progress);
  });
}

/** Takes over the output for some work, and releases it. */
async function withOutput(
  { out, flush }: Pick<BuildOptions, 'out' | 'flush'>,
  inputs: readonly string[],
  progress: Progress,
  work: (output: Output) => Promise<BuildResult>,
): Promise<BuildResult> {
  refuseUnusablePlaces(out);
  // Before anything else: it completes what an interrupted build left.
  const output = await Output.take({ out, inputs, packageRoot: PACKAGE_ROOT, isFlushed: flush, progress });
  try {
    return await work(output);
  } finally {
    await output.release();
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

/** What a build knows before it reads a file. */
interface Probe extends Stamps {
  readonly operator: OperatorNote | null;
  readonly listing: InputListing;
  readonly cache: Cache;
  readonly program: string;
  /** What the last build published, and what of it is still there; null if the cache cannot be used. */
  readonly last: Omit<LastSite, 'records'> | null;
  /** What the last build printed, if it would be the same now; else null. */
  readonly outcome: Outcome | null;
}

/** Step 1: finds out what has changed since the last build, in the input and in the published site. */
async function probeInput(
  options: BuildOptions,
  operator: OperatorNote | null,
  output: Output,
  progress: Progress,
): Promise<Probe> {
  const { shard, only, engine, renderer } = options;
  const listing = await listOwn(options, progress);
  const program = programDigest();
  const how = JSON.stringify([
    optionsKey(options, operator),
    shard,
    only === null ? null : [...only],
    engine,
    renderer,
  ]);
  const cache = await Cache.open(output.cache, { program, options: how }, stampOfSite(output.site));
  if (output.isMixed) progress.note(MIXED);
  const known = options.recheck || output.isMixed ? null : await cache.part('inputs');
  const stamps = compareStamps(listing, new Map(known), await output.now());
  const last = known === null ? null : await readLast(cache, output.site);
  const isSame =
    last !== null &&
    stamps.changed.length + stamps.gone.length + listing.unlisted.length === 0 &&
    last.survey.records.size + last.survey.files.size === 0;
  const outcome = isSame ? await cache.part('outcome') : null;
  return { ...stamps, operator, listing, cache, program, last, outcome };
}

/** @returns null if the cache cannot be used, or if a file is missing that an update reads. */
async function readLast(cache: Cache, site: string): Promise<Omit<LastSite, 'records'> | null> {
  const [lists, others, shapes] = [await cache.part('lists'), await cache.part('others'), await cache.part('shapes')];
  if (lists === null || others === null || shapes === null) return null;
  const survey = surveySite(site, ownFilesOf({ lists, others, shapes }));
  const isIndexMissing = [...survey.files].some((path) =>
    INDEX_FOLDERS.some((folder) => path.startsWith(`${folder}/`)),
  );
  return isIndexMissing ? null : { lists, others, shapes, survey };
}

/** The input, the program and the site are what they were. */
async function unchanged(
  options: BuildOptions,
  output: Output,
  { last }: Probe,
  outcome: Outcome,
  progress: Progress,
): Promise<BuildResult> {
  const report = { ...outcome, pieces: () => readReport((path) => readFileSync(join(output.site, path))) };
  await handleForeign(output.site, last?.survey.foreign ?? [], options.clean, progress);
  const refusal = refusalOf(outcome.totals, options);
  return { report, published: refusal === null, refusal, loss: null, isUnchanged: true, isUpdate: true };
}

/** What came of all records. */
interface Made {
  readonly inventory: Inventory;
  /** What the last build published, if only what changed since was made again. */
  readonly last: LastSite | null;
}

/** Step 2: makes the records that have changed, or all of them. What differs from the published site lies in the stage. */
async function makeRecords(crew: Crew, probe: Probe, isUpdate: boolean, progress: Progress): Promise<Made> {
  const { listing, cache, changed, gone } = probe;
  // The workers make what has changed while this thread reads what the last build knew of the rest.
  const early = isUpdate ? changed : [];
  const ready: Produced[] = [];
  const [before] = await Promise.all([
    isUpdate ? readBefore(cache) : null,
    makeAlone(crew, early, progress, (produced) => ready.push(produced)),
  ]);
  const last = before === null || probe.last === null ? null : { ...probe.last, records: before.records };
  const inventory = new Inventory(
    listing.files,
    last === null || before === null ? null : { ...before, shapes: last.shapes },
  );
  const touched = last === null ? listing.files : changed;
  inventory.touch([...touched.map(({ name }) => name), ...gone]);
  inventory.redo(last?.survey.records ?? []);
  for (const produced of ready) inventory.addAlone(produced);
  const isEarly = new Set(early);
  const rest = last === null ? listing.files.filter((file) => !isEarly.has(file)) : [];
  await makeAlone(crew, rest, progress, (produced) => inventory.addAlone(produced));
  await makeTogether(crew, inventory, progress);
  return { inventory, last };
}

async function makeAndPublish(
  options: BuildOptions,
  output: Output,
  probe: Probe,
  progress: Progress,
): Promise<BuildResult> {
  const { trust, site, host = 'static', shard, only, engine, renderer } = options;
  const { operator, cache, listing, program } = probe;
  const context: SiteContext = { trust, site, host, version: await packageVersion() };
  output.prepareStage();
  progress.stage('bundling pages', null);
  const pages = await loadPages(cache, output.work);
  const start = {
    site,
    host,
    engine,
    shard,
    only,
    trust: trustDocument(trust),
    version: context.version,
    ...stageOf(output),
  };
  const isFast = renderer === 'fast';
  const crew = new Crew(options.jobs ?? availableParallelism(), { ...start, pages: isFast ? pages.entry : null });
  try {
    const { inventory, last } = await makeRecords(crew, probe, isFast && probe.last !== null, progress);
    const unlisted = listing.unlisted.map(({ name, error }) => fileLine(rejectedFile(name, null, error)));
    for (const note of duplicateNotes(inventory.duplicates)) progress.note(note);
    const missing = [...(only ?? [])].filter((suffix) => !inventory.has(suffix));
    if (missing.length > 0) throw new UsageError(`no record of the input is ${missing.join(' or ')}`);
    const site: NewSite = {
      inventory,
      last,
      context,
      operator,
      unlisted,
      pages,
      crew,
      producer: isFast ? null : new Producer({ ...start, context, pages: null, engine: ENGINES[engine] }),
      shard: shard === null ? null : shardContent(shard, options, operator, inventory, unlisted, program),
      stamps: [...probe.stamps],
    };
    return await publishNew(options, output, cache, site, progress);
  } finally {
    await crew.dismiss();
  }
}

/** The folders that new files come from and go to. */
function stageOf(output: Output): { readonly stage: string; readonly published: string | null } {
  return { stage: output.stage, published: output.occupant === 'site' ? output.site : null };
}

/** A site of which all records are made. */
interface NewSite {
  readonly inventory: Inventory;
  readonly last: LastSite | null;
  readonly context: SiteContext;
  readonly operator: OperatorNote | null;
  /** Reports of what is no file: folders that could not be listed. */
  readonly unlisted: readonly FileLine[];
  readonly pages: BundledPages;
  readonly crew: Crew;
  readonly producer: Producer | null;
  readonly shard: ShardContent | null;
  /** Of the input files, for the next build; null if it cannot start from this one. */
  readonly stamps: readonly (readonly [name: string, stamp: string])[] | null;
}

/** Step 3, of a build and of a join: refuses a site that must not be published, or publishes it. */
async function publishNew(
  options: Pick<BuildOptions, 'strict' | 'allowLoss' | 'clean'> & { readonly shard?: Shard | null },
  output: Output,
  cache: Cache,
  { inventory, last, context, operator, unlisted, pages, crew, producer, shard, stamps }: NewSite,
  progress: Progress,
): Promise<BuildResult> {
  const report = reportOf(inventory, unlisted, context);
  const isUpdate = last !== null;
  const refused = { report, published: false, loss: null, isUnchanged: false, isUpdate } as const;
  const refusal = refusalOf(report.totals, options);
  if (refusal !== null) return { ...refused, refusal };
  const suffixes = new Set([
    ...publishedSuffixes(output.site),
    ...(last?.records ?? []).map(({ entry }) => entry.suffix),
  ]);
  const isSite = output.occupant === 'site' && !options.allowLoss;
  const loss = isSite ? lossOf(suffixes, inventory, PLANNED_LOSS) : null;
  if (loss !== null) return { ...refused, refusal: refusalOfLoss(loss), loss };
  const { clean } = options;
  const catalogue = catalogueOf(inventory, report, context, operator);
  await cache.forget().catch((error) => progress.note(`the cache cannot be used: ${messageOf(error)}`));
  const published = await publishSite(
    { output, inventory, catalogue, report, pages, crew, progress, producer, shard, clean },
    last,
  );
  if (stamps !== null) {
    const { totals, troubled } = report;
    const outcome = { totals, troubled, trust: report.trust };
    const content = { inputs: stamps, outcome, lines: inventory.lines, records: inventory.records, ...published };
    // The site is published: without a cache the next build only takes longer.
    await cache
      .save(content, stampOfSite(output.site))
      .catch((error) =>
        progress.note(`could not write the cache, so the next build makes everything again: ${messageOf(error)}`),
      );
  }
  return { report, published: true, refusal: null, loss: null, isUnchanged: false, isUpdate };
}

/** Suffixes of records that may vanish without --allow-loss, because the operator excludes them. */
const PLANNED_LOSS: ReadonlySet<string> = new Set();

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

export interface JoinOptions
  extends Pick<BuildOptions, 'out' | 'trust' | 'site' | 'strict' | 'allowLoss' | 'clean' | 'flush'> {
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
  const unlisted = shards.flatMap((shard) => shard.unlisted);
  output.prepareStage();
  progress.stage('joining', inventory.records.length);
  const folders = stageOf(output);
  for (const { folder, records } of shards) {
    for (const record of records) {
      inventory.addCopied(record.entry.suffix, copyRecord(folder, folders, record));
      progress.step();
      // Signals and the progress line get their turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  await output.now();
  const cache = await Cache.open(output.cache, { program, options: 'join' }, stampOfSite(output.site));
  const pages = await loadPages(cache, output.work);
  const start = { site, engine: 'openssl', shard: null, only: null, trust: trustDocument(trust) } as const;
  const crew = new Crew(availableParallelism(), {
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
      unlisted,
      pages,
      crew,
      producer: null,
      shard: null,
      stamps: null,
    };
    return await publishNew(options, output, cache, joined, progress);
  } finally {
    await crew.dismiss();
  }
}

async function readBefore(
  cache: Cache,
): Promise<{ readonly lines: readonly InputLine[]; readonly records: readonly RecordLine[] } | null> {
  const [lines, records] = [await cache.part('lines'), await cache.part('records')];
  return lines === null || records === null ? null : { lines, records };
}

/** Makes a record of each bundle file that is new or has changed, as if its number had no other file. */
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

/** Makes the records of several files, and then those that collide with others. */
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
