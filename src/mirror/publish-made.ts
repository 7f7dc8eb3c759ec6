/** Step 3 of a build, and of a join: refuses a site that must not be published, or publishes it. */
import { messageOf } from './base/failure.ts';
import { PACKAGE_ROOT, refuseUnusablePlaces } from './base/package.ts';
import type { Progress } from './base/progress.ts';
import type { BuildOptions, BuildResult, OperatorInput } from './build-options.ts';
import { type FileLine, Report } from './judge/report.ts';
import type { Catalogue, SiteContext } from './plan/catalogue.ts';
import { type Loss, lossOf, publishedSuffixes, refusalOfLoss } from './publish/loss.ts';
import { Output } from './publish/output.ts';
import { type LastSite, publishSite } from './publish/publish.ts';
import type { BundledPages } from './render/pages.ts';
import { type Cache, markOfSite } from './resume/cache.ts';
import type { Inventory } from './resume/inventory.ts';
import type { Shard } from './resume/shard.ts';
import type { ShardContent } from './resume/shard-file.ts';
import type { Crew } from './workers/crew.ts';
import type { Producer } from './workers/produce.ts';

/** Takes over the output for some work, and releases it. */
export async function withOutput(
  { out, flush }: Pick<BuildOptions, 'out' | 'flush'>,
  inputs: readonly string[],
  progress: Progress,
  work: (output: Output) => Promise<BuildResult>,
): Promise<BuildResult> {
  refuseUnusablePlaces(out);
  // Before anything else: it completes what an interrupted build left.
  const output = await Output.take({ out, inputs, packageRoot: PACKAGE_ROOT, isFlushed: flush, progress });
  try {
    return await work(output);
  } finally {
    await output.release();
  }
}

/** The folders that new files come from and go to. */
export function stageOf(output: Output): { readonly stage: string; readonly published: string | null } {
  return { stage: output.stage, published: output.occupant === 'site' ? output.site : null };
}

/** Why a site with these totals must not be published; null if it may. */
export function refusalOf(
  { records, withheld, rejected, findings, files }: Report['totals'],
  { strict, shard = null }: { readonly strict: boolean; readonly shard?: Shard | null },
): string | null {
  // A shard may have no record, if its range is empty. A join needs it nevertheless.
  if (records + withheld === 0 && shard === null) {
    return files === 0 ? 'there is no bundle in the input' : 'no file of the input gives a record';
  }
  if (strict && rejected + findings > 0) return `--strict: ${rejected} rejected, ${findings} findings`;
  return null;
}

/** A site of which all records are made. */
export interface MadeSite extends OperatorInput {
  readonly inventory: Inventory;
  readonly last: LastSite | null;
  readonly context: SiteContext;
  /** Reports of what is rejected and no bundle: folders that could not be listed, timestamp proofs. */
  readonly unlisted: readonly FileLine[];
  readonly pages: BundledPages;
  readonly crew: Crew;
  readonly producer: Producer | null;
  readonly shard: ShardContent | null;
  /** What the next build compares with its input; null if it cannot start from this one. */
  readonly next: {
    /** Of the input files. */
    readonly stamps: readonly (readonly [name: string, stamp: string])[];
    /** Digest of the timestamp proofs. */
    readonly timestamps: string;
  } | null;
}

/** Refuses the site, or publishes it and saves what the next build needs. */
export async function publishMade(
  options: Pick<BuildOptions, 'strict' | 'allowLoss' | 'clean'> & { readonly shard?: Shard | null },
  output: Output,
  cache: Cache,
  site: MadeSite,
  progress: Progress,
): Promise<BuildResult> {
  const { inventory, last, pages, crew, producer, shard } = site;
  const report = reportOf(site);
  const isUpdate = last !== null;
  const refused = { report, published: false, loss: null, isUnchanged: false, isUpdate } as const;
  const refusal = refusalOf(report.totals, options);
  if (refusal !== null) return { ...refused, refusal };
  const loss = options.allowLoss ? null : lossFrom(output, site);
  if (loss !== null) return { ...refused, refusal: refusalOfLoss(loss), loss };
  const { clean } = options;
  const catalogue = catalogueOf(site, report);
  await cache.forget().catch((error) => progress.note(`the cache cannot be used: ${messageOf(error)}`));
  const published = await publishSite(
    {
      output,
      inventory,
      catalogue,
      timestamps: site.timestamps,
      report,
      pages,
      crew,
      progress,
      producer,
      shard,
      clean,
    },
    last,
  );
  if (site.next !== null) {
    const { totals, troubled, trust } = report;
    const outcome = { totals, troubled, trust, timestamps: site.next.timestamps };
    const { lines, records, withheld } = inventory;
    const digests = new Map(lines.map(({ name, sha256 }) => [name, sha256]));
    const inputs = site.next.stamps.map(([name, stamp]) => [name, stamp, digests.get(name) ?? null] as const);
    const content = { inputs, outcome, lines, records, withheld, ...published };
    // The site is published: without a cache the next build only takes longer.
    await cache
      .save(content, markOfSite(output.site))
      .catch((error) =>
        progress.note(`could not write the cache, so the next build will start from scratch: ${messageOf(error)}`),
      );
  }
  return { report, published: true, refusal: null, loss: null, isUnchanged: false, isUpdate };
}

/** What of the published site the new one would lose; null if nothing. */
function lossFrom(output: Output, { inventory, last }: MadeSite): Loss | null {
  if (output.occupant !== 'site') return null;
  const known = last?.records.map(({ entry }) => entry.suffix) ?? [];
  return lossOf(output.site, new Set([...publishedSuffixes(output.site), ...known]), inventory);
}

function reportOf({ inventory, unlisted, context: { version, trust } }: MadeSite): Report {
  const records = inventory.records;
  const recordOnly = records.filter(({ entry }) => entry.verdict === 'record-only').length;
  const counts = { all: records.length, recordOnly, withheld: inventory.withheld.length };
  return new Report(version, trust, [...inventory.reports, ...unlisted], counts);
}

function catalogueOf({ inventory, context, operator }: MadeSite, { totals, troubled }: Report): Catalogue {
  return {
    ...context,
    entries: inventory.entries(),
    withheld: inventory.withheld,
    totals,
    troubled,
    operator,
    timestamps: [],
  };
}
