/** Step 1 of a build: finds out what has changed since the last build, in the input and in the published site. */
import { INDEX_FOLDERS } from '../records/layout.ts';
import { messageOf, UsageError } from './base/failure.ts';
import type { Progress } from './base/progress.ts';
import { type BuildOptions, optionsKey } from './build-options.ts';
import { MIXED, type Output } from './publish/output.ts';
import { surveySite } from './publish/own-files.ts';
import { type LastSite, ownFilesOf } from './publish/publish.ts';
import { type InputListing, listInput, listingNotes } from './read/listing.ts';
import { isNoteName, suffixOfNote } from './read/notes.ts';
import type { OperatorNote } from './read/operator-note.ts';
import { type InputFile, stampAt } from './read/read.ts';
import { type BuildOutcome, Cache, programDigest, stampOfSite } from './resume/cache.ts';
import { isOfPart } from './resume/shard.ts';

const isInputName = (name: string): boolean => name.endsWith('.json') || isNoteName(name);

async function listFolder(folder: string, followLinks: boolean): Promise<InputListing> {
  try {
    return await listInput(folder, { isInput: isInputName, followLinks });
  } catch (error) {
    throw new UsageError(`the folder of bundles, ${folder}: ${messageOf(error)}`);
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
  readonly stamps: ReadonlyMap<string, string>;
  /** Files that are new or have changed. */
  readonly changed: readonly InputFile[];
  readonly gone: readonly string[];
}

/** @param now the file system's time, in milliseconds. */
function compareStamps({ files, unlisted }: InputListing, before: ReadonlyMap<string, string>, now: number): Stamps {
  // A folder that cannot be listed is in the report. An empty stamp never matches, so the next build looks again.
  const stamps = new Map<string, string>(unlisted.map(({ name }) => [name, '']));
  const changed: InputFile[] = [];
  for (const file of files) {
    const found = stampAt(file.path);
    const isSure = found !== null && found.changedMs < now - UNSURE_MS;
    stamps.set(file.name, isSure ? found.stamp : '');
    if (before.get(file.name) !== (found?.stamp ?? null)) changed.push(file);
  }
  return { stamps, changed, gone: [...before.keys()].filter((name) => !stamps.has(name)) };
}

/** What a build knows before it reads a file. */
export interface Probe extends Stamps {
  readonly operator: OperatorNote | null;
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
  const program = programDigest();
  const how = JSON.stringify([
    optionsKey(options, operator),
    shard,
    only === null ? null : [...only],
    engine,
    renderer,
  ]);
  const cache = await Cache.open(output.cache, { program, options: how }, stampOfSite(output.site));
  if (output.isMixed) progress.note(MIXED);
  const known = options.recheck || output.isMixed ? null : await cache.part('inputs');
  const stamps = compareStamps(listing, new Map(known), await output.now());
  const last = known === null ? null : await readLast(cache, output.site);
  const isSame =
    last !== null &&
    stamps.changed.length + stamps.gone.length + listing.unlisted.length === 0 &&
    last.survey.records.size + last.survey.files.size === 0;
  const outcome = isSame ? await cache.part('outcome') : null;
  return { ...stamps, operator, listing, cache, program, last, outcome };
}

/** @returns null if the cache cannot be used, or if a file is missing that an update reads. */
async function readLast(cache: Cache, site: string): Promise<Probe['last']> {
  const [lists, others, shapes] = [await cache.part('lists'), await cache.part('others'), await cache.part('shapes')];
  if (lists === null || others === null || shapes === null) return null;
  const survey = surveySite(site, ownFilesOf({ lists, others, shapes }));
  const isIndexMissing = [...survey.files].some((path) =>
    INDEX_FOLDERS.some((folder) => path.startsWith(`${folder}/`)),
  );
  return isIndexMissing ? null : { lists, others, shapes, survey };
}
