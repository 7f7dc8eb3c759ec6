/**
 * Caches what earlier runs read from a source's index and what they decided, outside of the data folder.
 *
 * It saves bytes and time, and cannot change a result: lists are stored under their digests and checked when they are read, and
 * a decision is valid only for the exact part of the index, the exact files and the keys that it was based on. Without the cache
 * a run downloads more and gives the same result.
 */
import { createHash, hash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../mirror/base/disk.ts';
import type { Trust } from '../protocol/index.ts';

/** A digest of the pinned keys: what was decided with some keys says nothing about a run with others. */
export const keysOf = ({ keys }: Trust): string =>
  hash('sha256', JSON.stringify(keys.map(({ keyId, role, publicKeyHex }) => [keyId, role, publicKeyHex])));

const SETTLED = 'settled.txt';
const LISTED = 'listed.txt';
const ETAGS = 'etags.txt';
const NOTHING_NEW = 'nothing-new.txt';
const DIGEST = /^[0-9a-f]{64}$/;

/** The cache of one source and one folder of bundles. Disk errors only cost time, so they are ignored. */
export class IndexCache {
  readonly #folder: string | null;
  readonly #used = new Set<string>();
  readonly #stillSettled = new Set<string>();
  #hasNews = false;
  // Read only when they are needed: a run in which nothing is new needs none of them.
  #settledBefore: ReadonlySet<string> | null = null;
  #etagsBefore: Map<string, string> | null = null;

  /** @param parent null for a cache that stores nothing. @param name of the source. @param target folder of bundles. */
  constructor(parent: string | null, name: string, target: string) {
    this.#folder = parent === null ? null : join(parent, 'sync', hash('sha256', `${name}\n${target}`).slice(0, 32));
  }

  get #settled(): ReadonlySet<string> {
    this.#settledBefore ??= new Set(this.#lines(SETTLED) ?? []);
    return this.#settledBefore;
  }

  /** By suffix: a settlement and an ETag, with a tab between. */
  get #etags(): Map<string, string> {
    this.#etagsBefore ??= new Map((this.#lines(ETAGS) ?? []).map((line) => [line.slice(0, 26), line.slice(27)]));
    return this.#etagsBefore;
  }

  /** Suffixes that the source listed in the last complete run; null if that is not known. Reads the file at each call. */
  listedBefore(): ReadonlySet<string> | null {
    const listed = this.#lines(LISTED);
    return listed === null ? null : new Set(listed);
  }

  /** The cached text with this SHA-256, if it is present and intact. */
  read(digest: string): string | null {
    this.#used.add(digest);
    const text = this.#text(`${digest}.tsv`);
    return text !== null && hash('sha256', text) === digest ? text : null;
  }

  write(digest: string, text: string): void {
    this.#write(`${digest}.tsv`, text);
  }

  /** The key of a decision that, given these keys and files, nothing in this line of the index is needed. */
  static settlement(line: string, keys: string, held: readonly string[]): string {
    return createHash('sha256')
      .update([keys, line, ...held].join('\n'))
      .digest('hex')
      .slice(0, 32);
  }

  isSettled(settlement: string): boolean {
    if (this.#settled.has(settlement)) this.#stillSettled.add(settlement);
    return this.#settled.has(settlement);
  }

  settle(settlement: string): void {
    this.#stillSettled.add(settlement);
    this.#hasNews = true;
  }

  /**
   * What the last run found that read the whole index and had nothing to fetch.
   *
   * @param basis everything that the result depends on, as a digest.
   * @returns null if the last run had another basis, or the file is damaged.
   */
  nothingNew(basis: string): string | null {
    const [digest, result, ...more] = this.#text(NOTHING_NEW)?.split('\n') ?? [];
    if (digest === undefined || result === undefined || more.join('') !== '') return null;
    return digest === hash('sha256', `${basis}\n${result}`) ? result : null;
  }

  /** @param result one line. */
  rememberNothingNew(basis: string, result: string): void {
    this.#writeLines(NOTHING_NEW, [hash('sha256', `${basis}\n${result}`), result]);
  }

  /** The ETag of the answer after which these files were complete for a record; null if unknown. */
  etagOf(suffix: string, keys: string, held: readonly string[]): string | null {
    const [settlement, etag] = this.#etags.get(suffix)?.split('\t') ?? [];
    if (etag === undefined || settlement !== IndexCache.settlement(etag, keys, held)) return null;
    return etag;
  }

  /** Remembers, for a source without an index, that nothing in this answer is needed besides these files. */
  rememberEtag(suffix: string, etag: string, keys: string, held: readonly string[]): void {
    // A header holds no line feed, but may hold a tab.
    if (etag.includes('\t')) return;
    this.#etags.set(suffix, `${IndexCache.settlement(etag, keys, held)}\t${etag}`);
    this.#hasNews = true;
  }

  /** Ends a run that read only part of the index. */
  finishPart(): void {
    if (!this.#hasNews) return;
    this.#writeLines(SETTLED, new Set([...this.#settled, ...this.#stillSettled]));
    this.#writeEtags();
  }

  /** Ends a run that read the whole index: removes unused entries. @param listed every suffix of the index. */
  finishAll(listed: Iterable<string>): void {
    for (const name of this.#names()) {
      const digest = name.replace(/\.tsv$/, '');
      if (DIGEST.test(digest) && !this.#used.has(digest)) this.#remove(name);
    }
    this.#writeLines(SETTLED, this.#stillSettled);
    this.#writeLines(LISTED, listed);
    this.#writeEtags();
  }

  #writeEtags(): void {
    if (this.#etags.size > 0)
      this.#writeLines(
        ETAGS,
        [...this.#etags].map(([suffix, line]) => `${suffix}\t${line}`),
      );
  }

  #names(): readonly string[] {
    try {
      return this.#folder === null ? [] : readdirSync(this.#folder);
    } catch {
      // Nothing was cached yet.
      return [];
    }
  }

  #remove(name: string): void {
    if (this.#folder !== null) rmSync(join(this.#folder, name), { force: true });
  }

  #writeLines(name: string, lines: Iterable<string>): void {
    this.#write(name, [...lines].map((line) => `${line}\n`).join(''));
  }

  #text(name: string): string | null {
    if (this.#folder === null) return null;
    try {
      return readFileSync(join(this.#folder, name), 'utf8');
    } catch {
      return null;
    }
  }

  #lines(name: string): readonly string[] | null {
    return (
      this.#text(name)
        ?.split('\n')
        .filter((line) => line !== '') ?? null
    );
  }

  #write(name: string, text: string): void {
    if (this.#folder === null) return;
    try {
      mkdirSync(this.#folder, { recursive: true });
      // Only one run fills a folder at a time. A dry run beside it writes nothing but lists, which are checked when read.
      writeWhole(join(this.#folder, name), [text]);
    } catch {
      // A full disk or a read-only folder: the next run downloads it again.
    }
  }
}
