import { Worker, isMainThread } from 'node:worker_threads';
const mk = (o) => new Promise(r => new Worker(new URL('./worker.mjs', import.meta.url), o).on('exit', r));
console.log('main', process.execArgv);
await mk({}); await mk({ execArgv: [] }); await mk({ env: {} }); await mk({ env: {}, execArgv: [] });
