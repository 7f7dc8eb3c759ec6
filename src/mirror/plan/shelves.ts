/**
 * The browse trees as plain data: every list page with all that it shows, made from the catalogue's entries. Pure.
 *
 * A shelf is one year, one category or one status. Its pages are made to be stable when records are added, so that a
 * daily update renders few pages again and an address that was there stays:
 *
 * - A shelf of at most {@link PAGE_ROWS} records is one page, with all of them.
 * - A larger one is an index, with its newest rows and what it is parted into: numbered pages, filled from the oldest on,
 *   so that a record of today changes the last page alone. A year is parted into months first.
 * - A category, status or year of one of more than {@link LARGE} is parted by time first, so that an old record that
 *   comes late moves the rows of its own year or month alone. Only when a shelf grows past this do addresses go.
 *
 * Nothing on a page depends on how many other pages or records there are, but for the counts on an index.
 */
import { CATEGORIES, categoryOf } from '../../formats/categories.ts';
import { browsePage } from '../base/paths.ts';
import type { CatalogueEntry, Mark, Verdict } from './catalogue.ts';

/** Rows of a page, at most. */
export const PAGE_ROWS = 100;
/** Records of a category or a status in numbered pages, at most; with finer parts, most pages would have few rows. */
const LARGE = 1000;
/** Rows of an index: the newest of its shelf. */
export const NEWEST_ROWS = 20;

export interface PageLink {
  readonly path: string;
  readonly name: string;
}

/** One part of what an index lists. */
export interface ShelfPart extends PageLink {
  /** What the name stands for, where the name is a code. */
  readonly words: string | null;
  readonly records: number;
}

export interface ShelfGroup {
  /** What the parts are told apart by. `time`: years, months or numbered pages. */
  readonly by: 'time' | 'subject' | 'status';
  /** The subject; null for the others. */
  readonly heading: string | null;
  readonly parts: readonly ShelfPart[];
}

export interface ShelfPage {
  readonly path: string;
  readonly heading: string;
  /** The indexes above it, the top first. */
  readonly above: readonly PageLink[];
  /** What it is parted into; newest or first letter first. Empty on a page that has only rows. */
  readonly groups: readonly ShelfGroup[];
  /** Newest first. */
  readonly rows: readonly CatalogueEntry[];
  /** Whether `rows` are only the newest of what is below this page. */
  readonly isIndex: boolean;
  readonly newer: PageLink | null;
  readonly older: PageLink | null;
}

/** What a record can be found by beside its date and its categories. `verified` is the rule and has no shelf. */
export type Status = Exclude<Verdict, 'verified'> | Mark;

const STATUS_WORDS: Readonly<Record<Status, string>> = {
  findings: 'With findings',
  'record-only': 'Record only, nothing signed at hand',
  equivocation: 'With equivocating events',
  'several-bundles': 'Several bundles received',
  corrected: 'With a correction',
  claims: 'With claims',
  attested: 'With an author’s attestation',
  anchored: 'With a timestamp anchor',
  stored: 'With a storage attestation',
  cited: 'With a citation signature',
  replicated: 'With a replication record',
};
const STATUSES = Object.keys(STATUS_WORDS) as readonly Status[];

const MONTHS: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** The folder of whatever has no place of its own: a date or a category that is none. */
const OTHER = 'other';

const DATED = /^\d{4}-(?:0[1-9]|1[0-2])-/;

/** Records newest first, in the order of the catalogue. */
type Records = readonly CatalogueEntry[];

interface Shelf {
  /** Folders that lead to it, below `browse/`. */
  readonly folders: readonly string[];
  readonly heading: string;
  readonly above: readonly PageLink[];
  readonly records: Records;
  /** How it is parted where it is more than a page. */
  readonly by: 'year' | 'month' | 'page';
  /** Whether it is one of the shelves by date alone: months are what a reader expects there, however few the records. */
  readonly isTimeline?: true;
  readonly newer: PageLink | null;
  readonly older: PageLink | null;
}

const pathOf = ({ folders }: Pick<Shelf, 'folders'>): string => browsePage(...folders);
const day = (record: CatalogueEntry | undefined): string => record?.submittedAt.slice(0, 10) ?? '';

/** Neighbours with one key become one part; records are in the order of time, so that every key has one part. */
function runs(records: Records, length: number): readonly (readonly [key: string, records: Records])[] {
  const found: [string, Records][] = [];
  for (let start = 0, end = 0; start < records.length; start = end) {
    const key = records[start]?.submittedAt.slice(0, length) ?? '';
    end = start + 1;
    while (end < records.length && records[end]?.submittedAt.startsWith(key)) end++;
    found.push([key, records.slice(start, end)]);
  }
  return found;
}

/** Filled from the oldest on, so that a newer record changes the last page alone; newest first. */
function numbered(records: Records): readonly Records[] {
  const pages: Records[] = [];
  for (let end = records.length; end > 0; end -= PAGE_ROWS)
    pages.unshift(records.slice(Math.max(0, end - PAGE_ROWS), end));
  return pages;
}

type Part = Omit<Shelf, 'above' | 'newer' | 'older'> & { readonly name: string; readonly words: string | null };

function pageParts({ folders, heading, records }: Shelf): readonly Part[] {
  const pages = numbered(records);
  return pages.map((rows, i) => {
    const name = `Page ${pages.length - i}`;
    return {
      folders: [...folders, `page-${pages.length - i}`],
      heading: `${heading}, page ${pages.length - i}`,
      records: rows,
      by: 'page',
      name,
      words: `${day(rows.at(-1))} to ${day(rows[0])}`,
    };
  });
}

function partsOf(shelf: Shelf): readonly Part[] {
  const { folders, heading, records, by, isTimeline } = shelf;
  if (by === 'page' || (records.length <= LARGE && !isTimeline)) return pageParts(shelf);
  if (by === 'year') {
    return runs(records, 4).map(([year, part]) => ({
      folders: [...folders, year],
      heading: `${heading}, ${year}`,
      records: part,
      by: 'month',
      name: year,
      words: null,
    }));
  }
  return runs(records, 7).map(([key, part]) => {
    const name = MONTHS[Number(key.slice(5)) - 1] ?? '';
    // The heading ends in the year already.
    return {
      folders: [...folders, key.slice(5)],
      heading: `${heading.slice(0, -4)}${name} ${heading.slice(-4)}`,
      records: part,
      by: 'page',
      name,
      words: null,
    };
  });
}

function listed(part: Part): ShelfPart {
  return { path: pathOf(part), name: part.name, words: part.words, records: part.records.length };
}

function* pagesOf(shelf: Shelf): Generator<ShelfPage> {
  const { heading, above, records, newer, older } = shelf;
  const path = pathOf(shelf);
  const page = { path, heading, above, newer, older };
  if (records.length <= PAGE_ROWS) {
    yield { ...page, groups: [], rows: records, isIndex: false };
    return;
  }
  const parts = partsOf(shelf);
  yield {
    ...page,
    groups: [{ by: 'time', heading: null, parts: parts.map(listed) }],
    rows: records.slice(0, NEWEST_ROWS),
    isIndex: true,
  };
  yield* shelvesOf(parts, [...above, { path, name: heading }]);
}

/** Pages of shelves that stand side by side, newest first. */
function* shelvesOf(parts: readonly Part[], above: readonly PageLink[]): Generator<ShelfPage> {
  const link = (part: Part | undefined): PageLink | null =>
    part === undefined ? null : { path: pathOf(part), name: part.heading };
  for (const [i, part] of parts.entries()) {
    yield* pagesOf({ ...part, above, newer: link(parts[i - 1]), older: link(parts[i + 1]) });
  }
}

/** Puts a record on a shelf. */
function put<K>(shelves: Map<K, CatalogueEntry[]>, key: K, record: CatalogueEntry): void {
  const shelf = shelves.get(key);
  if (shelf === undefined) shelves.set(key, [record]);
  else shelf.push(record);
}

/** A code that is none of arXiv's is on the shelf of the others. */
const categoryShelf = (code: string): string => categoryOf(code)?.code ?? OTHER;

interface Trees {
  readonly years: readonly Part[];
  readonly categories: readonly { readonly subject: string; readonly part: Part }[];
  readonly statuses: readonly Part[];
}

function yearsOf(dated: Records, undated: Records): readonly Part[] {
  const years = runs(dated, 4).map(
    ([year, records]): Part => ({
      folders: [year],
      heading: year,
      records,
      by: 'month',
      isTimeline: true,
      name: year,
      words: null,
    }),
  );
  const name = 'Without a date';
  if (undated.length > 0)
    years.push({ folders: [OTHER], heading: name, records: undated, by: 'page', name, words: null });
  return years;
}

function treesOf(entries: Records): Trees {
  const byCategory = new Map<string, CatalogueEntry[]>();
  const byStatus = new Map<Status, CatalogueEntry[]>();
  const dated: CatalogueEntry[] = [];
  const undated: CatalogueEntry[] = [];
  for (const entry of entries) {
    if (!DATED.test(entry.submittedAt)) {
      // It has no year to be found under anywhere.
      undated.push(entry);
      continue;
    }
    dated.push(entry);
    for (const code of new Set(entry.categories.map(categoryShelf))) put(byCategory, code, entry);
    for (const mark of entry.marks) put(byStatus, mark, entry);
    if (entry.verdict !== 'verified') put(byStatus, entry.verdict, entry);
  }
  const categories = [...CATEGORIES, { code: OTHER, name: 'No category of arXiv', subject: 'Others' }].flatMap(
    ({ code, name, subject }) => {
      const records = byCategory.get(code);
      if (records === undefined) return [];
      const heading = code === OTHER ? name : `${code}: ${name}`;
      const part: Part = { folders: ['category', code], heading, records, by: 'year', name: code, words: name };
      return [{ subject, part }];
    },
  );
  const statuses = STATUSES.flatMap((status): readonly Part[] => {
    const records = byStatus.get(status);
    const name = STATUS_WORDS[status];
    return records === undefined
      ? []
      : [{ folders: ['status', status], heading: name, records, by: 'year', name, words: null }];
  });
  return { years: yearsOf(dated, undated), categories, statuses };
}

const ROOT: PageLink = { path: browsePage(), name: 'Browse' };

function rootPage({ years, categories, statuses }: Trees): ShelfPage {
  const subjects = new Map<string, ShelfPart[]>();
  for (const { subject, part } of categories) subjects.set(subject, [...(subjects.get(subject) ?? []), listed(part)]);
  const groups: readonly ShelfGroup[] = [
    { by: 'time', heading: null, parts: years.map(listed) },
    ...[...subjects].map(([heading, parts]) => ({ by: 'subject', heading, parts }) as const),
    { by: 'status', heading: null, parts: statuses.map(listed) },
  ];
  return {
    path: ROOT.path,
    heading: ROOT.name,
    above: [],
    groups: groups.filter(({ parts }) => parts.length > 0),
    rows: [],
    isIndex: true,
    newer: null,
    older: null,
  };
}

/** Every list page, without those that would be empty. @param entries in the order of the catalogue: newest first. */
export function* shelfPages(entries: Records): Generator<ShelfPage> {
  const trees = treesOf(entries);
  yield rootPage(trees);
  yield* shelvesOf(trees.years, [ROOT]);
  // Categories and statuses have no order of time, so none is next to another.
  for (const part of [...trees.categories.map(({ part }) => part), ...trees.statuses]) yield* shelvesOf([part], [ROOT]);
}
