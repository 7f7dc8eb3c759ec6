/**
 * The spreadsheet that `ia upload --spreadsheet` takes: RFC 4180, one line per file, the item's metadata in the first.
 *
 *     identifier,file,REMOTE_NAME,mediatype,title,subject[0],…
 *     pith-mirror-2026-07-01,mirror.zip,mirror.zip,data,Mirror of …,Pith,…
 *     ,README.txt,README.txt,,,,…
 *
 * An empty identifier means that of the line above, and empty fields change nothing.
 */

/** An item of the Internet Archive as its uploader describes it. */
export interface ItemMetadata {
  readonly identifier: string;
  /** Null lets the Archive choose. */
  readonly collection: string | null;
  readonly title: string;
  /** HTML. */
  readonly description: string;
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly subjects: readonly string[];
  /** Null if the uploader names none: each paper has its own. */
  readonly licenseUrl: string | null;
  /** Roots and counts, by names of our own. */
  readonly own: Readonly<Record<string, string>>;
}

/** The most files that the Archive wants in one item, and the most bytes; and of one file, so that it can be sent again. */
export const ITEM_LIMITS = { files: 500, bytes: 100e9, fileBytes: 10e9 } as const;

/** The Archive's rule: a letter or a digit first, then also `.`, `_` and `-`; 3 to 100 characters. */
export function identifierProblem(identifier: string): string | null {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{2,99}$/.test(identifier)) return null;
  return 'expected 3 to 100 of A–Z a–z 0–9 . _ -, beginning with a letter or a digit';
}

/** Describes every limit that an item would exceed; empty if it may be uploaded. */
export function lintItem(files: readonly { readonly name: string; readonly bytes: number }[]): readonly string[] {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const problems = files
    .filter(({ bytes }) => bytes > ITEM_LIMITS.fileBytes)
    .map(({ name, bytes }) => `${name} has ${bytes} bytes; at most ${ITEM_LIMITS.fileBytes} in one file`);
  if (files.length > ITEM_LIMITS.files)
    problems.push(`${files.length} files; at most ${ITEM_LIMITS.files} in one item`);
  if (total > ITEM_LIMITS.bytes) problems.push(`${total} bytes; at most ${ITEM_LIMITS.bytes} in one item`);
  return problems;
}

const field = (value: string): string => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** @param names of the files, relative to the folder in which `ia` runs. */
export function formatIaCsv(item: ItemMetadata, names: readonly string[]): string {
  const { identifier, collection, title, description, date, subjects, licenseUrl, own } = item;
  const metadata: readonly (readonly [column: string, value: string])[] = [
    ['mediatype', 'data'],
    ...(collection === null ? [] : [['collection', collection] as const]),
    ['title', title],
    ['description', description],
    ['date', date],
    ['language', 'eng'],
    ...(licenseUrl === null ? [] : [['licenseurl', licenseUrl] as const]),
    ...subjects.map((subject, i) => [`subject[${i}]`, subject] as const),
    ...Object.entries(own),
  ];
  const head = ['identifier', 'file', 'REMOTE_NAME', ...metadata.map(([column]) => column)];
  const rows = names.map((name, i) => [
    i === 0 ? identifier : '',
    name,
    name,
    ...metadata.map(([, value]) => (i === 0 ? value : '')),
  ]);
  return [head, ...rows].map((row) => `${row.map(field).join(',')}\n`).join('');
}
