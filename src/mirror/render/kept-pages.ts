/**
 * Keeps the bundled pages of a program for its next run: in the user's cache folder, or next to the site if the user has none.
 *
 * An entry is a folder. Its name is a digest of all that the bundling depends on, and a digest of all of its files is in
 * it: an entry with another one is made again. Runs load an entry where it lies, so only a folder that nobody but the user
 * can write is used.
 */
import { createHash, hash } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PACKAGE_ROOT } from '../base/package.ts';
import { copyTree, listSite } from '../base/tree.ts';
import { cacheFolder, markUsed, privateFolder } from '../base/user-cache.ts';

/** In an entry, below which the files of the pages are. */
const FILES = 'files';
const MANIFEST = 'manifest.json';

/** What package managers write into `node_modules` about all that they installed. */
const INSTALLED = ['.package-lock.json', '.pnpm/lock.yaml', '.yarn-integrity', '.yarn-state.yml'];

/** A digest of the versions of everything that is installed with the program; null if no package manager wrote them down. */
function installedDigest(): string | null {
  const found: string[] = [];
  for (let folder = PACKAGE_ROOT; dirname(folder) !== folder; folder = dirname(folder)) {
    for (const name of INSTALLED) {
      try {
        found.push(hash('sha256', readFileSync(join(folder, 'node_modules', name))));
      } catch {
        // Another package manager, or another folder.
      }
    }
  }
  return found.length === 0 ? null : found.join(' ');
}

function filesDigest(folder: string): string {
  const digest = createHash('sha256');
  for (const path of listSite(folder)) {
    const content = readFileSync(join(folder, path));
    digest.update(`${path}\0${content.length}\0`).update(content);
  }
  return digest.digest('hex');
}

/** The folder of entries that can be used, if there is one. @param beside the cache next to the site. */
function roomFor(beside: string): string | null {
  const ofUser = cacheFolder();
  return (ofUser === null ? null : privateFolder(join(ofUser, 'pages'))) ?? privateFolder(join(beside, 'pages'));
}

export interface KeptFiles {
  /** The folder of the files. */
  readonly folder: string;
  /** Path in it of the entry of the bundled pages. */
  readonly entry: string;
}

function readEntry(room: string, key: string): KeptFiles | null {
  try {
    const folder = join(room, key, FILES);
    const manifest = JSON.parse(readFileSync(join(room, key, MANIFEST), 'utf8')) as Record<string, unknown>;
    const { entry, digest } = manifest;
    if (typeof entry !== 'string' || digest !== filesDigest(folder)) return null;
    markUsed(room, key);
    return { folder, entry };
  } catch {
    // There is none, or it is damaged.
    return null;
  }
}

/** Puts a copy of the files into the room. @returns null if it cannot be kept. */
function keepEntry(room: string, key: string, { folder, entry }: KeptFiles): KeptFiles | null {
  let draft: string | null = null;
  try {
    draft = mkdtempSync(join(room, `${key}.`));
    copyTree(folder, join(draft, FILES));
    writeFileSync(join(draft, MANIFEST), JSON.stringify({ entry, digest: filesDigest(folder) }));
    return putEntry(draft, room, key);
  } catch {
    // A full disk, for example: the next run bundles the pages again.
    return null;
  } finally {
    if (draft !== null) removeQuietly(draft);
  }
}

function putEntry(draft: string, room: string, key: string): KeptFiles | null {
  const target = join(room, key);
  try {
    renameSync(draft, target);
  } catch {
    // Another run was first, and loads its files already; or what lies there is damaged.
    const other = readEntry(room, key);
    if (other !== null) return other;
    rmSync(target, { recursive: true, force: true });
    renameSync(draft, target);
  }
  return readEntry(room, key);
}

function removeQuietly(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // It is removed with the entries that nobody uses.
  }
}

export interface PagesOf {
  /** Digest of the program. */
  readonly program: string;
  /** The cache next to the site. */
  readonly beside: string;
  /** Folder for temporary files. */
  readonly work: string;
}

/**
 * The pages that an earlier run kept; or those that `make` makes, which are then kept. Two runs may do the same at once.
 *
 * @param make fills a folder that does not exist yet, and returns the path in it of the entry.
 * @throws what `make` throws.
 */
export async function keptPages(
  { program, beside, work }: PagesOf,
  make: (folder: string) => Promise<string>,
): Promise<KeptFiles> {
  const installed = installedDigest();
  const room = installed === null ? null : roomFor(beside);
  const key = hash('sha256', `${program} ${installed}`);
  const kept = room === null ? null : readEntry(room, key);
  if (kept !== null) return kept;
  const folder = join(work, 'pages');
  const made = { folder, entry: await make(folder) };
  return (room === null ? null : keepEntry(room, key, made)) ?? made;
}
