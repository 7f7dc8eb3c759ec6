/** A site folder to verify: its files by the digests that its build wrote to `sums/`, if it has them. */
import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError, messageOf } from '../mirror/base/failure.ts';
import { IndexError } from '../records/index-error.ts';
import { SITE_SUMS } from '../records/layout.ts';
import { parseSums } from '../records/sums.ts';
import type { Job, SiteProblem, StoredFile } from './job.ts';
import { suffixOfPath } from './parts.ts';
import { SumsTable } from './sums-table.ts';
import { isThere, walk } from './walk.ts';

const SUMS = 'sums/';

/** The lists in a site's `sums/`, each with its text. */
function* listsOf(folder: string): Generator<readonly [path: string, text: string]> {
  for (const name of readdirSync(join(folder, SUMS), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.sha256')) continue;
    const path = `${SUMS}${name.replaceAll('\\', '/')}`;
    yield [path, readFileSync(join(folder, path), 'utf8')];
  }
}

/**
 * The digests of a site's files; null if it has none.
 *
 * @param see called for each list with its own digest.
 * @throws BuildError if a list cannot be read.
 */
export function readSums(folder: string, see?: (path: string, sha256: string) => void): SumsTable | null {
  if (!isThere(join(folder, SUMS))) return null;
  const sums = new SumsTable();
  for (const [path, text] of listsOf(folder)) {
    try {
      sums.add(parseSums(path, text));
    } catch (error) {
      if (error instanceof RangeError) throw new BuildError(`${path}: ${messageOf(error)}; build the site again`);
      if (error instanceof IndexError) throw new BuildError(messageOf(error));
      throw error;
    }
    see?.(path, hash('sha256', text));
  }
  return sums;
}

/**
 * The same, of a site to pack: `sums/site.sha256` must name every other list with its digest, so that this one file covers the site.
 *
 * @throws BuildError if a list is not the one that the build wrote.
 */
export function readCheckedSums(folder: string): SumsTable | null {
  const lists: (readonly [path: string, sha256: string])[] = [];
  const sums = readSums(folder, (path, sha256) => lists.push([path, sha256]));
  if (sums === null) return null;
  if (!lists.some(([path]) => path === SITE_SUMS)) throw new BuildError(`${SITE_SUMS}: is missing; ${ADVICE}`);
  for (const [path, found] of lists) {
    const expected = sums.get(path);
    if (path !== SITE_SUMS && found !== expected)
      throw new BuildError(
        `${path}: has SHA-256 ${found}; expected ${expected ?? `a line of ${SITE_SUMS}`}; ${ADVICE}`,
      );
  }
  return sums;
}

/** What to do if a site is not what was built. */
export const ADVICE =
  'nothing is packed; pith-mirror verify SITE lists every problem, and pith-mirror build --recheck builds the site again';

/** What a site has in addition to the files that `sums/` lists. */
const isOwnList = (path: string): boolean => path.startsWith(SUMS);

export interface SiteJobs {
  readonly jobs: Iterable<Job>;
  /** Complete when all jobs were taken. */
  readonly problems: readonly SiteProblem[];
  /** Files that are not part of the mirror. */
  readonly foreign: readonly string[];
}

/** Files in one job that belong to no record. */
const BATCH = 16;

/**
 * Jobs that take the digest of every file of a site, and judge every record. The folder is listed while they are done, so
 * a site of any size takes little memory; its digests take some 40 bytes a file.
 */
export function siteJobs(folder: string, sums: SumsTable | null): SiteJobs {
  const problems: SiteProblem[] = [];
  const foreign: string[] = [];
  const seen = new Uint8Array(sums?.size ?? 0);
  function* jobs(): Generator<Job> {
    let suffix: string | null = null;
    let held: StoredFile[] = [];
    const odd = ({ path, why }: { readonly path: string; readonly why: string }): number =>
      foreign.push(`${path} (${why})`);
    for (const { path } of walk(folder, (below) => below === '.git/', odd)) {
      const index = sums?.indexOf(path) ?? null;
      const sha256 = sums?.get(path) ?? null;
      if (index !== null) seen[index] = 1;
      if (sums !== null && sha256 === null && !isOwnList(path)) {
        foreign.push(path);
        continue;
      }
      const next = suffixOfPath(path);
      if (held.length > 0 && (next !== suffix || (next === null && held.length === BATCH))) {
        yield { files: held, suffix, pack: null };
        held = [];
      }
      suffix = next;
      held.push({ path, place: { file: join(folder, path) }, sha256 });
    }
    if (held.length > 0) yield { files: held, suffix, pack: null };
    for (const [path, index] of sums?.entries() ?? [])
      if (seen[index] === 0) problems.push({ path, kind: 'missing', message: 'is missing; sums/ lists it' });
  }
  return { jobs: jobs(), problems, foreign };
}
