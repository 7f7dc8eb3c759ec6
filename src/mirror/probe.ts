/** Step 1 of a build: finds out what has changed since the last build, in the input and in the published site. */
import { hash } from 'node:crypto';
import { ParseError } from '../protocol/index.ts';
import { INDEX_FOLDERS } from '../records/layout.ts';
import { BuildError, codeOf, messageOf, UsageError } from './base/failure.ts';
import type { Progress } from './base/progress.ts';
import { type BuildOptions, optionsKey } from './build-options.ts';
import { MIXED, type Output } from './publish/output.ts';
import { damagedFiles, surveySite } from './publish/own-files.ts';
import { type LastSite, ownFilesOf } from './publish/publish.ts';
import { type InputListing, listInput, listingNotes } from './read/listing.ts';
import { isNoteName, suffixOfNote } from './read/notes.ts';
import type { OperatorNote } from './read/operator-note.ts';
import { type InputFile, readInput, stampAt } from './read/read.ts';
import { readTimestamps, type Timestamps } from './read/timestamps.ts';
import { type BuildOutcome, Cache, type InputStamp, markOfSite, programDigest } from './resume/cache.ts';
import { isOfPart } from './resume/shard.ts';

const isInputName = (name: string): boolean => name.endsWith('.json') || isNoteName(name);

async function listFolder(folder: string, followLinks: boolean): Promise<InputListing> {
  try {
    return await listInput(folder, { isInput: isInputName, followLinks });
  } catch (error) {
    const message = `the folder of bundles, ${folder}: ${messageOf(error)}`;
    if (['ENOENT', 'ENOTDIR'].includes(String(codeOf(error)))) throw new UsageError(message);
    // The folder is there and cannot be read now: nothing is wrong with how the command was used.
    throw new BuildError(
      `${message}; nothing was published. Check the disk and the rights of the folder, and build again`,
    );
  }
}

/** The input of this build: a note is of the shard that its name says. */
async function listOwn({ input, followLinks, shard, only }: BuildOptions, progress: Progress): Promise<InputListing> {
  const listing = await listFolder(input, followLinks);
  for (const note of listingNotes(listing)) progress.note(note);
  if (shard === null && only === null) return listing;
  const isOurs = ({ name }: InputFile): boolean => {
    const suffix = suffixOfNote(name);
    return suffix === null || isOfPart(suffix, name, { shard, only });
  };
  return {
    ...listing,
    files: listing.files.filter(isOurs),
    unlisted: listing.unlisted.filter(({ name }) => isOfPart(null, name, { shard, only })),
  };
}

/**
 * A file that changes twice within this many milliseconds may keep its stamp, so a younger stamp is not used. The coarsest file
 * systems in use count seconds in pairs.
 */
const UNSURE_MS = 2500;

interface Stamps {
  /** Of each input file, in the order of the listing. */
  readonly stamps: readonly InputStamp[];
  /** Files that are new or have changed. */
  readonly changed: readonly InputFile[];
  readonly gone: readonly string[];
  /** Whether a stamp is not the one that is known. */
  readonly isStampNew: boolean;
}

/**
 * Finds the files that have changed. A file with another stamp is read: in a fresh checkout or a copy of the input all stamps
 * differ, and no file does.
 *
 * @param now the file system's time, in milliseconds.
 */
function compareStamps({ files, unlisted }: InputListing, known: readonly InputStamp[], now: number): Stamps {
  const before = new Map(known.map((input) => [input[0], input]));
  // A folder that cannot be listed is in the report. An empty stamp never matches, so the next build looks again.
  const stamps = new Map<string, InputStamp>(unlisted.map(({ name }) => [name, [name, '', null]]));
  const changed: InputFile[] = [];
  let isStampNew = false;
  for (const file of files) {
    // Before the file is read: if it changes in between, the next build sees another stamp.
    const found = stampAt(file.path);
    const isSure = found !== null && found.changedMs < now - UNSURE_MS;
    const last = before.get(file.name);
    const [, lastStamp, lastDigest = null] = last ?? [];
    const stamp = isSure ? found.stamp : '';
    // Nearly all are as they were, and need no second copy.
    stamps.set(file.name, last !== undefined && stamp === lastStamp ? last : [file.name, stamp, lastDigest]);
    isStampNew ||= stamp !== lastStamp;
    if (last === undefined) changed.push(file);
    else if (lastStamp !== found?.stamp && !hasDigest(file, lastDigest)) changed.push(file);
  }
  const gone = [...before.keys()].filter((name) => !stamps.has(name));
  return { stamps: [...stamps.values()], changed, gone, isStampNew };
}

function hasDigest(file: InputFile, sha256: string | null): boolean {
  if (sha256 === null) return false;
  try {
    return hash('sha256', readInput(file)) === sha256;
  } catch (error) {
    // A worker reads it again, and reports why it cannot.
    if (error instanceof ParseError) return false;
    throw error;
  }
}

/** What a build knows before it reads a file. */
export interface Probe extends Stamps {
  readonly operator: OperatorNote | null;
  readonly timestamps: Timestamps;
  readonly listing: InputListing;
  readonly cache: Cache;
  readonly program: string;
  /** What the last build published, and what of it is still there; null if the cache cannot be used. */
  readonly last: Omit<LastSite, 'records' | 'withheld'> | null;
  /** What the last build printed, if it would be the same now; else null. */
  readonly outcome: BuildOutcome | null;
}

/** Compares the input and the published site with what the last build left. */
export async function probeInput(
  options: BuildOptions,
  operator: OperatorNote | null,
  output: Output,
  progress: Progress,
): Promise<Probe> {
  const { shard, only, engine, renderer } = options;
  const listing = await listOwn(options, progress);
  const timestamps = readTimestamps(listing.timestamps);
  for (const note of timestamps.notes) progress.note(note);
  const program = programDigest();
  const how = JSON.stringify([
    optionsKey(options, operator),
    shard,
    only === null ? null : [...only],
    engine,
    renderer,
  ]);
  const cache = await Cache.open(output.cache, { program, options: how }, markOfSite(output.site));
  if (output.isMixed) progress.note(MIXED);
  const known = options.recheck || output.isMixed ? null : await cache.part('inputs');
  const now = output.now();
  const stamps = compareStamps(listing, known ?? [], now);
  const last = known === null ? null : await readLast(cache, output.site);
  const isSame =
    last !== null &&
    stamps.changed.length + stamps.gone.length + listing.unlisted.length === 0 &&
    last.survey.records.size + last.survey.files.size === 0;
  const outcome = isSame ? await cache.part('outcome') : null;
  // Proofs are only in the home page and the report: with others no record is made again.
  const isUnchanged = outcome?.timestamps === timestamps.digest;
  return { ...stamps, operator, timestamps, listing, cache, program, last, outcome: isUnchanged ? outcome : null };
}

/** @returns null if the cache cannot be used, or if a file is missing that an update reads. */
async function readLast(cache: Cache, site: string): Promise<Probe['last']> {
  const [lists, others, shapes] = [await cache.part('lists'), await cache.part('others'), await cache.part('shapes')];
  if (lists === null || others === null || shapes === null) return null;
  const damaged = cache.isCopied ? damagedFiles(site) : new Set<string>();
  const survey = await surveySite(site, ownFilesOf({ lists, others, shapes }), damaged);
  const isIndexMissing = [...survey.files].some((path) =>
    INDEX_FOLDERS.some((folder) => path.startsWith(`${folder}/`)),
  );
  return isIndexMissing ? null : { lists, others, shapes, survey };
}
