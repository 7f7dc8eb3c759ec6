/** The units of a site as jobs, and the check that a unit is what the survey found, and valid. */
import { join } from 'node:path';
import { BuildError } from '../mirror/base/failure.ts';
import type { Progress } from '../mirror/base/progress.ts';
import type { Compression } from './compress.ts';
import type { PackageContents } from './formats/facts.ts';
import type { Done, Job, StoredFile } from './job.ts';
import { suffixOfPath, type Unit } from './parts.ts';
import { ofRecord, type SiteSurvey, type Sums } from './survey.ts';
import { walk } from './walk.ts';

/** Where the files of units are, and what is wanted of them. */
export interface UnitSource {
  readonly folder: string;
  readonly sums: Sums;
  readonly contents: PackageContents;
  readonly pack: Compression;
}

/** The current files of a unit; a record's files may have changed since the survey. */
function filesOf(unit: Unit, { folder, sums, contents }: UnitSource): readonly StoredFile[] {
  const stored = (path: string): StoredFile => ({
    path,
    place: { file: join(folder, path) },
    sha256: sums?.get(path) ?? null,
  });
  if (!unit.path.endsWith('/')) return [stored(unit.path)];
  const none = (): void => undefined;
  return ofRecord([...walk(folder, () => false, none, unit.path)], contents, sums).map(({ path }) => stored(path));
}

export interface UnitJob extends Job {
  readonly unit: Unit;
}

/** A job for each unit, which also judges it if it is a record. */
export function* jobsOf(units: Iterable<Unit>, source: UnitSource): Generator<UnitJob> {
  for (const unit of units)
    yield { unit, files: filesOf(unit, source), suffix: suffixOfPath(unit.path), pack: source.pack };
}

/** @throws BuildError unless a unit is unchanged since the survey, and all of it is valid. */
export function checkUnit({ path, files, bytes }: Unit, done: Done): void {
  const [problem] = done.problems;
  const rejected = done.record?.lines.find(({ outcome }) => outcome === 'rejected');
  const advice =
    'nothing is packed; pith-mirror verify SITE lists every problem, and pith-mirror build --recheck builds the site again';
  if (problem !== undefined) throw new BuildError(`${problem.path}: ${problem.message}; ${advice}`);
  if (rejected !== undefined) throw new BuildError(`${rejected.file}: is rejected; ${advice}`);
  const read = done.files.reduce((total, file) => total + file.bytes, 0);
  if (done.files.length !== files || read !== bytes)
    throw new BuildError(`${path}: changed while the site was packed; nothing is packed; run pack again`);
}

/** Bundles that have findings, and the findings. */
export interface Tally {
  withFindings: number;
  findings: number;
}

export function countFindings({ record }: Done, tally: Tally): void {
  for (const { findings } of record?.lines ?? []) {
    tally.findings += findings;
    if (findings > 0) tally.withFindings++;
  }
}

/** Files that are not packed, and are named. */
const SHOWN = 20;

/** Names what is not packed. @throws BuildError if there is nothing to pack. */
export function checkFound({ odd, records }: SiteSurvey, site: string, progress: Progress): void {
  for (const { path, why } of odd.slice(0, SHOWN)) progress.note(`not packed, ${why}: ${path}`);
  if (odd.length > SHOWN) progress.note(`not packed: ${odd.length - SHOWN} more files`);
  if (records.length === 0) throw new BuildError(`${site}: has no record; there is nothing to pack`);
}

/** @throws BuildError if the second survey of a site found anything else than the first. */
export function checkUnchanged(before: SiteSurvey, after: SiteSurvey, site: string): void {
  if (after.stamp !== before.stamp)
    throw new BuildError(`${site}: the site changed while it was packed; nothing is packed; run pack again`);
}
