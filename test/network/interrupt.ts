/**
 * The long run: `node test/network/interrupt.ts [KILLS] [RECORDS]` kills a sync KILLS times (default 50) while it fills a
 * folder from a mirror of RECORDS records (default 600), and compares the result with an undisturbed run.
 */
import { Interrupting, killAgainAndAgain } from '../support/network/interrupting.ts';

const [kills = 50, records = 600] = process.argv.slice(2).map(Number);
const trials = await Interrupting.prepare(records);
try {
  console.log(`undisturbed: ${trials.expected.size} files in ${(trials.duration / 1000).toFixed(1)} s`);
  await killAgainAndAgain(trials, kills, console.log);
  console.log('all whole');
} finally {
  await trials.close();
}
