/**
 * A thread that renews a lock file: the builder's own thread may compute for longer than a lock lives.
 *
 * It writes the same bytes again, so that the file system itself, which may be another machine's, sets the time.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

const { path, text, everyMs } = workerData as {
  readonly path: string;
  readonly text: string;
  readonly everyMs: number;
};

setInterval(() => {
  try {
    const descriptor = openSync(path, 'r+');
    try {
      writeSync(descriptor, text, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // The lock was removed, or the disk fails: the build asks for its lock itself before it publishes.
  }
}, everyMs);
