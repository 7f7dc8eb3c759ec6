/**
 * The lists above the buckets, and the snapshot above the lists: a Merkle tree of three levels in plain text. Pure.
 *
 *     name ⇥ records ⇥ SHA-256 of its columns without the last one ⇥ SHA-256 of it
 *
 * Each file has two digests, because two mirrors can agree in two ways. The *states* digests cover which records there
 * are and what state each has; the *bundles* digests also cover which bytes were received. The registry signs a bundle
 * again each time it builds one, so honest mirrors often differ in bytes while they agree in states.
 */
import { hash } from 'node:crypto';
import { excerpt, IndexError, linesOf, requireOrder } from './index-error.ts';
import { bucketName, isBucket, isYear, SNAPSHOT, TOP_LIST, yearList, yearName } from './layout.ts';

/** One line of a list. */
export interface ListRow {
  /** `2026-05-21.tsv` in the list of a year, `2026/index.tsv` in the top list. */
  readonly name: string;
  /** Records below it, withheld ones included. */
  readonly records: number;
  /** SHA-256 of the file without its last column, in hexadecimal. */
  readonly states: string;
  /** SHA-256 of the file, in hexadecimal. */
  readonly bundles: string;
}

/** SHA-256 in hexadecimal. Of a text, its UTF-8 bytes. */
export const sha256 = (content: string | Uint8Array): string => hash('sha256', content, 'hex');

/** The output of `cut -f1-N` for a text whose lines have N + 1 columns. */
const withoutLastColumn = (text: string): string => text.replace(/\t[^\t\n]*$/gm, '');

const digests = (text: string): Pick<ListRow, 'states' | 'bundles'> => ({
  states: sha256(withoutLastColumn(text)),
  bundles: sha256(text),
});

/** The line of a bucket in the list of its year. @param text of the bucket. */
export function rowOfBucket(bucket: string, text: string): ListRow {
  return { name: bucketName(bucket), records: text.split('\n').length - 1, ...digests(text) };
}

/** The line of a year in the top list. @param rows of the list of that year. */
export function rowOfYear(year: string, rows: readonly ListRow[]): ListRow {
  return { name: yearName(year), records: totalOf(rows), ...digests(formatList(rows)) };
}

const totalOf = (rows: readonly ListRow[]): number => rows.reduce((total, { records }) => total + records, 0);

/** The text of a list. @param rows sorted by name. */
export function formatList(rows: readonly ListRow[]): string {
  return rows.map(({ name, records, states, bundles }) => `${name}\t${records}\t${states}\t${bundles}\n`).join('');
}

const LIST_LINE = /^([\w/.-]+)\t([1-9]\d{0,9})\t([0-9a-f]{64})\t([0-9a-f]{64})$/;

function parseRows(path: string, text: string, isName: (name: string) => boolean): readonly ListRow[] {
  const rows = linesOf(path, text).map((line, i): ListRow => {
    const [, name = '', records = '', states = '', bundles = ''] = LIST_LINE.exec(line) ?? [];
    if (!isName(name))
      throw new IndexError(path, i + 1, `expected a name, a count and two digests (found ${excerpt(line)})`);
    return { name, records: Number(records), states, bundles };
  });
  requireOrder(
    path,
    rows.map(({ name }) => name),
  );
  return rows;
}

/** The lines of a year's list, one per bucket. @throws IndexError unless the text is exactly such a list. */
export function parseYearList(year: string, text: string): readonly ListRow[] {
  const isOfYear = (bucket: string): boolean => isBucket(bucket) && bucket.startsWith(year);
  return parseRows(yearList(year), text, (name) => name.endsWith('.tsv') && isOfYear(name.slice(0, -4)));
}

/** The lines of `records/index.tsv`, one per year. @throws IndexError unless the text is exactly such a list. */
export function parseTopList(text: string): readonly ListRow[] {
  return parseRows(TOP_LIST, text, (name) => name.endsWith('/index.tsv') && isYear(name.slice(0, -10)));
}

/** The bucket that a line of a year's list names. */
export const bucketOfRow = ({ name }: ListRow): string => name.slice(0, -4);
/** The year that a line of the top list names. */
export const yearOfRow = ({ name }: ListRow): string => name.slice(0, -10);

/** The content of `records/snapshot.txt`. */
export interface Snapshot {
  readonly records: number;
  /** Two mirrors with the same digest have the same records in the same states. */
  readonly states: string;
  /** Two mirrors with the same digest received the same bytes. */
  readonly bundles: string;
}

/** @param years the lines of `records/index.tsv`. */
export function snapshotOf(years: readonly ListRow[]): Snapshot {
  return { records: totalOf(years), ...digests(formatList(years)) };
}

const FIRST_LINE = 'pith-mirror snapshot v1';

export function formatSnapshot({ records, states, bundles }: Snapshot): string {
  return `${FIRST_LINE}\nrecords ${records}\nstates ${states}\nbundles ${bundles}\n`;
}

const SNAPSHOT_LINES = /^records (0|[1-9]\d{0,9})\nstates ([0-9a-f]{64})\nbundles ([0-9a-f]{64})\n$/;

/** @throws IndexError unless the text is a snapshot of version 1. */
export function parseSnapshot(text: string): Snapshot {
  const end = text.indexOf('\n');
  const first = text.slice(0, end === -1 ? undefined : end);
  if (first !== FIRST_LINE)
    throw new IndexError(SNAPSHOT, 1, `expected ${JSON.stringify(FIRST_LINE)} (found ${excerpt(first)})`);
  const [, records, states, bundles] = SNAPSHOT_LINES.exec(text.slice(end + 1)) ?? [];
  if (records === undefined || states === undefined || bundles === undefined)
    throw new IndexError(SNAPSHOT, 0, 'expected the lines "records N", "states SHA256" and "bundles SHA256", no other');
  return { records: Number(records), states, bundles };
}
