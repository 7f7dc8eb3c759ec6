/**
 * The digests that a build wrote of every file of its site (`sums/`), in memory: 32 bytes a file and little more, where a map
 * of strings takes some 300.
 *
 * A record's files are kept together. Nearly all records have files of the same names, so a list of names is kept once.
 */
import { suffixOfPath } from './parts.ts';

const DIGEST_BYTES = 32;
/** Digests in one piece of memory: pieces are never copied, and waste little. */
const PIECE = 1 << 14;
const COPY = /^\.well-known\/pith\/([A-Z2-7]{26})\/bundle\.json$/;
/** The name of a record's copy of its bundle for servers; no file in its folder can have it. */
const COPY_NAME = '/';

/** The files of one record, or, under the empty key, those of none. */
interface Group {
  readonly names: readonly string[];
  /** Of the first file. */
  readonly first: number;
}

interface Key {
  readonly group: string;
  readonly name: string;
}

function keyOf(path: string): Key {
  const suffix = suffixOfPath(path);
  if (suffix !== null) return { group: suffix, name: path.slice(`pith/${suffix}/`.length) };
  const copied = COPY.exec(path)?.[1];
  return copied === undefined ? { group: '', name: path } : { group: copied, name: COPY_NAME };
}

function pathOf({ group, name }: Key): string {
  if (group === '') return name;
  return name === COPY_NAME ? `.well-known/pith/${group}/bundle.json` : `pith/${group}/${name}`;
}

/** The same text in memory of its own: part of a text, such as a list of digests, keeps all of it in memory. */
export const alone = (text: string): string => Buffer.from(text).toString();

export class SumsTable {
  readonly #records = new Map<string, Group>();
  /** Files of no record: their places. */
  readonly #others = new Map<string, number>();
  readonly #nameLists = new Map<string, readonly string[]>();
  readonly #digests: Buffer[] = [];
  #count = 0;
  #copies = 0;

  /** Files that are listed. */
  get size(): number {
    return this.#count;
  }

  /** Files that are listed, without the copies of bundles for servers, and the list that is in no other. */
  get surveyed(): number {
    return this.#count - this.#copies + 1;
  }

  #append(sha256: string): number {
    const at = this.#count % PIECE;
    if (at === 0) this.#digests.push(Buffer.alloc(DIGEST_BYTES * PIECE));
    this.#digests.at(-1)?.write(sha256, DIGEST_BYTES * at, 'hex');
    return this.#count++;
  }

  /**
   * Adds the files of one list.
   *
   * @param files each with 64 hexadecimal digits; a list has all files of a record or none.
   * @throws RangeError if a file, or a file of the same record, was in a list before.
   */
  add(files: Iterable<{ readonly path: string; readonly sha256: string }>): void {
    const grouped = new Map<string, { names: string[]; digests: string[] }>();
    for (const { path, sha256 } of files) {
      const { group, name } = keyOf(path);
      if (group === '') {
        if (this.#others.has(name)) throw new RangeError(`${path} is in two lists`);
        this.#others.set(alone(name), this.#append(sha256));
        continue;
      }
      if (name === COPY_NAME) this.#copies++;
      const held = grouped.get(group) ?? { names: [], digests: [] };
      grouped.set(group, held);
      held.names.push(name);
      held.digests.push(sha256);
    }
    for (const [suffix, { names, digests }] of grouped) {
      if (this.#records.has(suffix)) throw new RangeError(`files of ${suffix} are in two lists`);
      const key = names.join('\n');
      const list = this.#nameLists.get(key) ?? names;
      this.#nameLists.set(key, list);
      this.#records.set(alone(suffix), { names: list, first: this.#count });
      for (const sha256 of digests) this.#append(sha256);
    }
  }

  /** The number of a file, below `size`; null if it is in no list. */
  indexOf(path: string): number | null {
    const { group, name } = keyOf(path);
    if (group === '') return this.#others.get(name) ?? null;
    const record = this.#records.get(group);
    const at = record?.names.indexOf(name) ?? -1;
    return record === undefined || at < 0 ? null : record.first + at;
  }

  has(path: string): boolean {
    return this.indexOf(path) !== null;
  }

  /** The digest of a file in hexadecimal; null if it is in no list. */
  get(path: string): string | null {
    const index = this.indexOf(path);
    if (index === null) return null;
    const at = (index % PIECE) * DIGEST_BYTES;
    return this.#digests[Math.floor(index / PIECE)]?.toString('hex', at, at + DIGEST_BYTES) ?? null;
  }

  /** The paths of a record's files, in the order of its list. */
  pathsOf(suffix: string): readonly string[] {
    const names = this.#records.get(suffix)?.names ?? [];
    return names.map((name) => pathOf({ group: suffix, name }));
  }

  /** Every file with its number, in no particular order. */
  *entries(): Generator<readonly [path: string, index: number]> {
    for (const [name, index] of this.#others) yield [name, index];
    for (const [group, { names, first }] of this.#records) {
      for (const [i, name] of names.entries()) yield [pathOf({ group, name }), first + i];
    }
  }
}
