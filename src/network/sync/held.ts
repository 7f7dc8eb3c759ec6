/** Reads which bundles a folder already has. The folder is the only state of a sync. */
import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../../mirror/base/failure.ts';
import { judgeBundle } from '../../mirror/judge/judge.ts';
import { claimsExclusion } from '../../mirror/read/exclusion.ts';
import { isNoteName } from '../../mirror/read/notes.ts';
import { claimedSuffix } from '../../mirror/resume/shard.ts';
import { MAX_BUNDLE_BYTES, type Trust, type VerifiedBundle } from '../../protocol/index.ts';
import { sha256 } from '../../records/lists.ts';

/** Hexadecimal digits of a bundle's SHA-256 in the name of its file. */
const NAMED_DIGITS = 12;
/** The folder for refused files; see keep.ts. */
export const QUARANTINE = 'quarantine';

/** One bundle file in the folder. */
export interface HeldFile {
  /** Relative to the folder, with `/`. */
  readonly name: string;
  /** The first digits of the SHA-256 of its bytes. */
  readonly digits: string;
  /** Where its bytes are: a staged file is not at its final name yet. */
  readonly path: string;
}

/** A held file that was verified again. */
export interface HeldBundle {
  readonly file: HeldFile;
  readonly bundle: VerifiedBundle;
}

/** `2026/05-21/SUFFIX.0123456789ab.json`: each folder has the records of one day. */
export function heldName(suffix: string, submittedAt: string, sha256: string): string {
  return `${submittedAt.slice(0, 4)}/${submittedAt.slice(5, 10)}/${suffix}.${sha256.slice(0, NAMED_DIGITS)}.json`;
}

const OWN_NAME = /^([A-Z2-7]{26})\.([0-9a-f]{12})\.json$/;
const OWN_FOLDER = /^(\d{4})\/(\d{2}-\d{2})\/[^/]+$/;

function put(files: Map<string, HeldFile[]>, suffix: string, file: HeldFile): void {
  const known = files.get(suffix);
  if (known === undefined) files.set(suffix, [file]);
  else known.push(file);
}

export class Holdings {
  readonly #folder: string;
  /** Files whose names tell their record and digest, by folder. */
  readonly #listed: { readonly prefix: string; readonly names: readonly string[] }[] = [];
  /** All other files, and those that were added. */
  readonly #more: (readonly [suffix: string, file: HeldFile])[] = [];
  #byRecord: Map<string, HeldFile[]> | null = null;
  readonly #excluded = new Set<string>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Reads the names in a folder, and the bytes of those files whose names do not tell their digest. A folder that is not
   * there holds nothing.
   */
  static read(folder: string): Holdings {
    const holdings = new Holdings(folder);
    holdings.#readFolder('');
    return holdings;
  }

  #readFolder(prefix: string): void {
    let entries: Dirent[];
    try {
      entries = readdirSync(join(this.#folder, prefix), { withFileTypes: true });
    } catch (error) {
      if (prefix === '' && codeOf(error) === 'ENOENT') return;
      throw error;
    }
    const names: string[] = [];
    for (const entry of entries) {
      const name = `${prefix}${entry.name}`;
      if (entry.name.startsWith('.') || name === QUARANTINE) continue;
      if (entry.isDirectory()) this.#readFolder(`${name}/`);
      else if (!entry.isFile()) continue;
      else if (OWN_NAME.test(entry.name)) names.push(entry.name);
      else if (entry.name.endsWith('.json')) this.#readFile(name);
      else if (isNoteName(entry.name)) this.#readNote(name, entry.name);
    }
    if (names.length > 0) this.#listed.push({ prefix, names });
  }

  /** By record. Made only when it is needed: a run in which nothing is new needs no more than {@link fingerprint}. */
  get #files(): Map<string, HeldFile[]> {
    if (this.#byRecord !== null) return this.#byRecord;
    this.#byRecord = new Map();
    for (const { prefix, names } of this.#listed) {
      for (const baseName of names) {
        const [, suffix = '', digits = ''] = OWN_NAME.exec(baseName) ?? [];
        const name = `${prefix}${baseName}`;
        put(this.#byRecord, suffix, { name, digits, path: join(this.#folder, name) });
      }
    }
    for (const [suffix, file] of this.#more) put(this.#byRecord, suffix, file);
    return this.#byRecord;
  }

  #readFile(name: string): void {
    const path = join(this.#folder, name);
    const bytes = readFileSync(path);
    const suffix = bytes.length > MAX_BUNDLE_BYTES ? null : claimedSuffix(bytes);
    if (suffix !== null) this.add(suffix, { name, digits: sha256(bytes).slice(0, NAMED_DIGITS), path });
  }

  #readNote(name: string, baseName: string): void {
    if (claimsExclusion(readFileSync(join(this.#folder, name)))) this.#excluded.add(baseName.slice(0, -'.md'.length));
  }

  /** Whether a note in the folder excludes a record: then its operator does not want it back. */
  isExcluded(suffix: string): boolean {
    return this.#excluded.has(suffix);
  }

  add(suffix: string, file: HeldFile): void {
    this.#more.push([suffix, file]);
    if (this.#byRecord !== null) put(this.#byRecord, suffix, file);
  }

  /** Marks these files as moved to their final names. */
  settle(placed: readonly { readonly suffix: string; readonly name: string }[]): void {
    for (const { suffix, name } of placed) {
      const files = this.#files.get(suffix) ?? [];
      const path = join(this.#folder, name);
      this.#files.set(
        suffix,
        files.map((file) => (file.name === name ? { ...file, path } : file)),
      );
    }
  }

  /** The files of a record, by their digits. */
  filesOf(suffix: string): readonly HeldFile[] {
    return (this.#files.get(suffix) ?? []).toSorted((a, b) => (a.digits < b.digits ? -1 : 1));
  }

  has(suffix: string, digest: string): boolean {
    const digits = digest.slice(0, NAMED_DIGITS);
    return this.#files.get(suffix)?.some((file) => file.digits === digits) ?? false;
  }

  get suffixes(): Iterable<string> {
    return this.#files.keys();
  }

  get records(): number {
    return this.#files.size;
  }

  /**
   * A digest of the name and the digits of every file, and of every suffix that a note excludes. It depends on the order in
   * which the system lists files, so equal folders may differ; different folders never have the same one.
   */
  fingerprint(): string {
    const digest = createHash('sha256');
    for (const { prefix, names } of this.#listed) digest.update(`${prefix}\n${names.join('\n')}\n`);
    for (const [suffix, { name, digits }] of this.#more) digest.update(`${suffix} ${digits} ${name}\n`);
    return digest.update(`\n${[...this.#excluded].join('\n')}`).digest('hex');
  }

  /** The day a record was submitted, if the path of one of its files contains it. */
  dayOf(suffix: string): string | null {
    for (const { name } of this.#files.get(suffix) ?? []) {
      const [, year, day] = OWN_FOLDER.exec(name) ?? [];
      if (year !== undefined) return `${year}-${day}`;
    }
    return null;
  }

  /** Verifies the files of a record again. Invalid ones are skipped: they are no reason to refuse another bundle. */
  judged(suffix: string, trust: Trust): readonly HeldBundle[] {
    return this.filesOf(suffix).flatMap((file): readonly HeldBundle[] => {
      const { bundle } = judgeBundle(file.name, readFileSync(file.path), trust);
      return bundle === null || bundle.suffix !== suffix ? [] : [{ file, bundle }];
    });
  }
}
