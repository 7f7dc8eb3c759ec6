/**
 * The long run: `node test/crash/run.ts [KILLS] [--seed TEXT] [--way first|full|update] [--only kills|steps|faults]
 * [--sample] [--at-once NUMBER] [--turnover NUMBER]`.
 *
 * Kills builds at KILLS random moments (default 200), half of them while files of the site are moved and removed; then at every step that changes the disk, and then lets each of these steps
 * fail in each way; with --sample only the first and the last step of each kind. For the ways see
 * TrialKind. All of it takes an hour of one core.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  checkFailureAt,
  checkKillAt,
  eachOf,
  measure,
  type Phase,
  type Published,
  randomMoments,
  Trials,
} from '../support/faults/crash.ts';
import { GROWS } from '../support/faults/faults.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: 'crash' },
    way: { type: 'string', default: 'full' },
    only: { type: 'string' },
    sample: { type: 'boolean', default: false },
    'at-once': { type: 'string' },
    // So many that moving and removing them takes a while.
    turnover: { type: 'string', default: '24' },
  },
});
const { seed, only } = values;
const way = values.way === 'update' || values.way === 'first' ? values.way : 'full';
const isAsked = (part: 'kills' | 'steps' | 'faults'): boolean => only === undefined || only === part;
const kills = isAsked('kills') ? Number(positionals[0] ?? 200) : 0;
const atOnce = Number(values['at-once'] ?? Math.max(1, Math.floor(availableParallelism() / 2)));
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

/** Attempts on many, and a line now and then: the whole takes an hour. */
async function attemptEach<T>(items: readonly T[], name: (item: T) => string, work: (item: T) => Promise<void>) {
  let done = 0;
  await eachOf(items, atOnce, async (item) => {
    await attempt(name(item), () => work(item));
    done += 1;
    if (done % 50 === 0) console.log(`${done} of ${items.length}, ${failures.length} failed`);
  });
}

/** The numbers of the steps to try: all, or the first and the last of those with one name and one folder next to the site. */
function chosen(steps: readonly string[]): readonly number[] {
  const kinds = steps.map((line) => /(?<= )\S+ [.a-z-]+/.exec(line)?.[0].replace(/(?<=-lock[-/]).*/, '') ?? line);
  const numbers = steps.map((_, index) => index + 1);
  if (!values.sample) return numbers;
  return numbers.filter((_, i) => kinds.indexOf(kinds[i] ?? '') === i || kinds.lastIndexOf(kinds[i] ?? '') === i);
}

try {
  const byMoments = await Trials.prepare(join(folder, 'kills'), {
    way,
    turnover: kills > 0 ? Number(values.turnover) : 1,
  });
  const times = await measure(byMoments);
  const moments = randomMoments(kills, times, seed).map((moment, index) => ({ ...moment, index }));
  const seen: Record<Published, number> = { old: 0, new: 0, between: 0 };
  const phases: Partial<Record<Phase | 'ended', number>> = {};
  await attemptEach(
    moments,
    ({ since, ms }) => `killed ${ms.toFixed(1)} ms after ${since}`,
    async ({ index, ...moment }) => {
      const trial = await byMoments.start();
      const { isKilled } = await trial.buildAndKill(moment);
      const phase = isKilled ? trial.phase() : 'ended';
      phases[phase] = (phases[phase] ?? 0) + 1;
      seen[trial.published()] += 1;
      await trial.assertMended(index);
      rmSync(trial.root, { recursive: true });
    },
  );
  if (isAsked('kills')) {
    console.log(`${kills} moments, seed ${seed}, ${way}, ${values.turnover} records each that come, go or change`);
    console.log(`stretches in ms: ${JSON.stringify(times)}`);
    console.log(`killed while: ${JSON.stringify(phases)}; published then: ${JSON.stringify(seen)}`);
  }

  const trials = await Trials.prepare(join(folder, 'steps'), { way });
  const { steps } = await (await trials.start()).buildWith({});
  const numbers = chosen(steps);
  const killed: Record<Published | 'done', number> = { old: 0, new: 0, between: 0, done: 0 };
  await attemptEach(
    isAsked('steps') ? numbers : [],
    (at) => `killed at ${steps[at - 1]}`,
    async (at) => {
      killed[(await checkKillAt(trials, at)) ?? 'done'] += 1;
    },
  );
  if (isAsked('steps')) console.log(`${numbers.length} steps, killed at each: ${JSON.stringify(killed)}`);
  const codes = isAsked('faults') ? (['ENOSPC', 'EIO', 'EACCES'] as const) : [];
  const faults = codes.flatMap((code) =>
    numbers
      // Nothing else meets a full disk.
      .filter((at) => code !== 'ENOSPC' || GROWS.test(steps[at - 1]?.split(' ')[1] ?? ''))
      .flatMap((at) => [false, true].map((lasting) => ({ at, code, lasting }))),
  );
  await attemptEach(
    faults,
    ({ at, code, lasting }) => `${code}${lasting ? ' from then on' : ''} at ${steps[at - 1]}`,
    (fault) => checkFailureAt(trials, fault),
  );
  if (isAsked('faults')) console.log(`${faults.length} faults`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const name of failures) console.log(`✖ ${name}`);
console.log(failures.length === 0 ? 'all whole' : `${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
