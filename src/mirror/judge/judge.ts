/** Judges one file alone: a bundle or a note, from its bytes to its report. */

import { fileKind } from '../../formats/file-kind.ts';
import {
  type BundleVerdict,
  type Check,
  type Engine,
  EngineError,
  type Finding,
  type MergedRecord,
  mergeBundles,
  ParseError,
  parseJson,
  sha256Hex,
  stateCheck,
  type Trust,
  type VerifiedBundle,
} from '../../protocol/index.ts';
import { BuildError } from '../base/failure.ts';
import { readNote, suffixOfNote } from '../read/notes.ts';
import { type InputFile, readInput } from '../read/read.ts';
import { openSslEngine, verifyBundleBy } from './openssl.ts';
import {
  countChecks,
  type FileLine,
  type FileReport,
  fileLine,
  noteReport,
  rejectedFile,
  reportFindings,
} from './report.ts';

/** One file that was judged alone. */
export interface JudgedFile {
  readonly report: FileReport;
  readonly checks: readonly Check[];
  /** What verification found, without what the merge found. */
  readonly verificationFindings: readonly Finding[];
  /** Null if the file was rejected. */
  readonly bundle: VerifiedBundle | null;
  /** The merge of this file alone; null if it was rejected. */
  readonly merged: MergedRecord | null;
}

/** @throws BuildError that names the file if nothing can be verified, which is not a verdict on the file. */
function verdictOn(name: string, bytes: Uint8Array, trust: Trust, engine: Engine): BundleVerdict {
  try {
    return verifyBundleBy(engine, bytes, trust);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new BuildError(`${name}: cannot be checked here, which says nothing about the file: ${error.message}`, {
      cause: error,
    });
  }
}

const ASSEMBLED =
  'this bundle was assembled by a mirror from several bundles, so nobody signed it: verify the signed bundles that it was ' +
  'made from, in the folder bundles/ next to it';

/** What a rejected file is, if it has a known form: the code stays, the message names the form. */
function namedFindings(bytes: Uint8Array, { bundle, claimedPithNumber, findings }: BundleVerdict): readonly Finding[] {
  const [first] = findings;
  if (bundle !== null || first === undefined) return findings;
  // Without a number, it could not be read as a bundle at all.
  const kind = claimedPithNumber === null ? fileKind(bytes, { parseJson, ParseError }) : null;
  // Whatever else is wrong with it follows from what it is.
  if (kind !== null) return [{ ...first, where: '', message: kind }];
  return findings.map((finding) =>
    finding.code === 'signature_status' && finding.message.includes('"assembled_by_mirror"')
      ? { ...finding, message: ASSEMBLED }
      : finding,
  );
}

/** Judges one bundle file alone: verification, and the merge against the state it ships. */
export function judgeBundle(name: string, bytes: Uint8Array, trust: Trust, engine: Engine = openSslEngine): JudgedFile {
  const verdict = verdictOn(name, bytes, trust, engine);
  const merged = verdict.bundle === null ? null : mergeBundles([verdict.bundle], engine);
  const checks = [...verdict.checks, ...(merged?.comparisons ?? []).map(stateCheck)];
  const findings = [...verdict.findings, ...(merged?.findings ?? [])];
  const report: FileReport = {
    file: name,
    sha256: engine.sha256Hex(bytes),
    outcome: verdict.bundle === null ? 'rejected' : findings.length > 0 ? 'findings' : 'verified',
    pith_number: verdict.bundle?.pithNumber ?? verdict.claimedPithNumber,
    bundle_sha256: verdict.bundleSha256,
    state_sha256: merged?.state.sha256 ?? null,
    applied_event_ids: merged?.applied.map(({ event }) => event.eventId) ?? [],
    findings: reportFindings(verdict.bundle === null ? namedFindings(bytes, verdict) : findings),
    checked: countChecks(checks),
  };
  return { report, checks, verificationFindings: verdict.findings, bundle: verdict.bundle, merged };
}

/** One thing to verify: a file, bytes that were read already, or the error of an unreadable file. */
export type VerifyInput =
  | InputFile
  | { readonly name: string; readonly bytes: Uint8Array }
  | { readonly name: string; readonly error: ParseError };

/** What the report needs of one file. */
export interface VerifiedLine {
  readonly line: FileLine;
  /** Null if the file was rejected, or names none. */
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
