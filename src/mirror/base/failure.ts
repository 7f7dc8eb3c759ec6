/** Why a command ends without its result. Bad input files are not failures: the report lists them. */

/** Wrong usage or configuration. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The work could not be done or its result was not right; nothing was published. Exit code 1. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
}

/** The code of a system error, such as `ENOENT`; undefined for anything else. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** The message of any thrown value, on one line. */
export function messageOf(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error)).split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').join(' ');
}

/** What the system said, in Node's words or in the bundler's. */
const SYSTEM_WORDS = /\bE[A-Z]{2,}: .*|^.*\(os error \d+\)/m;

/** The system's own line in an error that others wrapped, with their stack in its message; null if there is none. */
export function systemLineOf(error: unknown): string | null {
  return error instanceof Error ? (SYSTEM_WORDS.exec(error.message)?.[0].trim() ?? null) : null;
}
