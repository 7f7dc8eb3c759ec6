/**
 * What in a site's folder belongs to the mirror. That is known from the mirror's own lists: the cache of the last build, or the
 * lists of digests in the site. Everything else is foreign, and never touched.
 */
import { hash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compareCodePoints } from '../../protocol/index.ts';
import { recordOfPath, SITE_SUMS, TOP_LIST } from '../../records/layout.ts';
import { exists } from '../base/disk.ts';
import { NO_JEKYLL, RECORD_FOLDERS } from '../base/paths.ts';
import { listSite } from '../base/tree.ts';
import type { Shapes } from '../resume/shapes.ts';
import { type FolderStamps, folderStamp } from './folder-stamps.ts';
import { isWorkName } from './place.ts';

/** The files of one site. */
export class OwnFiles {
  readonly shapes: Shapes;
  /** Every file that is not a record's. */
  readonly files: ReadonlySet<string>;
  readonly #folders = new Set<string>();

  constructor(shapes: Shapes, files: Iterable<string>) {
    this.shapes = shapes;
    this.files = new Set(files);
    for (const path of [...this.files, ...RECORD_FOLDERS.map((folder) => `${folder}/any`)])
      for (let folder = dirname(path); folder !== '.' && !this.#folders.has(folder); folder = dirname(folder))
        this.#folders.add(folder);
  }

  has(path: string): boolean {
    return this.files.has(path) || this.shapes.has(path);
  }

  hasFolder(path: string): boolean {
    if (this.#folders.has(path)) return true;
    const suffix = recordOfPath(`${path}/`);
    return suffix !== null && this.shapes.hasSuffix(suffix) && !/\/bundles\/./.test(path);
  }

  /** The paths that are not among those of another site. */
  *without(others: OwnFiles): Generator<string> {
    for (const suffix of this.shapes.suffixes) {
      // Nearly all records have the same names in both.
      const [names = [], same] = [this.shapes.namesOf(suffix), others.shapes.namesOf(suffix)];
      if (same === undefined || ![...names].every((name) => same.has(name)))
        for (const path of this.shapes.pathsOf(suffix)) if (!others.has(path)) yield path;
    }
    for (const path of this.files) if (!others.has(path)) yield path;
  }

  /** All paths. */
  *[Symbol.iterator](): Generator<string> {
    for (const suffix of this.shapes.suffixes) yield* this.shapes.pathsOf(suffix);
    yield* this.files;
  }
}

/** A site's folder, compared with what belongs to the mirror. */
export interface OwnFilesSurvey {
  /** Suffixes of the records of which a file is missing or empty. */
  readonly records: ReadonlySet<string>;
  /** Other files that are missing or empty. */
  readonly files: ReadonlySet<string>;
  /** What does not belong to the mirror, sorted; a folder ends with `/` and includes all that is in it. */
  readonly foreign: readonly string[];
  /** Of the records whose files are all there and whose folders contain nothing else. */
  readonly stamps: FolderStamps;
  /** Whether these are the stamps that were known. */
  readonly areSame: boolean;
}

/** What is known before a survey. */
export interface SurveyStart {
  /** Files that count as missing, see `damagedFiles`. */
  readonly damaged: ReadonlySet<string>;
  /** The stamps of an earlier survey: folders that still have them are not listed. Null if no stamps are wanted. */
  readonly stamps: FolderStamps | null;
  /** The file system's time, in milliseconds. */
  readonly now: number;
}

const NOTHING_KNOWN: SurveyStart = { damaged: new Set(), stamps: null, now: 0 };

/** Files that may be empty: the second one if there is no bundle. */
const isEmptyRight = (path: string): boolean => path === NO_JEKYLL || path === TOP_LIST;

const isWhole = (file: string, mayBeEmpty: boolean): boolean => {
  const status = lstatSync(file, { throwIfNoEntry: false });
  return status?.isFile() === true && (status.size > 0 || mayBeEmpty);
};

/**
 * Lists each folder of the site once, unless its record still has its stamp. Folders that do not belong to the mirror are not
 * entered.
 */
export function surveySite(
  site: string,
  own: OwnFiles,
  { damaged, stamps, now }: SurveyStart = NOTHING_KNOWN,
): OwnFilesSurvey {
  // Before a folder is listed: if it changes in between, the next survey finds another stamp.
  const found = stamps === null ? new Map<string, string>() : stampsOf(site, own, now);
  const foreign: string[] = [];
  const files = new Set(own.files);
  const counts = new Map<string, number>();
  /**
   * A folder of a record, whose names are compared as they are: nearly all folders of a site are such.
   *
   * @param prefix of the names in it, as its shape has them. @returns how many files are whole.
   */
  const countRecord = (folder: string, names: ReadonlySet<string>, prefix: string): number => {
    let count = 0;
    for (const entry of readdirSync(`${site}/${folder}`, { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      const name = prefix + entry.name;
      if (!entry.isDirectory()) {
        if (!names.has(name)) foreign.push(path);
        else if (!damaged.has(path) && isWhole(`${site}/${path}`, false)) count++;
      } else if ([...names].some((other) => other.startsWith(`${name}/`))) {
        count += countRecord(path, names, `${name}/`);
      } else {
        foreign.push(`${path}/`);
      }
    }
    return count;
  };
  const isSame = (suffix: string): boolean => {
    const stamp = stamps?.get(suffix);
    return stamp !== undefined && stamp === found.get(suffix);
  };
  const isWholeRecord = (suffix: string): boolean =>
    isSame(suffix)
      ? own.shapes.pathsOf(suffix).every((path) => !damaged.has(path) && isWhole(`${site}/${path}`, false))
      : counts.get(suffix) === own.shapes.sizeOf(suffix);
  const visit = (folder: string): void => {
    const isOfRecords = RECORD_FOLDERS.some((name) => name === folder);
    for (const entry of readdirSync(join(site, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (folder === '' && isWorkName(entry.name)) continue;
      if (entry.isDirectory()) {
        const names = isOfRecords ? own.shapes.namesOf(entry.name) : undefined;
        if (names !== undefined) {
          if (isSame(entry.name)) continue;
          const count = countRecord(path, names, folder.startsWith('.') ? '/' : '');
          counts.set(entry.name, (counts.get(entry.name) ?? 0) + count);
        } else if (own.hasFolder(path)) {
          visit(path);
        } else {
          foreign.push(`${path}/`);
        }
      } else if (!own.has(path)) {
        foreign.push(path);
      } else if (!damaged.has(path) && isWhole(join(site, path), isEmptyRight(path))) {
        files.delete(path);
      }
    }
  };
  if (exists(site)) visit('');
  const records = new Set<string>();
  for (const suffix of own.shapes.suffixes) if (!isWholeRecord(suffix)) records.add(suffix);
  // A folder that has more than its record's files is listed each time, so that they are named each time.
  for (const suffix of [...records, ...foreign.map(recordOfPath)]) if (suffix !== null) found.delete(suffix);
  const areSame = found.size === (stamps?.size ?? 0) && [...found].every(([suffix]) => isSame(suffix));
  return { records, files, foreign: foreign.sort(compareCodePoints), stamps: found, areSame };
}

function stampsOf(site: string, { shapes }: OwnFiles, now: number): Map<string, string> {
  const found = new Map<string, string>();
  for (const suffix of shapes.suffixes) {
    const stamp = folderStamp(site, shapes.foldersOf(suffix), now);
    if (stamp !== null) found.set(suffix, stamp);
  }
  return found;
}

const SUM_LINE = /^[0-9a-f]{64} {2}(.+)$/;

/** Whether the published site has lists of its own files. */
export const hasLists = (site: string): boolean => exists(join(site, SITE_SUMS));

/** The files of the published site with their digests, as its own lists have them. A line that cannot be read names nothing. */
function* listedSums(site: string): Generator<readonly [path: string, sha256: string]> {
  if (!hasLists(site)) return;
  for (const list of listSite(site, 'sums').filter((path) => path.endsWith('.sha256'))) {
    for (const line of readFileSync(join(site, list), 'utf8').split('\n')) {
      const path = SUM_LINE.exec(line)?.[1] ?? '';
      if (path !== '' && !path.split('/').some((part) => /^\.{0,2}$/.test(part))) yield [path, line.slice(0, 64)];
    }
  }
}

/** The files of the published site as its own lists of digests name them. */
export function* listedFiles(site: string): Generator<string> {
  if (hasLists(site)) yield SITE_SUMS;
  for (const [path] of listedSums(site)) yield path;
}

/** The files that do not have the bytes that the site's own lists say, those that cannot be read included. Reads the whole site. */
export function damagedFiles(site: string): ReadonlySet<string> {
  const damaged = new Set<string>();
  for (const [path, sha256] of listedSums(site)) if (digestAt(join(site, path)) !== sha256) damaged.add(path);
  return damaged;
}

function digestAt(path: string): string | null {
  try {
    return hash('sha256', readFileSync(path));
  } catch {
    return null;
  }
}
