/** Other paths under which readers of a ZIM find a record: of its bundle on a server, its arXiv id, its short number. Pure. */
import { recordPage, wellKnownBundleFile } from '../mirror/base/paths.ts';
import { compareCodePoints } from '../protocol/index.ts';
import type { ZimRedirect } from './formats/zim.ts';

/** A record in a ZIM. */
export interface RecordInZim {
  readonly suffix: string;
  /** Numbers of its page and of its bundle in the ZIM; null if it has none. */
  readonly page: number | null;
  readonly bundle: number | null;
}

interface OfArxiv {
  readonly id: string;
  readonly version: number;
  readonly page: number;
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

/** Gathers the records of a ZIM, in the order of their suffixes. */
export class Aliases {
  readonly #records: RecordInZim[] = [];
  readonly #ofArxiv: OfArxiv[] = [];

  /** @param arxiv of the record. */
  add(record: RecordInZim, arxiv: { readonly id: string; readonly version: number } | null): void {
    this.#records.push(record);
    if (arxiv !== null && record.page !== null) this.#ofArxiv.push({ ...arxiv, page: record.page });
  }

  /** All of them, in the order of their paths. What would lead to two records leads to neither. */
  *redirects(): Generator<ZimRedirect> {
    for (const { suffix, bundle } of this.#records)
      if (bundle !== null) yield { path: wellKnownBundleFile(suffix), title: null, target: bundle };
    yield* this.#arxiv();
    yield* this.#short();
  }

  /** Each id leads to the newest version of the paper; its title is the id, so that readers find it by typing that. */
  #arxiv(): readonly ZimRedirect[] {
    const newest = new Map<string, { version: number; page: number; isUnique: boolean }>();
    for (const { id, version, page } of this.#ofArxiv) {
      const known = newest.get(id);
      if (known === undefined || version > known.version) newest.set(id, { version, page, isUnique: true });
      else if (version === known.version) known.isUnique = false;
    }
    return [...newest]
      .filter(([, { isUnique }]) => isUnique)
      .map(([id, { page }]) => ({ path: `arXiv/${id}`, title: id, target: page }))
      .sort((a, b) => compareCodePoints(a.path, b.path));
  }

  *#short(): Generator<ZimRedirect> {
    const short = (record: RecordInZim | undefined): string => record?.suffix.slice(0, SHORT) ?? '';
    for (const [i, record] of this.#records.entries()) {
      const own = short(record);
      const isShared = own === short(this.#records[i - 1]) || own === short(this.#records[i + 1]);
      if (record.page !== null && !isShared)
        yield { path: recordPage(own).replace('/index.html', ''), title: null, target: record.page };
    }
  }
}
