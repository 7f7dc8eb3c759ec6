import type { TestContext } from 'node:test';

/** How the reporter knows a test that could not run here from one that somebody skipped, which is a failure. */
export const NOT_RUN = 'not run: ';

/**
 * Ends a test that cannot run on this machine. It counts neither as passed nor as failed, and the reporter lists it.
 *
 * @param reason what is missing and how to get it: `mounts need root`.
 */
export function notRun(test: Pick<TestContext, 'skip'>, reason: string): void {
  test.skip(`${NOT_RUN}${reason}`);
}
