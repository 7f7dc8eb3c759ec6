import { Worker, threadId, workerData } from 'node:worker_threads';
console.log('worker', threadId);
if (!workerData) await new Promise(r => new Worker(new URL('./worker.mjs', import.meta.url), {workerData: 1}).on('exit', r));
