/** Who makes records: worker threads if there are many or if the caller asks for them, else the builder itself. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { BuildError } from '../../../src/mirror/base/failure.ts';
import type { Produced } from '../../../src/mirror/plan/lines.ts';
import type { InputFile } from '../../../src/mirror/read/read.ts';
import { trustDocument } from '../../../src/mirror/read/trust-file.ts';
import { Crew } from '../../../src/mirror/workers/crew.ts';
import { bytesOf, makeBundle, makeRecord, testTrust } from '../../support/bundles/make-bundle.ts';
import { temporaryFolder } from '../../support/sites/cli.ts';

const folder = temporaryFolder();
const files = Array.from({ length: 65 }, (_, i): InputFile => {
  const name = `${i}.json`;
  writeFileSync(join(folder, name), bytesOf(makeBundle(makeRecord({ id: `2606.${10000 + i}` }))));
  return { name, path: join(folder, name) };
});

let made = 0;
/** An empty stage, and a crew that works for it. */
function crewOf(size: number | null): { readonly stage: string; readonly crew: Crew } {
  const stage = join(folder, `stage-${made++}`);
  for (const name of ['pith', '.well-known/pith']) mkdirSync(join(stage, name), { recursive: true });
  const part = { shard: null, only: null };
  const start = { site: null, version: '0', trust: trustDocument(testTrust), engine: 'openssl', ...part } as const;
  return { stage, crew: new Crew(size, { ...start, stage, published: null, pages: null }) };
}

/** The number of threads that are started meanwhile. */
async function threadsOf(work: () => Promise<unknown>): Promise<number> {
  const workers: Worker[] = [];
  const note = (worker: Worker): number => workers.push(worker);
  process.on('worker', note);
  await work().finally(() => process.off('worker', note));
  return workers.length;
}

describe('a crew', () => {
  it('starts no thread for 64 files, several for 65, and as many as it may if their number is given', async () => {
    for (const [size, count, least, most] of [
      [null, 64, 0, 0],
      [null, 65, 1, 5],
      [1, 1, 1, 1],
      [2, 33, 2, 2],
    ] as const) {
      const { crew } = crewOf(size);
      const numbers = new Set<string | null>();
      const started = await threadsOf(() =>
        crew.verify(files.slice(0, count), ({ pithNumber }) => numbers.add(pithNumber)),
      );
      await crew.dismiss();
      assert.ok(started >= least && started <= most, `${size}, ${count}: ${started}`);
      assert.equal(numbers.size, count);
    }
  });

  it('gives a few files to its threads if it has some', async () => {
    const { crew } = crewOf(null);
    const ignore = (): void => undefined;
    assert.ok((await threadsOf(() => crew.verify(files, ignore))) > 0);
    assert.equal(await threadsOf(() => crew.alone(files.slice(0, 1), ignore)), 0);
    await crew.dismiss();
    // The builder itself would be told that it was interrupted.
    await assert.rejects(crew.verify(files.slice(0, 1), ignore), /^BuildError: a worker thread ended unexpectedly/);
  });

  for (const [who, size] of [
    ['a thread', 1],
    ['the builder', null],
  ] as const) {
    it(`fails with the first error of ${who}, in the words of the system, and gives no more tasks`, async () => {
      const { stage, crew } = crewOf(size);
      rmSync(stage, { recursive: true });
      writeFileSync(stage, '');
      const produced: Produced[] = [];
      await assert.rejects(
        crew.alone(files.slice(0, 64), (one) => produced.push(one)),
        (error) => error instanceof BuildError && /^ENOTDIR: not a directory, mkdir /.test(error.message),
      );
      await crew.dismiss();
      assert.deepEqual(produced, []);
    });

    it(`lets a defect in what ${who} does look like one`, async () => {
      const { crew } = crewOf(size);
      const noFile = null as unknown as InputFile;
      await assert.rejects(
        crew.alone([noFile], () => undefined),
        (error) => !(error instanceof BuildError) && error instanceof Error && /produce\.ts/.test(error.stack ?? ''),
      );
      await crew.dismiss();
    });

    it(`that is dismissed ends the work of ${who}: nothing is written after that`, async () => {
      const { stage, crew } = crewOf(size);
      const written = (): number => readdirSync(join(stage, 'pith')).length;
      const work = crew.alone(files.slice(0, 64), () => undefined);
      const failed = assert.rejects(work, BuildError);
      while (written() === 0) await new Promise(setImmediate);
      await crew.dismiss();
      const count = written();
      await failed;
      assert.ok(count < 64);
      assert.equal(written(), count);
    });
  }
});
