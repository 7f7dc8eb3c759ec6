/** A worker thread: gets jobs, reads, digests, judges and compresses, and answers in the order of the jobs. */
import { hash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { codeOf } from '../mirror/base/failure.ts';
import { ENGINES } from '../mirror/judge/openssl.ts';
import { readTrust } from '../protocol/index.ts';
import { compress } from './compress.ts';
import type { Answer, Done, DoneFile, Job, Problem, TeamStart } from './job.ts';
import { judgeRecord } from './judge-record.ts';
import { closeZip, PlaceError, readPlace } from './place.ts';

const port = parentPort;
if (port === null) throw new TypeError('expected to be started as a worker thread');
const start = workerData as TeamStart;
const trust = readTrust(start.trust);
const engine = ENGINES[start.engine];

function run({ files, suffix, pack }: Job): Done {
  const done: DoneFile[] = [];
  const problems: Problem[] = [];
  const contents = new Map<string, Uint8Array>();
  for (const { path, place, sha256: expected } of files) {
    let bytes: Uint8Array;
    try {
      bytes = readPlace(place);
    } catch (error) {
      if (!(error instanceof PlaceError)) throw error;
      problems.push({ path, kind: error.message === 'is missing' ? 'missing' : 'unreadable', message: error.message });
      continue;
    }
    const sha256 = hash('sha256', bytes);
    if (expected !== null && sha256 !== expected)
      problems.push({ path, kind: 'changed', message: `has SHA-256 ${sha256}; expected ${expected}` });
    if (suffix !== null) contents.set(path, bytes);
    done.push({ path, bytes: bytes.length, sha256, packed: pack === null ? null : compress(bytes, pack) });
  }
  if (suffix === null) return { files: done, problems, record: null };
  const judged = judgeRecord(suffix, contents, trust, engine);
  return { files: done, problems: [...problems, ...judged.problems], record: judged.record };
}

/** Packed bytes are transferred to the other thread. A view of a larger buffer is copied first, or the whole buffer would be transferred. */
function handedOver(done: Done): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { packed } of done.files) {
    if (packed !== null && packed.data.byteLength === packed.data.buffer.byteLength)
      buffers.add(packed.data.buffer as ArrayBuffer);
  }
  return [...buffers];
}

port.on('message', ({ id, job }: { readonly id: number; readonly job: Job | 'close' }) => {
  try {
    if (job === 'close') {
      closeZip();
      port.postMessage({ id, done: { files: [], problems: [], record: null } } satisfies Answer);
      return;
    }
    const done = run(job);
    port.postMessage({ id, done } satisfies Answer, handedOver(done));
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const { message, stack = '' } = error;
    const answer = { message, stack, code: codeOf(error), isSystem: 'syscall' in error };
    port.postMessage({ id, error: answer } satisfies Answer);
  }
});
