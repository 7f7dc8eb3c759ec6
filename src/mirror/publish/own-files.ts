/**
 * What in a site's folder belongs to the mirror. That is known from the mirror's own lists: the cache of the last build, or the
 * lists of digests in the site. Everything else is foreign, and never touched.
 */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compareCodePoints } from '../../protocol/index.ts';
import { SITE_SUMS, TOP_LIST } from '../../records/layout.ts';
import { exists } from '../base/disk.ts';
import { NO_JEKYLL, RECORD_FOLDERS } from '../base/paths.ts';
import { listSite } from '../base/tree.ts';
import { type Shapes, suffixOfPath } from '../resume/shapes.ts';
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
    const suffix = suffixOfPath(`${path}/`) ?? suffixOfPath(`${path}/any`);
    return suffix !== null && this.shapes.hasSuffix(suffix) && !/\/bundles\/./.test(path);
  }

  /** All paths. */
  *[Symbol.iterator](): Generator<string> {
    for (const suffix of this.shapes.suffixes) yield* this.shapes.pathsOf(suffix);
    yield* this.files;
  }
}

/** A site's folder, compared with what belongs to the mirror. */
export interface Survey {
  /** Suffixes of the records of which a file is missing or empty. */
  readonly records: ReadonlySet<string>;
  /** Other files that are missing or empty. */
  readonly files: ReadonlySet<string>;
  /** What does not belong to the mirror, sorted; a folder ends with `/` and includes all that is in it. */
  readonly foreign: readonly string[];
}

/** Files that may be empty: the second one if there is no bundle. */
const isEmptyRight = (path: string): boolean => path === NO_JEKYLL || path === TOP_LIST;

/** Lists each folder of the site once. Folders that do not belong to the mirror are not entered. */
export function surveySite(site: string, own: OwnFiles): Survey {
  const foreign: string[] = [];
  const files = new Set(own.files);
  const found = new Map<string, number>();
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(site, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (folder === '' && isWorkName(entry.name)) continue;
      if (entry.isDirectory()) {
        if (own.hasFolder(path)) visit(path);
        else foreign.push(`${path}/`);
      } else if (!own.has(path)) {
        foreign.push(path);
      } else if (isWhole(join(site, path), path)) {
        const suffix = files.delete(path) ? null : suffixOfPath(path);
        if (suffix !== null) found.set(suffix, (found.get(suffix) ?? 0) + 1);
      }
    }
  };
  if (exists(site)) visit('');
  const records = [...own.shapes.suffixes].filter((suffix) => found.get(suffix) !== own.shapes.sizeOf(suffix));
  return { records: new Set(records), files, foreign: foreign.sort(compareCodePoints) };
}

function isWhole(file: string, path: string): boolean {
  const status = lstatSync(file, { throwIfNoEntry: false });
  return status?.isFile() === true && (status.size > 0 || isEmptyRight(path));
}

const SUM_LINE = /^[0-9a-f]{64} {2}(.+)$/;

/** Whether the published site has lists of its own files. */
export const hasLists = (site: string): boolean => exists(join(site, SITE_SUMS));

/** The files of the published site as its own lists of digests name them. A line that cannot be read names nothing. */
export function* listedFiles(site: string): Generator<string> {
  if (!hasLists(site)) return;
  yield SITE_SUMS;
  for (const list of listSite(site, 'sums').filter((path) => path.endsWith('.sha256'))) {
    for (const line of readFileSync(join(site, list), 'utf8').split('\n')) {
      const path = SUM_LINE.exec(line)?.[1] ?? '';
      if (path !== '' && !path.split('/').some((part) => /^\.{0,2}$/.test(part))) yield path;
    }
  }
}
