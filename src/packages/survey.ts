/** Lists what to pack from a site: its files as units that are never split, and one digest that shows whether any was changed. */
import { createHash } from 'node:crypto';
import type { Progress } from '../mirror/base/progress.ts';
import { pathProblem } from './formats/entry.ts';
import type { PackageContents } from './formats/facts.ts';
import { placeOf, suffixOfPath, type Unit } from './parts.ts';
import { alone, type SumsTable } from './sums-table.ts';
import { type FoundFile, type OddFile, walk } from './walk.ts';

export interface SiteSurvey {
  readonly every: readonly Unit[];
  readonly lists: readonly Unit[];
  readonly records: readonly Unit[];
  /** Files that were seen, including those that are not packed. */
  readonly files: number;
  /** Entries that are neither files nor folders, and are not packed. */
  readonly odd: readonly OddFile[];
  /** Files that `sums/` lists and that are not there. */
  readonly missing: readonly string[];
  /** Of every file's path, size, time and identity. Equal digests: the site was not touched in between. */
  readonly stamp: string;
}

/** Folders that are not part of any package: copies for servers, and what version control keeps. */
export const isSkipped = (folder: string): boolean => folder === '.well-known/' || folder === '.git/';

/** The files of one record that are packed: of a record with several bundles, `--only bundles` takes the received ones. */
export function ofRecord<File extends Pick<FoundFile, 'path'>>(
  files: readonly File[],
  contents: PackageContents,
  sums: Sums,
): readonly File[] {
  const chosen = files.filter(({ path }) => placeOf(path, contents) === 'record' && !isForeign(path, sums));
  const hasSeveral = chosen.some(({ path }) => path.includes('/bundles/'));
  return contents === 'bundles' && hasSeveral ? chosen.filter(({ path }) => path.includes('/bundles/')) : chosen;
}

/** The digests that a build wrote of every file of its site; null if the site has none. */
export type Sums = SumsTable | null;

/** Whether a file in the folder is foreign: the lists of the mirror do not have it. */
const isForeign = (path: string, sums: Sums): boolean => sums !== null && !sums.has(path) && !path.startsWith('sums/');

/** Files of the lists that were not seen. @param seen a 1 for each file that was, by its number. */
function* missingOf(sums: SumsTable, seen: Uint8Array): Generator<string> {
  for (const [path, index] of sums.entries())
    if (seen[index] === 0 && !isSkipped(path.slice(0, path.indexOf('/') + 1))) yield path;
}

const stampLine = ({ path, stamp }: FoundFile): string => `${path}\0${stamp}\n`;

/** What `survey` gives as the stamp of a site, without the memory for its units. */
export function stampOfSite(folder: string, progress: Progress): string {
  const digest = createHash('sha256');
  for (const file of walk(folder, isSkipped, () => undefined)) {
    progress.step();
    digest.update(stampLine(file));
  }
  return digest.digest('hex');
}

/** Lists a site once. Keeps a few numbers for each record. */
export function survey(folder: string, contents: PackageContents, sums: Sums, progress: Progress): SiteSurvey {
  const digest = createHash('sha256');
  const odd: OddFile[] = [];
  const every: Unit[] = [];
  const lists: Unit[] = [];
  const records: Unit[] = [];
  /** Of the record that is being listed. */
  let suffix: string | null = null;
  let held: FoundFile[] = [];
  let files = 0;
  const seen = new Uint8Array(sums?.size ?? 0);
  const endRecord = (): void => {
    const files = ofRecord(held, contents, sums);
    const bytes = files.reduce((total, file) => total + file.bytes, 0);
    if (files.length > 0) records.push({ path: alone(`pith/${suffix}/`), files: files.length, bytes });
    held = [];
  };
  for (const file of walk(folder, isSkipped, (found) => odd.push(found))) {
    progress.step();
    files++;
    digest.update(stampLine(file));
    const index = sums?.indexOf(file.path) ?? null;
    if (index !== null) seen[index] = 1;
    // No file of a mirror has such a name, but a foreign file may.
    const why = pathProblem(file.path) ?? (isForeign(file.path, sums) ? 'not part of the mirror' : null);
    if (why !== null) {
      odd.push({ path: file.path, why });
      continue;
    }
    const next = suffixOfPath(file.path);
    if (next !== suffix) endRecord();
    suffix = next;
    if (suffix !== null) {
      held.push(file);
      continue;
    }
    const place = placeOf(file.path, contents);
    const unit: Unit = { path: file.path, files: 1, bytes: file.bytes };
    if (place === 'every-part') every.push(unit);
    if (place === 'first-part') lists.push(unit);
  }
  endRecord();
  const missing = sums === null ? [] : [...missingOf(sums, seen)];
  return { every, lists, records, files, odd, missing, stamp: digest.digest('hex') };
}
