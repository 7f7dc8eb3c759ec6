/**
 * Which files of a folder are input: every bundle and note below it, in any layout.
 *
 * A folder with the marker of a published mirror is read as one: its signed bundles are taken, and nothing else of it. Links are
 * refused unless the caller follows them, and then only to targets inside the folder.
 */
import { type Dirent, realpathSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { compareCodePoints, type ParseError, SUFFIX_PATTERN } from '../../protocol/index.ts';
import { MARKER } from '../base/paths.ts';
import { isWithin } from '../base/tree.ts';
import { isNoteName } from './notes.ts';
import { OPERATOR_NOTE } from './operator-note.ts';
import { type InputFile, systemCode, unreadable } from './read.ts';
import { isTimestampFile } from './timestamps.ts';

export interface ListingOptions {
  /** Whether a file of this base name is input. */
  readonly isInput: (baseName: string) => boolean;
  /** Whether symbolic links are accepted whose target lies inside the folder. */
  readonly followLinks: boolean;
}

export interface InputListing {
  /** By name, in code point order. */
  readonly files: readonly InputFile[];
  /** Timestamp proofs and what belongs to them, by name: only a build reads them. */
  readonly timestamps: readonly InputFile[];
  /** Entries that are skipped, and why. */
  readonly ignored: readonly { readonly name: string; readonly why: string }[];
  /** Folders that cannot be listed, links that lead outside, and input whose name is not text. Each is a rejected file. */
  readonly unlisted: readonly { readonly name: string; readonly error: ParseError }[];
  /** Published mirrors that were found; `name` is `''` for the folder itself. */
  readonly mirrors: readonly PublishedMirror[];
}

export interface PublishedMirror {
  readonly name: string;
  /** Records of which the mirror has no signed bundle to give. */
  readonly recordsWithoutBundle: number;
}

/** Not the protocol's decoder: a name may begin with a byte-order mark. */
const nameDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The name as text; null for bytes that are not UTF-8, under which nothing could be opened. */
function textOfName(name: Buffer): string | null {
  try {
    return nameDecoder.decode(name);
  } catch {
    return null;
  }
}

/** A folder that is still to be listed. `prefix` is its name with a slash at the end; `''` for the input folder. */
interface Folder {
  readonly path: string;
  readonly prefix: string;
}

interface Entry {
  readonly name: string;
  readonly baseName: string;
  readonly path: string;
  readonly isFolder: boolean;
  readonly isLink: boolean;
  /** Null for a name in UTF-8, else its bytes in hexadecimal. */
  readonly badName: string | null;
}

function entryOf({ path, prefix }: Folder, found: Dirent<Buffer>): Entry {
  const text = textOfName(found.name);
  // U+FFFD replaces what is not text: enough to say where it is.
  const baseName = text ?? found.name.toString();
  return {
    name: `${prefix}${baseName}`,
    baseName,
    path: join(path, baseName),
    isFolder: found.isDirectory(),
    isLink: found.isSymbolicLink(),
    badName: text === null ? found.name.toString('hex') : null,
  };
}

/** Walks one input folder. */
class Walk {
  readonly files: InputFile[] = [];
  readonly timestamps: InputFile[] = [];
  readonly ignored: { name: string; why: string }[] = [];
  readonly unlisted: { name: string; error: ParseError }[] = [];
  readonly mirrors: PublishedMirror[] = [];
  readonly #root: string;
  readonly #options: ListingOptions;
  readonly #pending: Folder[];
  /** Real paths of folders that were reached through a link. Each is listed once, so that links in a circle end. */
  readonly #linked = new Set<string>();

  constructor(folder: string, options: ListingOptions) {
    this.#root = folder;
    this.#options = options;
    this.#pending = [{ path: folder, prefix: '' }];
  }

  async run(): Promise<void> {
    for (let folder = this.#pending.pop(); folder !== undefined; folder = this.#pending.pop()) {
      const entries = await this.#list(folder);
      const isMirror = entries.some(({ baseName, isFolder, isLink }) => baseName === MARKER && !isFolder && !isLink);
      if (isMirror) await this.#takeMirror(folder);
      else for (const entry of entries) this.#take(entry);
    }
  }

  /** @returns nothing for a sub-folder that cannot be listed, which is noted. @throws the system's error for the input folder. */
  async #list({ path, prefix }: Folder): Promise<readonly Entry[]> {
    try {
      const found = await readdir(path, { withFileTypes: true, encoding: 'buffer' });
      const entries = found.map((entry) => entryOf({ path, prefix }, entry));
      // What a link leads to is listed under the first name that leads there, which must not depend on the file system.
      return this.#options.followLinks ? entries.sort((a, b) => compareCodePoints(a.name, b.name)) : entries;
    } catch (error) {
      if (prefix === '') throw error;
      this.#refuse(prefix, `expected a folder that can be listed, got ${systemCode(error)}`);
      return [];
    }
  }

  #refuse(name: string, message: string): void {
    this.unlisted.push({ name, error: unreadable(message) });
  }

  #isInput({ name, baseName }: Entry): boolean {
    return this.#options.isInput(baseName) || isTimestampFile(name);
  }

  #add(name: string, path: string): void {
    // A bundle is one in any folder.
    const isOther = isTimestampFile(name) && !this.#options.isInput(name.slice(name.lastIndexOf('/') + 1));
    (isOther ? this.timestamps : this.files).push({ name, path });
  }

  #take(entry: Entry): void {
    const { name, baseName, path, isFolder, isLink, badName } = entry;
    const isInput = this.#isInput(entry);
    if (baseName.startsWith('.')) this.ignored.push({ name, why: 'hidden' });
    else if (badName !== null && (isFolder || isInput))
      this.#refuse(name, `expected a name in UTF-8, got the bytes ${badName}`);
    else if (isFolder) this.#pending.push({ path, prefix: `${name}/` });
    else if (isLink && this.#options.followLinks) this.#follow(entry, isInput);
    // A link of this name is refused when it is opened.
    else if (isInput) this.#add(name, path);
    else if (isLink) this.ignored.push({ name, why: 'a symbolic link (see --follow-links)' });
    else this.#ignore(entry);
  }

  /** Says why a file is ignored. The mirror's own note is not: a build reads it, and looks for it in one place. */
  #ignore({ name, baseName }: Entry): void {
    if (name === OPERATOR_NOTE) return;
    const why = isNoteName(baseName)
      ? 'a note, which only build reads'
      : 'neither a bundle (*.json) nor a note (SUFFIX.md)';
    this.ignored.push({ name, why });
  }

  /**
   * A link to a file is read as that file, under the name of the link. The file is opened by its real path, so no
   * further link is followed.
   */
  #follow(entry: Entry, isInput: boolean): void {
    const { name, path } = entry;
    let target: string;
    let isFolder: boolean;
    try {
      target = realpathSync(path);
      isFolder = statSync(target).isDirectory();
    } catch (error) {
      if (isInput)
        this.#refuse(name, `expected a link to a file, got a link that leads nowhere (${systemCode(error)})`);
      else this.ignored.push({ name, why: `a symbolic link that leads nowhere (${systemCode(error)})` });
      return;
    }
    const root = realpathSync(this.#root);
    if (!isWithin(root, target) && (isInput || isFolder)) {
      this.#refuse(name, 'expected a link to a target inside the input folder, got a link that leads out of it');
    } else if (isFolder) {
      this.#followFolder(name, target, relative(root, target));
    } else if (isInput) {
      this.#add(name, target);
    } else {
      this.#ignore(entry);
    }
  }

  /** A folder that is not hidden is listed under its own name already. */
  #followFolder(name: string, target: string, way: string): void {
    const isHidden = way.split(sep).some((part) => part.startsWith('.'));
    if (!isHidden) this.ignored.push({ name, why: 'a symbolic link to a folder that is listed under its own name' });
    else if (this.#linked.has(target))
      this.ignored.push({ name, why: 'a symbolic link to a folder that is listed already' });
    else {
      this.#linked.add(target);
      this.#pending.push({ path: target, prefix: `${name}/` });
    }
  }

  /** The signed bundles of a mirror: those that an assembled one was made from, and not the assembled one, which nobody signed. */
  async #takeMirror(mirror: Folder): Promise<void> {
    const below = (folder: Folder, name: string): Folder => ({
      path: join(folder.path, name),
      prefix: `${folder.prefix}${name}/`,
    });
    const top = below(mirror, 'pith');
    let recordsWithoutBundle = 0;
    for (const record of await this.#list(top)) {
      if (!record.isFolder || !SUFFIX_PATTERN.test(record.baseName)) continue;
      const folder = below(top, record.baseName);
      const entries = await this.#list(folder);
      const several = entries.some(({ baseName, isFolder }) => baseName === 'bundles' && isFolder)
        ? (await this.#list(below(folder, 'bundles'))).filter(({ baseName }) => baseName.endsWith('.json'))
        : [];
      const bundles = several.length > 0 ? several : entries.filter(({ baseName }) => baseName === 'bundle.json');
      if (bundles.length === 0) recordsWithoutBundle++;
      for (const bundle of bundles) this.#take(bundle);
    }
    this.mirrors.push({ name: mirror.prefix.replace(/\/$/, ''), recordsWithoutBundle });
  }
}

/**
 * Lists a folder and its sub-folders.
 *
 * @throws the system's error if the folder itself cannot be listed.
 */
export async function listInput(folder: string, options: ListingOptions): Promise<InputListing> {
  const walk = new Walk(folder, options);
  await walk.run();
  const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
    compareCodePoints(a.name, b.name);
  return {
    files: walk.files.sort(byName),
    timestamps: walk.timestamps.sort(byName),
    ignored: walk.ignored.sort(byName),
    // Two names that are not text may look the same.
    unlisted: walk.unlisted.sort((a, b) => byName(a, b) || compareCodePoints(a.error.message, b.error.message)),
    mirrors: walk.mirrors.sort(byName),
  };
}

/** What a listing tells the user, one line each. */
export function listingNotes({ ignored, mirrors }: InputListing): readonly string[] {
  return [
    ...mirrors.map(({ name, recordsWithoutBundle }) => {
      const which = name === '' ? 'the input' : name;
      const without = recordsWithoutBundle === 0 ? '' : `; records without one: ${recordsWithoutBundle}`;
      return `${which} is a published mirror: its signed bundles are read, and nothing else of it${without}`;
    }),
    ...ignored.map(({ name, why }) => `ignored, ${why}: ${name}`),
  ];
}
