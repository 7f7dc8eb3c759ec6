/** Does the tasks of a crew, in the thread that loads it: a worker, or the builder itself. */
import { readTrust } from '../../protocol/index.ts';
import { sentError } from '../base/sent-error.ts';
import { verifyInput } from '../judge/judge.ts';
import { ENGINES } from '../judge/openssl.ts';
import type { SiteContext } from '../plan/catalogue.ts';
import { PageRenderer } from '../render/page-renderer.ts';
import { Producer } from './produce.ts';
import type { Outcome, Task, WorkerStart } from './task.ts';

/** What does one task after the other. It throws nothing: an error is an outcome. */
export type Work = (task: Task) => Promise<Outcome>;

export async function startWork(start: WorkerStart): Promise<Work> {
  const { site, host = 'static', version, trust, stage, published, pages, shard, only } = start;
  const context: SiteContext = { site, host, version, trust: readTrust(trust) };
  const engine = ENGINES[start.engine];
  const renderer = pages === null ? null : await PageRenderer.load(pages);
  const producer = new Producer({ context, stage, published, pages: renderer, engine, shard, only });

  async function resultsOf(task: Task): Promise<readonly unknown[]> {
    const results: unknown[] = [];
    switch (task.kind) {
      case 'alone':
        for (const file of task.files) results.push(await producer.alone(file));
        break;
      case 'together':
        for (const record of task.records) results.push(await producer.together(record));
        break;
      case 'verify':
        for (const file of task.files) results.push(verifyInput(file, context.trust, engine));
        break;
      case 'lists':
        for (const page of task.pages) results.push(await producer.list(page));
        break;
    }
    return results;
  }

  return async (task) => {
    try {
      return { results: await resultsOf(task) };
    } catch (thrown) {
      return { error: sentError(thrown) };
    }
  };
}
