/**
 * What shows that no name in a record's folders has changed since a survey found nothing else in them: a folder's time changes
 * with each name that comes or goes. Such a folder need not be listed. Its files are looked at in any case, because one that is
 * emptied in place does not change its folder.
 */
import { lstatSync } from 'node:fs';

/** A stamp for each record whose folders contain its files and nothing else, by suffix. */
export type FolderStamps = ReadonlyMap<string, string>;

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
