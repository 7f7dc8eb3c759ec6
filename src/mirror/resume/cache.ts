/**
 * What a build keeps for the next one, next to the site: the stamp and the digest of each input file, and its result. All names
 * are relative, so the site and its cache may be moved or restored together.
 *
 * The cache is used only if its digests, the program version, the trust file, the options and the site all match. Without it
 * a build takes longer, and gives the same bytes.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { compareCodePoints } from '../../protocol/index.ts';
import { SITE_SUMS } from '../../records/layout.ts';
import { bytesOf, type Content, writeDigested, writeWhole } from '../base/disk.ts';
import { formatPart, parsePart } from '../base/jsonl.ts';
import { PACKAGE_ROOT } from '../base/package.ts';
import { MARKER } from '../base/paths.ts';
import type { FileLine, FileReport, ReportDocument, Totals } from '../judge/report.ts';
import type { InputLine, RecordLine } from '../plan/lines.ts';
import type { WithheldLine } from '../plan/tombstone.ts';
import { stampAt } from '../read/read.ts';
import type { ShapeLines } from './shapes.ts';

/** An input file as it was. An empty stamp never matches; the digest is null if the file could not be read. */
export type InputStamp = readonly [name: string, stamp: string, sha256: string | null];

/** What identifies a published site. */
export interface SiteMark {
  /** The stamps of its marker and of the list that has, directly or through other lists, the digest of every file. */
  readonly stamp: string;
  /** The digest of these two. */
  readonly digest: string;
}

/** What a command prints after a build, for when nothing has changed. */
export interface BuildOutcome {
  readonly totals: Totals;
  readonly trust: ReportDocument['trust'];
  readonly troubled: readonly FileReport[];
}

/** With the digest of the timestamp proofs in the input, which no record depends on. */
export interface CachedOutcome extends BuildOutcome {
  readonly timestamps: string;
}

export interface CacheContent {
  readonly inputs: readonly InputStamp[];
  readonly outcome: CachedOutcome;
  readonly lines: readonly InputLine[];
  readonly records: readonly RecordLine[];
  readonly withheld: readonly WithheldLine[];
  /** Digest of what each list page shows, by its path. */
  readonly lists: readonly (readonly [path: string, digest: string])[];
  /** Every other file of the site, those of records excepted. */
  readonly others: readonly (readonly [path: string, digest: string | null])[];
  /** The names of each record's files. */
  readonly shapes: ShapeLines;
}

const PARTS = [
  'inputs',
  'outcome',
  'lines',
  'records',
  'withheld',
  'lists',
  'others',
  'shapes',
] as const satisfies readonly (keyof CacheContent)[];

/** The texts of the lines' reports, one after the other: they are most of the cache, and are never parsed. */
const TEXTS = 'texts';

/** A line without names: there is one of each input file. The last is the length of its report's text in bytes. */
type BareLine = readonly [
  name: string,
  sha256: string | null,
  suffix: string | null,
  report:
    | readonly [outcome: FileLine['outcome'], findings: number, signatures: number, digests: number, text: number]
    | null,
];

function* textsOf(lines: readonly InputLine[]): Generator<Content> {
  for (const { report } of lines) if (report !== null) yield report.text;
}

function bareOf({ name, sha256, suffix, report }: InputLine): BareLine {
  if (report === null) return [name, sha256, suffix, null];
  const { outcome, findings, signatures, digests, text } = report;
  return [name, sha256, suffix, [outcome, findings, signatures, digests, bytesOf(text).length]];
}

function withTexts(lines: readonly BareLine[], texts: Buffer): readonly InputLine[] {
  let at = 0;
  return lines.map(([name, sha256, suffix, bare]) => {
    if (bare === null) return { name, sha256, suffix, report: null };
    const [outcome, findings, signatures, digests, length] = bare;
    const text = texts.subarray(at, at + length);
    at += length;
    return { name, sha256, suffix, report: { file: name, sha256, outcome, findings, signatures, digests, text } };
  });
}

/** What must match for a cache to be used. */
export interface CacheKey {
  readonly program: string;
  readonly options: string;
}

interface Manifest extends CacheKey {
  readonly site: SiteMark;
  readonly digests: Readonly<Record<string, string>>;
}

const MANIFEST = 'manifest.json';

const digestOf = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort(compareCodePoints);
}

/**
 * A digest of everything but the input that determines the result: this program, its dependencies, and the version of
 * Node.
 */
export function programDigest(): string {
  const hash = createHash('sha256').update(JSON.stringify(process.versions));
  const program = import.meta.url.endsWith('.ts') ? ['src', 'public'] : ['lib', 'src', 'public'];
  const files = [join(PACKAGE_ROOT, 'package.json'), join(PACKAGE_ROOT, 'astro.config.mjs')];
  for (const file of [...files, ...program.flatMap((folder) => filesBelow(join(PACKAGE_ROOT, folder)))]) {
    hash.update(`${file.slice(PACKAGE_ROOT.length)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/**
 * Identifies the published site. Any other program that writes the site changes one of the stamps; so does a copy of it.
 *
 * @returns null if there is no such site.
 */
export function markOfSite(site: string): SiteMark | null {
  const paths = [MARKER, SITE_SUMS].map((path) => join(site, path));
  const stamps = paths.map((path) => stampAt(path)?.stamp);
  if (stamps.includes(undefined)) return null;
  try {
    return { stamp: stamps.join(' '), digest: digestOf(paths.map((path) => digestOf(readFileSync(path))).join(' ')) };
  } catch {
    return null;
  }
}

export class Cache {
  readonly #folder: string;
  readonly #key: CacheKey;
  #manifest: Manifest | null = null;
  #isCopied = false;

  private constructor(folder: string, key: CacheKey) {
    this.#folder = folder;
    this.#key = key;
  }

  /** @param site the published site as it is now. */
  static async open(folder: string, key: CacheKey, site: SiteMark | null): Promise<Cache> {
    const cache = new Cache(folder, key);
    try {
      const manifest = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')) as Manifest;
      const isOurs = manifest.program === key.program && manifest.options === key.options;
      if (!isOurs || site === null || manifest.site.digest !== site.digest) return cache;
      cache.#manifest = manifest;
      cache.#isCopied = manifest.site.stamp !== site.stamp;
    } catch {
      // There is none, or it cannot be read: then everything is made again.
    }
    return cache;
  }

  /** Whether the cache can be used, as far as its manifest shows. */
  get isUsable(): boolean {
    return this.#manifest !== null;
  }

  /** Whether the site was copied or restored since: then its files have to be compared with their digests before they are relied on. */
  get isCopied(): boolean {
    return this.#isCopied;
  }

  #pathOf(name: string): string {
    return join(this.#folder, `${name}.jsonl`);
  }

  async #bytesOf(name: string): Promise<Buffer> {
    const bytes = await readFile(this.#pathOf(name));
    if (digestOf(bytes) !== this.#manifest?.digests[name]) throw new RangeError('another digest');
    return bytes;
  }

  /** One part. @returns null if its bytes are not those that were written; then no other part is used either. */
  async part<P extends keyof CacheContent>(name: P): Promise<CacheContent[P] | null> {
    try {
      const part = parsePart(await this.#bytesOf(name));
      const whole = name === 'lines' ? withTexts(part as readonly BareLine[], await this.#bytesOf(TEXTS)) : part;
      return whole as CacheContent[P];
    } catch {
      this.#manifest = null;
      return null;
    }
  }

  /** Makes the cache unusable until the next `save`. */
  async forget(): Promise<void> {
    this.#manifest = null;
    await rm(join(this.#folder, MANIFEST), { force: true });
  }

  /** Replaces stamps, if nothing but them has changed. @param inputs null if they are the same. */
  async restamp(inputs: CacheContent['inputs'] | null, site: SiteMark): Promise<void> {
    if (this.#manifest === null) return;
    if (inputs === null && this.#manifest.site.stamp === site.stamp) return;
    const digests = { ...this.#manifest.digests };
    if (inputs !== null) digests.inputs = writeDigested(this.#pathOf('inputs'), formatPart(inputs));
    this.#manifest = { ...this.#manifest, site, digests };
    writeWhole(join(this.#folder, MANIFEST), [JSON.stringify(this.#manifest)]);
  }

  /** @param site the published site; null if it is gone again, and the cache is then of no use. */
  async save(content: CacheContent, site: SiteMark | null): Promise<void> {
    if (site === null) return;
    await mkdir(this.#folder, { recursive: true });
    const digests: Record<string, string> = { [TEXTS]: writeDigested(this.#pathOf(TEXTS), textsOf(content.lines)) };
    for (const name of PARTS) {
      digests[name] = writeDigested(
        this.#pathOf(name),
        formatPart(name === 'lines' ? content.lines.map(bareOf) : content[name]),
      );
    }
    const manifest: Manifest = { ...this.#key, site, digests };
    writeWhole(join(this.#folder, MANIFEST), [JSON.stringify(manifest)]);
  }
}
