/**
 * What has to be undone when a signal ends the program. The command line listens for signals; code that has begun
 * something registers here how to undo it.
 */
import { BuildError } from './failure.ts';

type Undo = () => Promise<unknown> | unknown;

const undos: Undo[] = [];
let isOver = false;

/** Registers what a signal must undo. @returns a function that takes the registration back. */
export function onInterrupt(undo: Undo): () => void {
  undos.push(undo);
  return () => {
    const at = undos.indexOf(undo);
    if (at !== -1) undos.splice(at, 1);
  };
}

/** Whether a signal is ending the program: what fails from now on fails because of that. */
export const isInterrupted = (): boolean => isOver;

/** Call it before a step that cannot be undone. @throws BuildError if a signal is ending the program. */
export function assertNotInterrupted(): void {
  if (isOver) throw new BuildError('interrupted');
}

/** Undoes everything that was registered, the newest first. Nothing is thrown. */
export async function interrupt(): Promise<void> {
  isOver = true;
  for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) {
    try {
      await undo();
    } catch {
      // The next build removes what is left.
    }
  }
}
