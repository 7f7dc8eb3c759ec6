/**
 * What every package format takes: files with a path and a time, already in the order in which they are written.
 *
 * A format is a pure function of its entries. It uses no folders, clocks or users: an entry has a path, a time and bytes,
 * and nothing else from the machine that it came from.
 */

import { hasUnseen } from '../../formats/unseen.ts';
import { encodeUtf8 } from '../../protocol/index.ts';

/** One file of a package. */
export interface Entry {
  /** Relative to the package's root, parts separated by `/`; see `pathProblem`. */
  readonly path: string;
  /** When the content last changed, from the data: whole seconds since 1970, UTC. */
  readonly seconds: number;
  readonly bytes: Uint8Array;
}

/** The most bytes that a path may have, in UTF-8; a ZIP counts them in 16 bits, and file systems allow less. */
const MAX_PATH_BYTES = 1024;
/** The most bytes of one part of a path on the file systems in use. */
const MAX_PART_BYTES = 255;

/** Names that Windows reserves, with or without an extension. */
const RESERVED = /^(?:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:\.|$)/i;
/** Characters that Windows forbids in names, beside the controls. */
const FORBIDDEN = /[<>:"|?*\\]/;

/** How many bytes a text has in UTF-8. All names of a site are ASCII, and need not be encoded for that. */
const bytesOf = (text: string): number => (/^[ -~]*$/.test(text) ? text.length : encodeUtf8(text).length);

/**
 * Why a path is not allowed in a package; null if it is.
 *
 * A package may be unpacked by any program on any system, so a path must be relative, stay inside the
 * folder, and be valid on Windows, macOS and Linux.
 */
export function pathProblem(path: string): string | null {
  if (path === '') return 'the name is empty';
  if (!path.isWellFormed()) return 'the name is not Unicode text';
  if (bytesOf(path) > MAX_PATH_BYTES) return `the name has more than ${MAX_PATH_BYTES} bytes`;
  if (path.startsWith('/')) return 'the name is absolute';
  for (const part of path.split('/')) {
    if (part === '') return 'the name has an empty part';
    if (part === '.' || part === '..') return `the name has the part "${part}"`;
    if (bytesOf(part) > MAX_PART_BYTES) return `a part of the name has more than ${MAX_PART_BYTES} bytes`;
    // Some file systems of macOS ignore invisible characters, so two such names may mean one file.
    if (FORBIDDEN.test(part) || hasUnseen(part)) return 'the name has a character that some file systems forbid';
    if (RESERVED.test(part)) return `the name has the part "${part}", which Windows reserves`;
    if (/[. ]$/.test(part)) return 'a part of the name ends with a full stop or a space';
  }
  return null;
}
