/**
 * The inventory: the result for each input file, and a few hundred bytes of each record. It is all that a build keeps
 * in memory, what the next one starts from, and what shows which records must be rebuilt. Pure.
 */
import { compareCodePoints } from '../../protocol/index.ts';
import { type FileSum, unpackSums } from '../../records/sums.ts';
import { bytesOf, type Content, contentText } from '../base/disk.ts';
import { type Duplicate, duplicatesOf, type FileLine } from '../judge/report.ts';
import { type CatalogueEntry, compareEntries } from '../plan/catalogue.ts';
import type { InputLine, Produced, RecordLine, RecordTask } from '../plan/lines.ts';
import { type Across, acrossRecords, NOTHING_ACROSS } from '../plan/plan.ts';
import { compareWithheld, type WithheldLine } from '../plan/tombstone.ts';
import { suffixOfNote } from '../read/notes.ts';
import type { InputFile } from '../read/read.ts';
import { type ShapeLines, Shapes, shapeOfSums } from './shapes.ts';

const CHUNK_BYTES = 1 << 20;

/** Texts that are kept to the end and never read before: as bytes in a few buffers, so that the garbage collector does not walk through them. */
class TextStore {
  #chunk = new Uint8Array(0);
  #used = 0;

  keep(text: Content): Uint8Array {
    const bytes = bytesOf(text);
    if (this.#used + bytes.length > this.#chunk.length) {
      this.#chunk = new Uint8Array(Math.max(CHUNK_BYTES, bytes.length));
      this.#used = 0;
    }
    this.#chunk.set(bytes, this.#used);
    const kept = this.#chunk.subarray(this.#used, this.#used + bytes.length);
    this.#used += bytes.length;
    return kept;
  }
}

export class Inventory {
  readonly #files = new Map<string, InputFile>();
  readonly #lines = new Map<string, InputLine>();
  readonly #records = new Map<string, RecordLine>();
  /** Records that the operator withholds; they are not among the others. */
  readonly #withheld = new Map<string, WithheldLine>();
  /** Sorted when they are asked for. */
  #entries: readonly CatalogueEntry[] | null = null;
  /** Found when they are asked for. */
  #duplicates: readonly Duplicate[] | null = null;
  readonly #texts = new TextStore();
  /** Records made in this build, with the digests of their files. */
  readonly #made = new Map<string, Uint8Array>();
  /** Those of them that have files in the stage. */
  readonly #staged = new Set<string>();
  /** The events that the published state of a record has and the new one has not. */
  readonly #lost = new Map<string, readonly string[]>();
  readonly #shapes: Shapes;
  /** Records that have to be made of all of their files. */
  readonly #pending = new Set<string>();
  /** Records whose files came, changed or went. */
  readonly #touched = new Set<string>();

  /** @param files the input as it is now. @param before lines and records of the last build. */
  constructor(
    files: readonly InputFile[],
    before: {
      readonly lines: readonly InputLine[];
      readonly records: readonly RecordLine[];
      readonly withheld: readonly WithheldLine[];
      readonly shapes?: ShapeLines;
    } | null,
  ) {
    this.#shapes = new Shapes(before?.shapes ?? []);
    for (const file of files) this.#files.set(file.name, file);
    for (const line of before?.lines ?? []) this.#lines.set(line.name, line);
    for (const record of before?.records ?? []) this.#records.set(record.entry.suffix, record);
    for (const line of before?.withheld ?? []) this.#withheld.set(line.suffix, line);
  }

  /** The record that a file is about, as far as that is known. */
  #suffixOf(name: string): string | null {
    return this.#lines.get(name)?.suffix ?? suffixOfNote(name);
  }

  /** Files that have changed: what is known about them is forgotten. */
  touch(names: Iterable<string>): void {
    for (const name of names) {
      const suffix = this.#suffixOf(name);
      if (suffix !== null) this.#touched.add(suffix);
      this.#lines.delete(name);
    }
    this.#duplicates = null;
  }

  /** Records whose published files are not complete are made again. */
  redo(suffixes: Iterable<string>): void {
    for (const suffix of suffixes) this.#touched.add(suffix);
  }

  /** Adds the result for a bundle file alone. */
  addAlone(produced: Produced): void {
    const { lines, record, isWritten } = produced;
    for (const line of lines) {
      this.#setLine(line);
      if (line.suffix !== null) this.#touched.add(line.suffix);
    }
    if (record === null) return;
    const { suffix } = record.entry;
    const isFirst = isWritten && !this.#made.has(suffix);
    if (isFirst) this.#setMade(suffix, produced);
    else this.#pending.add(suffix);
    // The record of the file that was written stays: it may turn out that the others have the same bytes.
    if (isFirst || !this.#made.has(suffix)) this.#setRecord(record);
  }

  /** Adds a record that was made from all of its files. */
  addTogether(suffix: string, produced: Produced): void {
    const { lines, record, withheld } = produced;
    for (const line of lines) this.#setLine(line);
    this.#pending.delete(suffix);
    if (record !== null) {
      this.#setMade(suffix, produced);
      this.#setRecord(record);
      return;
    }
    this.#remove(suffix);
    if (withheld === null) return;
    this.#setMade(suffix, produced);
    this.#withheld.set(suffix, withheld);
  }

  /** Adds a record that was copied from a shard. */
  addCopied(suffix: string, copied: Pick<Produced, 'sums' | 'isStaged' | 'lost'>): void {
    this.#setMade(suffix, copied);
  }

  #setMade(suffix: string, { sums, isStaged, lost }: Pick<Produced, 'sums' | 'isStaged' | 'lost'>): void {
    this.#made.set(suffix, this.#texts.keep(sums));
    this.#shapes.set(suffix, shapeOfSums(sums));
    if (isStaged) this.#staged.add(suffix);
    else this.#staged.delete(suffix);
    if (lost.length > 0) this.#lost.set(suffix, lost);
    else this.#lost.delete(suffix);
  }

  /** The files of each number, in the order of the input; of those with the same bytes, only the first. */
  #groups(of: ReadonlySet<string>): ReadonlyMap<string, readonly InputFile[]> {
    if (of.size === 0) return new Map();
    const left = new Set(this.duplicates.map(({ file }) => file));
    const groups = new Map<string, InputFile[]>([...of].map((suffix) => [suffix, []]));
    for (const file of this.#files.values()) {
      const suffix = left.has(file.name) ? null : this.#suffixOf(file.name);
      if (suffix !== null) groups.get(suffix)?.push(file);
    }
    return groups;
  }

  /** After every file alone: records of several files, of notes, and those of which files went. */
  tasksOfFiles(): readonly RecordTask[] {
    const tasks: RecordTask[] = [];
    for (const [suffix, files] of this.#groups(this.#touched)) {
      // Whichever of several equal files was written first: the record is the same.
      if (files.length === 1 && this.#made.has(suffix)) {
        this.#pending.delete(suffix);
        continue;
      }
      if (files.length === 0) this.#remove(suffix);
      else tasks.push({ suffix, files, across: NOTHING_ACROSS });
    }
    this.#touched.clear();
    return tasks;
  }

  /** After that: records whose pages do not mention yet, or must no longer mention, what they share with others. */
  tasksOfCollisions(): readonly RecordTask[] {
    const found = acrossRecords(this.entries());
    const stale = new Map<string, Across>();
    for (const [suffix, record] of this.#records) {
      const now = found.get(suffix) ?? NOTHING_ACROSS;
      const { findings, versions } = record.across;
      if (now === NOTHING_ACROSS && findings.length + versions.length === 0) continue;
      if (JSON.stringify(now) !== JSON.stringify(record.across)) stale.set(suffix, now);
    }
    const groups = this.#groups(new Set(stale.keys()));
    return [...stale].map(([suffix, across]) => ({ suffix, files: groups.get(suffix) ?? [], across }));
  }

  /** Every record as a task, withheld ones included, for Astro's own rendering. */
  tasksOfAll(): ReadonlyMap<string, RecordTask> {
    const suffixes = [...this.#records.keys(), ...this.#withheld.keys()];
    const groups = this.#groups(new Set(suffixes));
    return new Map(
      suffixes.map((suffix) => {
        const across = this.#records.get(suffix)?.across ?? NOTHING_ACROSS;
        return [suffix, { suffix, files: groups.get(suffix) ?? [], across }];
      }),
    );
  }

  /** In the order of the catalogue. */
  entries(): readonly CatalogueEntry[] {
    this.#entries ??= [...this.#records.values()].map(({ entry }) => entry).sort(compareEntries);
    return this.#entries;
  }

  #setLine(line: InputLine): void {
    const { report } = line;
    const kept = report === null ? null : { ...report, text: this.#texts.keep(report.text) };
    this.#lines.set(line.name, { ...line, report: kept });
    this.#duplicates = null;
  }

  #remove(suffix: string): void {
    this.#made.delete(suffix);
    this.#staged.delete(suffix);
    this.#lost.delete(suffix);
    this.#shapes.delete(suffix);
    this.#withheld.delete(suffix);
    if (this.#records.delete(suffix)) this.#entries = null;
  }

  #setRecord(record: RecordLine): void {
    const { suffix } = record.entry;
    if (this.#records.get(suffix)?.entry.digest !== record.entry.digest) this.#entries = null;
    this.#records.set(suffix, record);
    this.#withheld.delete(suffix);
  }

  /** The names of each record's files. */
  get shapes(): Shapes {
    return this.#shapes;
  }

  /** Suffixes of the records that have files in the stage. */
  get staged(): ReadonlySet<string> {
    return this.#staged;
  }

  /** For each suffix, the events that its published state has and its new one has not. */
  get lost(): ReadonlyMap<string, readonly string[]> {
    return this.#lost;
  }

  /** Suffixes of the records that were made in this build. */
  get made(): ReadonlySet<string> {
    return new Set(this.#made.keys());
  }

  /** The digests of a made record's files. */
  sumsOf(suffix: string): readonly FileSum[] {
    return unpackSums(suffix, contentText(this.#made.get(suffix) ?? ''));
  }

  /** Whether the site has a page of this number: a record's, or a tombstone. */
  has(suffix: string): boolean {
    return this.#records.has(suffix) || this.#withheld.has(suffix);
  }

  isWithheld(suffix: string): boolean {
    return this.#withheld.has(suffix);
  }

  /** Records that the operator withholds, by suffix. */
  get withheld(): readonly WithheldLine[] {
    return [...this.#withheld.values()].sort(compareWithheld);
  }

  /** Files that have the same bytes as another file. */
  get duplicates(): readonly Duplicate[] {
    this.#duplicates ??= duplicatesOf(this.#allReports());
    return this.#duplicates;
  }

  /**
   * Of each file; of those with the same bytes, only of the first. The bundles of a withheld record are left out, because
   * findings quote the paper; of a note that excludes a record, the operator is told what is wrong.
   */
  get reports(): readonly FileLine[] {
    const left = new Set(this.duplicates.map(({ file }) => file));
    return [...this.#allReports()].filter(({ file }) => !left.has(file) && !this.#isOfWithheld(file));
  }

  #isOfWithheld(file: string): boolean {
    if (this.#withheld.size === 0) return false;
    const suffix = this.#lines.get(file)?.suffix ?? null;
    return suffix !== null && this.#withheld.has(suffix) && suffixOfNote(file) === null;
  }

  *#allReports(): Generator<FileLine> {
    for (const { report } of this.#lines.values()) if (report !== null) yield report;
  }

  /** By name; to be kept for the next build. */
  get lines(): readonly InputLine[] {
    return [...this.#lines.values()].sort((a, b) => compareCodePoints(a.name, b.name));
  }

  /** The same without the reports that are not published. */
  get publicLines(): readonly InputLine[] {
    return this.lines.map((line) => (this.#isOfWithheld(line.name) ? { ...line, report: null } : line));
  }

  /** In the order of the catalogue, so that the next build has little to sort. */
  get records(): readonly RecordLine[] {
    return this.entries().flatMap(({ suffix }) => this.#records.get(suffix) ?? []);
  }
}
