/** A worker thread: receives tasks, does one after the other in the order in which they came, and answers with their results. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, Task, WorkerStart } from './task.ts';
import { startWork } from './work.ts';

const port = parentPort;
if (port === null) throw new TypeError('expected to be started as a worker thread');
const work = await startWork(workerData as WorkerStart);
let queue = Promise.resolve();
port.on('message', ({ id, task }: { readonly id: number; readonly task: Task }) => {
  queue = queue.then(async () => port.postMessage({ id, ...(await work(task)) } satisfies Answer));
});
