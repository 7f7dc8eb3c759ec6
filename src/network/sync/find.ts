/** Finds what is asked for at one source, and is not yet held. */
import { createHash } from 'node:crypto';
import { jsonLdFile, recordPage } from '../../mirror/base/paths.ts';
import { MAX_BUNDLE_BYTES } from '../../protocol/index.ts';
import { type IndexRow, isWithheld } from '../../records/bucket.ts';
import { bucketOf, UNDATED } from '../../records/layout.ts';
import { keysOf } from '../index-cache.ts';
import type { BucketLine, Listing } from '../listing.ts';
import type { Download } from '../web.ts';
import { type ClaimedRecord, claimedBy, claimedOfCategory, readCatalogue } from './catalogue.ts';
import { each, type SourceContext } from './context.ts';
import { Rows } from './rows.ts';
import { refuseShrunk } from './shrunk.ts';
import type { ListedTarget, Taker, Target, Torn } from './take.ts';
import type { Wanted } from './wanted.ts';

/** A target, how it was found, and what was already fetched. */
export type Found =
  | { readonly kind: 'listed'; readonly target: ListedTarget; readonly fetched?: ReadonlyMap<string, Uint8Array> }
  | { readonly kind: 'unlisted'; readonly target: Target; readonly fetched: Download | null };

/** Whether a note in the folder excludes the record. It may hold nothing else of it. */
function isExcluded({ held, log, source, answered }: SourceContext, suffix: string, wanted: Wanted | null): boolean {
  if (!held.isExcluded(suffix)) return false;
  log.add('excluded', suffix, source.name, { message: `the note ${suffix}.md in the folder excludes it` });
  if (wanted !== null) answered.add(wanted);
  return true;
}

/** What is asked for at a source without an index: only full suffixes can be found there. */
export function findUnlisted(context: SourceContext): readonly Found[] {
  const { options, log, source, answered } = context;
  if (options.selection !== null) {
    const message = `it publishes no index, so --all, --since and --category cannot be used with it; name the records, or give a mirror with --from`;
    log.add('failed', null, source.name, { message });
  }
  return options.wanted.flatMap((wanted): readonly Found[] => {
    if (wanted.kind === 'suffix') {
      const { suffix } = wanted;
      if (isExcluded(context, suffix, wanted)) return [];
      return [{ kind: 'unlisted', target: { suffix, wanted, categories: [] }, fetched: null }];
    }
    answered.add(wanted);
    const message = `${wanted.text}: it publishes no index, so only a full Pith Number or suffix can be found there; give a mirror with --from`;
    log.add('failed', null, source.name, { message });
    return [];
  });
}

/** Finds records by one reading of the index. */
export class Finder {
  readonly #context: SourceContext;
  readonly #taker: Pick<Taker, 'isComplete'>;
  readonly #listing: Listing;
  readonly #rows: Rows;
  /** Read at most once. */
  #catalogue: readonly ClaimedRecord[] | { readonly problem: string } | null = null;

  constructor(context: SourceContext, taker: Pick<Taker, 'isComplete'>, listing: Listing) {
    this.#context = context;
    this.#taker = taker;
    this.#listing = listing;
    this.#rows = new Rows(listing);
  }

  /** Everything that is asked for and not yet held. */
  async all(): Promise<readonly Found[]> {
    const { options } = this.#context;
    const found = new Map<string, Found>();
    const isScan = options.selection !== null || options.wanted.some(({ kind }) => kind === 'prefix');
    if (isScan) for (const item of await this.#scan()) found.set(item.target.suffix, item);
    for (const wanted of options.wanted) {
      if (wanted.kind === 'prefix') continue;
      const items = wanted.kind === 'suffix' ? await this.#findSuffix(wanted) : await this.#findPaper(wanted);
      for (const item of items) if (!found.has(item.target.suffix)) found.set(item.target.suffix, item);
    }
    return [...found.values()];
  }

  /** Records that did not fit the index, as this index lists them. */
  async again(torn: readonly Torn[]): Promise<readonly Found[]> {
    const found: Found[] = [];
    for (const { target } of torn) {
      const row = await this.#rows.find(target.bucket, target.suffix);
      if (row === null || isWithheld(row)) continue;
      const next = { ...target, row };
      if (!this.#taker.isComplete(next)) found.push({ kind: 'listed', target: next });
    }
    return found;
  }

  /** Looks at every record that the index lists in the selected days. */
  async #scan(): Promise<readonly Found[]> {
    const { options, limit, cache, log, source, answered } = this.#context;
    const prefixes = options.wanted.filter((wanted) => wanted.kind === 'prefix');
    const since = prefixes.length > 0 ? null : (options.selection?.since ?? null);
    const buckets = this.#listing.buckets.filter(
      ({ bucket }) => since === null || (bucket >= since && bucket !== UNDATED),
    );
    const basis = this.#basis(prefixes);
    const before = basis === null ? null : cache.nothingNew(basis);
    if (before !== null) {
      log.addAll(before);
      return [];
    }
    const mark = log.mark();
    const ofCategory = await this.#categoryFilter();
    const listed = new Set<string>();
    const found: Found[] = [];
    const see = (bucket: string, row: IndexRow): void => {
      const { suffix } = row;
      listed.add(suffix);
      const wanted = prefixes.find(({ prefix }) => suffix.startsWith(prefix)) ?? null;
      if (wanted === null && !this.#isSelected(bucket, suffix, ofCategory)) return;
      if (wanted !== null) answered.add(wanted);
      if (isExcluded(this.#context, suffix, wanted)) return;
      if (isWithheld(row)) {
        log.add('withheld', suffix, source.name, { message: row.withheld });
        return;
      }
      const categories = wanted === null ? (options.selection?.categories ?? []) : [];
      const target: ListedTarget = { suffix, wanted, categories, bucket, row };
      if (!this.#taker.isComplete(target)) found.push({ kind: 'listed', target });
    };
    await each(limit, buckets, async (line: BucketLine) => {
      for (const row of await this.#listing.read(line)) see(line.bucket, row);
    });
    if (options.selection !== null && !options.allowShrink) refuseShrunk(listed, since, this.#context);
    if (since === null && !options.dryRun) cache.finishAll(listed);
    if (basis !== null && found.length === 0 && !options.dryRun) cache.rememberNothingNew(basis, log.since(mark));
    // Answers arrive in any order; the report must not depend on it.
    return found.sort((a, b) => (a.target.suffix < b.target.suffix ? -1 : 1));
  }

  /**
   * Everything that decides what a scan finds, as a digest: the index, the folder, the keys and the options. If none of it has
   * changed since a scan that found nothing, the buckets need not be read again.
   *
   * @returns null if something else decides too: a catalogue, which no root covers, or names.
   */
  #basis(prefixes: readonly Wanted[]): string | null {
    const { options, held } = this.#context;
    const { selection, keepAll, allowShrink, trust } = options;
    if (selection === null || selection.categories.length > 0 || prefixes.length > 0) return null;
    const { bundles } = this.#listing.snapshot;
    return JSON.stringify([bundles, selection.since, keepAll, allowShrink, keysOf(trust), held.fingerprint()]);
  }

  #isSelected(bucket: string, suffix: string, ofCategory: ReadonlySet<string> | null): boolean {
    const { selection } = this.#context.options;
    if (selection === null) return false;
    if (selection.since !== null && (bucket < selection.since || bucket === UNDATED)) return false;
    return ofCategory === null || ofCategory.has(suffix);
  }

  async #categoryFilter(): Promise<ReadonlySet<string> | null> {
    const { options, log, source } = this.#context;
    const categories = options.selection?.categories ?? [];
    if (categories.length === 0) return null;
    const records = await this.#records();
    if (!('problem' in records)) {
      for (const name of categories) this.#noteEmpty(name, records);
      return claimedOfCategory(categories, records);
    }
    log.add('failed', null, source.name, {
      message: `--category needs the mirror's catalogue, but ${records.problem}`,
    });
    return new Set();
  }

  /** A category with a typing error would select nothing, day after day, and look like a mirror that is up to date. */
  #noteEmpty(name: string, records: readonly ClaimedRecord[]): void {
    const { source, progress } = this.#context;
    if (claimedOfCategory([name], records).size > 0) return;
    const known = [...new Set(records.map(({ category }) => category))];
    const meant = known.find((category) => category.toLowerCase() === name.toLowerCase());
    progress.note(
      `${source.name} lists no record of the category ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    );
  }

  async #records(): Promise<readonly ClaimedRecord[] | { readonly problem: string }> {
    this.#catalogue ??= await readCatalogue(this.#context.source);
    return this.#catalogue;
  }

  /** The record of a suffix: its bucket is known from what is held, or from what the source serves. */
  async #findSuffix(wanted: Wanted & { readonly kind: 'suffix' }): Promise<readonly Found[]> {
    const { held, source, answered, log } = this.#context;
    const { suffix } = wanted;
    const target: Target = { suffix, wanted, categories: [] };
    if (isExcluded(this.#context, suffix, wanted)) return [];
    const day = held.dayOf(suffix);
    if (day !== null) {
      const row = await this.#rows.find(day, suffix);
      if (row !== null) return this.#foundRow(target, day, row);
    }
    const answer = await source.bundle(suffix);
    if (answer.kind === 'missing') {
      if (await this.#isTombstone(suffix)) {
        answered.add(wanted);
        log.add('withheld', suffix, source.name, { message: `its page says why: ${recordPage(suffix)}` });
      }
      return [];
    }
    answered.add(wanted);
    const bucket = answer.kind === 'found' ? claimedBucket(answer.bytes) : null;
    const row = bucket === null ? null : await this.#rows.find(bucket, suffix);
    if (answer.kind !== 'found' || bucket === null || row === null)
      return [{ kind: 'unlisted', target, fetched: answer }];
    const digest = createHash('sha256').update(answer.bytes).digest('hex');
    return this.#foundRow(target, bucket, row, new Map([[digest, answer.bytes]]));
  }

  /** Whether the source has a page of a number, and no record. The day of a withheld record is unknown, and with it its line. */
  async #isTombstone(suffix: string): Promise<boolean> {
    const { source } = this.#context;
    const page = await source.file(recordPage(suffix), MAX_BUNDLE_BYTES);
    if (page.kind !== 'found') return false;
    return (await source.file(jsonLdFile(suffix), MAX_BUNDLE_BYTES)).kind === 'missing';
  }

  async #findPaper(wanted: Wanted & { readonly kind: 'arxiv' }): Promise<readonly Found[]> {
    const { log, source, answered } = this.#context;
    const records = await this.#records();
    if ('problem' in records) {
      answered.add(wanted);
      const message = `${wanted.text}: an arXiv id is found by the mirror's catalogue, but ${records.problem}`;
      log.add('failed', null, source.name, { message });
      return [];
    }
    const found: Found[] = [];
    for (const { suffix, day } of claimedBy(wanted, records)) {
      const target: Target = { suffix, wanted, categories: [] };
      if (isExcluded(this.#context, suffix, wanted)) continue;
      const bucket = bucketOf(day);
      const row = await this.#rows.find(bucket, suffix);
      if (row === null) found.push({ kind: 'unlisted', target, fetched: null });
      else found.push(...this.#foundRow(target, bucket, row));
    }
    return found;
  }

  #foundRow(
    target: Target,
    bucket: string,
    row: IndexRow,
    fetched: ReadonlyMap<string, Uint8Array> = new Map(),
  ): readonly Found[] {
    const { log, source, answered } = this.#context;
    if (target.wanted !== null) answered.add(target.wanted);
    if (isWithheld(row)) {
      log.add('withheld', target.suffix, source.name, { message: row.withheld });
      return [];
    }
    const listed: ListedTarget = { ...target, bucket, row };
    return this.#taker.isComplete(listed) ? [] : [{ kind: 'listed', target: listed, fetched }];
  }
}

/** The day on which a bundle claims that its record was submitted. Nothing of it is verified here. */
function claimedBucket(bytes: Uint8Array): string | null {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString('utf8')) as {
      readonly canonical_record?: { readonly metadata?: { readonly submitted_at?: unknown } };
    } | null;
    const submittedAt = value?.canonical_record?.metadata?.submitted_at;
    return typeof submittedAt === 'string' ? bucketOf(submittedAt) : null;
  } catch {
    return null;
  }
}
