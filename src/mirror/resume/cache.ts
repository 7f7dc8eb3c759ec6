/**
 * What a build leaves for the next one, beside the site: the stamp of each input file, and what came of it.
 *
 * It is believed only where its own digests, the program, the trust file, the options and the site beside it are those
 * that it was made with. Without it a build takes longer, and gives the same bytes.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareCodePoints } from '../../protocol/index.ts';
import { bytesOf, type Content, writeDigested } from '../base/disk.ts';
import { formatPart, parsePart } from '../base/jsonl.ts';
import { PACKAGE_ROOT } from '../base/package.ts';
import type { FileLine, FileReport, ReportDocument, Totals } from '../judge/report.ts';
import type { InputLine, RecordLine } from '../plan/lines.ts';
import { stampAt } from '../read/read.ts';

/** An input file as it was; an empty stamp is believed by nobody. */
export type InputStamp = readonly [name: string, stamp: string];

/** What a command says after a build, for when nothing has changed. */
export interface Outcome {
  readonly totals: Totals;
  readonly trust: ReportDocument['trust'];
  readonly troubled: readonly FileReport[];
}

export interface CacheContent {
  readonly inputs: readonly InputStamp[];
  readonly outcome: Outcome;
  readonly lines: readonly InputLine[];
  readonly records: readonly RecordLine[];
  /** Digest of what each list page shows, by its path. */
  readonly lists: readonly (readonly [path: string, digest: string])[];
  /** Every other file of the site that is no record's. */
  readonly others: readonly (readonly [path: string, digest: string | null])[];
}

const PARTS = [
  'inputs',
  'outcome',
  'lines',
  'records',
  'lists',
  'others',
] as const satisfies readonly (keyof CacheContent)[];

/** The texts of the lines' reports, one after the other: they are most of all that is kept, and nobody parses them. */
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

/** What must be the same for a cache to be believed. */
export interface CacheKey {
  readonly program: string;
  readonly options: string;
}

interface Manifest extends CacheKey {
  readonly site: string;
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

/** A digest of everything that makes the result but the input: this program, what it depends on, and the Node below. */
export function programDigest(): string {
  const hash = createHash('sha256').update(JSON.stringify(process.versions));
  const program = import.meta.url.endsWith('.ts') ? ['src', 'public'] : ['lib', 'src', 'public'];
  const files = [join(PACKAGE_ROOT, 'package.json'), join(PACKAGE_ROOT, 'astro.config.mjs')];
  for (const file of [...files, ...program.flatMap((folder) => filesBelow(join(PACKAGE_ROOT, folder)))]) {
    hash.update(`${file.slice(PACKAGE_ROOT.length)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

export class Cache {
  readonly #folder: string;
  readonly #key: CacheKey;
  #manifest: Manifest | null = null;

  private constructor(folder: string, key: CacheKey) {
    this.#folder = folder;
    this.#key = key;
  }

  /** @param marker path of the published site's marker: whoever else writes the site, changes it. */
  static async open(folder: string, key: CacheKey, marker: string): Promise<Cache> {
    const cache = new Cache(folder, key);
    try {
      const manifest = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')) as Manifest;
      const isOurs = manifest.program === key.program && manifest.options === key.options;
      if (isOurs && manifest.site === stampAt(marker)?.stamp) cache.#manifest = manifest;
    } catch {
      // None, or one that cannot be read: then everything is made anew.
    }
    return cache;
  }

  /** Whether there is something to believe, as far as that shows without reading it. */
  get isUsable(): boolean {
    return this.#manifest !== null;
  }

  #pathOf(name: string): string {
    return join(this.#folder, `${name}.jsonl`);
  }

  async #bytesOf(name: string): Promise<Buffer> {
    const bytes = await readFile(this.#pathOf(name));
    if (digestOf(bytes) !== this.#manifest?.digests[name]) throw new RangeError('another digest');
    return bytes;
  }

  /** One part. @returns null where its bytes are not those that were written; then nothing is believed any more. */
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

  /** Nothing is believed until the next `save`. */
  async forget(): Promise<void> {
    this.#manifest = null;
    await rm(join(this.#folder, MANIFEST), { force: true });
  }

  async save(content: CacheContent, marker: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const digests: Record<string, string> = { [TEXTS]: writeDigested(this.#pathOf(TEXTS), textsOf(content.lines)) };
    for (const name of PARTS) {
      digests[name] = writeDigested(
        this.#pathOf(name),
        formatPart(name === 'lines' ? content.lines.map(bareOf) : content[name]),
      );
    }
    const manifest: Manifest = { ...this.#key, site: stampAt(marker)?.stamp ?? '', digests };
    await writeFile(join(this.#folder, `${MANIFEST}-draft`), JSON.stringify(manifest));
    await rename(join(this.#folder, `${MANIFEST}-draft`), join(this.#folder, MANIFEST));
  }

  /** The bundled pages of this program, or null. */
  async pages(): Promise<string | null> {
    try {
      const folder = join(this.#folder, 'pages');
      const { program, entry, digest } = JSON.parse(await readFile(join(this.#folder, 'pages.json'), 'utf8')) as {
        readonly program: string;
        readonly entry: string;
        readonly digest: string;
      };
      if (program !== this.#key.program || digest !== folderDigest(folder)) return null;
      return join(folder, entry);
    } catch {
      return null;
    }
  }

  /** Where bundled pages go; `keepPages` says that they are complete. */
  async pagesFolder(): Promise<string> {
    await rm(join(this.#folder, 'pages.json'), { force: true });
    await rm(join(this.#folder, 'pages'), { recursive: true, force: true });
    await mkdir(this.#folder, { recursive: true });
    return join(this.#folder, 'pages');
  }

  async keepPages(entry: string): Promise<void> {
    const digest = folderDigest(join(this.#folder, 'pages'));
    await writeFile(join(this.#folder, 'pages.json'), JSON.stringify({ program: this.#key.program, entry, digest }));
  }
}

function folderDigest(folder: string): string {
  const hash = createHash('sha256');
  for (const file of filesBelow(folder)) hash.update(`${file.slice(folder.length)}\0`).update(readFileSync(file));
  return hash.digest('hex');
}
