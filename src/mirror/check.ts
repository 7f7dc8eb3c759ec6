/**
 * The self-check: reads back what was written, verifies it anew from the bytes on the disk, and compares.
 *
 * What it proves does not rest on the plan: a bundle is verified again, and its merge must give the state beside it.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  compareCodePoints,
  equalBytes,
  type MergedRecord,
  mergeBundles,
  type Trust,
  type VerifiedBundle,
  verifyBundle,
} from '../protocol/index.ts';
import { recordFiles, type SiteFile, siteFiles } from './documents.ts';
import { BuildError } from './failure.ts';
import * as paths from './paths.ts';
import type { MirrorPlan, RecordEntry } from './plan.ts';

function fail(path: string, why: string): never {
  throw new BuildError(`self-check failed, nothing is published: ${path}: ${why}`);
}

async function read(root: string, path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(join(root, path)));
  } catch (error) {
    return fail(path, `expected a file, got ${error instanceof Error && 'code' in error ? error.code : error}`);
  }
}

async function checkBytes(root: string, { path, bytes }: SiteFile): Promise<void> {
  if (!equalBytes(await read(root, path), bytes)) fail(path, 'expected the bytes that were planned, got others');
}

async function verifyAgain(root: string, path: string, trust: Trust): Promise<VerifiedBundle> {
  const { bundle, findings } = verifyBundle(await read(root, path), trust);
  return bundle ?? fail(path, `expected a bundle that verifies, got ${findings[0]?.code}`);
}

/** Verifies the record's published bundle, or those it was assembled from, and merges them again. */
async function mergeAgain(
  root: string,
  { identified, merged, received }: RecordEntry,
  trust: Trust,
): Promise<MergedRecord> {
  const { suffix } = identified;
  if (merged?.published.kind !== 'assembled')
    return mergeBundles([await verifyAgain(root, paths.bundleFile(suffix), trust)]);
  const bundles: VerifiedBundle[] = [];
  for (const { bytesSha256 } of received) {
    bundles.push(await verifyAgain(root, paths.receivedBundleFile(suffix, bytesSha256), trust));
  }
  return mergeBundles(bundles);
}

async function checkRecord(root: string, entry: RecordEntry, trust: Trust): Promise<void> {
  const { suffix, pithNumber } = entry.identified;
  for (const file of recordFiles(entry)) await checkBytes(root, file);
  if (entry.merged !== null) {
    const again = await mergeAgain(root, entry, trust);
    const state = paths.stateFile(suffix);
    if (!equalBytes(await read(root, state), again.state.bytes))
      fail(state, 'expected the merge of the bundle beside it');
    const bundle = paths.bundleFile(suffix);
    if (!equalBytes(await read(root, bundle), again.published.bytes))
      fail(bundle, 'expected what the bundles received give');
  }
  const page = paths.recordPage(suffix);
  const html = new TextDecoder().decode(await read(root, page));
  if (!html.trimEnd().endsWith('</html>') || !html.includes(pithNumber))
    fail(page, `expected a whole page of ${pithNumber}`);
}

/** Every file below a folder, as published paths, sorted. */
export async function listSite(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort(compareCodePoints);
}

/**
 * Checks a staged site against its plan.
 *
 * @param extra paths of files that come from elsewhere: pages without data, and the hand-made static files.
 * @throws BuildError at the first thing that is not as it must be.
 */
export async function checkSite(
  root: string,
  plan: MirrorPlan,
  extra: readonly string[],
  onRecord: () => void,
): Promise<void> {
  const expected = new Set(extra);
  for (const file of siteFiles(plan)) {
    await checkBytes(root, file);
    expected.add(file.path);
  }
  for (const entry of plan.records) {
    await checkRecord(root, entry, plan.trust);
    for (const { path } of recordFiles(entry)) expected.add(path);
    expected.add(paths.recordPage(entry.identified.suffix));
    onRecord();
  }
  const found = new Set(await listSite(root));
  for (const path of expected) if (!found.has(path)) fail(path, 'expected a file, got none');
  for (const path of found) if (!expected.has(path)) fail(path, 'expected no such file');
}
