/**
 * Makes OpenTimestamps proofs of files, next to them, and completes them when the calendars have kept their promises.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { writeWhole } from '../mirror/base/disk.ts';
import { BuildError, messageOf, UsageError } from '../mirror/base/failure.ts';
import type { Progress } from '../mirror/base/progress.ts';
import {
  applyOperation,
  attestationsOf,
  type Branch,
  formatTimestampProof,
  MAX_PROOF,
  mergeTimestampTrees,
  parseTimestampProof,
  TimestampError,
  type TimestampProof,
  type TimestampTree,
} from '../protocol/index.ts';
import { CalendarError, mayAsk, submit, upgrade } from './calendar.ts';
import { digestOfFile } from './file-digest.ts';

/** What the asking of calendars is called while it goes on. */
const ASKING = 'asking calendars';

/** Calendars that must answer: one alone may be gone when its promise is due. */
const LEAST_CALENDARS = 2;
export const NONCE_BYTES = 16;

export const proofFileOf = (file: string): string => `${file}.ots`;

/** Writes a whole file or none, without replacing what another program put there meanwhile. */
function writeProof(path: string, proof: TimestampProof, isNew: boolean): void {
  if (isNew) {
    writeFileSync(path, formatTimestampProof(proof), { flag: 'wx' });
    return;
  }
  writeWhole(path, [formatTimestampProof(proof)]);
}

/** @throws UsageError if the file cannot be read; BuildError if it is not an OpenTimestamps proof. */
export function readProof(path: string): TimestampProof {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(readFileSync(path));
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
  try {
    return parseTimestampProof(bytes);
  } catch (error) {
    if (error instanceof TimestampError) throw new BuildError(`${path}: ${error.message}`);
    throw error;
  }
}

export interface Stamped {
  readonly file: string;
  readonly proof: string;
  readonly calendars: readonly string[];
  /** What each calendar that gave no answer said. */
  readonly problems: readonly string[];
}

/**
 * Sends the digest of a file, made unguessable by a nonce, to the calendars, and writes `FILE.ots`.
 *
 * @param nonce random bytes, {@link NONCE_BYTES} of them: without them anyone who has the file could see that it was
 * stamped.
 * @throws UsageError if the file cannot be read; BuildError if there is a proof already, or fewer than two calendars answered
 * (all, if fewer were named).
 */
export async function stampFile(
  file: string,
  calendars: readonly string[],
  nonce: Uint8Array,
  progress: Progress,
): Promise<Stamped> {
  const path = proofFileOf(file);
  if (existsSync(path))
    throw new BuildError(`${path} already exists. To complete it, run: pith-mirror stamp --upgrade ${path}`);
  const digest = await digestOfFile(file, 'sha256', progress);
  progress.stage(ASKING, calendars.length);
  const append = { kind: 'append', operand: nonce } as const;
  const salted = applyOperation(append, digest);
  const message = applyOperation({ kind: 'sha256' }, salted);
  const outcomes = await Promise.all(
    calendars.map(async (calendar) => {
      try {
        return { calendar, tree: await submit(calendar, message) };
      } catch (error) {
        if (error instanceof CalendarError) return { calendar, problem: error.message };
        throw error;
      } finally {
        progress.step();
      }
    }),
  );
  const answered = outcomes.filter((outcome) => outcome.tree !== undefined);
  const problems = outcomes.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
  const least = Math.min(LEAST_CALENDARS, calendars.length);
  if (answered.length < least)
    throw new BuildError(
      `${file}: expected answers of at least ${least} calendars, got ${answered.length}: ${problems.join('; ')}`,
    );
  const tree = answered.map((outcome) => outcome.tree).reduce((a, b) => mergeTimestampTrees(a, b));
  const inner: TimestampTree = {
    message: salted,
    attestations: [],
    branches: [{ operation: { kind: 'sha256' }, timestamp: tree }],
  };
  const timestamp: TimestampTree = {
    message: digest,
    attestations: [],
    branches: [{ operation: append, timestamp: inner }],
  };
  writeProof(path, { hash: 'sha256', timestamp }, true);
  return { file, proof: path, calendars: answered.map(({ calendar }) => calendar), problems };
}

export interface Upgraded {
  readonly proof: string;
  /** Whether the file was replaced by one that has more. */
  readonly isChanged: boolean;
  /** Whether a Bitcoin block attests it now. */
  readonly isComplete: boolean;
  readonly pending: readonly string[];
  readonly problems: readonly string[];
}

/** How the calendars of one proof are asked. */
interface Asking {
  /** Calendars that may be asked in addition to the known ones. */
  readonly named: readonly string[];
  /** What each calendar that gave no answer said. */
  readonly problems: string[];
  readonly progress: Progress;
}

/** The tree with what each calendar has by now; the promises stay in it. */
async function upgradeTree(tree: TimestampTree, asking: Asking): Promise<TimestampTree> {
  const { named, problems, progress } = asking;
  let result = tree;
  for (const attestation of tree.attestations) {
    if (attestation.kind !== 'pending') continue;
    if (!mayAsk(attestation.uri, named)) {
      problems.push(`${attestation.uri}: not a calendar that this program knows; to ask it, name it with --calendar`);
      continue;
    }
    try {
      const more = await upgrade(attestation.uri, tree.message);
      if (more !== null) result = mergeTimestampTrees(result, more);
    } catch (error) {
      if (!(error instanceof CalendarError)) throw error;
      problems.push(error.message);
    }
    progress.step();
  }
  const branches: Branch[] = [];
  for (const { operation, timestamp } of result.branches)
    branches.push({ operation, timestamp: await upgradeTree(timestamp, asking) });
  return { ...result, branches };
}

/** Calendars that promised a block and may be asked for it. */
const countAsked = (tree: TimestampTree, named: readonly string[]): number =>
  attestationsOf(tree).filter(({ attestation }) => attestation.kind === 'pending' && mayAsk(attestation.uri, named))
    .length;

const hasBlock = (tree: TimestampTree): boolean =>
  attestationsOf(tree).some(({ attestation }) => attestation.kind === 'bitcoin');

/**
 * Asks the calendars of a proof for what they have by now. The file is replaced when the new one is complete, and only if it
 * has more.
 *
 * @param named calendars that may be asked in addition to the known ones.
 * @throws BuildError if it is not a proof.
 */
export async function upgradeProof(path: string, named: readonly string[], progress: Progress): Promise<Upgraded> {
  const { hash, timestamp } = readProof(path);
  const problems: string[] = [];
  const isDone = hasBlock(timestamp);
  if (!isDone) progress.stage(ASKING, countAsked(timestamp, named));
  const upgraded = isDone ? timestamp : await upgradeTree(timestamp, { named, problems, progress });
  const next = formatTimestampProof({ hash, timestamp: upgraded });
  if (next.length > MAX_PROOF) throw new BuildError(`${path}: the calendars' answers do not fit into a proof`);
  const isChanged = Buffer.compare(next, formatTimestampProof({ hash, timestamp })) !== 0;
  if (isChanged) writeProof(path, { hash, timestamp: upgraded }, false);
  const pending = attestationsOf(upgraded).flatMap(({ attestation }) =>
    attestation.kind === 'pending' ? [attestation.uri] : [],
  );
  return { proof: path, isChanged, isComplete: hasBlock(upgraded), pending, problems };
}
