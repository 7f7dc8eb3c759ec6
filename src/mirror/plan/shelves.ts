/**
 * The browse pages as plain data: every list page with all that it shows, made from the catalogue's entries. Pure.
 *
 * A shelf is one year, one category or one status. Its pages stay the same as far as possible when records are added, so that a
 * daily update renders few pages again and addresses stay valid:
 *
 * - A shelf of at most {@link PAGE_ROWS} records is one page.
 * - A larger one is an index with its newest rows and links to its parts: numbered pages, filled from the oldest record on,
 *   so that a new record changes only the last page. A year is split into months first.
 * - A category, a status, or a year of either with more than {@link LARGE} records is split by time first, so that an old record
 *   that arrives late moves only the rows of its own year or month. Addresses disappear only when a shelf grows past this.
 *
 * Except for the counts on an index, nothing on a page depends on how many other pages or records there are.
 */
import { CATEGORIES, categoryOf } from '../../formats/categories.ts';
import { browsePage } from '../base/paths.ts';
import type { CatalogueEntry, Mark, Verdict } from './catalogue.ts';

/** Maximum number of rows on a page. */
export const PAGE_ROWS = 100;
/** Up to this many records, a category or a status uses numbered pages; finer parts would mostly have few rows. */
const LARGE = 1000;
/** Number of rows on an index: the newest records of its shelf. */
export const NEWEST_ROWS = 20;

export interface PageLink {
  readonly path: string;
  readonly name: string;
}

/** One part that an index links to. */
export interface ShelfPart extends PageLink {
  /** What the name means, if the name is a code. */
  readonly words: string | null;
  readonly records: number;
}

export interface ShelfGroup {
  /** What the parts differ by. `time`: years, months or numbered pages. */
  readonly by: 'time' | 'subject' | 'status';
  /** The subject; null for other kinds of shelf. */
  readonly heading: string | null;
  readonly parts: readonly ShelfPart[];
}

export interface ShelfPage {
  readonly path: string;
  readonly heading: string;
  /** The indexes above this page, the topmost first. */
  readonly above: readonly PageLink[];
  /** The parts, newest or first letter first. Empty on a page that has only rows. */
  readonly groups: readonly ShelfGroup[];
  /** Newest first. */
  readonly rows: readonly CatalogueEntry[];
  /** Whether `rows` are only the newest of the records below this page. */
  readonly isIndex: boolean;
  readonly newer: PageLink | null;
  readonly older: PageLink | null;
}

/** The statuses that have a shelf. `verified` is the normal case and has none. */
export type Status = Exclude<Verdict, 'verified'> | Mark;

const STATUS_WORDS: Readonly<Record<Status, string>> = {
  findings: 'With findings',
  'record-only': 'Record only, no signed bundle',
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

/** The folder for records whose date or category has no known form. */
const OTHER = 'other';

const DATED = /^\d{4}-(?:0[1-9]|1[0-2])-/;

/** Records newest first, in the order of the catalogue. */
type Records = readonly CatalogueEntry[];

interface Shelf {
  /** The folders of its path, below `browse/`. */
  readonly folders: readonly string[];
  readonly heading: string;
  readonly above: readonly PageLink[];
  readonly records: Records;
  /** How it is split if it is longer than a page. */
  readonly by: 'year' | 'month' | 'page';
  /** Whether it is a shelf by date alone: readers expect months there, however few records there are. */
  readonly isTimeline?: true;
  readonly newer: PageLink | null;
  readonly older: PageLink | null;
}

const pathOf = ({ folders }: Pick<Shelf, 'folders'>): string => browsePage(...folders);
const day = (record: CatalogueEntry | undefined): string => record?.submittedAt.slice(0, 10) ?? '';

/** Groups neighbours with the same key. Records are in the order of time, so every key gets one part. */
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

/** Numbered pages, newest first, filled from the oldest record on, so that a newer record changes only the last page. */
function numbered(records: Records): readonly Records[] {
  const pages: Records[] = [];
  for (let end = records.length; end > 0; end -= PAGE_ROWS)
    pages.unshift(records.slice(Math.max(0, end - PAGE_ROWS), end));
  return pages;
}

type ShelfDraft = Omit<Shelf, 'above' | 'newer' | 'older'> & { readonly name: string; readonly words: string | null };

function pageParts({ folders, heading, records }: Shelf): readonly ShelfDraft[] {
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

function partsOf(shelf: Shelf): readonly ShelfDraft[] {
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

function listed(part: ShelfDraft): ShelfPart {
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

/** The pages of neighbouring shelves, newest first. */
function* shelvesOf(parts: readonly ShelfDraft[], above: readonly PageLink[]): Generator<ShelfPage> {
  const link = (part: ShelfDraft | undefined): PageLink | null =>
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

/** A code that is not one of arXiv's goes on the shelf of the others. */
const categoryShelf = (code: string): string => categoryOf(code)?.code ?? OTHER;

interface Trees {
  readonly years: readonly ShelfDraft[];
  readonly categories: readonly { readonly subject: string; readonly part: ShelfDraft }[];
  readonly statuses: readonly ShelfDraft[];
}

function yearsOf(dated: Records, undated: Records): readonly ShelfDraft[] {
  const years = runs(dated, 4).map(
    ([year, records]): ShelfDraft => ({
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
      // Without a year it would be found under no date.
      undated.push(entry);
      continue;
    }
    dated.push(entry);
    for (const code of new Set(entry.categories.map(categoryShelf))) put(byCategory, code, entry);
    for (const mark of entry.marks) put(byStatus, mark, entry);
    if (entry.verdict !== 'verified') put(byStatus, entry.verdict, entry);
  }
  const categories = [...CATEGORIES, { code: OTHER, name: 'Not an arXiv category', subject: 'Others' }].flatMap(
    ({ code, name, subject }) => {
      const records = byCategory.get(code);
      if (records === undefined) return [];
      const heading = code === OTHER ? name : `${code}: ${name}`;
      const part: ShelfDraft = { folders: ['category', code], heading, records, by: 'year', name: code, words: name };
      return [{ subject, part }];
    },
  );
  const statuses = STATUSES.flatMap((status): readonly ShelfDraft[] => {
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

/** Every list page that is not empty. @param entries in the order of the catalogue: newest first. */
export function* shelfPages(entries: Records): Generator<ShelfPage> {
  const trees = treesOf(entries);
  yield rootPage(trees);
  yield* shelvesOf(trees.years, [ROOT]);
  // Categories and statuses have no order in time, so they get no links to neighbours.
  for (const part of [...trees.categories.map(({ part }) => part), ...trees.statuses]) yield* shelvesOf([part], [ROOT]);
}
