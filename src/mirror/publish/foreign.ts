/** Files in the site's folder that do not belong to the mirror: they are named, and removed only if the user asks for it. */
import { join } from 'node:path';
import type { Progress } from '../base/progress.ts';
import { removeLeftover } from './leftovers.ts';

/** Names that are listed; a removal lists all. */
const SHOWN = 10;

const foreignFiles = (count: number): string =>
  count === 1 ? '1 file that is not part of the mirror' : `${count} files that are not part of the mirror`;

/** @param foreign paths in the site; a folder ends with `/`. @param isCleaned whether to remove them. */
export async function handleForeign(
  site: string,
  foreign: readonly string[],
  isCleaned: boolean,
  progress: Progress,
): Promise<void> {
  if (foreign.length === 0) return;
  if (!isCleaned) {
    const more = foreign.length > SHOWN ? ` and ${foreign.length - SHOWN} more` : '';
    progress.note(
      `kept ${foreignFiles(foreign.length)}: ${foreign.slice(0, SHOWN).join(', ')}${more} (--clean removes them)`,
    );
    return;
  }
  progress.note(`removing ${foreignFiles(foreign.length)}: ${foreign.join(', ')}`);
  for (const path of foreign) {
    const problem = await removeLeftover(join(site, path));
    if (problem !== null) progress.note(problem);
  }
}
