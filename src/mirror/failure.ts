/** Why a command ends without its result. Bad input files are no failure: they are in the report. */

/** Wrong use or configuration: what the user gave cannot mean anything. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The work could not be done or its result was not right; nothing was published. Exit code 1. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
}

/** The message of whatever was thrown, on one line. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' ');
}
