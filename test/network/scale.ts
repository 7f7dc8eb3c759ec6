/**
 * The long run: `node test/network/scale.ts [RECORDS] [FIRST]` measures syncs on the loopback interface, against a mirror of
 * RECORDS records (default 100,000): one with nothing new, one with 100 new records, and a first one of FIRST records
 * (default 3,000), without a limit to the rate.
 */
import { spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bucketOf } from '../../src/records/layout.ts';
import { type PublishedRecord, updateIndex } from '../../src/records/update.ts';
import { makeBundle, trustFile } from '../bench/generate.ts';
import { answer, notFound, type StandIn, startStandIn } from '../support/network/stand-in.ts';

const [records = 100_000, first = 3000] = process.argv.slice(2).map(Number);
const NEW = 100;
const LAUNCHER = fileURLToPath(new URL('../../src/cli/launch.mjs', import.meta.url));

interface Known {
  readonly index: number;
  readonly suffix: string;
  readonly day: string;
  readonly sha256: string;
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
  const bySuffix = new Map(known.map((record) => [record.suffix, record.index]));
  standIn.play((request, response, path) => {
    const file = index.get(path);
    if (file !== undefined) return answer(file)(request, response, path);
    const found = bySuffix.get(/^pith\/([A-Z2-7]{26})\/bundle\.json$/.exec(path)?.[1] ?? '');
    return (found === undefined ? notFound : answer(makeBundle(found).text))(request, response, path);
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
  const env = { ...process.env, PITH_MIRROR_CACHE: cache };
  const child = spawn(process.execPath, [LAUNCHER, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  for await (const data of child.stdout) stdout += String(data);
  const seconds = (performance.now() - started) / 1000;
  const { totals } = JSON.parse(stdout) as { readonly totals: { readonly kept: number; readonly held: number } };
  const rate = totals.kept > 0 ? `, ${(totals.kept / seconds).toFixed(0)} records/s` : '';
  console.log(
    `${name}: ${seconds.toFixed(2)} s, ${((standIn.sent - sent) / 1e6).toFixed(2)} MB in ${standIn.asked.length - asked} requests, ` +
      `${totals.kept} kept, ${totals.held} held${rate}`,
  );
}

try {
  const folder = join(root, 'bundles');
  const known: Known[] = [];
  for (let index = 0; index < records + NEW; index++) {
    const { suffix, text } = makeBundle(index);
    const day = /"submitted_at":"(\d{4}-\d{2}-\d{2})/.exec(text)?.[1] ?? '';
    const sha256 = hash('sha256', text);
    known.push({ index, suffix, day, sha256 });
    if (index >= records) continue;
    const path = join(folder, `${day.slice(0, 4)}/${day.slice(5)}/${suffix}.${sha256.slice(0, 12)}.json`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  console.log(`${records} records of ${new Set(known.map(({ day }) => day)).size} days`);
  serve(standIn, known.slice(0, records));
  await measure('the first look at a mirror of which everything is held', folder, join(root, 'cache'));
  await measure('nothing new', folder, join(root, 'cache'));
  await measure('nothing new, again', folder, join(root, 'cache'));
  serve(standIn, known);
  await measure(`${NEW} new records`, folder, join(root, 'cache'));
  serve(standIn, known.slice(0, first));
  await measure('a first sync', join(root, 'first'), join(root, 'cache-first'));
} finally {
  await standIn.close();
  rmSync(root, { recursive: true, force: true });
}
