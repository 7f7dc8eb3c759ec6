/** Syncs one record from one source: fetches missing bundles, judges them, and keeps new ones. */
import { mergeBundles, type Trust } from '../../protocol/index.ts';
import { formatRow, type HeldRow } from '../../records/bucket.ts';
import { sha256 as digestOf } from '../../records/lists.ts';
import { IndexCache, keysOf } from '../index-cache.ts';
import type { Source } from '../source.ts';
import type { Download } from '../web.ts';
import type { HeldBundle, Holdings } from './held.ts';
import { type BodyJudgement, type Expected, judgeBody, type Reason } from './judge.ts';
import type { Keeper } from './keep.ts';
import type { SyncLog } from './report.ts';
import type { Wanted } from './wanted.ts';

/** A record to take, with what the answer must match. */
export interface Target {
  readonly suffix: string;
  readonly wanted: Wanted | null;
  readonly categories: readonly string[];
}

/** A target that an index lists. */
export interface ListedTarget extends Target {
  readonly bucket: string;
  readonly row: HeldRow;
}

/** An inconsistency in a source, perhaps because it is being replaced. */
export interface Torn {
  readonly target: ListedTarget;
  readonly message: string;
  /** What was served instead of the listed bundle; null if nothing was. */
  readonly served: { readonly sha256: string; readonly bytes: Uint8Array; readonly reason: Reason } | null;
}

export interface TakeOptions {
  readonly trust: Trust;
  readonly keepAll: boolean;
}

export interface TakerParts {
  readonly held: Holdings;
  /** Null for a dry run, which only finds what is missing. */
  readonly keeper: Keeper | null;
  readonly cache: IndexCache;
  readonly log: SyncLog;
  readonly say: (text: string) => void;
}

/** Takes records of one source. */
export class Taker {
  readonly #source: Source;
  readonly #held: Holdings;
  readonly #keeper: Keeper | null;
  readonly #cache: IndexCache;
  readonly #log: SyncLog;
  readonly #say: (text: string) => void;
  readonly #options: TakeOptions;
  readonly #keys: string;

  constructor(source: Source, { held, keeper, cache, log, say }: TakerParts, options: TakeOptions) {
    this.#source = source;
    this.#held = held;
    this.#keeper = keeper;
    this.#cache = cache;
    this.#log = log;
    this.#say = say;
    this.#options = options;
    this.#keys = keysOf(options.trust);
  }

  get #writer(): Keeper {
    if (this.#keeper === null) throw new TypeError('expected a dry run to fetch nothing');
    return this.#keeper;
  }

  /** The names of the files in the folder for a record: a decision about it is valid only for exactly these. */
  #names(suffix: string): readonly string[] {
    return this.#held.filesOf(suffix).map(({ name, digits }) => `${name} ${digits}`);
  }

  /** Whether a listed record is already complete. Needs no download; may verify files in the folder. */
  isComplete({ suffix, row }: ListedTarget): boolean {
    const held = this.#held;
    if (row.bundles.every((digest) => held.has(suffix, digest))) {
      this.#log.held += 1;
      return true;
    }
    const files = held.filesOf(suffix);
    if (this.#options.keepAll || files.length === 0) return false;
    const settlement = IndexCache.settlement(formatRow(row), this.#keys, this.#names(suffix));
    if (!this.#cache.isSettled(settlement)) {
      // If some of its bundles are in the folder, the record was partly fetched, and the missing ones belong to it.
      if (files.some(({ digits }) => row.bundles.some((digest) => digest.startsWith(digits)))) return false;
      const [first, ...rest] = held.judged(suffix, this.#options.trust).map(({ bundle }) => bundle);
      // The same state has the same events: only the signatures around them differ.
      if (first === undefined || digestOf(mergeBundles([first, ...rest]).state.bytes) !== row.state) return false;
      this.#cache.settle(settlement);
    }
    this.#log.known += 1;
    return true;
  }

  /**
   * Fetches the missing bundles of a listed record.
   *
   * @param fetched bodies that were already fetched, by digest.
   * @returns the first inconsistency with the index; null if there is none.
   */
  async takeListed(target: ListedTarget, fetched: ReadonlyMap<string, Uint8Array> = new Map()): Promise<Torn | null> {
    const { suffix, row } = target;
    let torn: Torn | null = null;
    let isSettled = true;
    // In the order of their digests, so that an interrupted run ends with the same result.
    for (const digest of row.bundles.filter((listed) => !this.#held.has(suffix, listed))) {
      const own = fetched.get(digest) ?? this.#quarantined(suffix, digest);
      const answer: Download =
        own !== null
          ? { kind: 'found', bytes: own, type: '', etag: null, url: '' }
          : row.bundles.length === 1
            ? await this.#source.bundle(suffix)
            : await this.#source.received(suffix, digest);
      if (answer.kind === 'missing' || answer.kind === 'unchanged') {
        torn = { target, message: `its index lists the bundle ${digest}, but it is not served`, served: null };
        continue;
      }
      if (answer.kind !== 'found') {
        isSettled = false;
        this.#unusable(suffix, answer);
        continue;
      }
      const result = await this.#useListed(target, digest, answer);
      if (result === 'refused') isSettled = false;
      else if (result !== 'done') torn = result;
    }
    if (isSettled && torn === null && !this.#options.keepAll)
      this.#cache.settle(IndexCache.settlement(formatRow(row), this.#keys, this.#names(suffix)));
    return torn;
  }

  #quarantined(suffix: string, digest: string): Uint8Array | null {
    const bytes = this.#writer.refused(suffix, digest);
    return bytes !== null && digestOf(bytes) === digest ? bytes : null;
  }

  async #useListed(
    target: ListedTarget,
    digest: string,
    { bytes, type, url }: Download & { readonly kind: 'found' },
  ): Promise<'done' | 'refused' | Torn> {
    const { suffix, row } = target;
    const expected: Expected = { ...target, file: suffix, type };
    const judged = this.#held.judged(suffix, this.#options.trust);
    const isListed = ({ file }: HeldBundle): boolean => row.bundles.some((listed) => listed.startsWith(file.digits));
    if (digestOf(bytes) === digest) {
      const rivals = this.#options.keepAll ? [] : judged.filter((file) => !isListed(file));
      const judgement = judgeBody(bytes, expected, this.#options.trust, rivals);
      return (await this.#use(suffix, bytes, url, judgement, true)) ? 'done' : 'refused';
    }
    const judgement = judgeBody(bytes, expected, this.#options.trust, judged);
    if (judgement.kind === 'news') {
      this.#say(`${this.#source.name}: ${suffix} is newer than the index says; it verifies and is kept`);
      await this.#use(suffix, bytes, url, judgement, true);
      return 'done';
    }
    const what =
      judgement.kind === 'known'
        ? 'one whose events are already in the folder'
        : `one that is refused (${judgement.reason.code})`;
    const message = `its index lists the bundle ${digest}, but it serves ${judgement.sha256}, ${what}`;
    const reason = judgement.kind === 'known' ? { code: 'events_withheld' as const, message } : judgement.reason;
    return { target, message, served: { sha256: judgement.sha256, bytes, reason } };
  }

  /** Fetches the bundle of a record from a source without an index. @returns false if the source does not have it. */
  async takeUnlisted(target: Target, fetched: Download | null = null): Promise<boolean> {
    const { suffix } = target;
    const etag = this.#options.keepAll ? null : this.#cache.etagOf(suffix, this.#keys, this.#names(suffix));
    const answer = fetched ?? (await this.#source.bundle(suffix, etag));
    if (answer.kind === 'missing') return false;
    if (answer.kind === 'unchanged') {
      this.#log.known += 1;
      return true;
    }
    if (answer.kind !== 'found') {
      this.#unusable(suffix, answer);
      return true;
    }
    const { bytes, type, url } = answer;
    const digest = digestOf(bytes);
    if (this.#held.has(suffix, digest)) {
      this.#log.held += 1;
    } else {
      const rivals = this.#options.keepAll ? [] : this.#held.judged(suffix, this.#options.trust);
      const expected: Expected = { ...target, bucket: null, file: suffix, type };
      const judgement = judgeBody(bytes, expected, this.#options.trust, rivals);
      if (!(await this.#use(suffix, bytes, url, judgement, false))) return true;
    }
    if (answer.etag !== null) this.#cache.rememberEtag(suffix, answer.etag, this.#keys, this.#names(suffix));
    return true;
  }

  /** @returns false if the body was refused. */
  async #use(
    suffix: string,
    bytes: Uint8Array,
    from: string,
    judgement: BodyJudgement,
    isListed: boolean,
  ): Promise<boolean> {
    const source = this.#source.name;
    switch (judgement.kind) {
      case 'news': {
        const { bundle, sha256 } = judgement;
        const file = await this.#writer.keep(suffix, bundle.record.submittedAt, sha256, bytes);
        this.#log.add('kept', suffix, source, { file });
        return true;
      }
      case 'known':
        this.#log.known += 1;
        return true;
      case 'older':
        if (isListed) {
          this.#log.add('older', suffix, source, judgement.reason);
          return true;
        }
        break;
      case 'refused':
        break;
    }
    const where = from === '' ? source : from;
    const file = this.#writer.quarantine(suffix, judgement.sha256, bytes, where, judgement.reason);
    this.#log.add('refused', suffix, source, { file, ...judgement.reason });
    return false;
  }

  /** Nothing that could be judged came. */
  #unusable(suffix: string, answer: Download & { readonly kind: 'too_large' | 'failed' }): void {
    const from = this.#source.bundleAt(suffix);
    if (answer.kind === 'failed') {
      this.#log.add('failed', suffix, this.#source.name, { message: `${from}: ${answer.reason}` });
      return;
    }
    const reason: Reason = {
      code: 'too_large',
      message: `expected at most ${answer.limit} bytes, got more (counted after decompression); the transfer was stopped`,
    };
    const file = this.#writer.quarantine(suffix, null, null, from, reason);
    this.#log.add('refused', suffix, this.#source.name, { file, ...reason });
  }

  /** The source is still inconsistent, so what it served is refused. */
  giveUp({ target, message, served }: Torn): void {
    const { suffix } = target;
    const source = this.#source.name;
    const reason = { code: served?.reason.code ?? ('unreadable' as const), message };
    const file =
      served === null
        ? null
        : this.#writer.quarantine(suffix, served.sha256, served.bytes, this.#source.bundleAt(suffix), reason);
    this.#log.add('refused', suffix, source, { file, ...reason });
    this.#log.contradictions.push(`${source}: ${suffix}: ${message}`);
  }
}
