/**
 * Judges a record of a site by its files alone: verifies each received bundle with the pinned keys, and compares the
 * published files with their merge.
 */

import { bundleFile, stateFile } from '../mirror/base/paths.ts';
import { judgeBundle } from '../mirror/judge/judge.ts';
import { type FileReport, fileLine } from '../mirror/judge/report.ts';
import {
  type Engine,
  equalBytes,
  mergeBundles,
  parseTimestamp,
  type Trust,
  type VerifiedBundle,
} from '../protocol/index.ts';
import type { DoneRecord, SiteProblem } from './job.ts';

/** The canonical record as a file, which sites had until it became a link inside of the page. */
const recordFile = (suffix: string): string => `pith/${suffix}/record.json`;

const isReceived = (path: string): boolean => /^pith\/[A-Z2-7]{26}\/bundles\/[0-9a-f]{64}\.json$/.test(path);

/** The paths of the bundles that were received: those in `bundles/`, else `bundle.json` itself. */
export function receivedPaths(suffix: string, paths: Iterable<string>): readonly string[] {
  const all = [...paths];
  const several = all.filter(isReceived);
  if (several.length > 0) return several;
  return all.filter((path) => path === bundleFile(suffix));
}

/** The published files of a record that do not match its bundles. */
function comparePublished(
  suffix: string,
  files: ReadonlyMap<string, Uint8Array>,
  bundles: readonly VerifiedBundle[],
  engine: Engine,
): readonly SiteProblem[] {
  const merged = mergeBundles(bundles, engine);
  const problems: SiteProblem[] = [];
  const state = files.get(stateFile(suffix));
  if (state !== undefined && !equalBytes(state, merged.state.bytes))
    problems.push({
      path: stateFile(suffix),
      kind: 'wrong-state',
      message: `is not the merge of the bundles of ${suffix}; the merge has state_sha256 ${merged.state.sha256}`,
    });
  const bundle = files.get(bundleFile(suffix));
  if (bundle !== undefined && !equalBytes(bundle, merged.published.bytes))
    problems.push({
      path: bundleFile(suffix),
      kind: 'wrong-bundle',
      message: 'is not what a mirror publishes of the bundles in bundles/',
    });
  const record = files.get(recordFile(suffix));
  const [newest] = merged.bundles;
  if (record !== undefined && engine.sha256Hex(record) !== newest.canonicalSha256)
    problems.push({
      path: recordFile(suffix),
      kind: 'wrong-record',
      message: `is not the canonical record of ${suffix}, whose SHA-256 is ${newest.canonicalSha256}`,
    });
  return problems;
}

const secondsOf = (instant: string): number => Date.parse(`${instant.slice(0, 19)}Z`) / 1000;

const secondsOfClaim = (builtAt: unknown): number | null => {
  const instant = typeof builtAt === 'string' ? parseTimestamp(builtAt) : null;
  return instant === null ? null : secondsOf(instant);
};

const KEY = '"built_at"';
const VALUE = /^"built_at"\s*:\s*"([^"\\]*)"/;
/** An escaped ASCII character, with which a name can be written in another way. */
const ESCAPED_ASCII = /\\u00[0-7]/;

/**
 * The value of `built_at` if the text names it once, which is then the member of the bundle itself: every bundle of a site has one, and a
 * name in quotes cannot be part of a string. Null if the text must be parsed.
 */
function onlyBuiltAt(text: string): string | null {
  const at = text.indexOf(KEY);
  if (at < 0 || text.includes(KEY, at + 1) || ESCAPED_ASCII.test(text)) return null;
  return VALUE.exec(text.slice(at, at + 100))?.[1] ?? null;
}

/** When a bundle says that it was built, in seconds since 1970; null if it does not say so. */
function claimedSeconds(bundle: Uint8Array): number | null {
  // Parsing takes ten times as long as looking for the one member.
  const found = onlyBuiltAt(Buffer.from(bundle.buffer, bundle.byteOffset, bundle.length).toString('latin1'));
  if (found !== null) return secondsOfClaim(found);
  try {
    const { built_at: builtAt } = JSON.parse(new TextDecoder().decode(bundle)) as { readonly built_at?: unknown };
    return secondsOfClaim(builtAt);
  } catch {
    return null;
  }
}

/** @returns only when the newest bundle of a record says that it was built: nothing is verified. */
export function datedRecord(suffix: string, files: ReadonlyMap<string, Uint8Array>): DoneRecord {
  const seconds = receivedPaths(suffix, files.keys()).flatMap(
    (path) => claimedSeconds(files.get(path) ?? new Uint8Array()) ?? [],
  );
  return { lines: [], pithNumber: null, seconds: seconds.length > 0 ? Math.max(...seconds) : null };
}

/**
 * @param files of one record's folder, by their path in the site.
 * @returns a report for each bundle received, and every published file that does not follow from them.
 */
export function judgePackedRecord(
  suffix: string,
  files: ReadonlyMap<string, Uint8Array>,
  trust: Trust,
  engine: Engine,
): { readonly record: DoneRecord; readonly problems: readonly SiteProblem[] } {
  const reports: FileReport[] = [];
  const bundles: VerifiedBundle[] = [];
  const problems: SiteProblem[] = [];
  for (const path of receivedPaths(suffix, files.keys())) {
    const { report, bundle } = judgeBundle(path, files.get(path) ?? new Uint8Array(), trust, engine);
    reports.push(report);
    if (bundle === null) continue;
    if (bundle.suffix === suffix) bundles.push(bundle);
    else
      problems.push({ path, kind: 'wrong-record', message: `is a bundle of ${bundle.pithNumber}; expected ${suffix}` });
  }
  if (bundles.length > 0) problems.push(...comparePublished(suffix, files, bundles, engine));
  const instants = bundles.map(({ builtInstant }) => secondsOf(builtInstant));
  return {
    record: {
      lines: reports.map(fileLine),
      pithNumber: bundles[0]?.pithNumber ?? null,
      seconds: instants.length > 0 ? Math.max(...instants) : null,
    },
    problems,
  };
}
