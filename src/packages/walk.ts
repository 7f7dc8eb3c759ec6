/** Every file of a site, in the order of the bytes of its path: that of manifests and packages. */
import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../mirror/base/failure.ts';
import { compareCodePoints } from '../protocol/index.ts';

/** A file as it lies on the disk. */
export interface FoundFile {
  /** From the root, with `/`. */
  readonly path: string;
  readonly bytes: number;
  /** Size, time of change and identity: equal stamps mean that the file was not touched. */
  readonly stamp: string;
}

/** Something that is neither a file nor a folder, or whose name is not text. */
export interface OddFile {
  readonly path: string;
  readonly why: string;
}

interface Name {
  readonly name: string;
  readonly isFolder: boolean;
  readonly why: string | null;
}

/** Bytes of a name that are not UTF-8 are read as this character. */
const REPLACEMENT = '\ufffd';

/** The entries of a folder. Names are read as text, which is quicker, and as bytes only if one may not be UTF-8. */
function namesIn(folder: string): Name[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  if (!entries.some(({ name }) => name.includes(REPLACEMENT))) return entries.map((entry) => kindOf(entry, entry.name));
  return readdirSync(folder, { withFileTypes: true, encoding: 'buffer' }).map((entry) => {
    const name = entry.name.toString();
    const isText = Buffer.from(name).equals(entry.name);
    return isText ? kindOf(entry, name) : { name, isFolder: false, why: 'its name is not UTF-8' };
  });
}

function kindOf(entry: Pick<Dirent, 'isDirectory' | 'isFile' | 'isSymbolicLink'>, name: string): Name {
  if (entry.isDirectory()) return { name, isFolder: true, why: null };
  if (entry.isFile()) return { name, isFolder: false, why: null };
  return { name, isFolder: false, why: entry.isSymbolicLink() ? 'a symbolic link' : 'not a regular file' };
}

/** A folder sorts as its files do: `a-b` before `a/c`, since `-` is before `/`. */
const sortName = ({ name, isFolder }: Name): string => (isFolder ? `${name}/` : name);

/**
 * Walks a folder. Reads only names and stamps, and keeps only the names of the current folder and its parents
 * in memory.
 *
 * @param skip folders, as `a/b/`, that are skipped entirely.
 * @param odd called for entries that are not files.
 * @throws the system's error if a folder cannot be listed.
 */
export function* walk(
  root: string,
  skip: (folder: string) => boolean,
  odd: (file: OddFile) => void,
  below = '',
): Generator<FoundFile> {
  for (const found of namesIn(join(root, below)).sort((a, b) => compareCodePoints(sortName(a), sortName(b)))) {
    const path = `${below}${found.name}`;
    if (found.why !== null) {
      odd({ path, why: found.why });
    } else if (found.isFolder) {
      if (!skip(`${path}/`)) yield* walk(root, skip, odd, `${path}/`);
    } else {
      const status = lstatSync(`${root}/${path}`);
      yield { path, bytes: status.size, stamp: `${status.size}:${status.mtimeMs}:${status.ino}` };
    }
  }
}

/** Whether anything has this name. */
export function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return false;
    throw error;
  }
}
