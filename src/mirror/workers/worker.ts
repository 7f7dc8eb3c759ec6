/** A worker thread: receives tasks, makes records, and answers with their lines. */
import { parentPort, workerData } from 'node:worker_threads';
import { EngineError, readTrust } from '../../protocol/index.ts';
import { BuildError, codeOf } from '../base/failure.ts';
import { verifyInput } from '../judge/judge.ts';
import { ENGINES } from '../judge/openssl.ts';
import type { SiteContext } from '../plan/catalogue.ts';
import { PageRenderer } from '../render/page-renderer.ts';
import { Producer } from './produce.ts';
import type { Answer, Task, WorkerStart } from './task.ts';

const port = parentPort;
if (port === null) throw new TypeError('expected to be started as a worker thread');
const {
  site,
  host = 'static',
  version,
  trust,
  stage,
  published,
  pages,
  engine,
  shard,
  only,
} = workerData as WorkerStart;
const context: SiteContext = { site, host, version, trust: readTrust(trust) };
const producer = new Producer({
  context,
  stage,
  published,
  pages: pages === null ? null : await PageRenderer.load(pages),
  engine: ENGINES[engine],
  shard,
  only,
});
async function run(task: Task): Promise<readonly unknown[]> {
  const results: unknown[] = [];
  switch (task.kind) {
    case 'alone':
      for (const file of task.files) results.push(await producer.alone(file));
      break;
    case 'together':
      for (const record of task.records) results.push(await producer.together(record));
      break;
    case 'verify':
      for (const file of task.files) results.push(verifyInput(file, context.trust, ENGINES[engine]));
      break;
    case 'lists':
      for (const page of task.pages) results.push(await producer.list(page));
      break;
  }
  return results;
}

// One after the other, in the order in which they came.
let queue = Promise.resolve();
port.on('message', ({ id, task }: { readonly id: number; readonly task: Task }) => {
  queue = queue.then(async () => {
    try {
      port.postMessage({ id, results: await run(task) } satisfies Answer);
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      const { message, stack = '' } = error;
      // The system's own words are clear enough. Their `syscall` does not cross threads, and without it they would look like a defect.
      const isBuildError = error instanceof BuildError || error instanceof EngineError || 'syscall' in error;
      const answer = { isBuildError, code: codeOf(error), message, stack };
      port.postMessage({ id, error: answer } satisfies Answer);
    }
  });
});
