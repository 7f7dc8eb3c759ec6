/**
 * Reads the lists of digests of a site, and selects the files that an audit checks.
 *
 * `sums/site.sha256` names every other list, so one digest covers the whole site.
 */
import { decodeUtf8 } from '../protocol/index.ts';
import { IndexError } from '../records/index-error.ts';
import { SITE_SUMS } from '../records/layout.ts';
import { sha256 } from '../records/lists.ts';
import { type FileSum, parseSums } from '../records/sums.ts';
import { Changing, Unreadable } from './listing.ts';
import { choose, draw } from './sample.ts';
import type { Source } from './source.ts';
import { problemOf } from './words.ts';

/** Size limit for a file of a site, in bytes. */
export const MAX_FILE_BYTES = 512 * 1024 * 1024;

/** A file to check. */
export interface ListedFile extends FileSum {
  /** Path of the list of digests that names it. */
  readonly list: string;
}

/** The lists of digests of a site. A list is used only if it matches the list of the site. */
export class SiteSums {
  readonly #source: Source;
  /** SHA-256 of `sums/site.sha256`. */
  readonly digest: string;
  /** Files that no other list names. */
  readonly own: readonly ListedFile[];
  /** The other lists. */
  readonly lists: readonly FileSum[];
  readonly #cached = new Map<string, readonly ListedFile[]>();

  private constructor(source: Source, text: string) {
    this.#source = source;
    this.digest = sha256(text);
    const sums = parse(source, SITE_SUMS, text);
    this.own = sums.filter(({ path }) => !path.startsWith('sums/'));
    this.lists = sums.filter(({ path }) => path.startsWith('sums/'));
  }

  /** @throws Changing, Unreadable */
  static async open(source: Source): Promise<SiteSums> {
    return new SiteSums(source, await readText(source, SITE_SUMS));
  }

  /** The files of one list. @throws Changing, Unreadable */
  async read({ path, sha256: digest }: FileSum): Promise<readonly ListedFile[]> {
    const known = this.#cached.get(path);
    if (known !== undefined) return known;
    const text = await readText(this.#source, path);
    if (sha256(text) !== digest) throw new Changing(`${this.#source.name}: ${path} does not match ${SITE_SUMS}`);
    const files = parse(this.#source, path, text);
    this.#cached.set(path, files);
    return files;
  }

  /** Yields every file. Lists are discarded after use, so that memory does not grow with the site. */
  async *all(): AsyncGenerator<ListedFile> {
    yield* this.own;
    for (const list of this.lists) {
      yield* await this.read(list);
      this.#cached.delete(list.path);
    }
  }

  /** Every file, if there are at most this many; else null. */
  async allOfFew(most: number): Promise<readonly ListedFile[] | null> {
    if (this.own.length + this.lists.length > most) return null;
    const files = [...this.own];
    for (const list of this.lists) {
      files.push(...(await this.read(list)));
      if (files.length > most) return null;
    }
    return files;
  }

  /**
   * Selects a sample of a large site's files. Each file is about equally likely to be chosen.
   *
   * @param root of the mirror. @param size how many. @param records how many records a list is about.
   */
  async sample(root: string, size: number, records: (list: string) => number): Promise<readonly ListedFile[]> {
    const counts = this.lists.map(({ path }) => records(path));
    const [first] = this.lists;
    // Records have about the same number of files each, so one list tells how many there are.
    const perRecord = first === undefined ? 0 : (await this.read(first)).length / (counts[0] ?? 1);
    const sizes = [this.own.length, ...counts.map((count) => Math.ceil(count * perRecord))];
    const chosen = new Map<string, ListedFile>();
    for (let i = 0; chosen.size < size && i < 8 * size; i++) {
      const [group, member] = choose(draw(root, i), sizes);
      const list = this.lists[group - 1];
      const files = list === undefined ? this.own : await this.read(list);
      const file = files[member % files.length];
      if (file !== undefined) chosen.set(file.path, file);
    }
    return [...chosen.values()];
  }
}

function parse(source: Source, list: string, text: string): readonly ListedFile[] {
  try {
    return parseSums(list, text).map((sum) => ({ ...sum, list }));
  } catch (error) {
    throw error instanceof IndexError ? new Changing(`${source.name}: ${error.message}`) : error;
  }
}

async function readText(source: Source, path: string): Promise<string> {
  const answer = await source.file(path, MAX_FILE_BYTES, true);
  if (answer.kind === 'missing') throw new Changing(`${source.name}: ${path} is missing`);
  if (answer.kind !== 'found') throw new Unreadable(`${source.name}: ${path}: ${problemOf(answer)}`);
  try {
    return decodeUtf8(answer.bytes);
  } catch {
    throw new Changing(`${source.name}: ${path} is not text in UTF-8`);
  }
}
