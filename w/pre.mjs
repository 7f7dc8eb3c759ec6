import { isMainThread, threadId, getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
let s = getEnvironmentData('x'); if (!s) { s = new SharedArrayBuffer(4); setEnvironmentData('x', s); }
console.log('pre', isMainThread, threadId, Atomics.add(new Int32Array(s), 0, 1));
