/**
 * A build in three steps: probe what has changed (`probe.ts`), make the records (`make-records.ts`), publish
 * (`publish-made.ts`). A join makes its records by copying them (`join.ts`), and publishes in the same way.
 *
 * Workers read, verify, merge, render, stage and check the records. This thread only keeps their inventory.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from './base/failure.ts';
import { packageVersion } from './base/package.ts';
import type { Progress } from './base/progress.ts';
import { type BuildOptions, type BuildResult, shardKey } from './build-options.ts';
import { ENGINES } from './judge/openssl.ts';
import { duplicateNotes, fileLine, readReport, rejectedFile } from './judge/report.ts';
import { makeRecords } from './make-records.ts';
import type { SiteContext } from './plan/catalogue.ts';
import { type Probe, probeInput } from './probe.ts';
import { handleForeign } from './publish/foreign.ts';
import type { Output } from './publish/output.ts';
import { type MadeSite, publishMade, refusalOf, stageOf, withOutput } from './publish-made.ts';
import { readOperatorNote } from './read/operator-note.ts';
import { trustDocument } from './read/trust-file.ts';
import { loadPages } from './render/pages.ts';
import { type BuildOutcome, markOfSite } from './resume/cache.ts';
import { isOfPart } from './resume/shard.ts';
import { Crew } from './workers/crew.ts';
import { Producer } from './workers/produce.ts';

/**
 * Builds the mirror.
 *
 * @throws UsageError, BuildError. Whatever is thrown, the published site is unchanged; or, if moving new files in was
 * interrupted, each of its files is old or new, and the next build completes it.
 */
export async function buildMirror(given: BuildOptions, progress: Progress): Promise<BuildResult> {
  return withOutput(given, [given.input], progress, async (output) => {
    const operator = await readOperatorNote(given.input);
    const options = { ...given, site: given.site ?? operator?.site ?? null };
    const probe = await probeInput(options, operator, output, progress);
    if (probe.outcome !== null) return unchanged(options, output, probe, probe.outcome, progress);
    return makeAndPublish(options, output, probe, progress);
  });
}

/** The input, the program and the site are what they were. */
async function unchanged(
  options: BuildOptions,
  output: Output,
  { last, cache, stamps, isStampNew }: Probe,
  outcome: BuildOutcome,
  progress: Progress,
): Promise<BuildResult> {
  const report = { ...outcome, pieces: () => readReport((path) => readFileSync(join(output.site, path))) };
  // The next build need not read again what only has another time. Without this it would only take longer.
  const mark = markOfSite(output.site);
  if (mark !== null) await cache.restamp(isStampNew ? stamps : null, mark).catch(() => undefined);
  await handleForeign(output.site, last?.survey.foreign ?? [], options.clean, progress);
  const refusal = refusalOf(outcome.totals, options);
  return { report, published: refusal === null, refusal, loss: null, isUnchanged: true, isUpdate: true };
}

async function makeAndPublish(
  options: BuildOptions,
  output: Output,
  probe: Probe,
  progress: Progress,
): Promise<BuildResult> {
  const { trust, site, host = 'static', shard, only, engine, renderer } = options;
  const { operator, timestamps, cache, listing, program } = probe;
  const context: SiteContext = { trust, site, host, version: await packageVersion() };
  output.prepareStage();
  progress.stage('bundling pages', null);
  const pages = await loadPages({ program, beside: output.cache, work: output.work });
  const start = {
    site,
    host,
    engine,
    shard,
    only,
    trust: trustDocument(trust),
    version: context.version,
    ...stageOf(output),
  };
  const isFast = renderer === 'fast';
  const crew = new Crew(options.jobs, { ...start, pages: isFast ? pages.entry : null });
  try {
    const { inventory, last } = await makeRecords(crew, probe, isFast && probe.last !== null, progress);
    const unlisted = [
      ...listing.unlisted.map(({ name, error }) => rejectedFile(name, null, error)),
      ...timestamps.rejected
        .filter(({ name }) => isOfPart(null, name, { shard, only }))
        .map(({ name, sha256, error }) => rejectedFile(name, sha256, error)),
    ].map(fileLine);
    for (const note of duplicateNotes(inventory.duplicates)) progress.note(note);
    const missing = [...(only ?? [])].filter((suffix) => !inventory.has(suffix));
    const excluded = [...(only ?? [])].filter((suffix) => inventory.isWithheld(suffix));
    if (excluded.length > 0)
      throw new UsageError(
        `a note in the input excludes ${excluded.join(' and ')}; remove "excluded" from the note first`,
      );
    if (missing.length > 0) throw new UsageError(`the input has no record ${missing.join(' or ')}`);
    const added = { operator, timestamps: timestamps.files };
    const site: MadeSite = {
      inventory,
      last,
      context,
      ...added,
      unlisted,
      pages,
      crew,
      producer: isFast ? null : new Producer({ ...start, context, pages: null, engine: ENGINES[engine] }),
      shard:
        shard === null
          ? null
          : {
              head: { shard, key: `${program} ${shardKey(options, added)}`, ...added },
              lines: inventory.publicLines,
              unlisted,
              records: inventory.records,
              withheld: inventory.withheld,
            },
      next: {
        stamps: probe.stamps.map(([name, stamp]) => [name, stamp] as const),
        timestamps: timestamps.digest,
      },
    };
    return await publishMade(options, output, cache, site, progress);
  } finally {
    await crew.dismiss();
  }
}
