/** What the commands share: options, paths relative to the user's folder, exit codes. */
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { codeOf, messageOf, UsageError } from '../mirror/base/failure.ts';
import { DEFAULT_TRUST_FILE, PACKAGE_ROOT } from '../mirror/base/package.ts';
import { ENGINES } from '../mirror/judge/openssl.ts';
import { loadTrust } from '../mirror/read/trust-file.ts';
import { assertEngineWorks, ENGINE_NAMES, type EngineName, type Trust } from '../protocol/index.ts';

export const EXIT = {
  /** Everything verified. */
  OK: 0,
  /** Failed; nothing published. */
  FAILED: 1,
  /** Wrong usage or configuration. */
  USAGE: 2,
  /** Published, but with findings or rejected files. */
  FINDINGS: 3,
} as const;

/** @throws UsageError for unknown options. */
export function parseOptions<T extends NonNullable<ParseArgsConfig['options']>>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

/**
 * A path that the user gave, relative to the user's folder.
 *
 * `npm run` moves to the folder of package.json first and leaves the place it was called from in INIT_CWD. That applies
 * only to this package's own script: in another project's script, paths start at that project's root.
 */
export function userPath(path: string): string {
  const { INIT_CWD, npm_package_json, npm_lifecycle_event } = process.env;
  const isOwnScript =
    (npm_lifecycle_event === 'mirror' || npm_lifecycle_event === 'build') &&
    npm_package_json !== undefined &&
    resolve(npm_package_json) === resolve(PACKAGE_ROOT, 'package.json');
  return resolve(isOwnScript && INIT_CWD !== undefined ? INIT_CWD : process.cwd(), path);
}

/** The keys that the user pins, or those that come with the program. */
export async function trustOption(path: string | undefined): Promise<Trust> {
  return loadTrust(path === undefined ? DEFAULT_TRUST_FILE : userPath(path));
}

/** The engine that the user chose. It is tested before anything is judged. @throws EngineError if it does not work here. */
export function engineOption(name = 'openssl'): EngineName {
  const engine = ENGINE_NAMES.find((known) => known === name);
  if (engine === undefined) throw new UsageError(`--engine: expected one of ${ENGINE_NAMES.join(', ')}, got ${name}`);
  assertEngineWorks(ENGINES[engine]);
  return engine;
}

async function readStandardInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return new Uint8Array(Buffer.concat(chunks));
}

/** The bytes of a file, or of standard input for `-` and for nothing. */
export async function readArgument(path: string | undefined): Promise<Uint8Array> {
  if (path === undefined || path === '-') return readStandardInput();
  try {
    return new Uint8Array(await readFile(userPath(path)));
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

/** Whether a path is a folder. @throws UsageError if there is nothing at it. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw new UsageError(codeOf(error) === 'ENOENT' ? `${path}: there is no such file or folder` : messageOf(error));
  }
}

/** At most one argument. */
export function singleArgument(positionals: readonly string[]): string | undefined {
  if (positionals.length > 1) throw new UsageError(`expected one argument at most, got ${positionals.join(' ')}`);
  return positionals[0];
}
