/**
 * Publishes a site: makes the lists and the site's own pages, stages what differs from the published site, checks the stage, and
 * moves it in.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SNAPSHOT } from '../../records/layout.ts';
import { sha256 } from '../../records/lists.ts';
import { contentText, exists, holds, writeNew } from '../base/disk.ts';
import { BuildError } from '../base/failure.ts';
import { PACKAGE_ROOT } from '../base/package.ts';
import * as paths from '../base/paths.ts';
import type { Progress } from '../base/progress.ts';
import type { SiteFile } from '../base/site-file.ts';
import { listSite } from '../base/tree.ts';
import type { Report } from '../judge/report.ts';
import { type Catalogue, digestOfValue } from '../plan/catalogue.ts';
import { siteFiles } from '../plan/documents.ts';
import type { RecordLine } from '../plan/lines.ts';
import { reportPages } from '../plan/report-pages.ts';
import { searchFiles } from '../plan/search-data.ts';
import { type ShelfPage, shelfPages } from '../plan/shelves.ts';
import { shownTimestamps, timestampFiles } from '../plan/timestamps.ts';
import type { WithheldLine } from '../plan/tombstone.ts';
import type { TimestampFile } from '../read/timestamps.ts';
import { handOver } from '../render/handoff.ts';
import { LIST_PAGE, PageRenderer, RECORD_PAGE, REPORT_PAGE } from '../render/page-renderer.ts';
import type { BundledPages } from '../render/pages.ts';
import type { Inventory } from '../resume/inventory.ts';
import { type ShapeLines, Shapes } from '../resume/shapes.ts';
import { formatShard, type ShardContent } from '../resume/shard-file.ts';
import type { Crew } from '../workers/crew.ts';
import type { Producer } from '../workers/produce.ts';
import { movesOf } from './changes.ts';
import { handleForeign } from './foreign.ts';
import type { OtherFile } from './other-file.ts';
import type { Output } from './output.ts';
import { hasLists, listedFiles, OwnFiles, type OwnFilesSurvey, surveySite } from './own-files.ts';
import { goneOf, type LastIndex, recordIndexFiles, siteSumsFile } from './record-index.ts';

export interface Publication {
  readonly output: Output;
  readonly inventory: Inventory;
  readonly catalogue: Catalogue;
  /** The operator's timestamp proofs, to publish and to show. */
  readonly timestamps: readonly TimestampFile[];
  readonly report: Report;
  readonly pages: BundledPages;
  readonly crew: Crew;
  readonly progress: Progress;
  /** Plans records again for Astro's own build to render; null if workers rendered them. */
  readonly producer: Producer | null;
  /** What makes it a shard that can be joined; null for a whole mirror. */
  readonly shard: ShardContent | null;
  /** Whether to remove what is not part of the mirror. */
  readonly clean: boolean;
}

/** What the next build needs to know of the published files. */
export interface Published {
  readonly lists: readonly (readonly [path: string, digest: string])[];
  /** With a digest of what they are made of, if that is cheaper to make than the file. */
  readonly others: readonly (readonly [path: string, digest: string | null])[];
  readonly shapes: ShapeLines;
}

/** What the last build published, and what of it is still there. */
export interface LastSite extends Published {
  readonly records: readonly RecordLine[];
  readonly withheld: readonly WithheldLine[];
  readonly survey: OwnFilesSurvey;
}

export const ownFilesOf = ({ lists, others, shapes }: Published): OwnFiles =>
  new OwnFiles(
    new Shapes(shapes),
    [...lists, ...others].map(([path]) => path),
  );

function fail(path: string, why: string): never {
  throw new BuildError(`self-check failed, nothing was published: ${path}: ${why}`);
}

/** Every page, by Astro alone. */
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
  // The published pages stay if they are the same.
  for (const path of [...shelves.keys(), ...[...tasks.keys()].map(paths.recordPage)]) {
    const staged = join(output.stage, path);
    if (holds(join(output.site, path), [readFileSync(staged)])) rmSync(staged);
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
  return files.filter(({ path }) => path.endsWith('.html'));
}

/** Everything of the site that is neither a record's nor a list; the marker last. */
async function otherFiles(publication: Publication): Promise<readonly OtherFile[]> {
  const folder = join(PACKAGE_ROOT, 'public');
  const handMade = listSite(folder).map((path) => ({ path, content: readFileSync(join(folder, path)) }));
  const { producer, shard } = publication;
  const rendered = await (producer === null ? renderOthers(publication) : takeOthers(publication, producer));
  const { catalogue, pages } = publication;
  const files: readonly SiteFile[] = [
    ...handMade,
    ...pages.assets,
    ...rendered,
    ...siteFiles(catalogue),
    ...timestampFiles(publication.timestamps),
  ];
  const others: readonly OtherFile[] = [
    ...publication.report.files().map((file) => ({ ...file, digest: file.sha256 })),
    ...(shard === null ? [] : [{ path: paths.SHARD, digest: null, pieces: () => [formatShard(shard)] }]),
    ...files.map(({ path, content, sha256 }) => ({ path, digest: sha256 ?? null, sha256, pieces: () => [content] })),
    ...[...searchFiles(catalogue.entries)].map((file) => ({
      path: file.path,
      digest: file.digest,
      pieces: () => [file.content],
    })),
  ];
  return others;
}

/** A new page, which is only in the published site if it is the same. */
const stagedOr = ({ stage, site }: Output, path: string): string =>
  exists(join(stage, path)) ? join(stage, path) : join(site, path);

/** The record index. @param hasAstrosPages whether Astro's build is over, so that the digests of its pages can be listed. */
function indexOf(
  { inventory, output }: Publication,
  last: LastIndex | null,
  hasAstrosPages: boolean,
): readonly OtherFile[] {
  return recordIndexFiles(inventory, (path) => stagedOr(output, path), hasAstrosPages, last);
}

/** The text of `records/snapshot.txt`. */
function snapshotText(index: readonly OtherFile[]): string {
  const pieces = index.find(({ path }) => path === SNAPSHOT)?.pieces() ?? [];
  return Array.from(pieces, contentText).join('');
}

/** With the record index and the digests of all files; the snapshot and the marker last. */
function withIndex(
  { output, producer }: Publication,
  others: readonly OtherFile[],
  index: readonly OtherFile[],
  { lists, made }: Lists,
  last: LastIndex | null,
): readonly OtherFile[] {
  const isByAstro = producer !== null;
  const listed = lists.map(([path]) => path);
  const rendered = isByAstro
    ? listed.map((path) => [path, sha256(readFileSync(stagedOr(output, path)))] as const)
    : made;
  const sums = siteSumsFile([...others, ...index], listed, new Map(rendered), last);
  const rank = ({ path }: OtherFile): number => [SNAPSHOT, paths.MARKER].indexOf(path);
  return [...others, ...index, sums].toSorted((a, b) => rank(a) - rank(b));
}

function write(stage: string, { path, pieces }: OtherFile): void {
  const target = join(stage, path);
  mkdirSync(dirname(target), { recursive: true });
  writeNew(target, pieces());
}

function digestOfList(page: ShelfPage): string {
  return digestOfValue({ ...page, rows: page.rows.map(({ digest }) => digest) });
}

interface Lists {
  readonly lists: Published['lists'];
  /** Those that were rendered, with the digest of each. */
  readonly made: ReadonlyMap<string, string>;
  /** Those of them that lie in the stage. */
  readonly staged: ReadonlySet<string>;
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
  const made = new Map<string, string>();
  const staged = new Set<string>();
  await crew.lists(stale, ({ path }, { sha256, isStaged }) => {
    made.set(path, sha256);
    if (isStaged) staged.add(path);
    progress.step();
  });
  return { lists, made, staged };
}

/** Checks that the stage contains exactly what was planned, byte for byte. */
function checkStage(
  { output, inventory, producer }: Publication,
  { made, staged }: Lists,
  changed: readonly OtherFile[],
): void {
  const { stage } = output;
  for (const { path, pieces } of changed)
    if (!holds(join(stage, path), pieces())) fail(path, 'expected the bytes that were planned, got others');
  for (const path of staged)
    if (!exists(join(stage, path)) || sha256(readFileSync(join(stage, path))) !== made.get(path))
      fail(path, 'expected the page that was rendered, got another');
  const expected = new Set([...staged, ...changed.map(({ path }) => path)]);
  const isByAstro = producer !== null;
  const isRecords = (path: string): boolean => paths.RECORD_FOLDERS.some((folder) => path === folder);
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(stage, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!isRecords(path)) walk(path);
      } else if (!expected.has(path) && !(isByAstro && path.startsWith('browse/'))) fail(path, 'expected no such file');
    }
  };
  walk('');
  // What lies in a record's folder was checked by the worker that wrote it.
  for (const folder of paths.RECORD_FOLDERS) {
    const found = readdirSync(join(stage, folder));
    const isPlanned = (suffix: string): boolean => (isByAstro ? inventory.has(suffix) : inventory.staged.has(suffix));
    for (const suffix of found) if (!isPlanned(suffix)) fail(`${folder}/${suffix}`, 'expected no such folder');
    if (folder === 'pith' && !isByAstro && found.length !== inventory.staged.size)
      fail(folder, `expected ${inventory.staged.size} records, got ${found.length}`);
  }
}

/** What is published already is not staged. After an update, files with the digest of the last build are not even compared. */
function differing(site: string, others: readonly OtherFile[], last: LastSite | null): readonly OtherFile[] {
  const known = new Map(last?.others);
  return others.filter(({ path, digest, pieces }) => {
    const isKnown = digest !== null && known.get(path) === digest && last?.survey.files.has(path) === false;
    return !isKnown && !holds(join(site, path), pieces());
  });
}

/** The published site, compared with the new one. */
interface Replaced {
  /** Files that are not part of the new site. */
  readonly removes: ReadonlySet<string>;
  /** Files of the mirror in the root of the site. */
  readonly top: ReadonlySet<string>;
}

function replacedOf(site: string, own: OwnFiles, before: OwnFiles | null): Replaced {
  const isTop = (path: string): boolean => !path.includes('/');
  if (before !== null) return { removes: new Set(before.without(own)), top: new Set([...before.files].filter(isTop)) };
  const removes = new Set<string>();
  const top = new Set<string>();
  for (const path of listedFiles(site)) {
    if (!own.has(path)) removes.add(path);
    if (isTop(path)) top.add(path);
  }
  return { removes, top };
}

/** What of the names that were foreign to the last site is foreign to the new one, too. */
function foreignOf(foreign: readonly string[], own: OwnFiles, removes: ReadonlySet<string>): readonly string[] {
  const left = new Set([...removes].map((path) => `${dirname(path)}/`));
  const isOwn = (path: string): boolean =>
    path.endsWith('/') ? left.has(path) || own.hasFolder(path.slice(0, -1)) : own.has(path) || removes.has(path);
  return foreign.filter((path) => !isOwn(path));
}

/**
 * Moves what differs into the published site, and removes what is no longer part of it.
 *
 * @param last what the last build published, if only what changed since was made again; else null: then every file was made and
 * compared with the published one.
 */
export async function publishSite(publication: Publication, last: LastSite | null): Promise<Published> {
  const { output, inventory, progress, clean } = publication;
  const { stage, site } = output;
  const known = new Map(last?.lists.filter(([path]) => last.survey.files.has(path) === false));
  const lists = await makeLists(publication, known);
  // The threads have nothing more to do, and what follows needs the memory that only their end frees.
  await publication.crew.dismiss();
  progress.stage('making the site’s own pages', null);
  const lastIndex = last === null ? null : { site, others: last.others, gone: goneOf(last, inventory) };
  // Before the pages: the home page says which of the operator's proofs is of this site's own snapshot.
  const index = indexOf(publication, lastIndex, false);
  const timestamps = shownTimestamps(publication.timestamps, snapshotText(index));
  const files = await otherFiles({ ...publication, catalogue: { ...publication.catalogue, timestamps } });
  const all = publication.producer === null ? index : indexOf(publication, lastIndex, true);
  const others = withIndex(publication, files, all, lists, lastIndex);
  const changed = differing(site, others, last);
  for (const file of changed) write(stage, file);
  progress.stage('checking what was written', null);
  checkStage(publication, lists, changed);
  if (publication.producer !== null) inventory.shapes.addToAll('index.html');

  const published = {
    lists: lists.lists,
    others: others.map(({ path, digest }) => [path, digest] as const),
    shapes: inventory.shapes.lines,
  };
  const own = ownFilesOf(published);
  const { removes, top } = replacedOf(site, own, last === null ? null : ownFilesOf(last));
  // A site without lists of its files was written by an older version: what has our names in it is ours.
  const isUnlisted = output.occupant === 'site' && !hasLists(site);
  const moves = movesOf(stage, site, (path) => isUnlisted || top.has(path));
  const { foreign } = last?.survey ?? (await surveySite(site, own));
  if (moves.length + removes.size > 0) await output.publish({ moves, removes: [...removes] });
  else output.settle();
  await handleForeign(site, foreignOf(foreign, own, removes), clean, progress);
  return published;
}
