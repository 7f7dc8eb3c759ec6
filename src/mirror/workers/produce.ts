/**
 * Makes records, in a worker: reads a record's files, judges and merges them, renders its page, writes and checks it.
 *
 * Nothing of a record goes back to the builder but a few hundred bytes, so a mirror of any size needs little memory.
 */
import { linkSync, mkdirSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Engine, ParseError, sha256Hex } from '../../protocol/index.ts';
import { sha256 } from '../../records/lists.ts';
import { type FileSum, packSums } from '../../records/sums.ts';
import { type Content, holds, writeNew } from '../base/disk.ts';
import { BuildError, codeOf } from '../base/failure.ts';
import * as paths from '../base/paths.ts';
import { digestOfSums, type SiteFile, sumsOf } from '../base/site-file.ts';
import { type JudgedFile, judgeBundle } from '../judge/judge.ts';
import { type FileReport, fileLine, rejectedFile } from '../judge/report.ts';
import { type CatalogueEntry, catalogueEntry, type SiteContext } from '../plan/catalogue.ts';
import { recordFiles } from '../plan/documents.ts';
import { hasWellKnownFiles } from '../plan/host-files.ts';
import { type InputLine, type Produced, type RecordLine, type RecordTask, secondsOf } from '../plan/lines.ts';
import { type Across, NOTHING_ACROSS, planRecord, type RecordEntry } from '../plan/plan.ts';
import type { ShelfPage } from '../plan/shelves.ts';
import { isNoteName, type Note, readNote } from '../read/notes.ts';
import { type InputFile, readInput } from '../read/read.ts';
import type { PageRenderer } from '../render/page-renderer.ts';
import { LIST_PAGE, RECORD_PAGE } from '../render/page-renderer.ts';
import { claimedSuffix, isOfPart, type Part } from '../resume/shard.ts';

function fail(path: string, why: string): never {
  throw new BuildError(`self-check failed, nothing is published: ${path}: ${why}`);
}

export interface ProducerOptions extends Part {
  readonly context: SiteContext;
  /** The folder that gets the site's new files. */
  readonly stage: string;
  /** Null where Astro itself renders the pages, later. */
  readonly pages: PageRenderer | null;
  readonly engine: Engine;
}

export class Producer {
  readonly #context: SiteContext;
  readonly #engine: Engine;
  readonly #part: Part;
  readonly #stage: string;
  readonly #pages: PageRenderer | null;

  constructor({ context, stage, pages, engine, shard, only }: ProducerOptions) {
    this.#part = { shard, only };
    this.#engine = engine;
    this.#context = context;
    this.#stage = stage;
    this.#pages = pages;
  }

  /** Judges one bundle file, and makes its record as if it had no other. */
  async alone(file: InputFile): Promise<Produced> {
    const judged = this.#judge(file);
    if (judged === null) return { lines: [], record: null, isWritten: false, sums: '' };
    const line: InputLine = {
      name: file.name,
      sha256: judged.report.sha256,
      suffix: judged.bundle?.suffix ?? null,
      report: fileLine(judged.report),
    };
    const { entry } = judged.bundle === null ? { entry: null } : planRecord([judged], [], NOTHING_ACROSS);
    if (entry === null) return { lines: [line], record: null, isWritten: false, sums: '' };
    const row = catalogueEntry(entry);
    const files = await this.#write(entry, row);
    return this.#produced([line], row, NOTHING_ACROSS, files);
  }

  /**
   * Makes a record of all of its files.
   *
   * @throws BuildError where a bundle is not any more what it was when it was judged alone.
   */
  async together({ suffix, files, across }: RecordTask): Promise<Produced> {
    for (const folder of this.#foldersOf(suffix)) rmSync(folder, { recursive: true, force: true });
    const { judged, notes, rejected, entry, reports } = this.#plan({ suffix, files, across });
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
    if (entry === null) return { lines, record: null, isWritten: false, sums: '' };
    const row = catalogueEntry(entry);
    const written = await this.#write(entry, row);
    if (written === null) return fail(paths.recordPage(suffix), 'expected no such folder yet');
    return this.#produced(lines, row, across, written);
  }

  /** @param files that were written; null where another file of the number was first. */
  #produced(
    lines: readonly InputLine[],
    entry: CatalogueEntry,
    across: Across,
    files: readonly SiteFile[] | null,
  ): Produced {
    const sums: readonly FileSum[] = sumsOf(files ?? []);
    const record: RecordLine =
      this.#part.shard === null ? { entry, across } : { entry, across, digest: digestOfSums(sums) };
    return { lines, record, isWritten: files !== null, sums: packSums(entry.suffix, sums) };
  }

  /** The record itself, for Astro's own rendering. */
  planned(task: RecordTask): RecordEntry {
    const { entry } = this.#plan(task);
    if (entry === null) throw new BuildError(`the files of ${task.suffix} changed while they were read; build again`);
    return entry;
  }

  /** Renders and writes one list. @param seconds its time, since 1970. @returns its SHA-256; `''` if Astro renders it. */
  async list(page: ShelfPage, seconds: number): Promise<string> {
    if (this.#pages === null) return '';
    const html = await this.#pages.render(LIST_PAGE, { list: page, site: this.#context });
    const target = join(this.#stage, page.path);
    mkdirSync(dirname(target), { recursive: true });
    writeNew(target, [html], seconds);
    return sha256(html);
  }

  #plan({ suffix, files, across }: RecordTask): ReturnType<typeof planRecord> & {
    readonly judged: readonly JudgedFile[];
    readonly notes: readonly Note[];
    readonly rejected: readonly FileReport[];
  } {
    const judged: JudgedFile[] = [];
    const notes: Note[] = [];
    const rejected: FileReport[] = [];
    for (const file of files) {
      if (isNoteName(basename(file.name))) {
        const note = this.#note(file);
        if ('outcome' in note) rejected.push(note);
        else notes.push(note);
      } else {
        const bundle = this.#judge(file);
        if (bundle?.bundle?.suffix !== suffix)
          throw new BuildError(`${file.name} changed while it was read; build again`);
        judged.push(bundle);
      }
    }
    return { judged, notes, rejected, ...planRecord(judged, notes, across) };
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
      if (!isOfPart(null, file.name, this.#part)) return null;
      const report = rejectedFile(file.name, null, error);
      return { report, checks: [], verificationFindings: [], bundle: null, merged: null };
    }
  }

  #note(file: InputFile): Note | FileReport {
    let sha256: string | null = null;
    try {
      const bytes = readInput(file);
      sha256 = sha256Hex(bytes);
      return readNote(file.name, bytes, this.#context.trust);
    } catch (error) {
      if (error instanceof ParseError) return rejectedFile(file.name, sha256, error);
      throw error;
    }
  }

  #foldersOf(suffix: string): readonly string[] {
    return [paths.bundleFile(suffix), paths.wellKnownBundleFile(suffix)].map(
      (path) => `${this.#stage}/${dirname(path)}`,
    );
  }

  async #page(entry: RecordEntry): Promise<SiteFile | null> {
    if (this.#pages === null) return null;
    const { suffix, pithNumber } = entry.identified;
    const html = await this.#pages.render(RECORD_PAGE, { record: entry, site: this.#context });
    const path = paths.recordPage(suffix);
    if (!html.trimEnd().endsWith('</html>') || !html.includes(pithNumber))
      fail(path, `expected a whole page of ${pithNumber}`);
    return { path, content: html };
  }

  /** @returns what was written; null, with nothing written, where the record's folder is there already. */
  async #write(entry: RecordEntry, { time }: CatalogueEntry): Promise<readonly SiteFile[] | null> {
    const page = await this.#page(entry);
    const planned = [...recordFiles(entry), ...(page === null ? [] : [page])];
    const second = hasWellKnownFiles(this.#context.host ?? 'static')
      ? null
      : paths.wellKnownBundleFile(entry.identified.suffix);
    const files = planned.filter(({ path }) => path !== second);
    const [folder = '', wellKnown = ''] = this.#foldersOf(entry.identified.suffix);
    try {
      mkdirSync(folder);
    } catch (error) {
      // Two files of one number, judged at the same time: the record is made of both, later.
      if (codeOf(error) === 'EEXIST') return null;
      throw error;
    }
    const seconds = secondsOf(time);
    /** The names that each folder of the record must have in the end. */
    const folders = new Map([[folder, new Set<string>()]]);
    for (const { path, content } of files) {
      const target = `${this.#stage}/${path}`;
      const slash = target.lastIndexOf('/');
      const parent = target.slice(0, slash);
      if (!folders.has(parent)) {
        mkdirSync(parent);
        folders.set(parent, new Set());
        folders.get(dirname(parent))?.add(basename(parent));
      }
      folders.get(parent)?.add(target.slice(slash + 1));
      if (parent === wellKnown) linkOrWrite(`${folder}/bundle.json`, target, content, seconds);
      else writeNew(target, [content], seconds);
    }
    for (const parent of folders.keys()) utimesSync(parent, seconds, seconds);
    this.#check(files, folders);
    return files;
  }

  /** Reads back what was written. What was verified are the very bytes that are compared here. */
  #check(files: readonly SiteFile[], folders: ReadonlyMap<string, ReadonlySet<string>>): void {
    for (const { path, content } of files) {
      if (!holds(`${this.#stage}/${path}`, [content])) fail(path, 'expected the bytes that were planned, got others');
    }
    for (const [folder, names] of folders) checkFolder(folder, names);
  }
}

/** A record's folder has its files, and no other. */
function checkFolder(folder: string, expected: ReadonlySet<string>): void {
  const found = readdirSync(folder);
  const extra = found.find((name) => !expected.has(name));
  if (extra !== undefined) fail(`${folder}/${extra}`, 'expected no such file');
  if (found.length !== expected.size) fail(folder, `expected ${expected.size} files, got ${found.length}`);
}

/** One file under two names costs half. Nobody ever writes into a published file, so they stay the same. */
function linkOrWrite(existing: string, path: string, content: Content, time: number): void {
  try {
    linkSync(existing, path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST' || codeOf(error) === 'ENOSPC') throw error;
    // A file system without links, or with few.
    writeNew(path, [content], time);
  }
}
