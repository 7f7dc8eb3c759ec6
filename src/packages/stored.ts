/**
 * Opens a package: a ZIP that holds a bag, or the bag's folder. What its own lists say is compared with what is there before
 * anything is read; the digests are the work of jobs.
 */
import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { BuildError, messageOf, UsageError } from '../mirror/base/failure.ts';
import { compareCodePoints, decodeUtf8, ParseError } from '../protocol/index.ts';
import * as bagit from './formats/bagit.ts';
import { pathProblem } from './formats/entry.ts';
import { INPUTS, type InputName, parseInputs } from './formats/inputs.ts';
import { type Directory, END_BYTES, readDirectory, readEnd, ZipError } from './formats/unzip.ts';
import type { Job, SiteProblem, StoredFile } from './job.ts';
import { suffixOfPath } from './parts.ts';
import { closePackage, type FilePlace, magicOf, PlaceError, readAt, readPackage, readPlace } from './place.ts';
import { isThere, walk } from './walk.ts';

/** Which package of a set one is. */
export interface OfSet {
  readonly set: string;
  /** From 1. */
  readonly number: number;
  readonly count: number;
}

export interface Stored {
  /** As the user named it. */
  readonly name: string;
  readonly kind: 'zip' | 'bag';
  /** By their paths in the site, in the order of their bytes. */
  readonly payload: readonly StoredFile[];
  /** By their paths in the bag: everything else. */
  readonly tags: readonly StoredFile[];
  /** Differences from the lists that are found without reading any file. */
  readonly problems: readonly SiteProblem[];
  /** Files that are in no list; they are not a problem, and cannot be checked. */
  readonly unlisted: readonly string[];
  /** Null if it is not one of several. */
  readonly ofSet: OfSet | null;
  /** What the site was built from; null if the package does not say. */
  readonly inputs: readonly InputName[] | null;
}

/** A file in a package, before any list was read. */
interface Found {
  readonly place: FilePlace;
  readonly bytes: number;
}
type Tree = ReadonlyMap<string, Found>;

/** How a ZIP begins: with its first file, or with its end if it is empty. */
const ZIP_MAGIC = ['PK\x03\x04', 'PK\x05\x06'];

/** Whether a file begins as a ZIP does, or is named as one. */
export const isZip = (path: string): boolean => /\.zip$/i.test(path) || ZIP_MAGIC.includes(magicOf(path));

/** Whether a path is a package: a ZIP, or a folder with a bag in it. What cannot be read is none: other readers report it. */
export function isPackage(path: string): boolean {
  try {
    const status = statSync(path);
    return status.isDirectory() ? isThere(join(path, bagit.BAGIT)) : status.isFile() && isZip(path);
  } catch {
    return false;
  }
}

/** Where the list of the files in a ZIP is. @throws ZipError, or the system's error. */
export function directoryOf(path: string): Directory {
  // What was read of a ZIP with this name before may not be what is there now.
  closePackage();
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    return readEnd(readAt(descriptor, Math.max(0, size - END_BYTES), Math.min(size, END_BYTES)), size);
  } finally {
    closeSync(descriptor);
  }
}

/** The files of a ZIP below its one top folder, as RFC 8493 has it for a bag that is packed. */
function treeOfZip(path: string): Tree {
  const directory = directoryOf(path);
  const members = readDirectory(readPackage(path, directory.offset, directory.bytes), directory);
  const top = members[0]?.path.split('/')[0] ?? '';
  const stray = members.find((member) => !member.path.startsWith(`${top}/`));
  if (members.length === 0) throw new ZipError('holds no file');
  if (stray !== undefined) throw new ZipError(`expected one top folder, found ${top} and ${stray.path}`);
  return new Map(
    members.map((member) => [member.path.slice(top.length + 1), { place: { zip: path, member }, bytes: member.size }]),
  );
}

function treeOfFolder(path: string): { readonly tree: Tree; readonly problems: readonly SiteProblem[] } {
  const problems: SiteProblem[] = [];
  const odd = ({ path: odd, why }: { readonly path: string; readonly why: string }): void => {
    problems.push({ path: odd, kind: 'extra', message: `is ${why}; expected files and folders only` });
  };
  const tree = new Map<string, Found>();
  for (const file of walk(path, () => false, odd))
    tree.set(file.path, { place: { file: join(path, file.path) }, bytes: file.bytes });
  return { tree, problems };
}

/** The text of a tag file. @throws BagError if it is not there or no text. */
function tagText(tree: Tree, path: string): string {
  const found = tree.get(path);
  if (found === undefined) throw new bagit.BagError(`has no ${path}`);
  try {
    return decodeUtf8(readPlace(found.place));
  } catch (error) {
    if (error instanceof PlaceError || error instanceof ParseError)
      throw new bagit.BagError(`${path} ${error instanceof PlaceError ? error.message : 'is not UTF-8 text'}`);
    throw error;
  }
}

const optional = (tree: Tree, path: string): string | null => (tree.has(path) ? tagText(tree, path) : null);

/** The package of a set that `bag-info.txt` says it is. */
function ofSetOf(info: readonly (readonly [string, string])[]): OfSet | null {
  const said = (wanted: string): string => info.find(([label]) => label.toLowerCase() === wanted)?.[1] ?? '';
  const [, number, count] = /^(\d{1,6}) of (\d{1,6})$/.exec(said('bag-count')) ?? [];
  const set = said('bag-group-identifier');
  if (number === undefined || count === undefined || set === '') return null;
  return { set, number: Number(number), count: Number(count) };
}

/** Compares a list with what is there. */
function compareList(listed: ReadonlyMap<string, string>, tree: Tree, name: string): readonly SiteProblem[] {
  const problems: SiteProblem[] = [];
  for (const path of listed.keys()) {
    const odd = pathProblem(path);
    if (odd !== null) problems.push({ path, kind: 'extra', message: `${name} lists it, but ${odd}` });
    else if (!tree.has(path)) problems.push({ path, kind: 'missing', message: `is missing; ${name} lists it` });
  }
  return problems;
}

function compareOxum(info: readonly (readonly [string, string])[], tree: Tree): readonly SiteProblem[] {
  const expected = bagit.oxumOf(info);
  if (expected === null) return [];
  const found = { bytes: 0, files: 0 };
  for (const [path, { bytes }] of tree) {
    if (!path.startsWith(bagit.PAYLOAD)) continue;
    found.bytes += bytes;
    found.files++;
  }
  if (found.bytes === expected.bytes && found.files === expected.files) return [];
  const message = `Payload-Oxum is ${bagit.formatOxum(expected)} (bytes.files); found ${bagit.formatOxum(found)}`;
  return [{ path: bagit.BAG_INFO, kind: 'changed', message }];
}

const byPath = (a: StoredFile, b: StoredFile): number => compareCodePoints(a.path, b.path);

function storedOf(name: string, kind: Stored['kind'], tree: Tree, before: readonly SiteProblem[]): Stored {
  bagit.checkDeclaration(tagText(tree, bagit.BAGIT));
  const manifest = bagit.parseManifest(bagit.MANIFEST, tagText(tree, bagit.MANIFEST));
  const tagManifest = bagit.parseManifest(bagit.TAG_MANIFEST, optional(tree, bagit.TAG_MANIFEST) ?? '');
  const info = bagit.parseBagInfo(optional(tree, bagit.BAG_INFO) ?? '');
  const inputs = optional(tree, INPUTS);
  const problems = [
    ...before,
    ...compareList(manifest, tree, bagit.MANIFEST),
    ...compareList(tagManifest, tree, bagit.TAG_MANIFEST),
    ...compareOxum(info, tree),
  ];
  const payload: StoredFile[] = [];
  const tags: StoredFile[] = [];
  const unlisted: string[] = [];
  for (const [path, { place }] of tree) {
    const sha256 = manifest.get(path) ?? tagManifest.get(path) ?? null;
    if (path.startsWith(bagit.PAYLOAD)) {
      if (sha256 === null) problems.push({ path, kind: 'extra', message: `is not listed in ${bagit.MANIFEST}` });
      payload.push({ path: path.slice(bagit.PAYLOAD.length), place, sha256 });
    } else {
      if (sha256 === null && path !== bagit.TAG_MANIFEST) unlisted.push(path);
      tags.push({ path, place, sha256 });
    }
  }
  return {
    name,
    kind,
    payload: payload.sort(byPath),
    tags: tags.sort(byPath),
    problems,
    unlisted,
    ofSet: ofSetOf(info),
    inputs: inputs === null ? null : parseInputs(inputs),
  };
}

/**
 * @param name as the user named it.
 * @throws UsageError if there is no package; BuildError if it is one that cannot be read.
 */
export function openStored(path: string, name = basename(path)): Stored {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) throw new UsageError(`${name}: there is no such file or folder`);
  try {
    if (!status.isDirectory()) return storedOf(name, 'zip', treeOfZip(path), []);
    const { tree, problems } = treeOfFolder(path);
    return storedOf(name, 'bag', tree, problems);
  } catch (error) {
    if (error instanceof ZipError || error instanceof bagit.BagError || error instanceof SyntaxError)
      throw new BuildError(`${name}: ${messageOf(error)}`);
    throw error;
  }
}

/** Files per job that belong to no record; few enough that workers end together, and that little is in memory. */
const BATCH = 16;

function* batches(files: readonly StoredFile[]): Generator<Job> {
  for (let i = 0; i < files.length; i += BATCH) yield { files: files.slice(i, i + BATCH), suffix: null, pack: null };
}

/** Jobs that take every digest, and judge every record. */
export function* judgingJobs({ payload, tags }: Stored): Generator<Job & { readonly isPayload: boolean }> {
  for (const job of batches(tags)) yield { ...job, isPayload: false };
  const others: StoredFile[] = [];
  let record: { readonly suffix: string; readonly files: StoredFile[] } | null = null;
  for (const file of payload) {
    const suffix = suffixOfPath(file.path);
    if (record !== null && record.suffix !== suffix) {
      yield { ...record, pack: null, isPayload: true };
      record = null;
    }
    if (suffix === null) {
      others.push(file);
    } else {
      record ??= { suffix, files: [] };
      record.files.push(file);
    }
  }
  if (record !== null) yield { ...record, pack: null, isPayload: true };
  for (const job of batches(others)) yield { ...job, isPayload: true };
}
