/**
 * The long run: `node test/network/scale.ts [RECORDS] [FIRST] [FOLDER]` measures syncs on the loopback interface, against a
 * mirror of RECORDS records (default 100,000): one with nothing new, one with 100 new records, and a first one of FIRST records
 * (default 3,000), without a limit to the rate. The generated bundles are kept in FOLDER for the next run, if it is given.
 */
import { spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { bucketOf } from '../../src/records/layout.ts';
import { type PublishedRecord, updateIndex } from '../../src/records/update.ts';
import { makeBundle, trustFile } from '../bench/generate.ts';
import { answer, notFound, type StandIn, startStandIn } from '../support/network/stand-in.ts';

const [records = 100_000, first = 3000] = process.argv.slice(2, 4).map(Number);
const keptIn = process.argv[4];
const NEW = 100;
const LAUNCHER = fileURLToPath(new URL('../../src/cli/launch.mjs', import.meta.url));
/** Writes the seconds of CPU that the process used, in user and system mode, to its fourth stream when it ends. */
const USAGE = `data:text/javascript,${encodeURIComponent(
  "import { writeSync } from 'node:fs'; process.on('exit', () => { const { user, system } = process.cpuUsage(); writeSync(3, String((user + system) / 1e6)); });",
)}`;

interface Known {
  readonly suffix: string;
  readonly day: string;
  readonly sha256: string;
  readonly file: string;
}

/** An index of records; its states are made up, since nothing here asks for them. */
function indexOf(known: readonly Known[]): ReadonlyMap<string, Uint8Array> {
  const published = known.map(({ suffix, day, sha256 }): PublishedRecord => {
    const sums = [
      { path: `pith/${suffix}/bundle.json`, sha256 },
      { path: `pith/${suffix}/state.json`, sha256: hash('sha256', suffix) },
    ];
    return { suffix, bucket: bucketOf(day), withheld: null, sums: () => sums };
  });
  const { files } = updateIndex(published, [], () => null);
  return new Map(files.map(({ path, content }) => [path, Buffer.from(content)]));
}

function serve(standIn: StandIn, known: readonly Known[]): void {
  const index = indexOf(known);
  const bySuffix = new Map(known.map(({ suffix, file }) => [suffix, file]));
  standIn.play((request, response, path) => {
    const file = index.get(path);
    if (file !== undefined) return answer(file)(request, response, path);
    const found = bySuffix.get(/^pith\/([A-Z2-7]{26})\/bundle\.json$/.exec(path)?.[1] ?? '');
    return (found === undefined ? notFound : answer(readFileSync(found)))(request, response, path);
  });
}

const root = mkdtempSync(join(tmpdir(), 'pith-mirror-scale-'));
const trust = join(root, 'trust.json');
writeFileSync(trust, trustFile());
const standIn = await startStandIn(notFound);

async function measure(name: string, folder: string, cache: string): Promise<void> {
  const sent = standIn.sent;
  const asked = standIn.asked.length;
  const started = performance.now();
  const args = ['sync', '--all', '--from', standIn.url, '--to', folder, '--rate', '0', '--trust', trust, '--json'];
  const child = spawn(process.execPath, ['--import', USAGE, LAUNCHER, ...args], {
    env: { ...process.env, PITH_MIRROR_CACHE: cache },
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  const [, out, , used] = child.stdio as readonly (Readable | null)[];
  if (!out || !used) throw new TypeError('expected the streams of a child process');
  const [stdout, usage] = await Promise.all([text(out), text(used)]);
  const seconds = (performance.now() - started) / 1000;
  const cpu = Number(usage);
  const { totals } = JSON.parse(stdout) as { readonly totals: { readonly kept: number; readonly held: number } };
  const rates = [totals.kept / seconds, totals.kept / cpu].map((rate) => rate.toFixed(0));
  console.log(
    `${name}: ${seconds.toFixed(2)} s, CPU ${cpu.toFixed(2)} s, ${((standIn.sent - sent) / 1e6).toFixed(2)} MB ` +
      `in ${standIn.asked.length - asked} requests, ${totals.kept} kept, ${totals.held} held` +
      (totals.kept === 0 ? '' : `, ${rates[0]} records/s, ${rates[1]} per second of CPU`),
  );
}

/** Writes the first bundles, in the layout of a folder that sync filled. */
function generate(folder: string, count: number): readonly Known[] {
  const list = join(folder, '.list.json');
  if (existsSync(list)) return JSON.parse(readFileSync(list, 'utf8')) as readonly Known[];
  const known: Known[] = [];
  for (let index = 0; index < count; index++) {
    const { suffix, text: bundle } = makeBundle(index);
    const day = /"submitted_at":"(\d{4}-\d{2}-\d{2})/.exec(bundle)?.[1] ?? '';
    const sha256 = hash('sha256', bundle);
    const place = index < records ? 'bundles' : 'new';
    const file = join(folder, place, `${day.slice(0, 4)}/${day.slice(5)}/${suffix}.${sha256.slice(0, 12)}.json`);
    known.push({ suffix, day, sha256, file });
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bundle);
  }
  writeFileSync(list, JSON.stringify(known));
  return known;
}

try {
  const generated = keptIn ?? join(root, 'generated');
  const known = generate(generated, records + NEW);
  console.log(`${records} records of ${new Set(known.map(({ day }) => day)).size} days`);
  const folder = join(generated, 'bundles');
  const cache = join(root, 'cache');
  serve(standIn, known.slice(0, records));
  await measure('the first look at a mirror of which everything is held', folder, cache);
  await measure('nothing new', folder, cache);
  await measure('nothing new, again', folder, cache);
  serve(standIn, known);
  await measure(`${NEW} new records`, folder, cache);
  // For the next run of this program.
  for (const { file } of known.slice(records)) rmSync(file.replace('/new/', '/bundles/'));
  serve(standIn, known.slice(0, first));
  await measure('a first sync', join(root, 'first'), join(root, 'cache-first'));
} finally {
  await standIn.close();
  rmSync(root, { recursive: true, force: true });
}
