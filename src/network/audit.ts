/**
 * Audits a published site: checks that the served files are the ones that were built, and that they are valid.
 *
 * The index is checked from the snapshot down, and every selected file against the lists of digests. Bundles
 * are verified and merged again with the pinned keys, as if they were new input.
 */
import type { Trust } from '../protocol/index.ts';
import type { IndexRow } from '../records/bucket.ts';
import { bucketSums, recordOfPath, SITE_SUMS } from '../records/layout.ts';
import { type Snapshot, sha256 } from '../records/lists.ts';
import { type ListedFile, MAX_FILE_BYTES, SiteSums } from './audit-files.ts';
import { allowanceOf, type HostName } from './hosts.ts';
import { judgeServedRecord } from './judge-record.ts';
import { type BucketLine, Changing, type Listing } from './listing.ts';
import { isRemote, named, openListing } from './settled.ts';
import type { Source } from './source.ts';
import { problemOf } from './words.ts';

/** How many files an audit checks, unless it checks all of them. */
export const SAMPLE = 256;

export type AuditCode =
  | 'changed'
  | 'missing'
  | 'unreadable'
  | 'index'
  | 'bundle'
  | 'state'
  | 'type'
  | 'not_found'
  | 'extra';

export interface AuditProblem {
  readonly code: AuditCode;
  readonly path: string;
  /** The suffix of the record that the file belongs to; null for a file of the site. */
  readonly suffix: string | null;
  readonly message: string;
}

export interface Audit {
  readonly snapshot: Snapshot;
  /** SHA-256 of `sums/site.sha256`: it covers the whole site. */
  readonly site: string;
  /** Files that were compared with their digests. */
  readonly files: number;
  /** Whether these are all files of the site. */
  readonly isComplete: boolean;
  /** Bundles that were verified, and states that were merged. */
  readonly bundles: number;
  readonly states: number;
  readonly problems: readonly AuditProblem[];
  /** Descriptions of problems that were excused because of the host. */
  readonly allowances: readonly string[];
}

export interface AuditOptions {
  readonly trust: Trust;
  readonly host: HostName;
  readonly isAll: boolean;
  /** Every file of the site, for a folder; null for a site at a URL. */
  readonly found: () => readonly string[] | null;
  /** Called with the number of files to check, or null if unknown; then `step` is called for each. */
  readonly begin: (files: number | null) => void;
  readonly step: () => void;
}

const SIGNED_FILE = /^(?:\.well-known\/)?pith\/[A-Z2-7]{26}\/(?:bundle\.json|state\.json|bundles\/.*)$/;

/** The media types that a browser and other programs need. Others differ from host to host, and that is harmless. */
const TYPES: readonly (readonly [ending: RegExp, type: string])[] = [
  [/\.html$/, 'text/html'],
  [/\.json$/, 'application/json'],
];

/** Audits a site once. @throws NoIndex, Changing, Unreadable */
export async function auditSite(source: Source, options: AuditOptions): Promise<Audit> {
  const listing = await openListing(source);
  return new AuditRun(source, options, listing, await SiteSums.open(source)).run();
}

class AuditRun {
  readonly #source: Source;
  readonly #options: AuditOptions;
  readonly #listing: Listing;
  readonly #sums: SiteSums;
  /** By the path of the list of its digests. */
  readonly #buckets: ReadonlyMap<string, BucketLine>;
  readonly #rows = new Map<string, ReadonlyMap<string, IndexRow>>();
  readonly #problems: AuditProblem[] = [];
  readonly #allowances = new Set<string>();
  /** Records that are already judged. */
  readonly #judged = new Set<string>();
  #bundles = 0;
  #states = 0;
  #wellKnown: ListedFile | null = null;

  constructor(source: Source, options: AuditOptions, listing: Listing, sums: SiteSums) {
    this.#source = source;
    this.#options = options;
    this.#listing = listing;
    this.#sums = sums;
    this.#buckets = new Map(listing.buckets.map((line) => [bucketSums(line.bucket), line]));
  }

  async run(): Promise<Audit> {
    this.#checkLists();
    const { isAll, begin, step } = this.#options;
    const few = isAll ? null : await this.#sums.allOfFew(SAMPLE);
    const isComplete = isAll || few !== null;
    const chosen = isAll ? this.#sums.all() : (few ?? (await this.#sample()));
    begin(Array.isArray(chosen) ? chosen.length : null);
    const paths = new Set<string>();
    for await (const file of chosen) {
      await this.#check(file);
      paths.add(file.path);
      step();
    }
    await this.#probe(paths);
    if (isComplete) this.#checkExtra(paths);
    await this.#requireSame();
    return {
      snapshot: this.#listing.snapshot,
      site: this.#sums.digest,
      files: paths.size,
      isComplete,
      bundles: this.#bundles,
      states: this.#states,
      problems: this.#problems,
      allowances: [...this.#allowances],
    };
  }

  #sample(): Promise<readonly ListedFile[]> {
    const records = (list: string): number => this.#buckets.get(list)?.row.records ?? 1;
    return this.#sums.sample(this.#listing.snapshot.bundles, SAMPLE, records);
  }

  #add(code: AuditCode, path: string, message: string): void {
    const allowance = allowanceOf(this.#options.host, code, path);
    if (allowance !== null) this.#allowances.add(allowance);
    else this.#problems.push({ code, path, suffix: recordOfPath(path), message });
  }

  #checkLists(): void {
    const listed = new Set(this.#sums.lists.map(({ path }) => path));
    for (const [path, { bucket }] of this.#buckets)
      if (!listed.has(path)) this.#add('index', path, `the index lists ${bucket}, but ${SITE_SUMS} does not`);
  }

  /** Compares a file with its digest, and judges the record if it is a signed part of one. */
  async #check(file: ListedFile): Promise<void> {
    const { path, sha256: digest } = file;
    if (path.startsWith('.well-known/pith/')) this.#wellKnown ??= file;
    const answer = await this.#source.file(path, MAX_FILE_BYTES);
    if (answer.kind !== 'found') {
      this.#add(answer.kind === 'missing' ? 'missing' : 'unreadable', path, problemOf(answer));
      return;
    }
    const found = sha256(answer.bytes);
    if (found !== digest) this.#add('changed', path, `expected SHA-256 ${digest}, found ${found}`);
    const expected = TYPES.find(([ending]) => ending.test(path))?.[1];
    if (isRemote(this.#source) && expected !== undefined && answer.type !== expected)
      this.#add('type', path, `expected the media type ${expected}, found ${answer.type || 'none'}`);
    if (SIGNED_FILE.test(path)) await this.#judge(file, answer.bytes);
  }

  async #judge({ path, list }: ListedFile, bytes: Uint8Array): Promise<void> {
    const suffix = recordOfPath(path) ?? '';
    if (this.#judged.has(suffix)) return;
    this.#judged.add(suffix);
    const listed = this.#sums.lists.find((sum) => sum.path === list);
    const all = listed === undefined ? [] : await this.#sums.read(listed);
    const own = all.filter((sum) => recordOfPath(sum.path) === suffix);
    this.#wellKnown ??= own.find((sum) => sum.path.startsWith('.well-known/')) ?? null;
    const row = (await this.#rowsOf(list)).get(suffix) ?? null;
    const read = async (at: string): Promise<Uint8Array | null> => {
      if (at === path) return bytes;
      const answer = await this.#source.file(at, MAX_FILE_BYTES);
      if (answer.kind === 'found') return answer.bytes;
      // A complete audit checks it separately.
      if (!this.#options.isAll) this.#add(answer.kind === 'missing' ? 'missing' : 'unreadable', at, problemOf(answer));
      return null;
    };
    const { problems, bundles, isMerged } = await judgeServedRecord(suffix, row, own, read, this.#options.trust);
    for (const problem of problems) this.#add(problem.code, problem.path, problem.message);
    this.#bundles += bundles;
    if (isMerged) this.#states++;
  }

  async #rowsOf(list: string): Promise<ReadonlyMap<string, IndexRow>> {
    const known = this.#rows.get(list);
    if (known !== undefined) return known;
    const line = this.#buckets.get(list);
    const rows = line === undefined ? [] : await named(this.#source, this.#listing.read(line));
    const found = new Map(rows.map((row) => [row.suffix, row]));
    // The files of a list are consecutive, so caching the last bucket is enough in a complete audit.
    if (this.#options.isAll) this.#rows.clear();
    this.#rows.set(list, found);
    return found;
  }

  /** Requests a file that should not exist, and files that hosts often drop. */
  async #probe(checked: ReadonlySet<string>): Promise<void> {
    if (!isRemote(this.#source)) return;
    const nobody = this.#listing.snapshot.bundles.slice(0, 12);
    for (const path of [`no-such-page-${nobody}.html`, `pith/no-such-record-${nobody}/bundle.json`]) {
      const answer = await this.#source.file(path, MAX_FILE_BYTES);
      if (answer.kind === 'missing') continue;
      const found = answer.kind === 'found' ? '200' : problemOf(answer);
      this.#add('not_found', path, `expected the answer 404 for a path that does not exist, found ${found}`);
    }
    if (this.#wellKnown !== null && !checked.has(this.#wellKnown.path)) await this.#check(this.#wellKnown);
  }

  /** Files that no list names. @param listed paths of all that the lists name. */
  #checkExtra(listed: ReadonlySet<string>): void {
    const own = new Set([SITE_SUMS, ...this.#sums.lists.map(({ path }) => path)]);
    for (const path of this.#options.found() ?? [])
      if (!listed.has(path) && !own.has(path)) this.#add('extra', path, 'it is in no list of digests');
  }

  /** A site that is replaced during an audit is not damaged, so the audit starts again. */
  async #requireSame(): Promise<void> {
    if (this.#problems.length === 0 || !isRemote(this.#source)) return;
    const { digest } = await SiteSums.open(this.#source);
    if (digest !== this.#sums.digest) throw new Changing(`${this.#source.name}: ${SITE_SUMS} changed during the audit`);
  }
}
