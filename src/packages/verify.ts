/**
 * Verifies packages and sites: first that every file is what the manifest says, then every bundle with the pinned keys, then
 * every state against the merge of its bundles.
 */

import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { BuildError } from '../mirror/base/failure.ts';
import { packageVersion } from '../mirror/base/package.ts';
import { recordPage } from '../mirror/base/paths.ts';
import type { Progress } from '../mirror/base/progress.ts';
import { type FileLine, Report } from '../mirror/judge/report.ts';
import { trustDocument } from '../mirror/read/trust-file.ts';
import { compareCodePoints, type EngineName, type Trust } from '../protocol/index.ts';
import { BAGIT, PAYLOAD } from './formats/bagit.ts';
import { ZimError } from './formats/unzim.ts';
import type { Done, Job, SiteProblem } from './job.ts';
import { isSite } from './site.ts';
import { readSums, siteJobs } from './site-check.ts';
import { isPackage, judgingJobs, type OfSet, openStored } from './stored.ts';
import { Team } from './team.ts';
import { isThere } from './walk.ts';
import { isZim, ZimInput } from './zim-file.ts';
import { zimJobs } from './zim-read-back.ts';

export interface Verified {
  /** As the user named it. */
  readonly name: string;
  readonly kind: 'zip' | 'bag' | 'zim' | 'site';
  /** Files that were read. */
  readonly files: number;
  readonly records: number;
  /** By path. */
  readonly problems: readonly SiteProblem[];
}

export interface VerifyResult {
  readonly packages: readonly Verified[];
  /** Of the bundles of all of them. */
  readonly report: Report;
}

const isZimFile = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() === true && isZim(path);

/** Whether `verify` takes a path for a package or a site, and not for bundles. */
export function isVerifiable(path: string): boolean {
  if (isPackage(path) || isZimFile(path)) return true;
  return (
    statSync(path, { throwIfNoEntry: false })?.isDirectory() === true && isSite(path) && !isThere(join(path, BAGIT))
  );
}

/** The combined result of one run. */
class Tally {
  readonly lines: FileLine[] = [];
  readonly #numbers = new Set<string>();
  readonly #signed = new Set<string>();
  #withheld = 0;

  /** @param prefix put before file names if there are several packages. */
  add({ suffix, files }: Job, { record }: Done, prefix: string): void {
    if (suffix === null || record === null) return;
    if (files.every(({ path }) => path === recordPage(suffix))) {
      this.#withheld++;
      return;
    }
    this.#numbers.add(suffix);
    if (record.pithNumber !== null) this.#signed.add(suffix);
    this.lines.push(...record.lines.map((line) => (prefix === '' ? line : { ...line, file: `${prefix}${line.file}` })));
  }

  get records(): { readonly all: number; readonly recordOnly: number; readonly withheld: number } {
    return { all: this.#numbers.size, recordOnly: this.#numbers.size - this.#signed.size, withheld: this.#withheld };
  }
}

interface Run {
  readonly team: Team;
  readonly tally: Tally;
  readonly progress: Progress;
  readonly prefix: string;
}

async function doJobs(
  jobs: Iterable<Job & { readonly isPayload?: boolean }>,
  inPayload: string,
  run: Run,
): Promise<Omit<Verified, 'name' | 'kind'>> {
  const problems: SiteProblem[] = [];
  let files = 0;
  let records = 0;
  for await (const [job, done] of run.team.inOrder(jobs)) {
    const prefix = job.isPayload === false ? '' : inPayload;
    problems.push(...done.problems.map((problem) => ({ ...problem, path: `${prefix}${problem.path}` })));
    run.tally.add(job, done, run.prefix);
    files += job.files.length;
    if (job.suffix !== null) records++;
    for (const _ of job.files) run.progress.step();
  }
  return { files, records, problems };
}

const byPath = (a: SiteProblem, b: SiteProblem): number =>
  compareCodePoints(a.path, b.path) || compareCodePoints(a.kind, b.kind);

async function verifySite(path: string, name: string, run: Run): Promise<Verified> {
  const sums = readSums(path);
  if (sums === null)
    run.progress.note(`${name}: has no sums/, so only bundles, states and records are checked, and not its pages`);
  run.progress.stage(`verifying ${name}`, sums?.size ?? null);
  const { jobs, problems, foreign } = siteJobs(path, sums);
  const done = await doJobs(jobs, '', run);
  if (foreign.length > 0)
    run.progress.note(
      `${name}: not checked, ${foreign.length} files that are not part of the mirror: ${foreign.slice(0, 5).join(', ')}`,
    );
  return { name, kind: 'site', ...done, problems: [...problems, ...done.problems].sort(byPath) };
}

async function verifyPackage(
  path: string,
  name: string,
  run: Run,
): Promise<Verified & { readonly ofSet: OfSet | null }> {
  const stored = openStored(path, name);
  for (const file of stored.unlisted) run.progress.note(`${name}: not checked, because no manifest lists it: ${file}`);
  run.progress.stage(`verifying ${name}`, stored.payload.length + stored.tags.length);
  // What is missing is a problem already, found without reading.
  const done = await doJobs(judgingJobs(stored), PAYLOAD, run);
  const { kind, ofSet } = stored;
  return { name, kind, ofSet, ...done, problems: [...stored.problems, ...done.problems].sort(byPath) };
}

/** A ZIM has one digest of all its bytes, and none of each file. */
async function verifyZim(path: string, name: string, run: Run): Promise<Verified> {
  const zim = new ZimInput(path, name);
  try {
    run.progress.stage(`checking the digest of ${name}, in MiB`, zim.pieces);
    const changed: SiteProblem = {
      path: name,
      kind: 'changed',
      message: 'is damaged: its MD5 digest is not that of its bytes',
    };
    const problems = zim.isWhole(run.progress) ? [] : [changed];
    run.progress.stage(`verifying ${name}`, null);
    const done = await doJobs(zimJobs(zim), '', run);
    return { name, kind: 'zim', ...done, problems: [...problems, ...done.problems].sort(byPath) };
  } catch (error) {
    throw error instanceof ZimError ? new BuildError(`${name}: ${error.message}`) : error;
  } finally {
    zim.close();
  }
}

/** Says which packages of a set are missing: each verifies alone, but nobody should mistake a part for the whole. */
function tellMissingParts(sets: readonly OfSet[], progress: Progress): void {
  const given = new Map<string, Set<number>>();
  for (const { set, number } of sets) given.set(set, (given.get(set) ?? new Set()).add(number));
  for (const { set, count } of new Map(sets.map((one) => [one.set, one])).values()) {
    const lacking = Array.from({ length: count }, (_, i) => i + 1).filter(
      (number) => given.get(set)?.has(number) !== true,
    );
    if (lacking.length > 0)
      progress.note(`${set}: not verified, parts that were not given: ${lacking.slice(0, 20).join(', ')} of ${count}`);
  }
}

/**
 * @param paths of packages (ZIPs, folders with a bag) and sites.
 * @throws UsageError, BuildError or the system's error if one cannot be read at all.
 */
export async function verifyPackages(
  paths: readonly { readonly path: string; readonly name: string }[],
  trust: Trust,
  engine: EngineName,
  progress: Progress,
): Promise<VerifyResult> {
  const team = new Team(availableParallelism(), { trust: trustDocument(trust), engine });
  const tally = new Tally();
  try {
    const packages: Verified[] = [];
    const sets: OfSet[] = [];
    for (const { path, name } of paths) {
      const run: Run = { team, tally, progress, prefix: paths.length === 1 ? '' : `${name}: ` };
      if (!isPackage(path)) {
        packages.push(await (isZimFile(path) ? verifyZim : verifySite)(path, name, run));
        continue;
      }
      const { ofSet, ...verified } = await verifyPackage(path, name, run);
      packages.push(verified);
      if (ofSet !== null) sets.push(ofSet);
    }
    tellMissingParts(sets, progress);
    return { packages, report: new Report(await packageVersion(), trust, tally.lines, tally.records) };
  } finally {
    await team.dismiss();
  }
}
