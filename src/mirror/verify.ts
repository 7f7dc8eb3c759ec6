/** Judges bundle files without making a site: each alone, in worker threads where there are many. */
import { availableParallelism } from 'node:os';
import { type Engine, type EngineName, ParseError, sha256Hex, type Trust } from '../protocol/index.ts';
import { Crew } from './crew.ts';
import { trustDocument } from './documents.ts';
import { suffixOfNote } from './inventory.ts';
import { readNote } from './notes.ts';
import { ENGINES } from './openssl.ts';
import { packageVersion } from './package.ts';
import type { Progress } from './progress.ts';
import { type InputFile, readInput } from './read.ts';
import { type FileLine, type FileReport, fileLine, judgeBundle, noteReport, Report, rejectedFile } from './report.ts';

/** One thing to verify: a file, bytes that are at hand already, or what could not be read. */
export type VerifyInput =
  | InputFile
  | { readonly name: string; readonly bytes: Uint8Array }
  | { readonly name: string; readonly error: ParseError };

/** What the report needs of one file. */
export interface VerifiedLine {
  readonly line: FileLine;
  /** Null where the file was rejected, or names none. */
  readonly pithNumber: string | null;
  /** Whether it is a bundle; a note has nothing signed. */
  readonly isBundle: boolean;
}

function judge(input: VerifyInput, trust: Trust, engine: Engine): FileReport {
  if ('error' in input) return rejectedFile(input.name, null, input.error);
  let sha256: string | null = null;
  try {
    const bytes = 'bytes' in input ? input.bytes : readInput(input);
    if (suffixOfNote(input.name) === null) return judgeBundle(input.name, bytes, trust, engine).report;
    sha256 = sha256Hex(bytes);
    return noteReport(readNote(input.name, bytes, trust));
  } catch (error) {
    if (error instanceof ParseError) return rejectedFile(input.name, sha256, error);
    throw error;
  }
}

export function verifyInput(input: VerifyInput, trust: Trust, engine: Engine): VerifiedLine {
  const report = judge(input, trust, engine);
  const isGood = report.outcome !== 'rejected';
  return {
    line: fileLine(report),
    pithNumber: isGood ? report.pith_number : null,
    isBundle: isGood && report.bundle_sha256 !== null,
  };
}

/** Fewer files than that are verified before a worker thread would have begun. */
const WORTH_A_CREW = 256;

async function verifyByCrew(
  files: readonly InputFile[],
  trust: Trust,
  engine: EngineName,
  use: (verified: VerifiedLine) => void,
): Promise<void> {
  // Nothing is written, so there is no stage and no page.
  const nothing = { site: null, version: '', stage: '', pages: null, shard: null, only: null };
  const crew = new Crew(availableParallelism(), { ...nothing, trust: trustDocument(trust), engine });
  try {
    await crew.verify(files, use);
  } finally {
    await crew.dismiss();
  }
}

export async function verifyFiles(
  inputs: readonly VerifyInput[],
  trust: Trust,
  engine: EngineName,
  progress: Progress,
): Promise<Report> {
  progress.stage('verifying', inputs.length);
  const lines: FileLine[] = [];
  const numbers = new Set<string>();
  const signed = new Set<string>();
  const use = ({ line, pithNumber, isBundle }: VerifiedLine): void => {
    lines.push(line);
    if (pithNumber !== null) numbers.add(pithNumber);
    if (pithNumber !== null && isBundle) signed.add(pithNumber);
    progress.step();
  };
  const files = inputs.filter((input): input is InputFile => 'path' in input);
  const isMany = files.length >= WORTH_A_CREW && availableParallelism() > 1;
  if (isMany) await verifyByCrew(files, trust, engine, use);
  for (const input of inputs) {
    if (isMany && 'path' in input) continue;
    use(verifyInput(input, trust, ENGINES[engine]));
    // So that signals and the terminal get their turn.
    await new Promise(setImmediate);
  }
  const records = { all: numbers.size, recordOnly: numbers.size - signed.size };
  return new Report(await packageVersion(), trust, lines, records);
}
