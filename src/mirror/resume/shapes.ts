/**
 * The names of each record's published files. Nearly all records have the same names, so each set of names is kept once. Pure.
 */
const RECORD_FILE = /^(?:pith|\.well-known\/pith)\/([A-Z2-7]{26})\/(.+)$/;

/** For the cache: a shape, and the suffixes of the records that have it. */
export type ShapeLines = readonly (readonly [shape: string, suffixes: readonly string[]])[];

/** The names of a record's files in one line: below `pith/SUFFIX/`, and with a slash before those in its other folder. */
export type Shape = string;

/** @param sums see `packSums`. */
export function shapeOfSums(sums: string): Shape {
  const names = sums.split('\n').map((line) => line.slice(0, line.lastIndexOf(' ')));
  const own = names
    .filter((name) => name !== '')
    .map((name) => (name.startsWith('/') ? name.replace(/^.*\//, '/') : name));
  return own.sort().join(' ');
}

export class Shapes {
  readonly #names = new Map<Shape, ReadonlySet<string>>();
  readonly #of = new Map<string, ReadonlySet<string>>();

  constructor(lines: ShapeLines = []) {
    for (const [shape, suffixes] of lines) for (const suffix of suffixes) this.set(suffix, shape);
  }

  set(suffix: string, shape: Shape): void {
    const names = this.#names.get(shape) ?? new Set(shape.split(' ').filter((name) => name !== ''));
    this.#names.set(shape, names);
    this.#of.set(suffix, names);
  }

  /** Adds a file to every record: Astro's own build makes the pages after all other files. */
  addToAll(name: string): void {
    for (const suffix of [...this.#of.keys()])
      this.set(suffix, [...new Set([...(this.#of.get(suffix) ?? []), name])].sort().join(' '));
  }

  delete(suffix: string): void {
    this.#of.delete(suffix);
  }

  get suffixes(): Iterable<string> {
    return this.#of.keys();
  }

  /** Whether this published path is a record's file. */
  has(path: string): boolean {
    const [, suffix = '', name = ''] = RECORD_FILE.exec(path) ?? [];
    return this.#of.get(suffix)?.has(path.startsWith('.') ? `/${name}` : name) === true;
  }

  /** Whether a folder of the site belongs to this record. */
  hasSuffix(suffix: string): boolean {
    return this.#of.has(suffix);
  }

  /** The published paths of a record's files. */
  pathsOf(suffix: string): readonly string[] {
    return [...(this.#of.get(suffix) ?? [])].map((name) =>
      name.startsWith('/') ? `.well-known/pith/${suffix}${name}` : `pith/${suffix}/${name}`,
    );
  }

  /** The names of a record's files, as its shape has them; undefined for any other suffix. */
  namesOf(suffix: string): ReadonlySet<string> | undefined {
    return this.#of.get(suffix);
  }

  /** How many files a record has. */
  sizeOf(suffix: string): number {
    return this.#of.get(suffix)?.size ?? 0;
  }

  get lines(): ShapeLines {
    const lines = new Map([...this.#names].map(([shape, names]) => [names, [shape, [] as string[]] as const]));
    for (const [suffix, names] of this.#of) lines.get(names)?.[1].push(suffix);
    return [...lines.values()].filter(([, suffixes]) => suffixes.length > 0);
  }
}
