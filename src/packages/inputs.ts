/** What a site was built from: the names of its input files, and input files that are not in the site, such as notes. */
import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../mirror/base/failure.ts';
import type { Progress } from '../mirror/base/progress.ts';
import { isTombstone } from '../mirror/base/published-state.ts';
import { listInput } from '../mirror/read/listing.ts';
import { type InputFile, readInput } from '../mirror/read/read.ts';
import { claimedSuffix } from '../mirror/resume/shard.ts';
import { ParseError } from '../protocol/index.ts';
import { extraPath, type InputName } from './formats/inputs.ts';
import { reportedFiles } from './report-names.ts';

/** A file of the input that is not in the site. */
export interface Extra {
  readonly line: InputName;
  readonly read: () => Uint8Array;
}

export interface Inputs {
  /** Whether the input folder was given. */
  readonly isGiven: boolean;
  /** The names under which these bytes were in the input. */
  namesOf(sha256: string): readonly string[];
  readonly extras: readonly Extra[];
  /** Of the extras together. */
  readonly bytes: number;
}

const isNote = (name: string): boolean => name.endsWith('.md');

/**
 * Names of files by their digests. A mirror has one for each record, so both are kept as short as they can be: a digest as the 32
 * characters of its bytes, and an array only of several names.
 */
class NamesByDigest {
  readonly #names = new Map<string, string | readonly string[]>();

  add(sha256: string, name: string): void {
    const known = this.get(sha256);
    this.#names.set(keyOf(sha256), known.length === 0 ? name : [...known, name]);
  }

  get(sha256: string): readonly string[] {
    const names = this.#names.get(keyOf(sha256)) ?? [];
    return typeof names === 'string' ? [names] : names;
  }

  all(): readonly string[] {
    return [...this.#names.values()].flat();
  }
}

const keyOf = (sha256: string): string => Buffer.from(sha256, 'hex').toString('latin1');

interface Reported {
  readonly names: NamesByDigest;
  /** Names of the files that are not in the site, with their digests. */
  readonly rejected: ReadonlyMap<string, string | null>;
}

async function readReport(site: string): Promise<Reported> {
  const names = new NamesByDigest();
  const rejected = new Map<string, string | null>();
  for await (const { file, sha256, outcome } of reportedFiles(site)) {
    if (outcome === 'rejected' || sha256 === null) {
      rejected.set(file, sha256);
      continue;
    }
    names.add(sha256, file);
  }
  return { names, rejected };
}

function different(input: string, name: string): never {
  throw new UsageError(
    `--input ${input}: ${name} is not what the site was built from; name the folder that it was built from, or build it again first`,
  );
}

/** The digest of a file, and its size; null if it cannot be read, as it could not when the site was built. */
function digestOf(file: InputFile): { readonly sha256: string; readonly bytes: number } | null {
  try {
    const bytes = readInput(file);
    return { sha256: hash('sha256', bytes), bytes: bytes.length };
  } catch (error) {
    if (error instanceof ParseError) return null;
    throw error;
  }
}

/** The extras of an input folder. @throws UsageError unless the site was built from it, as far as its report tells. */
async function extrasOf(
  site: string,
  input: string,
  { names, rejected }: Reported,
  progress: Progress,
): Promise<Omit<Inputs, 'isGiven' | 'namesOf'>> {
  const listing = await listInput(input, {
    isInput: (name) => name.endsWith('.json') || isNote(name),
    followLinks: false,
  }).catch((error) => {
    throw new UsageError(`--input ${input}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const extras: Extra[] = [];
  let bytes = 0;
  let withheld = 0;
  const missing = new Set(names.all().filter((name) => !isNote(name)));
  progress.stage('reading the input', listing.files.length);
  for (const file of listing.files) {
    progress.step();
    const found = digestOf(file);
    missing.delete(file.name);
    if (found === null) {
      progress.note(`not packed, because it cannot be read: ${file.name}`);
      continue;
    }
    const { sha256 } = found;
    // A file with the same bytes as a listed one is not listed itself, and adds nothing.
    if (names.get(sha256).length > 0 && !isNote(file.name)) continue;
    if (!isNote(file.name) && rejected.get(file.name) !== sha256) {
      if (!isWithheld(site, file)) different(input, file.name);
      withheld++;
      continue;
    }
    bytes += found.bytes;
    const line: InputName = { name: file.name, sha256, path: extraPath(sha256) };
    extras.push({ line, read: () => readAgain(input, file, sha256) });
  }
  for (const file of listing.timestamps) {
    // Those that are published are in the package as files of the site.
    if (existsSync(join(site, file.name))) continue;
    const found = digestOf(file);
    if (found === null) continue;
    bytes += found.bytes;
    const line: InputName = { name: file.name, sha256: found.sha256, path: extraPath(found.sha256) };
    extras.push({ line, read: () => readAgain(input, file, found.sha256) });
  }
  if (withheld > 0)
    progress.note(`not packed, because notes exclude their records: ${withheld} ${withheld === 1 ? 'file' : 'files'}`);
  const [gone] = missing;
  if (gone !== undefined) different(input, gone);
  return { extras, bytes };
}

/** Whether a file is a bundle of a record that the site withholds. */
function isWithheld(site: string, file: InputFile): boolean {
  const suffix = claimedSuffix(readInput(file));
  return suffix !== null && isTombstone(site, suffix);
}

function readAgain(input: string, file: InputFile, sha256: string): Uint8Array {
  const bytes = readInput(file);
  return hash('sha256', bytes) === sha256 ? bytes : different(input, file.name);
}

/**
 * @param input the folder that the site was built from; if null, names are known, but notes and rejected files are not.
 * @throws UsageError if the folder is another one.
 */
export async function gatherInputs(site: string, input: string | null, progress: Progress): Promise<Inputs> {
  const reported = await readReport(site);
  const namesOf = (sha256: string): readonly string[] => reported.names.get(sha256);
  if (input !== null) return { isGiven: true, namesOf, ...(await extrasOf(site, input, reported, progress)) };
  if (reported.rejected.size > 0)
    progress.note(
      `${reported.rejected.size} rejected files of the input are not in the site, and so not in the package; --input BUNDLES adds them and the notes`,
    );
  return { isGiven: false, namesOf, extras: [], bytes: 0 };
}
