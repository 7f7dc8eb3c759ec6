/**
 * Signals that ask the program to end. Without a handler, the first process of a container ignores them, and any other process
 * leaves its temporary files behind.
 */
import { interrupt } from '../mirror/base/interrupt.ts';
import { say } from './streams.ts';

/** Exit codes as a shell gives them: 128 and the number of the signal. */
export const SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 143 } as const;

/** A container is killed 10 s after it was asked to end. */
const LIMIT_MS = 8_000;

/** Ends the program at the first SIGINT or SIGTERM: undoes what has begun, and exits. */
export function watchSignals(): void {
  let isEnding = false;
  for (const [signal, code] of Object.entries(SIGNAL_EXIT)) {
    process.on(signal, () => {
      // A terminal sends the signal to every process, and the launcher passes it on: it may arrive twice.
      if (isEnding) return;
      isEnding = true;
      const exit = (): never => process.exit(code);
      setTimeout(exit, LIMIT_MS);
      void interrupt().then(() => {
        say(`pith-mirror: ended by ${signal}\n`);
        exit();
      });
    });
  }
}
