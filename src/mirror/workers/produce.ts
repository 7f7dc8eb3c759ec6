/**
 * Makes records, in a worker: reads a record's files, judges and merges them, renders its page, and stages what differs from
 * the published site.
 *
 * Only a few hundred bytes of a record go back to the builder, so a mirror of any size needs little memory.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Engine, ParseError, sha256Hex } from '../../protocol/index.ts';
import { sha256 } from '../../records/lists.ts';
import { type FileSum, packSums } from '../../records/sums.ts';
import { bytesOf, type Content, holds, linkOrCopy, writeNew, writeNewChecked } from '../base/disk.ts';
import { BuildError, codeOf } from '../base/failure.ts';
import * as paths from '../base/paths.ts';
import { lostEvents } from '../base/published-state.ts';
import { digestOfSums, type SiteFile } from '../base/site-file.ts';
import { type JudgedFile, judgeBundle } from '../judge/judge.ts';
import { type FileReport, fileLine, rejectedFile } from '../judge/report.ts';
import { type CatalogueEntry, catalogueEntry, type SiteContext } from '../plan/catalogue.ts';
import { recordFiles } from '../plan/documents.ts';
import { hasWellKnownFiles } from '../plan/host-files.ts';
import { type InputLine, NOTHING_PRODUCED, type Produced, type RecordLine, type RecordTask } from '../plan/lines.ts';
import { type Across, NOTHING_ACROSS, planRecord, type RecordEntry, type RecordPlan } from '../plan/plan.ts';
import type { ShelfPage } from '../plan/shelves.ts';
import type { Tombstone, Withheld } from '../plan/tombstone.ts';
import { claimsExclusion } from '../read/exclusion.ts';
import { isNoteName, type Note, readNote } from '../read/notes.ts';
import { type InputFile, readInput, stampAt } from '../read/read.ts';
import type { PageRenderer } from '../render/page-renderer.ts';
import { LIST_PAGE, RECORD_PAGE } from '../render/page-renderer.ts';
import { type BuildPart, claimedSuffix, isOfPart } from '../resume/shard.ts';
import type { ListResult } from './task.ts';

function fail(path: string, why: string): never {
  throw new BuildError(`self-check failed, nothing was published: ${path}: ${why}`);
}

export interface ProducerOptions extends BuildPart {
  readonly context: SiteContext;
  /** The folder that gets the site's new files. */
  readonly stage: string;
  /** The folder of the published site, whose files stay if they are the same; null if there is none. */
  readonly published: string | null;
  /** Null if Astro itself renders the pages, later. */
  readonly pages: PageRenderer | null;
  readonly engine: Engine;
}

/** All files of a record. Those that differ from the published ones are in the stage. */
interface Staged {
  readonly sums: readonly FileSum[];
  /** Paths of those that differ. */
  readonly changed: ReadonlySet<string>;
}

/** What became of a record's files. */
interface Written {
  readonly sums: readonly FileSum[];
  readonly isStaged: boolean;
  readonly lost: readonly string[];
}

export class Producer {
  readonly #context: SiteContext;
  readonly #engine: Engine;
  readonly #part: BuildPart;
  readonly #stage: string;
  readonly #published: string | null;
  readonly #pages: PageRenderer | null;

  constructor({ context, stage, published, pages, engine, shard, only }: ProducerOptions) {
    this.#part = { shard, only };
    this.#engine = engine;
    this.#context = context;
    this.#stage = stage;
    this.#published = published;
    this.#pages = pages;
  }

  /** Judges one bundle file, and makes its record as if it had no other. */
  async alone(file: InputFile): Promise<Produced> {
    const judged = this.#judge(file);
    if (judged === null) return NOTHING_PRODUCED;
    const line: InputLine = {
      name: file.name,
      sha256: judged.report.sha256,
      suffix: judged.bundle?.suffix ?? null,
      report: fileLine(judged.report),
    };
    const { entry } = judged.bundle === null ? { entry: null } : planRecord([judged], [], NOTHING_ACROSS);
    if (entry === null) return { ...NOTHING_PRODUCED, lines: [line] };
    const row = catalogueEntry(entry);
    return this.#produced([line], row, NOTHING_ACROSS, await this.#write(entry));
  }

  /**
   * Makes a record from all of its files.
   *
   * @throws BuildError if a bundle has changed since it was judged alone.
   */
  async together({ suffix, files, across }: RecordTask): Promise<Produced> {
    for (const folder of this.#foldersOf(suffix)) rmSync(folder, { recursive: true, force: true });
    const { judged, notes, rejected, entry, withheld, reports } = this.#plan({ suffix, files, across });
    const reportOf = new Map<string, FileReport>([...reports, ...rejected].map((report) => [report.file, report]));
    const digestOf = new Map([
      ...judged.map(({ report }) => [report.file, report.sha256] as const),
      ...notes.map((note) => [note.file, note.sha256] as const),
      ...rejected.map(({ file, sha256 }) => [file, sha256] as const),
    ]);
    const lines = files.map(({ name }): InputLine => {
      const report = reportOf.get(name);
      return {
        name,
        sha256: digestOf.get(name) ?? null,
        suffix,
        report: report === undefined ? null : fileLine(report),
      };
    });
    if (withheld !== null) return this.#tombstone(lines, withheld);
    if (entry === null) return { ...NOTHING_PRODUCED, lines };
    const row = catalogueEntry(entry);
    const written = await this.#write(entry);
    if (written === null) return fail(paths.recordPage(suffix), 'expected no such folder yet');
    return this.#produced(lines, row, across, written);
  }

  /** In the place of a record that the operator withholds: one page. */
  async #tombstone(lines: readonly InputLine[], { tombstone, line }: Withheld): Promise<Produced> {
    const page = await this.#page(tombstone);
    const staged = this.#stageFiles(line.suffix, page === null ? [] : [page]);
    if (staged === null) return fail(paths.recordPage(line.suffix), 'expected no such folder yet');
    const { sums, changed } = staged;
    return {
      lines,
      record: null,
      withheld: this.#part.shard === null ? line : { ...line, digest: digestOfSums(sums) },
      isWritten: true,
      isStaged: changed.size > 0,
      sums: packSums(line.suffix, sums),
      // The record is taken away on purpose.
      lost: [],
    };
  }

  /** @param written null if another file of the number was staged at the same time. */
  #produced(lines: readonly InputLine[], entry: CatalogueEntry, across: Across, written: Written | null): Produced {
    const { sums = [], isStaged = false, lost = [] } = written ?? {};
    const record: RecordLine =
      this.#part.shard === null ? { entry, across } : { entry, across, digest: digestOfSums(sums) };
    return {
      lines,
      record,
      withheld: null,
      isWritten: written !== null,
      isStaged,
      sums: packSums(entry.suffix, sums),
      lost,
    };
  }

  /** The record itself, or what is left of it, for Astro's own rendering. */
  planned(task: RecordTask): RecordEntry | Tombstone {
    const { entry, withheld } = this.#plan(task);
    const shown = withheld?.tombstone ?? entry;
    if (shown === null) throw new BuildError(`the files of ${task.suffix} changed while they were read; build again`);
    return shown;
  }

  /** Renders one list, and stages it unless the published one is the same. */
  async list(page: ShelfPage): Promise<ListResult> {
    if (this.#pages === null) return { sha256: '', isStaged: false };
    const html = await this.#pages.render(LIST_PAGE, { list: page, site: this.#context });
    if (!html.trimEnd().endsWith('</html>')) fail(page.path, 'expected a whole page');
    const isStaged = !this.#isPublished(page.path, html);
    if (isStaged) {
      const target = join(this.#stage, page.path);
      mkdirSync(dirname(target), { recursive: true });
      writeNew(target, [html]);
    }
    return { sha256: sha256(html), isStaged };
  }

  #plan({ suffix, files, across }: RecordTask): RecordPlan & {
    readonly judged: readonly JudgedFile[];
    readonly notes: readonly Note[];
    readonly rejected: readonly FileReport[];
  } {
    const judged: JudgedFile[] = [];
    const notes: Note[] = [];
    const rejected: FileReport[] = [];
    let isExclusionUnread = false;
    for (const file of files) {
      if (isNoteName(basename(file.name))) {
        const note = this.#note(file);
        if ('report' in note) {
          rejected.push(note.report);
          isExclusionUnread ||= note.claimsExclusion;
        } else notes.push(note);
      } else {
        const bundle = this.#judge(file);
        if (bundle?.bundle?.suffix !== suffix)
          throw new BuildError(`${file.name} changed while it was read; build again`);
        judged.push(bundle);
      }
    }
    return { judged, notes, rejected, ...planRecord(judged, notes, across, isExclusionUnread) };
  }

  /** @returns null for a file of another part. */
  #judge(file: InputFile): JudgedFile | null {
    const { shard, only } = this.#part;
    const isPart = shard !== null || only !== null;
    try {
      const bytes = readInput(file);
      if (isPart && !isOfPart(claimedSuffix(bytes), file.name, this.#part)) return null;
      return judgeBundle(file.name, bytes, this.#context.trust, this.#engine);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      requireStillThere(file);
      if (!isOfPart(null, file.name, this.#part)) return null;
      const report = rejectedFile(file.name, null, error);
      return { report, checks: [], verificationFindings: [], bundle: null, merged: null };
    }
  }

  #note(file: InputFile): Note | { readonly report: FileReport; readonly claimsExclusion: boolean } {
    let bytes: Uint8Array | null = null;
    try {
      bytes = readInput(file);
      return readNote(file.name, bytes, this.#context.trust);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      requireStillThere(file);
      const report = rejectedFile(file.name, bytes === null ? null : sha256Hex(bytes), error);
      return { report, claimsExclusion: bytes !== null && claimsExclusion(bytes) };
    }
  }

  #foldersOf(suffix: string): readonly string[] {
    return [paths.bundleFile(suffix), paths.wellKnownBundleFile(suffix)].map(
      (path) => `${this.#stage}/${dirname(path)}`,
    );
  }

  async #page(record: RecordEntry | Tombstone): Promise<SiteFile | null> {
    if (this.#pages === null) return null;
    const { suffix, pithNumber } = 'identified' in record ? record.identified : record;
    const html = await this.#pages.render(RECORD_PAGE, { record, site: this.#context });
    const path = paths.recordPage(suffix);
    if (!html.trimEnd().endsWith('</html>') || !html.includes(pithNumber))
      fail(path, `expected a whole page of ${pithNumber}`);
    return { path, content: html };
  }

  /** Whether the published site has this file already: comparing is cheaper than writing, and checks what is published. */
  #isPublished(path: string, content: Content): boolean {
    return this.#published !== null && holds(`${this.#published}/${path}`, [content]);
  }

  /** @returns null, with nothing staged, if another file of this number was staged at the same time. */
  async #write(entry: RecordEntry): Promise<Written | null> {
    const { suffix } = entry.identified;
    const page = await this.#page(entry);
    const planned = [...recordFiles(entry), ...(page === null ? [] : [page])];
    const second = hasWellKnownFiles(this.#context.host ?? 'static')
      ? null
      : paths.wellKnownBundleFile(entry.identified.suffix);
    const files = planned.filter(({ path }) => path !== second);
    const staged = this.#stageFiles(suffix, files);
    if (staged === null) return null;
    const { sums, changed } = staged;
    return { sums, isStaged: changed.size > 0, lost: this.#lost(suffix, files, changed) };
  }

  /**
   * Stages the files that differ from the published ones. Each is turned into bytes once: these are hashed, compared, written and
   * read back.
   *
   * @returns null, with nothing staged, if the record's folder is staged already: the record is made of both files later.
   */
  #stageFiles(suffix: string, files: readonly SiteFile[]): Staged | null {
    const [folder = '', wellKnown = ''] = this.#foldersOf(suffix);
    const bundle = paths.bundleFile(suffix);
    const sums: FileSum[] = [];
    const changed = new Set<string>();
    /** The names that each folder must have in the end. */
    const folders = new Map<string, Set<string>>();
    for (const { path, content } of files) {
      const bytes = bytesOf(content);
      sums.push({ path, sha256: sha256(bytes) });
      if (this.#isPublished(path, bytes)) continue;
      if (folders.size === 0) {
        if (!makeFolder(folder)) return null;
        folders.set(folder, new Set());
      }
      const target = `${this.#stage}/${path}`;
      const slash = target.lastIndexOf('/');
      const parent = target.slice(0, slash);
      if (!folders.has(parent)) {
        mkdirSync(parent);
        folders.set(parent, new Set());
        folders.get(dirname(parent))?.add(basename(parent));
      }
      folders.get(parent)?.add(target.slice(slash + 1));
      // One file under two names costs half. Nobody ever writes into a published file, so they stay the same.
      const isSecond = parent === wellKnown && changed.has(bundle);
      if (isSecond) linkOrCopy(`${this.#stage}/${bundle}`, target);
      if (!(isSecond ? holds(target, [bytes]) : writeNewChecked(target, bytes)))
        fail(path, 'expected the bytes that were planned, got others');
      changed.add(path);
    }
    for (const [staged, names] of folders) checkFolder(staged, names);
    return { sums, changed };
  }

  /** The events of the published state that the new one lacks. If the state's file stays, there are none. */
  #lost(suffix: string, files: readonly SiteFile[], changed: ReadonlySet<string>): readonly string[] {
    if (this.#published === null) return [];
    const path = paths.stateFile(suffix);
    const state = files.find((file) => file.path === path);
    if (state !== undefined && !changed.has(path)) return [];
    return lostEvents(`${this.#published}/${path}`, state?.content ?? null);
  }
}

/** Makes a folder. @returns false if it is there already. */
function makeFolder(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * A file that is gone is not a bad file: somebody changes the input, or its disk was unmounted.
 *
 * @throws BuildError if the file is gone; the system's error if the file system does not answer.
 */
function requireStillThere(file: InputFile): void {
  if (stampAt(file.path) === null)
    throw new BuildError(
      `${file.name} disappeared while the input was read; nothing was published. Check that the input is complete, and build again`,
    );
}

/** A staged folder has the files of its record that differ, and no other. */
function checkFolder(folder: string, expected: ReadonlySet<string>): void {
  const found = readdirSync(folder);
  const extra = found.find((name) => !expected.has(name));
  if (extra !== undefined) fail(`${folder}/${extra}`, 'expected no such file');
  if (found.length !== expected.size) fail(folder, `expected ${expected.size} files, got ${found.length}`);
}
