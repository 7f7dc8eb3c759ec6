/**
 * The stages, in order:
 *
 *     read → parse, verify, merge (each file alone) → plan → render → write → self-check → swap
 *
 * Each takes what the stage before gave.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ParseError, readTrust, sha256Hex, type Trust } from '../protocol/index.ts';
import { checkSite, listSite } from './check.ts';
import { catalogueOfPlan, dataTime, recordFiles, reportOfPlan, type SiteFile, siteFiles } from './documents.ts';
import { BuildError, messageOf, systemLineOf, UsageError } from './failure.ts';
import { listFiles, listPaths } from './lists.ts';
import { isNoteName, type Note, readNote } from './notes.ts';
import { Output } from './output.ts';
import { PACKAGE_ROOT, packageVersion } from './package.ts';
import * as paths from './paths.ts';
import { type MirrorPlan, makePlan } from './plan.ts';
import type { Progress } from './progress.ts';
import { type InputFile, type InputListing, listInput, readInputs } from './read.ts';
import {
  assembleReport,
  type FileReport,
  type JudgedFile,
  judgeBundle,
  noteReport,
  type Report,
  rejectedFile,
} from './report.ts';

/** @throws UsageError where the file cannot be read or is no trust file. */
export async function loadTrust(path: string): Promise<Trust> {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await readFile(path));
  } catch (error) {
    throw new UsageError(`trust file ${path}: ${messageOf(error)}`);
  }
  try {
    return readTrust(bytes);
  } catch (error) {
    if (error instanceof ParseError) throw new UsageError(`trust file ${path}: ${error.message}`);
    throw error;
  }
}

const isInputName = (name: string): boolean => name.endsWith('.json') || isNoteName(name);

async function listFolder(folder: string): Promise<InputListing> {
  try {
    return await listInput(folder, isInputName);
  } catch (error) {
    throw new UsageError(`the folder of bundles, ${folder}: ${messageOf(error)}`);
  }
}

interface JudgedInput {
  readonly judged: readonly JudgedFile[];
  readonly notes: readonly Note[];
  readonly rejected: readonly FileReport[];
}

/** Reads every file and judges each alone. Bad input becomes a rejected file; nothing stops the others. */
async function judgeFiles(files: readonly InputFile[], trust: Trust, progress: Progress): Promise<JudgedInput> {
  const judged: JudgedFile[] = [];
  const notes: Note[] = [];
  const rejected: FileReport[] = [];
  progress.stage('verifying', files.length);
  await readInputs(files, (result) => {
    const { name } = result.file;
    if ('error' in result) {
      rejected.push(rejectedFile(name, null, result.error));
    } else if (isNoteName(basename(name))) {
      try {
        notes.push(readNote(name, result.bytes, trust));
      } catch (error) {
        if (!(error instanceof ParseError)) throw error;
        rejected.push(rejectedFile(name, sha256Hex(result.bytes), error));
      }
    } else {
      judged.push(judgeBundle(name, result.bytes, trust));
    }
    progress.step();
  });
  return { judged, notes, rejected };
}

export interface BuildOptions {
  /** Folder of bundles and notes. */
  readonly input: string;
  /** Folder of the site; replaced when the new one is complete. */
  readonly out: string;
  readonly trust: Trust;
  /** Base URL of the site, or null. */
  readonly site: string | null;
  /** Publish nothing unless everything is verified. */
  readonly strict: boolean;
}

export interface BuildResult {
  readonly report: Report;
  readonly published: boolean;
  /** Why nothing was published; null where something was. */
  readonly refusal: string | null;
}

async function writeSite(root: string, files: Iterable<SiteFile>): Promise<void> {
  for (const { path, bytes } of files) {
    const target = join(root, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
  }
}

function refusalOf(report: Report, strict: boolean): string | null {
  const { records, rejected, findings, files } = report.totals;
  if (records === 0) {
    return files === 0 ? 'there is no bundle in the input' : 'no file of the input gives a record';
  }
  if (strict && rejected + findings > 0) return `--strict: ${rejected} rejected, ${findings} findings`;
  return null;
}

/**
 * Builds the mirror.
 *
 * @throws UsageError, BuildError. Whatever is thrown, the site that was there before is still there.
 */
export async function buildMirror(options: BuildOptions, progress: Progress): Promise<BuildResult> {
  // Before anything else: it puts back what an interrupted build left.
  const output = await Output.take(options.out, options.input, PACKAGE_ROOT);
  try {
    const listing = await listFolder(options.input);
    for (const { name, why } of listing.ignored) progress.note(`ignored, ${why}: ${name}`);
    const { judged, notes, rejected } = await judgeFiles(listing.files, options.trust, progress);
    const unlisted = listing.unlisted.map(({ name, error }) => rejectedFile(name, null, error));
    const input = { judged, notes, rejected: [...rejected, ...unlisted] };
    const plan = makePlan({ ...input, trust: options.trust, version: await packageVersion(), site: options.site });
    const report = reportOfPlan(plan);
    const refusal = refusalOf(report, options.strict);
    if (refusal !== null) return { report, published: false, refusal };
    await publish(plan, output, progress);
    return { report, published: true, refusal: null };
  } finally {
    for (const problem of await output.release()) progress.note(`left for the next build to remove: ${problem}`);
  }
}

async function publish(plan: MirrorPlan, output: Output, progress: Progress): Promise<void> {
  const { stage, work } = output;
  progress.stage('rendering', plan.records.length);
  // Astro takes longer to load than most files take to verify: only whoever renders waits for it.
  const [{ renderPages }, { scriptFiles }] = await Promise.all([import('./render.ts'), import('./scripts.ts')]);
  try {
    await renderPages({ outDir: stage, workDir: work, plan, onRecord: () => progress.step() });
  } catch (error) {
    const line = systemLineOf(error);
    throw line === null ? error : new BuildError(`rendering failed: ${line}`);
  }

  progress.stage('writing', plan.records.length);
  const scripts = await scriptFiles();
  const catalogue = catalogueOfPlan(plan);
  await writeSite(stage, [...siteFiles(plan), ...scripts]);
  await writeSite(stage, listFiles(catalogue));
  for (const entry of plan.records) {
    await writeSite(stage, recordFiles(entry));
    progress.step();
  }

  progress.stage('checking what was written', plan.records.length);
  const handMade = await listSite(join(PACKAGE_ROOT, 'public'));
  const others = [...listPaths(catalogue), paths.NOT_FOUND, ...handMade, ...scripts.map(({ path }) => path)];
  await checkSite(stage, plan, others, () => progress.step());
  await output.settle(new Date(dataTime(plan)));
  await output.swap();
}

/** One thing to verify: a file, bytes that are at hand already, or what could not be read. */
export type VerifyInput =
  | InputFile
  | { readonly name: string; readonly bytes: Uint8Array }
  | { readonly name: string; readonly error: ParseError };

/** Judges files without making a site; each alone. */
export async function verifyFiles(inputs: readonly VerifyInput[], trust: Trust, progress: Progress): Promise<Report> {
  const files = inputs.filter((input): input is InputFile => 'path' in input);
  const { judged, notes, rejected } = await judgeFiles(files, trust, progress);
  const given = inputs.flatMap((input) => ('bytes' in input ? [judgeBundle(input.name, input.bytes, trust)] : []));
  const unread = inputs.flatMap((input) => ('error' in input ? [rejectedFile(input.name, null, input.error)] : []));
  const reports = [...[...judged, ...given].map(({ report }) => report), ...notes.map(noteReport)];
  const numbers = new Set(
    reports.flatMap(({ outcome, pith_number }) => (outcome === 'rejected' ? [] : (pith_number ?? []))),
  );
  const signed = new Set(
    reports.flatMap(({ outcome, bundle_sha256, pith_number }) =>
      outcome !== 'rejected' && bundle_sha256 !== null ? (pith_number ?? []) : [],
    ),
  );
  const records = { all: numbers.size, recordOnly: numbers.size - signed.size };
  return assembleReport(await packageVersion(), trust, [...reports, ...rejected, ...unread], records);
}
