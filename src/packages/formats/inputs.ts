/**
 * `input/files.jsonl` of a package: which files a site was made from, under which names, and where their bytes are in the
 * package. With it, `build` gives the site back byte for byte: the report names the files of the input.
 *
 *     {"name":"2026/a.json","sha256":"8f43…","path":"data/pith/4MJC…/bundle.json"}
 *     {"name":"notes/4MJC….md","sha256":"e91c…","path":"input/files/e91c…"}
 *
 * One line per file, by name. A name may be anything that a file system allows, so it is never part of a path here.
 */
import { compareCodePoints } from '../../protocol/index.ts';

export const INPUTS = 'input/files.jsonl';

/** The path of an input file that is not part of the site. */
export const extraPath = (sha256: string): string => `input/files/${sha256}`;

export interface InputName {
  /** Relative to the input folder, with `/`. */
  readonly name: string;
  /** In hexadecimal. */
  readonly sha256: string;
  /** In the bag. */
  readonly path: string;
}

export function formatInputs(lines: readonly InputName[]): string {
  return lines
    .toSorted((a, b) => compareCodePoints(a.name, b.name))
    .map(({ name, sha256, path }) => `${JSON.stringify({ name, sha256, path })}\n`)
    .join('');
}

/** @throws SyntaxError, with the number of the line, for a line of another form. */
export function parseInputs(text: string): readonly InputName[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, i) => {
      const value = jsonOf(line);
      const { name, sha256, path } = (value ?? {}) as Record<string, unknown>;
      if (typeof name !== 'string' || name === '' || typeof path !== 'string' || typeof sha256 !== 'string')
        throw new SyntaxError(`${INPUTS}, line ${i + 1}: expected {"name","sha256","path"}`);
      return { name, sha256, path };
    });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
