/**
 * `pack --format zip`: from a site to one or more ZIP archives, each of them a BagIt bag.
 *
 *     survey the site ──▶ cut into parts ──▶ read, judge, compress (workers) ──▶ write ──▶ read back ──▶ rename all
 *
 * The bytes that are judged are the bytes that are packed. Files get their final names only after everything is written, flushed to
 * the disk, and read back; nothing is left if anything fails.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../mirror/base/failure.ts';
import { packageVersion } from '../mirror/base/package.ts';
import type { Progress } from '../mirror/base/progress.ts';
import { trustDocument } from '../mirror/read/trust-file.ts';
import type { EngineName, Trust } from '../protocol/index.ts';
import { BagLists, BagWriter } from './bag-writer.ts';
import type { Compression } from './compress.ts';
import { pathProblem } from './formats/entry.ts';
import type { PackageContents, PackageFacts } from './formats/facts.ts';
import type { InputName } from './formats/inputs.ts';
import { RO_CRATE } from './formats/ro-crate.ts';
import { gatherInputs, type Inputs } from './inputs.ts';
import { keepLittleGarbage } from './memory.ts';
import { cutParts, LIMITS, type Limits, type PackagePart, partName, suffixOfPath } from './parts.ts';
import { readBack } from './read-back.ts';
import { checkKeys, dateOf, openSiteFolder, type Site } from './site.ts';
import { readCheckedSums } from './site-check.ts';
import { type SiteSurvey, type Sums, stampOfSite, survey } from './survey.ts';
import { Team } from './team.ts';
import { checkFound, checksOf, checkUnchanged, checkUnit, countFindings, jobsOf, type Tally } from './units.ts';
import { Workplace } from './workplace.ts';

export interface PackOptions {
  /** Folder of the site. */
  readonly site: string;
  /** Folder for the packages. */
  readonly out: string;
  /** What the names of the packages begin with; null for `pith-mirror-DATE`. */
  readonly name: string | null;
  readonly contents: PackageContents;
  readonly compression: Compression;
  /** The folder that the site was built from, whose notes and rejected files are packed too; or null. */
  readonly input: string | null;
  readonly trust: Trust;
  readonly engine: EngineName;
  /** Whether to judge every bundle and state again. If not, every file must have the digest that the build wrote to `sums/`. */
  readonly isJudged: boolean;
  /** Replace packages of the same name. */
  readonly force: boolean;
  /** Worker threads; null for one per processor. */
  readonly jobs: number | null;
  readonly limits?: Limits;
}

export interface Packed {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** In the payload. */
  readonly files: number;
  readonly records: number;
}

export interface PackResult {
  readonly packages: readonly Packed[];
  readonly records: number;
  /** What was compared before it was packed: all files with the digests of the build, and all records with their signatures. */
  readonly checked: { readonly digests: boolean; readonly signatures: boolean };
  /** Bundles that have findings; they are packed nevertheless. */
  readonly withFindings: number;
  readonly findings: number;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

function nameOf({ name }: PackOptions, site: Site): string {
  const chosen = name ?? `pith-mirror-${dateOf(site.seconds)}`;
  if (!NAME.test(chosen) || pathProblem(chosen) !== null)
    throw new UsageError(
      `--name: expected up to 100 of A–Z a–z 0–9 . _ -, beginning with a letter or a digit (found ${JSON.stringify(chosen)})`,
    );
  return chosen;
}

/** Files of a bag that are not its payload; more than there ever are. */
const OWN_FILES = 16;

/** What is known of one package before its first byte is written. */
interface Plan {
  readonly part: PackagePart;
  readonly facts: PackageFacts;
}

/** Of the records in a package. */
function suffixesOf({ units }: PackagePart): readonly string[] {
  return units.map(({ path }) => suffixOfPath(path)).filter((suffix) => suffix !== null);
}

function planOf(
  parts: readonly PackagePart[],
  site: Site,
  options: PackOptions,
  about: Pick<PackageFacts, 'set' | 'version' | 'extraInputs'>,
): Plan[] {
  const names = parts.map((_, i) => partName(about.set, i, parts.length));
  const ofPart = parts.map(suffixesOf);
  const allRecords = ofPart.reduce((total, { length }) => total + length, 0);
  return parts.map((part, index) => {
    const suffixes = ofPart[index] ?? [];
    const [first, last] = [suffixes[0], suffixes.at(-1)];
    const tops = new Set(part.units.map(({ path }) => /^[^/]+\/?/.exec(path)?.[0] ?? path));
    const facts: PackageFacts = {
      ...about,
      name: names[index] ?? about.set,
      parts: names,
      index,
      contents: options.contents,
      seconds: site.seconds,
      url: site.url,
      keys: options.trust.keys.map(({ keyId, role, fingerprint }) => ({ keyId, role, fingerprint })),
      allRecords,
      records: suffixes.length,
      range: first === undefined || last === undefined ? null : [first, last],
      bytes: part.bytes,
      files: part.files,
      tops: [...tops],
    };
    return { part, facts };
  });
}

/** What all parts of one run share. */
interface Run {
  readonly options: PackOptions;
  readonly site: Site;
  readonly team: Team;
  readonly inputs: Inputs;
  readonly sums: Sums;
  readonly checked: PackResult['checked'];
  readonly progress: Progress;
  /** Folder of unfinished packages. */
  readonly work: string;
  readonly tally: Tally;
  readonly lists: BagLists;
}

/** Writes one package into the work folder, and reads it back. */
async function writePart({ part, facts }: Plan, run: Run): Promise<Omit<Packed, 'path'>> {
  const { options, site, team, inputs, progress, work, tally } = run;
  const { contents, compression: pack } = options;
  const path = join(work, `${facts.name}.zip`);
  const bag = new BagWriter(path, facts, pack, run.lists);
  try {
    bag.begin(trustDocument(options.trust));
    const lines: InputName[] = [];
    for await (const [{ unit }, done] of team.inOrder(
      jobsOf(part.units, {
        folder: site.folder,
        sums: run.sums,
        contents,
        pack,
        records: run.checked.signatures ? 'judged' : 'dated',
      }),
    )) {
      checkUnit(unit, done);
      if (!bag.hasCrate && unit.path > RO_CRATE) bag.addCrate();
      const seconds = done.record?.seconds ?? site.seconds;
      for (const file of done.files) {
        bag.addPayload(file, seconds);
        for (const name of inputs.namesOf(file.sha256))
          lines.push({ name, sha256: file.sha256, path: `data/${file.path}` });
      }
      countFindings(done, tally);
      progress.step();
    }
    if (!bag.hasCrate) bag.addCrate();
    const extras = facts.index === 0 ? inputs.extras : [];
    bag.addInputs([...lines, ...extras.map(({ line }) => line)], extras);
    const written = await bag.end(suffixesOf(part));
    await readBack(path, facts.name, team, progress);
    return { ...written, records: facts.records, files: facts.files };
  } finally {
    bag.close();
  }
}

/** What is known of a site and its packages before the first byte is written. */
interface Planned {
  /** One for each package, to be taken out when its turn comes: what they have of a large mirror is worth forgetting. */
  readonly plans: Plan[];
  readonly inputs: Inputs;
  readonly site: Pick<SiteSurvey, 'files' | 'stamp'>;
  readonly records: number;
}

async function planPackages(
  options: PackOptions,
  set: string,
  site: Site,
  sums: Sums,
  progress: Progress,
): Promise<Planned> {
  progress.stage('listing the site', sums?.surveyed ?? null);
  const found = survey(site.folder, options.contents, sums, progress);
  checkFound(found, options.site, progress);
  const inputs = await gatherInputs(site.folder, options.input, progress);
  const version = await packageVersion();
  const own: Limits = { files: OWN_FILES + inputs.extras.length, bytes: inputs.bytes };
  const { every, lists, records, files, stamp } = found;
  const parts = cutParts(every, lists, records, own, options.limits ?? LIMITS);
  const extraInputs = inputs.isGiven ? inputs.extras.length : null;
  const plans = planOf(parts, site, options, { set, version, extraInputs });
  return { plans, inputs, site: { files, stamp }, records: records.length };
}

/**
 * Packs a site.
 *
 * @throws UsageError, BuildError or the system's error. Then no package has its final name, and existing packages
 * are not touched.
 */
export async function packSite(options: PackOptions, progress: Progress): Promise<PackResult> {
  keepLittleGarbage();
  const site = await openSiteFolder(options.site);
  await checkKeys(site, options.trust);
  const set = nameOf(options, site);
  const { out, force } = options;
  progress.stage('reading the lists of digests', null);
  const sums = readCheckedSums(site.folder);
  const checked = checksOf(options, sums, progress);
  const { plans, inputs, site: before, records } = await planPackages(options, set, site, sums, progress);
  const targets = plans.map(({ facts }) => join(out, `${facts.name}.zip`));
  const workplace = await Workplace.open(out, set, targets, force, progress);
  const { work } = workplace;
  const team = new Team(options.jobs ?? availableParallelism(), {
    trust: trustDocument(options.trust),
    engine: options.engine,
  });
  try {
    const tally = { withFindings: 0, findings: 0 };
    const run: Run = { options, site, team, inputs, sums, checked, progress, work, tally, lists: new BagLists() };
    const packages: Packed[] = [];
    for (let plan = plans.shift(); plan !== undefined; plan = plans.shift()) {
      const { facts, part } = plan;
      progress.stage(
        targets.length === 1 ? 'packing' : `packing ${facts.index + 1} of ${targets.length}`,
        part.units.length,
      );
      packages.push({ path: targets[facts.index] ?? '', ...(await writePart(plan, run)) });
    }
    // Listing the site again needs memory, which the workers have.
    await team.dismiss();
    progress.stage('checking that the site did not change', before.files);
    checkUnchanged(before, stampOfSite(site.folder, progress), options.site);
    await workplace.publish(targets);
    return { packages, records, checked, ...tally };
  } finally {
    await team.dismiss();
    await workplace.close();
  }
}
