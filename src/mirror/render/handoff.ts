/**
 * Hands what is to be shown from the program to the site's pages, in memory.
 *
 * Pages are bundled, so they get a copy of this module of their own, and a variable here would be two. The registry
 * of symbols is the one thing that both copies share, hence a property of the global object. The values cross between
 * two copies of `protocol/`: pages use their members, never `instanceof`.
 */
import type { Catalogue, SiteContext } from '../plan/catalogue.ts';
import type { RecordEntry } from '../plan/plan.ts';
import { csvParts } from '../plan/records-csv.ts';
import { type ReportListPage, reportPages } from '../plan/report-pages.ts';
import type { ShelfPage } from '../plan/shelves.ts';

export interface Handed {
  readonly context: SiteContext;
  /** The suffixes of the record pages to make. */
  readonly suffixes: readonly string[];
  /** @throws RangeError for a suffix that is not to be made. */
  readonly record: (suffix: string) => RecordEntry;
  /** The paths of the list pages to make. */
  readonly shelves: readonly string[];
  /** @throws RangeError for a path that is not to be made. */
  readonly shelf: (path: string) => ShelfPage;
  /** @throws TypeError where only records and lists are made, and no catalogue is at hand. */
  readonly catalogue: () => Catalogue;
}

const KEY = Symbol.for('pith-mirror.handoff');
const shared = globalThis as { [KEY]?: Handed };

/** Makes `handed` what the pages of this thread see until the returned function is called. */
export function handOver(handed: Handed): () => void {
  if (shared[KEY] !== undefined) throw new TypeError('expected one rendering at a time, got a second');
  shared[KEY] = handed;
  return () => {
    delete shared[KEY];
  };
}

function handed(): Handed {
  const value = shared[KEY];
  if (value === undefined) throw new TypeError('expected pages to be rendered by a build, got nothing to show');
  return value;
}

// For the pages.

export const currentSite = (): SiteContext => handed().context;
export const currentSuffixes = (): readonly string[] => handed().suffixes;
/** For record pages. */
export const currentRecord = (suffix: string): RecordEntry => handed().record(suffix);
export const currentShelves = (): readonly string[] => handed().shelves;
/** For list pages, by published path. */
export const currentShelf = (path: string): ShelfPage => handed().shelf(path);
/** For every other page. */
export const currentCatalogue = (): Catalogue => handed().catalogue();

/** Paths of the tables that hold every record. */
export const currentTables = (): readonly string[] => csvParts(currentCatalogue().entries).map(({ path }) => path);

/** Every page of a report at once is as much work as one of them. */
const reports = new WeakMap<Catalogue, ReadonlyMap<string, ReportListPage>>();

/** The pages of the report, by published path. */
export function currentReport(): ReadonlyMap<string, ReportListPage> {
  const catalogue = currentCatalogue();
  const made = reports.get(catalogue) ?? new Map(Array.from(reportPages(catalogue), (page) => [page.path, page]));
  reports.set(catalogue, made);
  return made;
}
