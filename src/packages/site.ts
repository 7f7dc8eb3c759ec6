/** The facts about a site that a package needs: its operator, its date, and the keys it was built with. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { BuildError, messageOf, UsageError } from '../mirror/base/failure.ts';
import { MARKER, MIRRORS, SIGNING_KEY } from '../mirror/base/paths.ts';
import type { Trust } from '../protocol/index.ts';
import { isThere } from './walk.ts';

export interface Site {
  readonly folder: string;
  /** The newest moment in its data, seconds since 1970: used as the time of every file that is not a record's. */
  readonly seconds: number;
  /** Where it is published, or null if the build was not told. */
  readonly url: string | null;
}

interface MirrorsFile {
  readonly generated_at?: unknown;
  readonly mirrors?: readonly { readonly base_url?: unknown; readonly status?: unknown }[];
}

async function readJson(folder: string, path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(folder, path), 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new BuildError(`${join(folder, path)}: is not JSON; build the site again`);
    throw new BuildError(`${join(folder, path)}: ${messageOf(error)}; build the site again`);
  }
}

/** Whether a folder is a site of this program. @throws the system's error if that cannot be seen. */
export function isSite(folder: string): boolean {
  return isThere(join(folder, MARKER));
}

/**
 * Reads what a site says about itself.
 *
 * @throws UsageError if the folder is not a mirror; BuildError if it is one that cannot be packed.
 */
export async function openSiteFolder(path: string): Promise<Site> {
  const folder = resolve(path);
  if (!isThere(folder)) throw new UsageError(`${path}: there is no such folder`);
  if (!isSite(folder))
    throw new UsageError(`${path}: is not a mirror: it has no ${MARKER}; name a folder that pith-mirror build wrote`);
  const journal = join(dirname(folder), `.${basename(folder)}.pith-mirror-journal`);
  if (isThere(journal))
    throw new BuildError(`${path}: an update of this site was interrupted; run pith-mirror build again, then pack it`);
  const { generated_at, mirrors = [] } = (await readJson(folder, MIRRORS)) as MirrorsFile;
  const milliseconds = typeof generated_at === 'string' ? Date.parse(generated_at) : Number.NaN;
  if (Number.isNaN(milliseconds))
    throw new BuildError(
      `${join(path, MIRRORS)}: "generated_at" must be a date (found ${JSON.stringify(generated_at)})`,
    );
  const own = mirrors.find(({ status }) => status === 'mirror')?.base_url;
  return { folder, seconds: Math.floor(milliseconds / 1000), url: typeof own === 'string' ? own : null };
}

/** @throws UsageError unless the key that the site publishes is one of those that are pinned. */
export async function checkKeys({ folder }: Site, trust: Trust): Promise<void> {
  if (!isThere(join(folder, SIGNING_KEY))) return;
  const { key_id, fingerprint_sha256_hex } = (await readJson(folder, SIGNING_KEY)) as Record<string, unknown>;
  if (trust.keys.some(({ fingerprint }) => fingerprint === fingerprint_sha256_hex)) return;
  throw new UsageError(
    `the site was built with the key ${String(key_id)} (${String(fingerprint_sha256_hex)}), which is not pinned here; name the site's trust file with --trust`,
  );
}

/** `2026-05-21` of seconds since 1970. */
export const dateOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);
