/**
 * Decides which files of a site go into which package. Pure.
 *
 * One ZIP without ZIP64 holds 65,534 files and 4 GiB, so a large mirror becomes a set of them, cut between records. Each
 * has what its records' pages need (style, scripts, keys), so that each opens and verifies alone; the lists and the search
 * are in the first.
 */
import * as paths from '../mirror/base/paths.ts';
import { compareCodePoints } from '../protocol/index.ts';
import type { PackageContents } from './formats/facts.ts';

/** Where a file of a site belongs. */
export type PartOfSet = 'record' | 'every-part' | 'first-part' | 'left-out';

const SUPPORT: ReadonlySet<string> = new Set([
  paths.STYLE,
  paths.ICON,
  paths.CHECK_SCRIPT,
  paths.PAGE_SCRIPT,
  paths.VERIFY,
  paths.VERIFIER_SCRIPT,
  paths.VERIFY_BUTTON_SCRIPT,
  paths.VERIFY_PAGE_SCRIPT,
  paths.VERIFY_ADVICE_SCRIPT,
  paths.VERIFY_TIMESTAMPS_SCRIPT,
  paths.NO_JEKYLL,
  paths.MARKER,
]);
const KEYS: ReadonlySet<string> = new Set([paths.SIGNING_KEY, paths.MIRRORS, 'records/snapshot.txt']);

const RECORD = /^pith\/([A-Z2-7]{26})\/(.*)$/;
/** Copies of bundles at a second address, for servers. */
const COPIES = '.well-known/';

/** The suffix of the record that a file belongs to; null for any other. */
export function suffixOfPath(path: string): string | null {
  return RECORD.exec(path)?.[1] ?? null;
}

/**
 * Where one file belongs. Of a record's bundles, those that were received count: `bundles/*.json` if there are any, and
 * else `bundle.json`.
 */
export function placeOf(path: string, contents: PackageContents): PartOfSet {
  if (path.startsWith(COPIES)) return 'left-out';
  const name = RECORD.exec(path)?.[2];
  if (contents === 'bundles') {
    if (name !== undefined) return name === 'bundle.json' || name.startsWith('bundles/') ? 'record' : 'left-out';
    if (KEYS.has(path)) return 'every-part';
    return path.startsWith('records/') || path.startsWith(`${paths.TIMESTAMPS}/`) ? 'first-part' : 'left-out';
  }
  if (name !== undefined) return 'record';
  return SUPPORT.has(path) || KEYS.has(path) ? 'every-part' : 'first-part';
}

/** The files of one record, or a file that is none's: what is never cut. */
export interface Unit {
  /** `pith/SUFFIX/`, or the path of the file. */
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
}

export interface Limits {
  /** Files in one package. */
  readonly files: number;
  /** Bytes before compression. */
  readonly bytes: number;
}

/** Below those of a ZIP without ZIP64, with room for the bag's own files. */
export const LIMITS: Limits = { files: 60_000, bytes: 2 ** 31 };

/** A package of a set: its units, by the bytes of their paths. */
export interface PackagePart {
  readonly units: readonly Unit[];
  readonly files: number;
  readonly bytes: number;
}

const sum = (units: readonly Unit[]): Omit<PackagePart, 'units'> => ({
  files: units.reduce((total, { files }) => total + files, 0),
  bytes: units.reduce((total, { bytes }) => total + bytes, 0),
});

/**
 * Cuts a site into packages.
 *
 * @param every goes into each of them.
 * @param lists go into the first ones.
 * @param records follow, in order.
 * @param own files that each package has in addition, of `own.bytes` together.
 * @throws RangeError if a unit is too large for any package.
 */
export function cutParts(
  every: readonly Unit[],
  lists: readonly Unit[],
  records: readonly Unit[],
  own: Limits,
  limits: Limits = LIMITS,
): readonly PackagePart[] {
  const fixed = sum(every);
  const room: Limits = { files: limits.files - fixed.files - own.files, bytes: limits.bytes - fixed.bytes - own.bytes };
  const cut: Unit[][] = [[]];
  let files = 0;
  let bytes = 0;
  for (const unit of [...lists, ...records]) {
    if (unit.files > room.files || unit.bytes > room.bytes)
      throw new RangeError(`${unit.path}: ${unit.files} files of ${unit.bytes} bytes are too much for one package`);
    if (files + unit.files > room.files || bytes + unit.bytes > room.bytes) {
      cut.push([]);
      files = 0;
      bytes = 0;
    }
    cut.at(-1)?.push(unit);
    files += unit.files;
    bytes += unit.bytes;
  }
  return cut.map((chosen) => {
    const units = [...every, ...chosen].sort((a, b) => compareCodePoints(a.path, b.path));
    return { units, ...sum(units) };
  });
}

/** The name of a package of a set: `NAME`, or `NAME-003-of-012`. */
export function partName(name: string, index: number, count: number): string {
  if (count === 1) return name;
  const width = Math.max(3, String(count).length);
  const digits = (number: number): string => String(number).padStart(width, '0');
  return `${name}-${digits(index + 1)}-of-${digits(count)}`;
}
