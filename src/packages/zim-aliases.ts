/** Other paths under which readers of a ZIM find a record: of its bundle on a server, its arXiv id, its short number. Pure. */
import { recordPage, wellKnownBundleFile } from '../mirror/base/paths.ts';
import { compareCodePoints } from '../protocol/index.ts';
import type { ZimRedirect } from './formats/zim-lists.ts';

/** A record in a ZIM. */
export interface RecordInZim {
  readonly suffix: string;
  /** Numbers of its page and of its bundle in the ZIM; null if it has none. */
  readonly page: number | null;
  readonly bundle: number | null;
}

const ARXIV = /^(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?\/\d{7})$/;
/** Characters of a short number. */
const SHORT = 8;

/** The id and version of a bundle's record; null if it has none that can be a path. */
export function arxivOf(bundle: Uint8Array): { readonly id: string; readonly version: number } | null {
  try {
    const { canonical_record: record } = JSON.parse(new TextDecoder().decode(bundle)) as {
      readonly canonical_record?: { readonly source?: Record<string, unknown> };
    };
    const { kind, id, version } = record?.source ?? {};
    if (kind !== 'arxiv' || typeof id !== 'string' || !ARXIV.test(id)) return null;
    return Number.isSafeInteger(version) ? { id, version: Number(version) } : null;
  } catch {
    // The verdict on the bundle has said what is wrong with it.
    return null;
  }
}

const NONE = -1;
const orNone = (number: number | null): number => number ?? NONE;

/**
 * Gathers the records of a ZIM, in the order of their suffixes. Lists of numbers take a third of the memory that an object for each
 * record does.
 */
export class Aliases {
  readonly #suffixes: string[] = [];
  readonly #pages: number[] = [];
  readonly #bundles: number[] = [];
  /** `ID` of the paper, or null, and its version. */
  readonly #ids: (string | null)[] = [];
  readonly #versions: number[] = [];

  /** @param arxiv of the record. */
  add({ suffix, page, bundle }: RecordInZim, arxiv: { readonly id: string; readonly version: number } | null): void {
    this.#suffixes.push(suffix);
    this.#pages.push(orNone(page));
    this.#bundles.push(orNone(bundle));
    this.#ids.push(page === null ? null : (arxiv?.id ?? null));
    this.#versions.push(arxiv?.version ?? 0);
  }

  /** All of them, in the order of their paths. What would lead to two records leads to neither. */
  *redirects(): Generator<ZimRedirect> {
    for (const [i, suffix] of this.#suffixes.entries()) {
      const target = this.#bundles[i] ?? NONE;
      if (target !== NONE) yield { path: wellKnownBundleFile(suffix), title: null, target };
    }
    yield* this.#arxiv();
    yield* this.#short();
  }

  /** Each id leads to the newest version of the paper; its title is the id, so that readers find it by typing that. */
  *#arxiv(): Generator<ZimRedirect> {
    /** Of each id, the number of its newest record; its complement if there are two. */
    const newest = new Map<string, number>();
    for (const [i, id] of this.#ids.entries()) {
      if (id === null) continue;
      const known = newest.get(id);
      const before = known === undefined ? undefined : known < 0 ? ~known : known;
      const [version = 0, other = 0] = [this.#versions[i], before === undefined ? 0 : this.#versions[before]];
      if (before === undefined || version > other) newest.set(id, i);
      else if (version === other) newest.set(id, ~before);
    }
    for (const id of [...newest.keys()].sort(compareCodePoints)) {
      const i = newest.get(id) ?? NONE;
      if (i >= 0) yield { path: `arXiv/${id}`, title: id, target: this.#pages[i] ?? NONE };
    }
  }

  *#short(): Generator<ZimRedirect> {
    const short = (i: number): string => this.#suffixes[i]?.slice(0, SHORT) ?? '';
    for (const [i, target] of this.#pages.entries()) {
      const own = short(i);
      const isShared = own === short(i - 1) || own === short(i + 1);
      if (target !== NONE && !isShared) yield { path: recordPage(own).replace('/index.html', ''), title: null, target };
    }
  }
}
