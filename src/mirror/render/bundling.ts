/**
 * Bundles the pages, the scripts and the style sheet in a process of its own. The bundler takes some 400 MB of memory and
 * gives none of it back before its process ends; and Astro, which cannot be stopped, is ended by a signal at once.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { BuildError } from '../base/failure.ts';
import { assertNotInterrupted, onInterrupt } from '../base/interrupt.ts';
import { receivedError, type SentError } from '../base/sent-error.ts';

/** The folder of scripts and the style sheet, next to the bundled pages. */
export const ASSETS = 'assets';

/** What the process answers: the path of the pages' entry in their folder, or why there is none. */
export type Bundled = { readonly entry: string } | { readonly error: SentError };

// Compiled in an installed package, source in a checkout.
const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './bundler.ts' : './bundler.js', import.meta.url);

/** The process's answer, when it has ended. @throws BuildError if it could not start, or ended without one. */
function answerOf(child: ChildProcess): Promise<Bundled> {
  return new Promise((resolve, reject) => {
    let bundled: Bundled | null = null;
    child.on('message', (message) => {
      bundled = message as Bundled;
    });
    child.on('error', ({ message }) =>
      reject(new BuildError(`could not start the process that bundles the pages: ${message}`)),
    );
    child.on('close', (code, signal) => {
      const why =
        signal === null
          ? `ended with exit code ${code}; nothing was published`
          : `was ended by ${signal}; nothing was published. Check whether the system has enough memory, and build again`;
      if (bundled === null) reject(new BuildError(`the process that bundles the pages ${why}`));
      else resolve(bundled);
    });
  });
}

/**
 * Bundles the pages.
 *
 * @param folder that does not exist yet. @param workDir for temporary files; the caller removes it afterwards.
 * @returns the path in the folder of the entry, for `PageRenderer`.
 * @throws BuildError; a copy of the bundler's error.
 */
export async function bundleApart(folder: string, workDir: string): Promise<string> {
  assertNotInterrupted();
  // Astro says nothing; what Node says when it fails belongs to the user.
  const child = fork(PROGRAM, [folder, workDir], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const answer = answerOf(child);
  const ended = onInterrupt(() => {
    child.kill('SIGKILL');
    return Promise.allSettled([answer]);
  });
  try {
    const bundled = await answer;
    if ('error' in bundled) throw receivedError(bundled.error);
    return bundled.entry;
  } catch (error) {
    assertNotInterrupted();
    throw error;
  } finally {
    await ended();
  }
}
