/**
 * The paths of the record index in a site, and which record a path belongs to. Pure.
 *
 *     records/2026/2026-05-21.tsv   one line per record submitted that day
 *     records/2026/index.tsv        one line per day
 *     records/index.tsv             one line per year
 *     records/snapshot.txt          the two roots
 *     sums/2026/2026-05-21.sha256   the digest of every file of that day's records
 *     sums/site.sha256              the digest of every other file, except those in sums/
 *
 * A record's bucket is the day it was submitted. That day is in the canonical record, and the Pith Number is a hash of that
 * record, so nobody can move a record to another bucket.
 */

export const SNAPSHOT = 'records/snapshot.txt';
export const TOP_LIST = 'records/index.tsv';
export const SITE_SUMS = 'sums/site.sha256';
/** The folders that contain only the index and the sums. */
export const INDEX_FOLDERS = ['records', 'sums'] as const;

/** The bucket, and the year, of a record whose submission date is unknown. */
export const UNDATED = 'undated';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const YEAR = /^\d{4}$/;

/** The bucket of a record: `2026-05-21`, or `undated`. @param submittedAt as in the canonical record; null if it is unknown. */
export function bucketOf(submittedAt: string | null): string {
  const day = submittedAt?.slice(0, 10) ?? '';
  return DAY.test(day) ? day : UNDATED;
}

export const isBucket = (text: string): boolean => text === UNDATED || DAY.test(text);
export const isYear = (text: string): boolean => text === UNDATED || YEAR.test(text);

/** The year that a bucket belongs to: `2026`, or `undated`. */
export const yearOf = (bucket: string): string => (bucket === UNDATED ? UNDATED : bucket.slice(0, 4));

const RECORD_PATH = /^(?:\.well-known\/)?pith\/([A-Z2-7]{26})\//;

/** The suffix of the record that a published path belongs to; null if it belongs to none. */
export const recordOfPath = (path: string): string | null => RECORD_PATH.exec(path)?.[1] ?? null;

/** The name of a bucket in the list of its year. */
export const bucketName = (bucket: string): string => `${bucket}.tsv`;
/** The name of a year's list in the top list. */
export const yearName = (year: string): string => `${year}/index.tsv`;

export const bucketFile = (bucket: string): string => `records/${yearOf(bucket)}/${bucketName(bucket)}`;
export const yearList = (year: string): string => `records/${yearName(year)}`;
export const bucketSums = (bucket: string): string => `sums/${yearOf(bucket)}/${bucket}.sha256`;
