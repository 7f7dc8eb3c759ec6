/**
 * What has to be undone when a signal ends the program. The command line listens for signals; code that has begun
 * something registers here how to undo it.
 */
import { BuildError } from './failure.ts';

type Undo = () => Promise<unknown> | unknown;
type End = () => Promise<void>;

const ends: End[] = [];
const sweeps = new Set<() => void>();
let isOver = false;

/**
 * Registers what must be undone in the end: by whoever began it, or by a signal.
 *
 * @param sweep removes, without waiting, what the interrupted code may have made again while it was undone. Only after a signal.
 * @returns a function that undoes it. It does so once: whoever calls it again waits for the same.
 */
export function onInterrupt(undo: Undo, sweep: () => void = () => undefined): End {
  let done: Promise<void> | null = null;
  const run = async (): Promise<void> => {
    try {
      await undo();
    } finally {
      // Not before: a signal that comes meanwhile must wait for it.
      ends.splice(ends.indexOf(end), 1);
      if (!isOver) sweeps.delete(sweep);
    }
  };
  const end: End = () => {
    done ??= run();
    return done;
  };
  ends.push(end);
  sweeps.add(sweep);
  return end;
}

/** Whether a signal is ending the program: what fails from now on fails because of that. */
export const isInterrupted = (): boolean => isOver;

/** Call it before a step that cannot be undone. @throws BuildError if a signal is ending the program. */
export function assertNotInterrupted(): void {
  if (isOver) throw new BuildError('interrupted');
}

/**
 * Undoes everything that was registered, the newest first. Nothing is thrown. The caller ends the program at once: until then no
 * other code runs.
 */
export async function interrupt(): Promise<void> {
  isOver = true;
  for (let end = ends.at(-1); end !== undefined; end = ends.at(-1)) {
    try {
      await end();
    } catch {
      // The next build removes what is left.
    }
  }
  for (const sweep of [...sweeps].reverse()) sweep();
}
