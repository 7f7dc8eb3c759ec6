/**
 * The long run: `node test/crash/run.ts [KILLS] [SEED]`. Kills builds at KILLS random moments (default 200), then at every step
 * that changes the disk, and then lets each of these steps fail in each way.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildTime, checkFailureAt, checkKillAt, eachOf, randoms, Trials } from '../support/crash.ts';

const kills = Number(process.argv[2] ?? 200);
const seed = process.argv[3] ?? 'crash';
const atOnce = Math.max(1, Math.floor(availableParallelism() / 2));
const folder = mkdtempSync(join(tmpdir(), 'pith-mirror-crash-'));
const failures: string[] = [];

async function attempt(name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    failures.push(name);
    console.log(`✖ ${name}\n${error instanceof Error ? error.stack : error}`);
  }
}

try {
  const trials = await Trials.prepare(folder);
  const duration = await buildTime(trials);
  const random = randoms(seed);
  const moments = Array.from({ length: kills }, () => random.next().value * duration * 1.1);
  const seen = { old: 0, new: 0, absent: 0, killed: 0 };
  await eachOf(moments, atOnce, (moment) =>
    attempt(`killed after ${moment.toFixed(1)} ms`, async () => {
      const trial = trials.start();
      if (await trial.buildAndKill(moment)) seen.killed += 1;
      seen[trial.published()] += 1;
      await trial.assertNextBuild();
      rmSync(trial.root, { recursive: true });
    }),
  );
  console.log(`${kills} moments, seed ${seed}: ${JSON.stringify(seen)}`);

  const { steps } = await trials.start().buildWith({});
  const numbers = steps.map((_, index) => index + 1);
  await eachOf(numbers, atOnce, (at) =>
    attempt(`killed at ${steps[at - 1]}`, async () => {
      await checkKillAt(trials, at);
    }),
  );
  console.log(`${numbers.length} steps, killed at each`);
  const faults = (['ENOSPC', 'EIO', 'EACCES'] as const).flatMap((code) =>
    numbers.flatMap((at) => [false, true].map((lasting) => ({ at, code, lasting }))),
  );
  await eachOf(faults, atOnce, (fault) =>
    attempt(`${fault.code}${fault.lasting ? ' from then on' : ''} at ${steps[fault.at - 1]}`, () =>
      checkFailureAt(trials, fault),
    ),
  );
  console.log(`${faults.length} faults`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(failures.length === 0 ? 'all whole' : `${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
