/** Extracts the input of a site from packages: its bundles and notes under their original names, in a new folder. */
import { hash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BuildError } from '../mirror/base/failure.ts';
import type { Progress } from '../mirror/base/progress.ts';
import { isTimestampFile } from '../mirror/read/timestamps.ts';
import { compareCodePoints } from '../protocol/index.ts';
import { PAYLOAD } from './formats/bagit.ts';
import type { InputName } from './formats/inputs.ts';
import type { StoredFile } from './job.ts';
import { receivedPaths } from './judge-record.ts';
import { suffixOfPath } from './parts.ts';
import { PlaceError, readPlace } from './place.ts';
import { openStored, type Stored } from './stored.ts';

/** A bundle in a package, as received. */
export interface PackagedBundle {
  /** 26 characters; what the package says, to be verified. */
  readonly suffix: string;
  /** By the manifest of the package, in hexadecimal. */
  readonly sha256: string;
  /** The bytes. @throws BuildError if they are not those of the manifest. */
  read(): Uint8Array;
}

function readListed(name: string, path: string, { place, sha256 }: StoredFile): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = readPlace(place);
  } catch (error) {
    if (error instanceof PlaceError) throw new BuildError(`${name}: ${path} ${error.message}`);
    throw error;
  }
  const found = hash('sha256', bytes);
  if (found !== sha256)
    throw new BuildError(
      `${name}: ${path} has SHA-256 ${found}; the manifest lists ${sha256 ?? 'none'}; the package is damaged`,
    );
  return bytes;
}

/** Opens packages of one set or of several, all of each. @throws BuildError if one is damaged or a part is missing. */
function openAll(paths: readonly { readonly path: string; readonly name: string }[]): readonly Stored[] {
  const all = paths.map(({ path, name }) => openStored(path, name));
  for (const { name, problems } of all) {
    const [first] = problems;
    if (first !== undefined)
      throw new BuildError(`${name}: ${first.path} ${first.message}; pith-mirror verify lists every problem`);
  }
  for (const { ofSet } of all) {
    if (ofSet === null) continue;
    const numbers = new Set(all.map((other) => (other.ofSet?.set === ofSet.set ? other.ofSet.number : 0)));
    for (let number = 1; number <= ofSet.count; number++) {
      if (!numbers.has(number))
        throw new BuildError(`part ${number} of ${ofSet.count} of ${ofSet.set} is missing; name all parts`);
    }
  }
  return all;
}

function* bundlesOf({ name, payload }: Stored): Generator<PackagedBundle & { readonly path: string }> {
  const records = new Map<string, Map<string, StoredFile>>();
  for (const file of payload) {
    const suffix = suffixOfPath(file.path);
    if (suffix === null) continue;
    const files = records.get(suffix) ?? new Map<string, StoredFile>();
    records.set(suffix, files.set(file.path, file));
  }
  for (const [suffix, files] of records) {
    for (const path of receivedPaths(suffix, files.keys())) {
      const file = files.get(path);
      if (file?.sha256 === null || file === undefined) continue;
      const read = (): Uint8Array => readListed(name, `${PAYLOAD}${path}`, file);
      yield { suffix, sha256: file.sha256, path, read };
    }
  }
}

/**
 * Every bundle in packages, one at a time: what `sync` takes from them. Nothing is verified but the digest.
 *
 * @throws UsageError or BuildError if a package cannot be read.
 */
export function* packagedBundles(
  paths: readonly { readonly path: string; readonly name: string }[],
): Generator<PackagedBundle> {
  for (const { path, name } of paths) yield* bundlesOf(openStored(path, name));
}

/** The site's files in packages, by path; each reads its bytes. @throws BuildError if they are not those of the manifest. */
export type PackagedFiles = ReadonlyMap<string, () => Uint8Array>;

export function packagedFiles(stored: readonly Stored[]): PackagedFiles {
  return new Map(
    stored.flatMap(({ name, payload }) =>
      payload.map((file) => [file.path, () => readListed(name, `${PAYLOAD}${file.path}`, file)] as const),
    ),
  );
}

/** An input file's name that is safe to create in a folder. */
function isWithin(name: string): boolean {
  return (
    !/^[/\\]|^[A-Za-z]:|\0/.test(name) &&
    !name.split(/[/\\]/).some((part) => part === '' || part === '.' || part === '..')
  );
}

/**
 * The input files in one package: by its own list, or, if it has none, its bundles under generated names. Timestamp proofs have
 * the same names in a site as in the input.
 */
function inputsOf(stored: Stored): readonly InputName[] {
  const timestamps = stored.payload.flatMap(({ path, sha256 }) =>
    isTimestampFile(path) && sha256 !== null ? [{ name: path, sha256, path: `${PAYLOAD}${path}` }] : [],
  );
  const bundles =
    stored.inputs ??
    [...bundlesOf(stored)].map(({ suffix, sha256, path }) => ({
      name: `${suffix}.${sha256.slice(0, 12)}.json`,
      sha256,
      path: `${PAYLOAD}${path}`,
    }));
  return [...bundles, ...timestamps];
}

/**
 * Writes the files that a site was built from into a folder, so that `build` gives the site back.
 *
 * @param folder that is there and empty.
 * @throws UsageError or BuildError if a package is damaged, a part of a set is missing, or two have other files of one name.
 */
export function unpackInput(
  paths: readonly { readonly path: string; readonly name: string }[],
  folder: string,
  progress: Progress,
): void {
  const made = new Map<string, string>();
  const all = openAll(paths).map((stored) => ({ stored, lines: inputsOf(stored) }));
  progress.stage(
    'unpacking',
    all.reduce((total, { lines }) => total + lines.length, 0),
  );
  for (const { stored, lines } of all) {
    const files = new Map<string, StoredFile>([
      ...stored.tags.map((file) => [file.path, file] as const),
      ...stored.payload.map((file) => [`${PAYLOAD}${file.path}`, file] as const),
    ]);
    for (const { name, sha256, path } of lines.toSorted((a, b) => compareCodePoints(a.name, b.name))) {
      const file = files.get(path);
      if (!isWithin(name))
        throw new BuildError(`${stored.name}: ${JSON.stringify(name)} would lie outside of the folder`);
      if (file?.sha256 !== sha256)
        throw new BuildError(`${stored.name}: ${path} is not the file that its list of inputs names`);
      progress.step();
      if (made.get(name) === sha256) continue;
      if (made.has(name)) throw new BuildError(`${stored.name}: has another ${name} than a package before it`);
      made.set(name, sha256);
      const target = join(folder, name);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, readListed(stored.name, path, file), { flag: 'wx' });
    }
  }
}
