/**
 * Loaded into a command before it starts (NODE_OPTIONS=--import=…): holds its main thread at one moment until the test has done what
 * it wants to do then. The command cannot get ahead of the test, however slow the test is. See hold.ts.
 *
 * PITH_MIRROR_HOLD is JSON: { at, held, go }. The moment is when a write to standard output or standard error matches the expression
 * `at`, or when a folder was made and `mkdirSync PATH` matches it. Then the file `held` is made, and the file `go` is waited for.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';

/** @type {{ at: string, held: string, go: string }} */
const { at, held, go } = JSON.parse(process.env.PITH_MIRROR_HOLD ?? '{}');
const moment = new RegExp(at);
const never = new Int32Array(new SharedArrayBuffer(4));
const { existsSync, mkdirSync, writeFileSync } = fs;
let isOver = !isMainThread;

/** @param {string} what */
function pass(what) {
  if (isOver || !moment.test(what)) return;
  isOver = true;
  writeFileSync(held, '');
  while (!existsSync(go)) Atomics.wait(never, 0, 0, 5);
}

if (isMainThread) {
  for (const stream of [process.stdout, process.stderr]) {
    const write = /** @type {(...args: unknown[]) => boolean} */ (stream.write.bind(stream));
    stream.write = (/** @type {unknown[]} */ ...args) => {
      const isTaken = write(...args);
      pass(String(args[0]));
      return isTaken;
    };
  }
  Object.assign(fs, {
    mkdirSync: (/** @type {Parameters<typeof mkdirSync>} */ ...args) => {
      const made = mkdirSync(...args);
      pass(`mkdirSync ${args[0]}`);
      return made;
    },
  });
  syncBuiltinESMExports();
}
