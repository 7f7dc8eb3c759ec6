/**
 * The props of each page. The page renderer passes them directly. Astro's own build calls pages itself, so for it they are
 * handed over in memory.
 *
 * Pages are bundled with their own copy of this module, so a variable here would exist twice. The symbol registry
 * is shared by both copies, hence a property of the global object. The values cross between two copies of
 * `protocol/`: pages use their members, never `instanceof`.
 */
import { reportPage } from '../base/paths.ts';
import type { Catalogue, SiteContext } from '../plan/catalogue.ts';
import type { RecordEntry } from '../plan/plan.ts';
import { csvParts } from '../plan/records-csv.ts';
import { type ReportListPage, reportPages } from '../plan/report-pages.ts';
import { searchDataPaths } from '../plan/search-data.ts';
import type { ShelfPage } from '../plan/shelves.ts';
import type { Tombstone } from '../plan/tombstone.ts';

/** Of `pith/[suffix]/index.astro`. */
export interface RecordPageProps {
  /** What is left of a record, if the operator withholds it. */
  readonly record: RecordEntry | Tombstone;
  readonly site: SiteContext;
}

/** Of `browse/[...shelf]/index.astro`. */
export interface ListPageProps {
  readonly list: ShelfPage;
  readonly site: SiteContext;
}

/** Of `mirror-report/[...part]/index.astro`. */
export interface ReportPageProps {
  readonly report: ReportListPage;
  readonly site: SiteContext;
}

/** For every page that exists once. */
export interface SinglePageProps {
  readonly catalogue: Catalogue;
}

export type PageProps = RecordPageProps | ListPageProps | ReportPageProps | SinglePageProps;

/** The published paths of the search's data, for its page. */
export const searchData = ({ entries }: Catalogue): readonly string[] => searchDataPaths(entries);

/** What Astro's own build renders. */
export interface Handed {
  readonly context: SiteContext;
  /** The suffixes of the record pages to make. */
  readonly suffixes: readonly string[];
  readonly record: (suffix: string) => RecordEntry | Tombstone;
  /** The paths of the list pages to make. */
  readonly shelves: readonly string[];
  readonly shelf: (path: string) => ShelfPage;
  readonly catalogue: Catalogue;
}

const KEY = Symbol.for('pith-mirror.handoff');
const shared = globalThis as { [KEY]?: Handed };

/** Makes `handed` visible to Astro's own build until the returned function is called. */
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

/** A page for Astro: it reads the props when it renders the page, so that not all of them are in memory at once. */
interface StaticPath<Props> {
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly props: Props;
}

/** `2026/05` for `browse/2026/05/index.html`; undefined for the first page. */
const below = (top: string, path: string): string | undefined =>
  path.slice(top.length + 1).replace(/\/?index\.html$/, '') || undefined;

export function recordPaths(): StaticPath<RecordPageProps>[] {
  const { context: site, record, suffixes } = handed();
  return suffixes.map((suffix) => ({
    params: { suffix },
    props: {
      site,
      get record() {
        return record(suffix);
      },
    },
  }));
}

export function listPaths(): StaticPath<ListPageProps>[] {
  const { context: site, shelf, shelves } = handed();
  return shelves.map((path) => ({ params: { shelf: below('browse', path) }, props: { site, list: shelf(path) } }));
}

export function reportPaths(): StaticPath<ReportPageProps>[] {
  const { context: site, catalogue } = handed();
  const top = reportPage().replace('/index.html', '');
  return Array.from(reportPages(catalogue), (report) => ({
    params: { part: below(top, report.path) },
    props: { site, report },
  }));
}

/** The catalogue from a page's props; Astro's own build passes no props to a page that exists once. */
export const catalogueOf = ({ catalogue }: Partial<SinglePageProps>): Catalogue => catalogue ?? handed().catalogue;

/** Paths of the tables of all records. */
export const tablesOf = ({ entries }: Catalogue): readonly string[] => csvParts(entries).map(({ path }) => path);
