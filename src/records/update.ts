/**
 * Makes the index, or brings it up to date: only the buckets that changed, and the lists above them, are rebuilt. The
 * result does not depend on what was there before. Pure.
 */
import { formatRow, type IndexRow, parseBucket, type WithheldReason } from './bucket.ts';
import {
  bucketFile,
  bucketName,
  bucketSums,
  recordOfPath,
  SNAPSHOT,
  TOP_LIST,
  yearList,
  yearName,
  yearOf,
} from './layout.ts';
import {
  formatList,
  formatSnapshot,
  type ListRow,
  parseTopList,
  parseYearList,
  rowOfBucket,
  rowOfYear,
  sha256,
  snapshotOf,
} from './lists.ts';
import { type FileSum, formatSums, parseSums } from './sums.ts';

/** A record that was removed or rebuilt. */
export interface IndexedRecord {
  readonly suffix: string;
  readonly bucket: string;
}

/** A record as it is published now. */
export interface PublishedRecord extends IndexedRecord {
  /** Why only a tombstone is published; null for a record that is published. */
  readonly withheld: WithheldReason | null;
  /** All of its files. */
  readonly sums: () => readonly FileSum[];
}

export interface IndexFile {
  readonly path: string;
  /** Of its content, in hexadecimal. */
  readonly sha256: string;
  /** Made on demand: all buckets of a large mirror at once would take much memory. */
  readonly content: string;
}

export interface IndexUpdate {
  /** Files that are new or may have changed. */
  readonly files: readonly IndexFile[];
  /** Files of the index that must be removed. */
  readonly removed: readonly string[];
}

/** The line of a record, from its published files; null if it has no signed bundle. */
export function rowOf(record: Pick<PublishedRecord, 'suffix' | 'withheld' | 'sums'>): IndexRow | null {
  const { suffix, withheld } = record;
  if (withheld !== null) return { suffix, withheld };
  const digests = new Map(record.sums().map(({ path, sha256 }) => [path, sha256]));
  const state = digests.get(`pith/${suffix}/state.json`);
  const bundle = digests.get(`pith/${suffix}/bundle.json`);
  if (state === undefined || bundle === undefined) return null;
  // If there are several, `bundle.json` is one of them or was assembled from them.
  const folder = `pith/${suffix}/bundles/`;
  const several = [...digests].flatMap(([path, digest]) => (path.startsWith(folder) ? [digest] : []));
  return { suffix, state, bundles: several.length > 0 ? several.sort() : [bundle] };
}

/** Null if it would be empty. */
function fileOf(path: string, make: () => string): IndexFile | null {
  const text = make();
  if (text === '') return null;
  return {
    path,
    sha256: sha256(text),
    get content() {
      return make();
    },
  };
}

/**
 * @param changed records that are new or were rebuilt.
 * @param gone records that were published before and no longer are.
 * @param read returns the previous text of a file of the index, or null if there was none. It must be exactly what was written.
 */
export function updateIndex(
  changed: readonly PublishedRecord[],
  gone: readonly IndexedRecord[],
  read: (path: string) => string | null,
): IndexUpdate {
  const files: IndexFile[] = [];
  const removed: string[] = [];
  const add = (path: string, make: () => string): void => {
    const file = fileOf(path, make);
    if (file !== null) files.push(file);
    else if (read(path) !== null) removed.push(path);
  };

  /** New lines of the lists of years, by year and by name; null for a removed bucket. */
  const years = new Map<string, Map<string, ListRow | null>>();
  const changedBy = Map.groupBy(changed, ({ bucket }) => bucket);
  for (const [bucket, touched] of Map.groupBy([...changed, ...gone], (record) => record.bucket)) {
    const stale = new Set(touched.map(({ suffix }) => suffix));
    const own = changedBy.get(bucket) ?? [];
    const text = bucketText(bucket, stale, own, read);
    add(bucketFile(bucket), () => text);
    add(bucketSums(bucket), () => sumsText(bucket, stale, own, read));
    const rows = years.get(yearOf(bucket)) ?? new Map<string, ListRow | null>();
    years.set(yearOf(bucket), rows.set(bucketName(bucket), text === '' ? null : rowOfBucket(bucket, text)));
  }

  const top = new Map<string, ListRow | null>();
  for (const [year, changes] of years) {
    const rows = merged(parseYearList(year, read(yearList(year)) ?? ''), changes);
    add(yearList(year), () => formatList(rows));
    top.set(yearName(year), rows.length === 0 ? null : rowOfYear(year, rows));
  }
  const rows = merged(parseTopList(read(TOP_LIST) ?? ''), top);
  const list = formatList(rows);
  const snapshot = formatSnapshot(snapshotOf(rows));
  files.push(
    { path: TOP_LIST, sha256: sha256(list), content: list },
    { path: SNAPSHOT, sha256: sha256(snapshot), content: snapshot },
  );
  return { files, removed };
}

function bucketText(
  bucket: string,
  stale: ReadonlySet<string>,
  own: readonly PublishedRecord[],
  read: (path: string) => string | null,
): string {
  const kept = parseBucket(bucket, read(bucketFile(bucket)) ?? '').filter(({ suffix }) => !stale.has(suffix));
  return [...kept, ...own.flatMap((record) => rowOf(record) ?? [])]
    .sort((a, b) => (a.suffix < b.suffix ? -1 : 1))
    .map(formatRow)
    .join('');
}

function sumsText(
  bucket: string,
  stale: ReadonlySet<string>,
  own: readonly PublishedRecord[],
  read: (path: string) => string | null,
): string {
  const path = bucketSums(bucket);
  const before = parseSums(path, read(path) ?? '');
  const kept = before.filter((sum) => !stale.has(recordOfPath(sum.path) ?? ''));
  return formatSums([...kept, ...own.flatMap(({ sums }) => sums())]);
}

/** The lines of a list, by name, with some replaced, added or (if null) removed. */
function merged(rows: readonly ListRow[], changes: ReadonlyMap<string, ListRow | null>): readonly ListRow[] {
  const all = new Map<string, ListRow | null>([...rows.map((row) => [row.name, row] as const), ...changes]);
  return [...all.values()].filter((row) => row !== null).sort((a, b) => (a.name < b.name ? -1 : 1));
}
