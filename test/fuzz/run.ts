/** `npm run fuzz -- [CASES [SEED [FIRST]]]`: fuzzes verifyBundle with both engines. Exit code 1 if any verdict is wrong. */
import { fuzz, makeCase } from './fuzz.ts';

const [cases = '100000', seed = 'pith', first = '0'] = process.argv.slice(2);
const total = Number(cases);
const start = Number(first);
if (!Number.isSafeInteger(total) || total < 1 || !Number.isSafeInteger(start) || start < 0) {
  process.stderr.write('usage: npm run fuzz -- [CASES [SEED [FIRST]]]\n');
  process.exit(2);
}

const result = fuzz(total, seed, undefined, {
  first: start,
  onStep: (done) => {
    if (done % 10_000 === 0) process.stderr.write(`${done} of ${total}\n`);
  },
});

const table = (title: string, counts: ReadonlyMap<string, number>): string =>
  `${title}\n${[...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, times]) => `  ${String(times).padStart(8)}  ${name}\n`)
    .join('')}`;

process.stdout.write(`seed ${seed}, cases ${start} to ${start + total - 1}\n`);
process.stdout.write(`${(total / result.seconds).toFixed(0)} cases/s, ${result.seconds.toFixed(0)} s\n`);
process.stdout.write(table('outcomes', result.outcomes));
process.stdout.write(`accepted with other content than the document mutated: ${result.acceptedOthers}\n`);
process.stdout.write(table('verdicts with a code', result.codes));
process.stdout.write(table('accepted bundles with an invalid event', result.reasons));
process.stdout.write(`slowest: ${result.slowest.milliseconds.toFixed(1)} ms, case ${result.slowest.index}\n`);
process.stdout.write(`wrong verdicts: ${result.failures.length}\n`);
for (const { index, how, what } of result.failures.slice(0, 20)) {
  process.stdout.write(`\ncase ${index} (npm run fuzz -- 1 ${seed} ${index}): ${how}\n  ${what.join('\n  ')}\n`);
  const { bytes } = makeCase(seed, index);
  process.stdout.write(`  ${JSON.stringify(Buffer.from(bytes).toString('latin1')).slice(0, 2000)}\n`);
}
process.exitCode = result.failures.length > 0 ? 1 : 0;
