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
import { isWorkName } from './place.ts';
import { inspectRecords, isFilled } from './record-folders.ts';

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
}

/** Files that may be empty: the second one if there is no bundle. */
const isEmptyRight = (path: string): boolean => path === NO_JEKYLL || path === TOP_LIST;

const isFile = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;

/**
 * Lists each folder of the site once. Folders that do not belong to the mirror are not entered.
 *
 * @param damaged files that count as missing, see `damagedFiles`.
 */
export async function surveySite(
  site: string,
  own: OwnFiles,
  damaged: ReadonlySet<string> = new Set(),
): Promise<OwnFilesSurvey> {
  const foreign: string[] = [];
  const files = new Set(own.files);
  const present = new Map<string, string[]>(RECORD_FOLDERS.map((top) => [top, []]));
  const isWhole = (path: string): boolean =>
    !damaged.has(path) && (isEmptyRight(path) ? isFile : isFilled)(`${site}/${path}`);
  const visit = (folder: string): void => {
    const ofRecords = present.get(folder);
    for (const entry of readdirSync(join(site, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (folder === '' && isWorkName(entry.name)) continue;
      if (entry.isDirectory()) {
        if (ofRecords !== undefined && own.shapes.hasSuffix(entry.name)) ofRecords.push(entry.name);
        else if (own.hasFolder(path)) visit(path);
        else foreign.push(`${path}/`);
      } else if (!own.has(path)) {
        foreign.push(path);
      } else if (isWhole(path)) {
        files.delete(path);
      }
    }
  };
  if (exists(site)) visit('');
  const records = await inspectRecords({ site, shapes: own.shapes.lines, present: [...present], damaged });
  return {
    records: new Set(records.incomplete),
    files,
    foreign: [...foreign, ...records.foreign].sort(compareCodePoints),
  };
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
