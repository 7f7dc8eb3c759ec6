/**
 * From records that lie in the stage to a published site: the lists and the site's own pages beside them, a check of
 * the whole, and the swap; or, where a site of the last build is there, an update of what differs.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SNAPSHOT } from '../../records/layout.ts';
import { sha256 } from '../../records/lists.ts';
import { holds, writeNew } from '../base/disk.ts';
import { BuildError } from '../base/failure.ts';
import { PACKAGE_ROOT } from '../base/package.ts';
import * as paths from '../base/paths.ts';
import { foldersOfRecord } from '../base/paths.ts';
import type { Progress } from '../base/progress.ts';
import type { SiteFile } from '../base/site-file.ts';
import { listSite } from '../base/tree.ts';
import type { Report } from '../judge/report.ts';
import { type Catalogue, type CatalogueEntry, digestOfValue, timeOfAll } from '../plan/catalogue.ts';
import { siteFiles } from '../plan/documents.ts';
import { secondsOf } from '../plan/lines.ts';
import { reportPages } from '../plan/report-pages.ts';
import { searchFiles } from '../plan/search-data.ts';
import { type ShelfPage, shelfPages } from '../plan/shelves.ts';
import { handOver } from '../render/handoff.ts';
import { LIST_PAGE, PageRenderer, RECORD_PAGE, REPORT_PAGE } from '../render/page-renderer.ts';
import type { BundledPages } from '../render/pages.ts';
import type { Inventory } from '../resume/inventory.ts';
import { formatShard, type ShardContent } from '../resume/shard-file.ts';
import type { Crew } from '../workers/crew.ts';
import type { Producer } from '../workers/produce.ts';
import type { Changes } from './journal.ts';
import type { OtherFile } from './other-file.ts';
import type { Output } from './output.ts';
import { type LastIndex, recordIndexFiles, siteSumsFile } from './record-index.ts';

export interface Publication {
  readonly output: Output;
  readonly inventory: Inventory;
  readonly catalogue: Catalogue;
  readonly report: Report;
  readonly pages: BundledPages;
  readonly crew: Crew;
  readonly progress: Progress;
  /** Plans records again for Astro's own build to render; null where workers rendered them. */
  readonly producer: Producer | null;
  /** What makes it a shard that can be joined; null for a whole mirror. */
  readonly shard: ShardContent | null;
}

/** What the next build needs to know of the files that are no record's. */
export interface Published {
  readonly lists: readonly (readonly [path: string, digest: string])[];
  /** With a digest of what they are made of, where that is cheaper to make than the file. */
  readonly others: readonly (readonly [path: string, digest: string | null])[];
}

function fail(path: string, why: string): never {
  throw new BuildError(`self-check failed, nothing is published: ${path}: ${why}`);
}

/** Every page, by Astro alone. Their times are those of the pages that workers make. */
async function renderByAstro({ output, inventory, catalogue }: Publication, producer: Producer): Promise<void> {
  const shelves = new Map([...shelfPages(catalogue.entries)].map((page) => [page.path, page]));
  const tasks = inventory.tasksOfAll();
  const of = <T>(map: ReadonlyMap<string, T>, key: string): T => map.get(key) ?? fail(key, 'expected no such page');
  const release = handOver({
    context: catalogue,
    suffixes: [...tasks.keys()],
    record: (suffix) => producer.planned(of(tasks, suffix)),
    shelves: [...shelves.keys()],
    shelf: (path) => of(shelves, path),
    catalogue,
  });
  try {
    const { renderWithAstro } = await import('../render/render.ts');
    await renderWithAstro(output.stage, output.work);
  } finally {
    release();
  }
  const all = secondsOf(timeOfAll(catalogue.entries));
  for (const path of shelves.keys()) utimesSync(join(output.stage, path), all, all);
  for (const { suffix, time } of catalogue.entries) {
    const page = join(output.stage, paths.recordPage(suffix));
    for (const path of [page, dirname(page)]) utimesSync(path, secondsOf(time), secondsOf(time));
  }
}

async function renderOthers({ catalogue, pages }: Publication): Promise<readonly SiteFile[]> {
  const renderer = await PageRenderer.load(pages.entry);
  const ofMany: readonly string[] = [RECORD_PAGE, LIST_PAGE, REPORT_PAGE];
  const single = renderer.sources.filter((source) => !ofMany.includes(source));
  return [
    ...single.map((source) => ({
      path: source.replace(/\.astro$/, '.html'),
      content: renderer.render(source, { catalogue }),
    })),
    ...Array.from(reportPages(catalogue), (report) => ({
      path: report.path,
      content: renderer.render(REPORT_PAGE, { report, site: catalogue }),
    })),
  ];
}

/** The same from Astro's own build, taken out of the stage, to be written again like every other file. */
async function takeOthers(publication: Publication, producer: Producer): Promise<readonly SiteFile[]> {
  const { stage } = publication.output;
  await renderByAstro(publication, producer);
  const made = listSite(stage).filter((path) => !/^(?:pith|browse|\.well-known)\//.test(path));
  const files = made.map((path) => ({ path, content: readFileSync(join(stage, path)) }));
  for (const path of made) rmSync(join(stage, path));
  // Astro copies the hand-made files too.
  return files.filter(({ path }) => path.endsWith('.html'));
}

/** Everything of the site that is neither a record's nor a list; the marker last. */
async function otherFiles(publication: Publication): Promise<readonly OtherFile[]> {
  const folder = join(PACKAGE_ROOT, 'public');
  const handMade = listSite(folder).map((path) => ({ path, content: readFileSync(join(folder, path)) }));
  const { producer, shard } = publication;
  const rendered = await (producer === null ? renderOthers(publication) : takeOthers(publication, producer));
  const { catalogue, pages } = publication;
  const files = [...handMade, ...pages.assets, ...rendered, ...siteFiles(catalogue)];
  const others: readonly OtherFile[] = [
    ...publication.report.files().map((file) => ({ ...file, digest: null })),
    ...(shard === null ? [] : [{ path: paths.SHARD, digest: null, pieces: () => [formatShard(shard)] }]),
    ...files.map(({ path, content }) => ({ path, digest: null, pieces: () => [content] })),
    ...[...searchFiles(catalogue.entries)].map((file) => ({
      path: file.path,
      digest: file.digest,
      pieces: () => [file.content],
    })),
  ];
  return others;
}

/** With the record index and the digests of all files; the snapshot and the marker last. */
function withIndex(
  { inventory, output, producer }: Publication,
  others: readonly OtherFile[],
  { lists, made }: Lists,
  last: LastIndex | null,
): readonly OtherFile[] {
  const isByAstro = producer !== null;
  const index = recordIndexFiles(inventory, output.stage, isByAstro, last);
  const listed = lists.map(([path]) => path);
  const rendered = isByAstro
    ? listed.map((path) => [path, sha256(readFileSync(join(output.stage, path)))] as const)
    : made;
  const sums = siteSumsFile([...others, ...index], listed, new Map(rendered), last);
  const rank = ({ path }: OtherFile): number => [SNAPSHOT, paths.MARKER].indexOf(path);
  return [...others, ...index, sums].toSorted((a, b) => rank(a) - rank(b));
}

function write(stage: string, { path, pieces }: OtherFile, seconds: number): void {
  const target = join(stage, path);
  mkdirSync(dirname(target), { recursive: true });
  writeNew(target, pieces(), seconds);
}

/** Whether the published file has these bytes already. Reading and comparing is cheaper than writing. */
function isPublished(site: string, { path, pieces }: OtherFile): boolean {
  const target = join(site, path);
  return existsSync(target) && holds(target, pieces());
}

function digestOfList(page: ShelfPage): string {
  return digestOfValue({ ...page, rows: page.rows.map(({ digest }) => digest) });
}

interface Lists {
  readonly lists: Published['lists'];
  /** Those that were rendered, with the digest of each. */
  readonly made: ReadonlyMap<string, string>;
}

/** Renders the lists that are not among `known`. */
async function makeLists(
  { catalogue, crew, progress }: Publication,
  known: ReadonlyMap<string, string>,
): Promise<Lists> {
  const lists: [string, string][] = [];
  const stale: ShelfPage[] = [];
  for (const page of shelfPages(catalogue.entries)) {
    const digest = digestOfList(page);
    lists.push([page.path, digest]);
    if (known.get(page.path) !== digest) stale.push(page);
  }
  progress.stage('rendering lists', stale.length);
  const seconds = secondsOf(timeOfAll(catalogue.entries));
  const made = new Map<string, string>();
  await crew.lists(stale, seconds, ({ path }, digest) => {
    made.set(path, digest);
    progress.step();
  });
  return { lists, made };
}

/** The folders of these paths, and the site's root, as published paths. */
function foldersOf(files: Iterable<string>): ReadonlySet<string> {
  const folders = new Set<string>(['']);
  for (const file of files) {
    for (let folder = dirname(file); folder !== '.' && !folders.has(folder); folder = dirname(folder))
      folders.add(folder);
  }
  return folders;
}

function checkList(stage: string, path: string): void {
  const file = join(stage, path);
  if (!existsSync(file) || !readFileSync(file).subarray(-16).toString().trimEnd().endsWith('</html>'))
    fail(path, 'expected a whole page');
}

/** Everything that is no record's lies in the stage as it was planned, and nothing else does. */
function checkStage(
  stage: string,
  inventory: Inventory,
  lists: Published['lists'],
  others: readonly OtherFile[],
): void {
  const expected = new Set([...lists.map(([path]) => path), ...others.map(({ path }) => path)]);
  for (const file of others)
    if (!isPublished(stage, file)) fail(file.path, 'expected the bytes that were planned, got others');
  for (const [path] of lists) checkList(stage, path);
  const inRecords = (path: string): boolean => paths.RECORD_FOLDERS.some((folder) => path === folder);
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(stage, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (!entry.isDirectory()) {
        if (!expected.delete(path)) fail(path, 'expected no such file');
      } else if (!inRecords(path)) walk(path);
    }
  };
  walk('');
  for (const path of expected) fail(path, 'expected a file, got none');
  // What lies in a record's folder was checked by the worker that wrote it.
  for (const folder of paths.RECORD_FOLDERS) {
    const found = readdirSync(join(stage, folder));
    for (const suffix of found) if (!inventory.has(suffix)) fail(`${folder}/${suffix}`, 'expected no such folder');
    if (folder === 'pith' && found.length !== inventory.records.length)
      fail(folder, `expected ${inventory.records.length} records, got ${found.length}`);
  }
}

/** Swaps a complete new site in. Every record lies in the stage. */
export async function publishFull(publication: Publication): Promise<Published> {
  const { output, inventory, catalogue, progress } = publication;
  const { stage } = output;
  const seconds = secondsOf(timeOfAll(catalogue.entries));
  const made = await makeLists(publication, new Map());
  const { lists } = made;
  progress.stage('writing the site’s own pages', null);
  const others = withIndex(publication, await otherFiles(publication), made, null);
  for (const file of others) write(stage, file, seconds);
  progress.stage('checking what was written', null);
  checkStage(stage, inventory, lists, others);
  const folders = foldersOf([...lists.map(([path]) => path), ...others.map(({ path }) => path)]);
  for (const folder of [...folders, ...paths.RECORD_FOLDERS, '.well-known'])
    utimesSync(join(stage, folder), seconds, seconds);
  await output.swap();
  return { lists, others: others.map(({ path, digest }) => [path, digest] as const) };
}

const below = (root: string, folder: string): readonly string[] =>
  existsSync(join(root, folder)) ? listSite(root, folder) : [];

interface RecordChanges {
  readonly moves: string[];
  readonly removes: string[];
  readonly times: [string, number][];
}

/** What moving a staged record into the site takes. A record that the site does not have moves as a folder. */
function recordChanges(stage: string, site: string, suffix: string, time: string, changes: RecordChanges): void {
  for (const folder of foldersOfRecord(suffix)) {
    const staged = below(stage, folder);
    if (!existsSync(join(site, folder))) {
      if (staged.length > 0) changes.moves.push(folder);
      continue;
    }
    const published = below(site, folder);
    const kept = new Set(staged);
    changes.moves.push(...staged);
    changes.removes.push(...published.filter((path) => !kept.has(path)));
    for (const touched of foldersOf([...staged, ...published])) {
      if (touched.startsWith(folder)) changes.times.push([touched, secondsOf(time)]);
    }
  }
}

/** Moves what differs into the published site. Only records that differ lie in the stage. */
export async function publishUpdate(
  publication: Publication,
  before: Published,
  gone: readonly CatalogueEntry[],
): Promise<Published> {
  const { output, inventory, catalogue, progress } = publication;
  const { stage, site } = output;
  const seconds = secondsOf(timeOfAll(catalogue.entries));
  const rendered = await makeLists(publication, new Map(before.lists));
  const { lists } = rendered;
  const made = [...rendered.made.keys()];
  progress.stage('updating the site’s own pages', null);
  const last = { site, others: before.others, gone };
  const others = withIndex(publication, await otherFiles(publication), rendered, last);
  const known = new Map(before.others);
  const isKnown = (file: OtherFile): boolean =>
    file.digest === null ? isPublished(site, file) : known.get(file.path) === file.digest;
  const changed = others.filter((file) => file.path === paths.MARKER || !isKnown(file));
  for (const file of changed) write(stage, file, seconds);
  for (const file of changed)
    if (!isPublished(stage, file)) fail(file.path, 'expected the bytes that were planned, got others');
  for (const path of made) checkList(stage, path);

  const records: RecordChanges = { moves: [], removes: [], times: [] };
  const times = new Map(catalogue.entries.map(({ suffix, time }) => [suffix, time]));
  for (const suffix of inventory.made) recordChanges(stage, site, suffix, times.get(suffix) ?? '', records);
  for (const { suffix } of gone)
    records.removes.push(...foldersOfRecord(suffix).flatMap((folder) => below(site, folder)));
  const own = [...lists.map(([path]) => path), ...others.map(({ path }) => path)];
  const kept = new Set(own);
  const left = [...before.lists, ...before.others].map(([path]) => path).filter((path) => !kept.has(path));
  const moved = [...made, ...changed.map(({ path }) => path)];
  // The marker is of the last build, and believed: where its time stays, all that is not touched has that time already.
  const isSameTime = statSync(join(site, paths.MARKER)).mtimeMs === seconds * 1000;
  const touched = isSameTime ? foldersOf([...moved, ...left]) : [...own, ...foldersOf(own)];
  const changes: Changes = {
    moves: [...records.moves, ...moved],
    removes: [...left, ...records.removes],
    times: [
      ...records.times,
      ...[...touched, ...paths.RECORD_FOLDERS, '.well-known'].map((path) => [path, seconds] as const),
    ],
  };
  progress.stage('updating the site', null);
  await output.update(changes);
  return { lists, others: others.map(({ path, digest }) => [path, digest] as const) };
}
