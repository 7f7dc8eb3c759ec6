/** A worker thread: gets jobs, reads, digests, judges and compresses, and answers in the order of the jobs. */
import { hash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { sentError } from '../mirror/base/sent-error.ts';
import { ENGINES } from '../mirror/judge/openssl.ts';
import { readTrust } from '../protocol/index.ts';
import { compress } from './compress.ts';
import type { Done, DoneFile, Job, JobAnswer, JobOrder, SiteProblem, StoredFile, TeamStart } from './job.ts';
import { datedRecord, judgePackedRecord } from './judge-record.ts';
import { doLarge, isLarge } from './large-file.ts';
import { PlaceError, readPlace } from './place.ts';
import { MOST_BYTES, SharedRoom } from './room.ts';

const port = parentPort;
if (port === null) throw new TypeError('expected to be started as a worker thread');
const start = workerData as TeamStart;
const trust = readTrust(start.trust);
const engine = ENGINES[start.engine];
const room = new SharedRoom();

/** @throws PlaceError if the file cannot be read. */
async function doFile(file: StoredFile, job: Job, contents: Map<string, Uint8Array>): Promise<DoneFile> {
  const large = isLarge(file, job) ? await doLarge(file, job.pack) : null;
  if (large !== null) return large;
  const bytes = readPlace(file.place, room);
  if (job.suffix !== null) contents.set(file.path, bytes);
  const packed = job.pack === null ? null : compress(bytes, job.pack);
  return { path: file.path, bytes: bytes.length, sha256: hash('sha256', bytes), packed };
}

async function run(job: Job): Promise<Done> {
  const done: DoneFile[] = [];
  const problems: SiteProblem[] = [];
  const contents = new Map<string, Uint8Array>();
  for (const file of job.files) {
    const { path, sha256: expected } = file;
    try {
      const found = await doFile(file, job, contents);
      if (expected !== null && found.sha256 !== expected)
        problems.push({ path, kind: 'changed', message: `has SHA-256 ${found.sha256}; expected ${expected}` });
      done.push(found);
    } catch (error) {
      if (!(error instanceof PlaceError)) throw error;
      problems.push({ path, kind: error.message === 'is missing' ? 'missing' : 'unreadable', message: error.message });
    }
  }
  const { suffix, onlyDated = false } = job;
  if (suffix === null) return { files: done, problems, record: null };
  if (onlyDated) return { files: done, problems, record: datedRecord(suffix, contents) };
  const judged = judgePackedRecord(suffix, contents, trust, engine);
  return { files: done, problems: [...problems, ...judged.problems], record: judged.record };
}

/** Memory for an answer grows by so much at once, so that it fits more often when it comes back. */
const GROWTH = 1 << 18;

/** An answer's files, and the memory that goes to the other thread with it. */
interface Gathered {
  readonly done: readonly Done[];
  /** Of the packed bytes side by side. */
  readonly memory?: ArrayBuffer;
  /** Of packed bytes that are too many to be copied. */
  readonly large: readonly ArrayBuffer[];
}

/** The memory of packed bytes that is theirs alone, and so large that it cannot be the room's; null if they are to be copied. */
function ownMemory({ buffer, length }: Uint8Array): ArrayBuffer | null {
  const isOwn = length > MOST_BYTES && buffer.byteLength <= length + 1;
  return isOwn && buffer instanceof ArrayBuffer ? buffer : null;
}

/**
 * The packed bytes of all files side by side in one buffer, which can go to the other thread without being copied again.
 *
 * @param spare of an earlier answer.
 */
function gathered(done: readonly Done[], spare: ArrayBuffer | undefined): Gathered {
  let length = 0;
  const large: ArrayBuffer[] = [];
  for (const { files } of done) {
    for (const { packed } of files) {
      if (packed === null) continue;
      const own = ownMemory(packed.data);
      if (own === null) length += packed.data.length;
      else large.push(own);
    }
  }
  if (length === 0) return { done, large };
  const memory =
    spare !== undefined && spare.byteLength >= length ? spare : new ArrayBuffer(Math.ceil(length / GROWTH) * GROWTH);
  const all = new Uint8Array(memory);
  let at = 0;
  const moved = (file: DoneFile): DoneFile => {
    if (file.packed === null || ownMemory(file.packed.data) !== null) return file;
    const data = all.subarray(at, at + file.packed.data.length);
    data.set(file.packed.data);
    at += data.length;
    return { ...file, packed: { ...file.packed, data } };
  };
  return { done: done.map((one) => ({ ...one, files: one.files.map(moved) })), memory, large };
}

async function doAll(jobs: readonly Job[]): Promise<readonly Done[]> {
  const done: Done[] = [];
  for (const job of jobs) done.push(await run(job));
  return done;
}

async function answer({ id, jobs, memory: spare }: JobOrder): Promise<void> {
  try {
    // What is not compressed still lies in the room until it is gathered.
    room.clear();
    const { large, ...answer } = gathered(await doAll(jobs), spare);
    const transferred = answer.memory === undefined ? [...large] : [...large, answer.memory];
    port?.postMessage({ id, ...answer } satisfies JobAnswer, transferred);
  } catch (thrown) {
    port?.postMessage({ id, error: sentError(thrown) } satisfies JobAnswer);
  }
}

/** One order at a time: all of them use the same room. */
let last: Promise<void> = Promise.resolve();
port.on('message', (order: JobOrder) => {
  last = last.then(() => answer(order));
});
