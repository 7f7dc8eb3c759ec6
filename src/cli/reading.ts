/** How a command ends that reads the indexes of other mirrors. */
import { Unreadable } from '../network/listing.ts';
import { NoIndex, Unsettled } from '../network/settled.ts';
import { complain, type TerminalProgress } from './terminal.ts';

/** A mirror cannot be read. */
const EXIT_UNREADABLE = 2;
/** A mirror keeps changing, or its index contradicts itself. */
const EXIT_UNSETTLED = 4;

/**
 * Runs the work of a command, and leaves the terminal as it was.
 *
 * @returns the exit code of the work; or, if a mirror cannot be read, a code for that, after saying why.
 */
export async function endReading(progress: TerminalProgress, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const isUnsettled = error instanceof Unsettled;
    if (!isUnsettled && !(error instanceof NoIndex) && !(error instanceof Unreadable)) throw error;
    progress.finish();
    complain(error.message);
    return isUnsettled ? EXIT_UNSETTLED : EXIT_UNREADABLE;
  } finally {
    progress.finish();
  }
}
