/** The units of a site as jobs, and the check that a unit is what the survey found, and valid. */
import { BuildError } from '../mirror/base/failure.ts';
import type { Progress } from '../mirror/base/progress.ts';
import type { Compression } from './compress.ts';
import type { PackageContents } from './formats/facts.ts';
import type { Done, Job, StoredFile } from './job.ts';
import { suffixOfPath, type Unit } from './parts.ts';
import { ADVICE } from './site-check.ts';
import { ofRecord, type SiteSurvey, type Sums } from './survey.ts';
import { walk } from './walk.ts';

/** Where the files of units are, and what is wanted of them. */
export interface UnitSource {
  readonly folder: string;
  readonly sums: Sums;
  readonly contents: PackageContents;
  readonly pack: Compression;
  /** Whether to judge each record, to ask only for its date, or neither. */
  readonly records: 'judged' | 'dated' | 'as-files';
}

/** The files of a unit: of a record, those that `sums/` lists, or, if there are no lists, those that are there. */
function filesOf(unit: Unit, { folder, sums, contents }: UnitSource): readonly StoredFile[] {
  const stored = (path: string): StoredFile => ({
    path,
    place: { file: `${folder}/${path}` },
    sha256: sums?.get(path) ?? null,
  });
  const suffix = suffixOfPath(unit.path);
  if (suffix === null) return [stored(unit.path)];
  const files =
    sums === null ? [...walk(folder, () => false, noted, unit.path)] : sums.pathsOf(suffix).map((path) => ({ path }));
  return ofRecord(files, contents, sums).map(({ path }) => stored(path));
}

/** The survey has named what is no file. */
const noted = (): void => undefined;

export interface UnitJob extends Job {
  readonly unit: Unit;
}

/** A job for each unit. */
export function* jobsOf(units: Iterable<Unit>, source: UnitSource): Generator<UnitJob> {
  const { pack, records } = source;
  for (const unit of units) {
    const suffix = records === 'as-files' ? null : suffixOfPath(unit.path);
    yield { unit, files: filesOf(unit, source), bytes: unit.bytes, suffix, onlyDated: records === 'dated', pack };
  }
}

/** @throws BuildError unless a unit is unchanged since the survey, and all of it is valid. */
export function checkUnit({ path, files, bytes }: Unit, done: Done): void {
  const [problem] = done.problems;
  const rejected = done.record?.lines.find(({ outcome }) => outcome === 'rejected');
  if (problem !== undefined) throw new BuildError(`${problem.path}: ${problem.message}; ${ADVICE}`);
  if (rejected !== undefined) throw new BuildError(`${rejected.file}: is rejected; ${ADVICE}`);
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

/**
 * What is to be checked before anything is packed. A site of an older build has no digests, so its records are judged.
 *
 * @param sums of the site.
 */
export function checksOf(
  { site, isJudged }: { readonly site: string; readonly isJudged: boolean },
  sums: Sums,
  progress: Progress,
): { readonly digests: boolean; readonly signatures: boolean } {
  if (sums === null)
    progress.note(`${site}: has no sums/, so only bundles and states are checked, and not its pages; build it again`);
  return { digests: sums !== null, signatures: isJudged || sums === null };
}

/** Files that are not packed, and are named. */
const SHOWN = 20;

/** Names what is not packed. @throws BuildError if there is nothing to pack, or if a file is missing. */
export function checkFound({ odd, records, missing }: SiteSurvey, site: string, progress: Progress): void {
  for (const { path, why } of odd.slice(0, SHOWN)) progress.note(`not packed, ${why}: ${path}`);
  if (odd.length > SHOWN) progress.note(`not packed: ${odd.length - SHOWN} more files`);
  if (records.length === 0) throw new BuildError(`${site}: has no record; there is nothing to pack`);
  const [first] = missing;
  if (first !== undefined) throw new BuildError(`${first}: is missing; sums/ lists it; ${ADVICE}`);
}

/** @param stamp of the site now. @throws BuildError if anything differs from what the survey found. */
export function checkUnchanged(before: Pick<SiteSurvey, 'stamp'>, stamp: string, site: string): void {
  if (stamp !== before.stamp)
    throw new BuildError(`${site}: the site changed while it was packed; nothing is packed; run pack again`);
}
