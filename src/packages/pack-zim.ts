/**
 * `pack --format zim`: from a site to one ZIM for Kiwix.
 *
 *     survey the site ──▶ read, judge (workers) ──▶ clusters ──▶ zstd ──▶ write ──▶ lists ──▶ read back ──▶ rename
 *
 * As for a ZIP, the bytes that are judged are the bytes that are packed, and the file gets its name when all of it was read back.
 */
import { createHash, hash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { BuildError, UsageError } from '../mirror/base/failure.ts';
import { mediaType } from '../mirror/base/media-types.ts';
import { packageVersion } from '../mirror/base/package.ts';
import { bundleFile, HOME, MARKER, NO_JEKYLL, NOT_FOUND, recordPage } from '../mirror/base/paths.ts';
import type { Progress } from '../mirror/base/progress.ts';
import { trustDocument } from '../mirror/read/trust-file.ts';
import { compareCodePoints, type EngineName, type Trust } from '../protocol/index.ts';
import { pageTitle } from './formats/page-title.ts';
import { ZimWriter } from './formats/zim.ts';
import {
  ABOUT,
  aboutMirror,
  aboutProblem,
  describeMirror,
  formatMetadata,
  METADATA_TYPES,
  type MirrorFacts,
  type ZimAbout,
} from './formats/zim-metadata.ts';
import { CompactPages } from './formats/zim-page.ts';
import type { DoneFile } from './job.ts';
import { keepLittleGarbage } from './memory.ts';
import type { PackResult } from './pack.ts';
import { suffixOfPath, type Unit } from './parts.ts';
import { checkKeys, dateOf, openSiteFolder } from './site.ts';
import { readCheckedSums } from './site-check.ts';
import { type SiteSurvey, stampOfSite, survey } from './survey.ts';
import { Team } from './team.ts';
import {
  checkFound,
  checksOf,
  checkUnchanged,
  checkUnit,
  countFindings,
  jobsOf,
  type Tally,
  type UnitSource,
} from './units.ts';
import { Workplace } from './workplace.ts';
import { Aliases, arxivOf } from './zim-aliases.ts';
import { ClusterQueue, ZSTD_VERSION } from './zim-clusters.ts';
import { ZimOutput } from './zim-file.ts';
import { addToDigest, readZimBack } from './zim-read-back.ts';

export interface ZimOptions {
  /** Folder of the site. */
  readonly site: string;
  /** Folder for the ZIM. */
  readonly out: string;
  /** What the ZIM says about itself; what is missing is made from the site. */
  readonly about: Parameters<typeof aboutMirror>[0];
  readonly trust: Trust;
  readonly engine: EngineName;
  /** As for a ZIP. */
  readonly isJudged: boolean;
  /** Make the ZIM smaller by pages that carry their bundles as text (`formats/zim-page.ts`). Without it, every file is the site's. */
  readonly isCompact: boolean;
  /** Replace a ZIM of the same name. */
  readonly force: boolean;
  /** Worker threads; null for one per processor. */
  readonly jobs: number | null;
}

/** @throws UsageError if an option is not what openZIM allows. */
function aboutOf({ about }: ZimOptions, facts: MirrorFacts): ZimAbout {
  const whole = aboutMirror(about, facts);
  for (const name of ABOUT) {
    const problem = aboutProblem(name, whole[name]);
    if (problem !== null) throw new UsageError(`--${name}: ${problem}`);
  }
  return whole;
}

/** Files of a site that are only for servers and for this program; Kiwix's checker refuses the first, which is empty. */
const LEFT_OUT: ReadonlySet<string> = new Set([NO_JEKYLL, MARKER]);
/**
 * Lists for other mirrors: the digests of all files, and the record index of each day. They do not compress and would make a ZIM an
 * eighth larger, whose own digest covers every file.
 */
const FOR_MIRRORS = /^(?:sums\/|records\/(?:\d{4}|undated)\/)/;

function unitsOf({ every, lists, records }: SiteSurvey): readonly Unit[] {
  return [...every, ...lists, ...records]
    .filter(({ path }) => !LEFT_OUT.has(path) && !FOR_MIRRORS.test(path))
    .sort((a, b) => compareCodePoints(a.path, b.path));
}

/** Every media type that the files of a mirror may have. */
const TYPES = [
  ...METADATA_TYPES,
  ...[
    '.atom',
    '.bib',
    '.css',
    '.csv',
    '.html',
    '.js',
    '.json',
    '.jsonl',
    '.jsonld',
    '.md',
    '.ots',
    '.png',
    '.ris',
    '.svg',
  ]
    .concat(['.tsv', '.txt', '.xml', '.webmanifest', '.other'])
    .map((ending) => mediaType(`x${ending}`)),
];

function bytesOf({ path, packed }: DoneFile): Uint8Array {
  if (packed === null) throw new TypeError(`expected ${path} to be read`);
  return packed.data;
}

/** Bytes of a page in which its title is: decoding whole pages takes longer than compressing them. */
const HEAD_BYTES = 1 << 14;

/** Adds the files of one record, or one other file. */
class ContentWriter {
  readonly #zim: ZimWriter;
  readonly #full: (cluster: Uint8Array) => void;
  readonly #pages: CompactPages | null;
  readonly #decoder = new TextDecoder();
  readonly aliases = new Aliases();
  readonly digest = createHash('sha256');
  files = 0;
  home: number | null = null;

  constructor(zim: ZimWriter, full: (cluster: Uint8Array) => void, isCompact: boolean) {
    this.#zim = zim;
    this.#full = full;
    this.#pages = isCompact ? new CompactPages() : null;
  }

  add(unit: Unit, files: readonly DoneFile[]): void {
    const suffix = suffixOfPath(unit.path);
    const numbers = new Map<string, number>();
    let arxiv: ReturnType<typeof arxivOf> = null;
    for (const file of files) {
      const { path } = file;
      const found = bytesOf(file);
      const isRecord = suffix !== null && path === recordPage(suffix);
      const bytes = isRecord ? (this.#pages?.pageOf(found) ?? found) : found;
      const type = mediaType(path);
      const isPage = type === 'text/html' && path !== NOT_FOUND;
      const title = isPage ? pageTitle(this.#decoder.decode(bytes.subarray(0, HEAD_BYTES))) : null;
      const number = this.#zim.add({ path, type, title, bytes }, this.#full);
      addToDigest(this.digest, { path, sha256: bytes === found ? file.sha256 : hash('sha256', bytes) });
      this.files++;
      if (path === HOME) this.home = number;
      if (suffix === null) continue;
      numbers.set(path, number);
      if (path === bundleFile(suffix)) arxiv = arxivOf(bytes);
    }
    if (suffix === null) return;
    const page = numbers.get(recordPage(suffix)) ?? null;
    this.aliases.add({ suffix, page, bundle: numbers.get(bundleFile(suffix)) ?? null }, arxiv);
  }
}

/** What one run has. */
interface Run {
  readonly options: ZimOptions;
  readonly about: ZimAbout;
  readonly facts: MirrorFacts;
  readonly source: UnitSource;
  readonly units: readonly Unit[];
  readonly team: Team;
  readonly tally: Tally;
  readonly progress: Progress;
}

interface Written {
  readonly bytes: number;
  readonly sha256: string;
  readonly files: number;
  /** Of the files' paths and digests. */
  readonly contents: string;
}

async function writeZim(path: string, run: Run): Promise<Written> {
  const { options, about, facts, team, tally, progress } = run;
  const zim = new ZimWriter(TYPES);
  const output = new ZimOutput(path, zim.headBytes);
  const queue = new ClusterQueue((packed) => output.write(zim.pack('zstd', packed)), zim.reuse);
  try {
    const contents = new ContentWriter(zim, queue.push, options.isCompact);
    for await (const [{ unit }, done] of team.inOrder(jobsOf(run.units, run.source))) {
      checkUnit(unit, done);
      countFindings(done, tally);
      contents.add(unit, done.files);
      await queue.settle();
      progress.step();
    }
    if (contents.home === null) throw new BuildError(`${options.site}: has no ${HOME}; build the site again`);
    progress.stage('writing the lists', null);
    const metadata = formatMetadata({
      ...about,
      longDescription: describeMirror(facts),
      date: facts.date,
      source: facts.url,
      scraper: `pith-mirror ${await packageVersion()}, zstd ${ZSTD_VERSION}`,
      counts: zim.counts,
    });
    for (const file of metadata) zim.addMetadata(file, queue.push);
    zim.flush(queue.push);
    await queue.settle(0);
    // The lists need memory of their own.
    queue.close();
    zim.release();
    const end = zim.end(contents.home, () => contents.aliases.redirects());
    output.write(end.chunks);
    return { ...output.finish(end.head), files: contents.files, contents: contents.digest.digest('hex') };
  } finally {
    queue.close();
    output.close();
  }
}

/**
 * Packs a site as a ZIM.
 *
 * @throws UsageError, BuildError or the system's error. Then the ZIM has not its final name, and one that exists is not touched.
 */
export async function packZim(options: ZimOptions, progress: Progress): Promise<PackResult> {
  keepLittleGarbage();
  const site = await openSiteFolder(options.site);
  await checkKeys(site, options.trust);
  progress.stage('reading the lists of digests', null);
  const sums = readCheckedSums(site.folder);
  const checked = checksOf(options, sums, progress);
  progress.stage('listing the site', sums?.surveyed ?? null);
  const found = survey(site.folder, 'site', sums, progress);
  checkFound(found, options.site, progress);
  const facts: MirrorFacts = {
    records: found.records.length,
    date: dateOf(site.seconds),
    url: site.url,
    keys: options.trust.keys.map(({ keyId, role, fingerprint }) => ({ keyId, role, fingerprint })),
  };
  const about = aboutOf(options, facts);
  const name = `${about.name}_${facts.date.slice(0, 7)}`;
  const target = join(options.out, `${name}.zim`);
  const workplace = await Workplace.open(options.out, name, [target], options.force, progress);
  // One processor compresses, and each worker takes 50 MB.
  const team = new Team(options.jobs ?? Math.max(availableParallelism() - 1, 1), {
    trust: trustDocument(options.trust),
    engine: options.engine,
  });
  try {
    const units = unitsOf(found);
    const tally = { withFindings: 0, findings: 0 };
    const records = checked.signatures ? 'judged' : 'as-files';
    const source: UnitSource = { folder: site.folder, sums, contents: 'site', pack: 'stored', records };
    progress.stage('packing', units.length);
    const path = join(workplace.work, `${name}.zim`);
    const written = await writeZim(path, { options, about, facts, source, units, team, tally, progress });
    await readZimBack(path, name, written, progress);
    // Listing the site again needs memory, which the workers have.
    await team.dismiss();
    progress.stage('checking that the site did not change', found.files);
    checkUnchanged(found, stampOfSite(site.folder, progress), options.site);
    await workplace.publish([target]);
    const { bytes, sha256, files } = written;
    const packed = { path: target, bytes, sha256, files, records: facts.records };
    return { packages: [packed], records: facts.records, checked, ...tally };
  } finally {
    await team.dismiss();
    await workplace.close();
  }
}
