/** Judges bundle files without making a site: each alone, in worker threads if there are many. */
import { availableParallelism } from 'node:os';
import type { EngineName, Trust } from '../protocol/index.ts';
import { packageVersion } from './base/package.ts';
import type { Progress } from './base/progress.ts';
import { type VerifiedLine, type VerifyInput, verifyInput } from './judge/judge.ts';
import { ENGINES } from './judge/openssl.ts';
import { duplicateNotes, duplicatesOf, type FileLine, Report } from './judge/report.ts';
import type { InputFile } from './read/read.ts';
import { trustDocument } from './read/trust-file.ts';
import { Crew } from './workers/crew.ts';

/** Fewer files than this are verified in less time than a worker thread takes to start. */
const WORTH_A_CREW = 256;

async function verifyByCrew(
  files: readonly InputFile[],
  trust: Trust,
  engine: EngineName,
  use: (verified: VerifiedLine) => void,
): Promise<void> {
  // Nothing is written, so there is no stage and no page.
  const nothing = { site: null, version: '', stage: '', published: null, pages: null, shard: null, only: null };
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
    // Lets signals and the terminal be handled.
    await new Promise(setImmediate);
  }
  const duplicates = duplicatesOf(lines);
  for (const note of duplicateNotes(duplicates)) progress.note(note);
  const left = new Set(duplicates.map(({ file }) => file));
  const listed = lines.filter(({ file }) => !left.has(file));
  const records = { all: numbers.size, recordOnly: numbers.size - signed.size };
  return new Report(await packageVersion(), trust, listed, records);
}
