/**
 * What shows that no name in a record's folders has changed since a survey found all of its files: a folder's time changes with
 * each name that comes or goes. Two folders are looked at instead of seven files, and listed only if they changed.
 *
 * A file that is written in place does not change its folder. By hand that is an edit, which `--recheck` finds. A power failure
 * may leave files empty that were never flushed, so stamps are used only until the system starts again.
 */
import { lstatSync, readFileSync, statfsSync } from 'node:fs';

/** A stamp for each record whose files were all there, by suffix. */
export type FolderStamps = ReadonlyMap<string, string>;

/** The same for the cache, and first, under an empty name, the start of the system in which they can be used. */
export type FolderStampLines = readonly (readonly [suffix: string, stamp: string])[];

/** Of a file system in user space. Some of those, such as object stores, have no times of folders. */
const FUSE = 0x65735546;

/** Identifies this start of the system. Empty if it is not known, or on a file system whose folders may have no times. */
function epochAt(site: string): string {
  try {
    return statfsSync(site).type === FUSE ? '' : readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return '';
  }
}

export function packStamps(site: string, stamps: FolderStamps): FolderStampLines {
  const epoch = epochAt(site);
  return epoch === '' ? [] : [['', epoch], ...stamps];
}

/** Those that can still be used; null if none ever can. */
export function unpackStamps(site: string, lines: FolderStampLines): FolderStamps | null {
  const epoch = epochAt(site);
  if (epoch === '') return null;
  const [[, last] = [], ...stamps] = lines;
  return new Map(last === epoch ? stamps : []);
}

/**
 * The stamp of a record's folders as they are.
 *
 * @param folders their paths in the site. @param before the file system's time in milliseconds: what changed then or later may
 * change again without another time. @returns null if one of them is no folder, or changed since.
 */
export function folderStamp(site: string, folders: readonly string[], before: number): string | null {
  let stamp = '';
  for (const folder of folders) {
    const status = lstatSync(`${site}/${folder}`, { throwIfNoEntry: false });
    if (status?.isDirectory() !== true || status.mtimeMs >= before) return null;
    stamp += `${status.mtimeMs}:${status.ino} `;
  }
  return stamp;
}
