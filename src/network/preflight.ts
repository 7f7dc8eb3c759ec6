/** Checks whether a site fits on a host before it is uploaded: most hosts report limits only afterwards, or not at all. */
import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SUFFIX_PATTERN } from '../protocol/index.ts';
import hosts from './host-limits.json' with { type: 'json' };

/** What a limit counts. */
export type Measure = 'files' | 'entries' | 'bytes' | 'file_bytes' | 'folder_entries';

export interface Limit {
  readonly what: Measure;
  readonly most: number;
  /** The host's documentation of the limit, and the date it was read. */
  readonly source: string;
  readonly checked: string;
}

export interface Host {
  /** What `--host` takes. */
  readonly host: string;
  readonly name: string;
  /** Which files and folders whose names begin with a dot are served. */
  readonly dotFiles: string;
  readonly limits: readonly Limit[];
}

export const HOSTS = hosts as readonly Host[];

/** What is in a site. */
export interface Size {
  readonly files: number;
  /** Files and folders. */
  readonly entries: number;
  /** A file with two names counts twice, because uploads do not preserve hard links. */
  readonly bytes: number;
  readonly largestFile: { readonly path: string; readonly bytes: number };
  readonly largestFolder: { readonly path: string; readonly entries: number };
  readonly records: number;
  /** What records add, without the pages about all of them. */
  readonly ofRecords: { readonly files: number; readonly entries: number; readonly bytes: number };
  /** Two paths that differ only in case; null if there are none. */
  readonly sameName: readonly [string, string] | null;
}

const isOfRecord = (path: string): boolean => /^(?:\.well-known\/)?pith\/[A-Z2-7]{26}(?:\/|$)/.test(path);

/** @throws the system's error if the folder cannot be read. */
export function measureSite(folder: string): Size {
  let files = 0;
  let entries = 0;
  let bytes = 0;
  let records = 0;
  let largestFile = { path: '', bytes: 0 };
  let largestFolder = { path: '.', entries: 0 };
  let sameName: readonly [string, string] | null = null;
  const ofRecords = { files: 0, entries: 0, bytes: 0 };
  const visit = (prefix: string): void => {
    const found: Dirent[] = readdirSync(join(folder, prefix), { withFileTypes: true });
    if (found.length > largestFolder.entries) largestFolder = { path: prefix || '.', entries: found.length };
    const folded = new Map<string, string>();
    for (const entry of found) {
      const path = `${prefix}${entry.name}`;
      const twin = folded.get(path.toLowerCase());
      if (twin !== undefined) sameName ??= [twin, path];
      folded.set(path.toLowerCase(), path);
      entries += 1;
      if (isOfRecord(path)) ofRecords.entries += 1;
      if (entry.isDirectory()) {
        if (prefix === 'pith/' && SUFFIX_PATTERN.test(entry.name)) records += 1;
        visit(`${path}/`);
        continue;
      }
      const { size } = lstatSync(join(folder, path));
      files += 1;
      bytes += size;
      if (size > largestFile.bytes) largestFile = { path, bytes: size };
      if (isOfRecord(path)) {
        ofRecords.files += 1;
        ofRecords.bytes += size;
      }
    }
  };
  visit('');
  return { files, entries, bytes, largestFile, largestFolder, records, ofRecords, sameName };
}

/** One limit of a host, and what a site has of it. */
export interface HostVerdict extends Limit {
  readonly found: number;
  readonly fits: boolean;
  /** The file or folder it is about; null if it is about the whole. */
  readonly path: string | null;
  /** How many more records like those that are there still fit; null if more records change nothing or none are there. */
  readonly moreRecords: number | null;
}

function foundOf(what: Measure, size: Size): Pick<HostVerdict, 'found' | 'path'> {
  switch (what) {
    case 'files':
    case 'entries':
    case 'bytes':
      return { found: size[what], path: null };
    case 'file_bytes':
      return { found: size.largestFile.bytes, path: size.largestFile.path };
    case 'folder_entries':
      return { found: size.largestFolder.entries, path: size.largestFolder.path };
  }
}

/** What one more record adds to a measure; 0 if nothing. */
function perRecord(what: Measure, { records, ofRecords }: Size): number {
  if (records === 0) return 0;
  if (what === 'folder_entries') return 1;
  return what === 'file_bytes' ? 0 : ofRecords[what] / records;
}

export function judgeSize(size: Size, { limits }: Host): readonly HostVerdict[] {
  return limits.map((limit): HostVerdict => {
    const { found, path } = foundOf(limit.what, size);
    const each = perRecord(limit.what, size);
    const moreRecords = each === 0 ? null : Math.max(0, Math.floor((limit.most - found) / each));
    return { ...limit, found, path, fits: found <= limit.most, moreRecords };
  });
}
