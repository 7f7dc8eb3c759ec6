/**
 * Digests of files in the format of `sha256sum`, so that any copy of a site can be checked without this program, in the
 * folder of the site: `find sums -name '*.sha256' -exec cat {} + | sha256sum --check --quiet`. Pure.
 */
import { excerpt, IndexError, linesOf, requireOrder } from './index-error.ts';

export interface FileSum {
  /** From the root of the site, with `/`. */
  readonly path: string;
  /** SHA-256 in hexadecimal. */
  readonly sha256: string;
}

const byPath = (a: FileSum, b: FileSum): number => (a.path < b.path ? -1 : 1);

/** The text of a list of digests. Paths of a site are ASCII, so this is their bytewise order. */
export function formatSums(sums: readonly FileSum[]): string {
  return sums
    .toSorted(byPath)
    .map(({ path, sha256 }) => `${sha256}  ${path}\n`)
    .join('');
}

const SUM_LINE = /^([0-9a-f]{64}) {2}([\w.-][\w./-]*)$/;

/** @param file that the text comes from. @throws IndexError unless the text is what {@link formatSums} returns. */
export function parseSums(file: string, text: string): readonly FileSum[] {
  const sums = linesOf(file, text).map((line, i): FileSum => {
    const [, sha256, path] = SUM_LINE.exec(line) ?? [];
    if (sha256 === undefined || path === undefined || path.split('/').some((part) => /^\.{0,2}$/.test(part)))
      throw new IndexError(
        file,
        i + 1,
        `expected a SHA-256, two blanks and a path in the site (found ${excerpt(line)})`,
      );
    return { path, sha256 };
  });
  requireOrder(
    file,
    sums.map(({ path }) => path),
  );
  return sums;
}

/**
 * The digests of one record's files in half the space: a build of a hundred thousand records keeps all of them until it
 * writes the index.
 */
export function packSums(suffix: string, sums: readonly FileSum[]): string {
  const own = `pith/${suffix}/`;
  const name = (path: string): string => (path.startsWith(own) ? path.slice(own.length) : `/${path}`);
  return sums.map(({ path, sha256 }) => `${name(path)} ${Buffer.from(sha256, 'hex').toString('base64')}\n`).join('');
}

/** The opposite of {@link packSums}. */
export function unpackSums(suffix: string, packed: string): readonly FileSum[] {
  return packed
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', digest = ''] = line.split(' ');
      const path = name.startsWith('/') ? name.slice(1) : `pith/${suffix}/${name}`;
      return { path, sha256: Buffer.from(digest, 'base64').toString('hex') };
    });
}
