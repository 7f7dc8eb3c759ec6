/** A site that the user named: a folder or a URL. */
import { UsageError } from '../mirror/base/failure.ts';
import { packageVersion } from '../mirror/base/package.ts';
import { openSource, type Source, sourceUrl } from '../network/source.ts';
import { Web } from '../network/web.ts';
import { isFolder, userPath } from './command.ts';

/** What downloads, for one run of a command. */
export async function openWeb(rate: number, say: (text: string) => void): Promise<Web> {
  return new Web({ rate, say, userAgent: `pith-mirror/${await packageVersion()}` });
}

/** @throws UsageError if there is no such folder, or if the URL cannot be asked at all. */
export async function openSiteArgument(name: string, web: Web): Promise<Source> {
  const folder = userPath(name);
  if (sourceUrl(name) === null && !(await isFolder(folder)))
    throw new UsageError(`${name}: expected the folder of a site, or a URL (found a file)`);
  const source = await openSource(name, folder, web);
  if ('problem' in source) throw new UsageError(source.problem);
  return source;
}
