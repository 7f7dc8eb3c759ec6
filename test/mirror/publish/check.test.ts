/** The self-check: what lies in the stage is what was planned, or nothing is published. And builds that fail on the way. */
import assert from 'node:assert/strict';
import fs, { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { BuildError } from '../../../src/mirror/base/failure.ts';
import { ENGINES } from '../../../src/mirror/judge/openssl.ts';
import type { PageRenderer } from '../../../src/mirror/render/page-renderer.ts';
import { Producer } from '../../../src/mirror/workers/produce.ts';
import {
  bytesOf,
  makeBundle,
  makeCorrection,
  makeRecord,
  makeRecordCreated,
  makeSnapshot,
  numberOf,
  testTrust,
} from '../../support/bundles/make-bundle.ts';
import { temporaryFolder } from '../../support/sites/cli.ts';
import { differences, leftBeside, mirror, settle, snapshot } from '../../support/sites/mirror.ts';
import { writeFiles } from '../../support/sites/site.ts';

const folder = temporaryFolder();
const record = makeRecord();
const SUFFIX = numberOf(record).slice(-26);
const base = [makeRecordCreated(record), makeSnapshot(record)];
const bundles = {
  single: [bytesOf(makeBundle(record, base))],
  assembled: ['a', 'b'].map((note) => bytesOf(makeBundle(record, [...base, makeCorrection(record, note)]))),
};

let made = 0;
/**
 * Makes the record in a stage of its own.
 *
 * @param tamper called with the path of each file in the stage when it is written and not yet read back.
 */
async function produce(
  kind: keyof typeof bundles,
  tamper: (stage: string, path: string) => void = () => undefined,
  page = `<html>${numberOf(record)}</html>\n`,
): Promise<readonly string[]> {
  const root = join(folder, `case-${made++}`);
  const stage = join(root, 'stage');
  for (const name of ['pith', '.well-known/pith']) mkdirSync(join(stage, name), { recursive: true });
  const files = bundles[kind].map((bytes, i) => ({ name: `${i}.json`, path: join(root, `${i}.json`), bytes }));
  for (const { path, bytes } of files) writeFileSync(path, bytes);
  const pages = { render: async () => page } as unknown as PageRenderer;
  const context = { site: null, trust: testTrust, version: '0' };
  const producer = new Producer({
    context,
    stage,
    published: null,
    pages,
    engine: ENGINES.openssl,
    shard: null,
    only: null,
  });
  const real = { open: fs.openSync, read: fs.readSync };
  const opened = new Map<number, string>();
  // Tampering reads and writes files itself.
  const seen = new Set<string>();
  fs.openSync = (path, ...rest) => {
    const descriptor = real.open(path, ...rest);
    opened.set(descriptor, relative(stage, String(path)));
    return descriptor;
  };
  fs.readSync = ((descriptor: number, ...rest: [NodeJS.ArrayBufferView]) => {
    const path = opened.get(descriptor) ?? '..';
    if (!path.startsWith('..') && !seen.has(path)) {
      seen.add(path);
      tamper(stage, path);
    }
    return real.read(descriptor, ...rest);
  }) as typeof fs.readSync;
  syncBuiltinESMExports();
  try {
    await producer.together({ suffix: SUFFIX, files, across: { findings: [], versions: [] } });
  } finally {
    Object.assign(fs, { openSync: real.open, readSync: real.read });
    syncBuiltinESMExports();
  }
  return readdirSync(stage, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(stage, join(entry.parentPath, entry.name)));
}

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

for (const kind of ['single', 'assembled'] as const) {
  describe(`the check of a record of ${kind} bundles`, () => {
    it('passes what was written as planned, and fails on any other byte, fewer, more or none', async () => {
      const paths = await produce(kind);
      const names = [...new Set(paths.map((path) => basename(path)))];
      for (const name of ['index.html', 'bundle.json', 'state.json', 'record.jsonld'])
        assert.ok(names.includes(name), name);
      assert.equal(
        paths.some((path) => path.includes('/bundles/')),
        kind === 'assembled',
      );
      for (const path of paths) {
        for (const damage of [flip, (file: string) => appendFileSync(file, ' '), (file: string) => rmSync(file)])
          await assert.rejects(
            produce(kind, (stage, written) => {
              if (written === path) damage(join(stage, path));
            }),
            // A bundle that is gone cannot get its second name.
            /self-check failed|ENOENT.*link/,
            path,
          );
      }
    });

    it('fails on a file that nobody planned', async () => {
      for (const path of [`pith/${SUFFIX}/a`, `pith/${SUFFIX}/z.html`, `.well-known/pith/${SUFFIX}/x.json`]) {
        await assert.rejects(
          produce(kind, (stage, written) => {
            if (written.endsWith('/index.html')) writeFiles(stage, { [path]: '' });
          }),
          { name: 'BuildError', message: /^self-check failed/ },
        );
      }
    });

    it('fails on a page that is cut short or of another record', async () => {
      for (const page of ['<html>pith:2026:AAAAAAAAAAAAAAAAAAAAAAAAAA</html>', `<html>${numberOf(record)}`, ''])
        await assert.rejects(
          produce(kind, () => undefined, page),
          BuildError,
        );
    });
  });
}

const input = join(folder, 'bundles');
const out = join(folder, 'site/dist');
const stage = join(dirname(out), `.${basename(out)}.pith-mirror-stage`);
const built = at(4).then(() => snapshot(out));

/** The site of these records; each has a list of its own year. */
async function at(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const metadata = { submitted_at: `20${10 + i}-01-01T00:00:00Z` };
    writeFiles(input, { [`${i}.json`]: bytesOf(makeBundle(makeRecord({ id: `2606.0000${i}`, metadata }))) });
  }
  await mirror(input, out);
  settle(input, out);
}

describe('the check of a site', () => {
  const damages: readonly (readonly [what: string, damage: () => void])[] = [
    ['another byte in the site’s own page', () => flip(join(stage, 'index.html'))],
    ['another byte in the report', () => flip(join(stage, 'mirror-report.json'))],
    ['no home page', () => rmSync(join(stage, 'index.html'))],
    ['a list that is cut', () => truncateSync(join(stage, 'browse/index.html'), 100)],
    ['no list', () => rmSync(join(stage, 'browse/2012/index.html'))],
    ['a file that nobody planned', () => writeFiles(stage, { 'browse/2012/more.html': '' })],
    ['a file among the records', () => writeFiles(stage, { 'pith/surplus.html': '' })],
    ['a record that nobody planned', () => mkdirSync(join(stage, 'pith/AAAAAAAAAAAAAAAAAAAAAAAAAA'))],
    ['a bundle that nobody planned', () => mkdirSync(join(stage, '.well-known/pith/AAAAAAAAAAAAAAAAAAAAAAAAAA'))],
    [
      'a record less',
      () => rmSync(join(stage, 'pith', readdirSync(join(stage, 'pith'))[0] ?? ''), { recursive: true }),
    ],
  ];

  it('fails on whatever differs from the plan; the old site stays, and nothing next to it', async () => {
    const before = await built;
    // A report that differs from the published one.
    writeFiles(input, { 'bad.json': '{' });
    for (const [what, damage] of damages) {
      // Another address, so that every page differs from the published one and is staged.
      const options = { recheck: true, site: 'https://example.org/' };
      const building = mirror(input, out, options, (name) => {
        if (name === 'checking what was written') damage();
      });
      await assert.rejects(building, { name: 'BuildError', message: /^self-check failed/ }, what);
      assert.deepEqual(differences(snapshot(out), before), [], what);
      assert.deepEqual(leftBeside(out), [], what);
    }
    rmSync(join(input, 'bad.json'));
  });

  it('fails for an update too', async () => {
    await built;
    for (const [i, path] of ['index.html', 'browse/index.html', 'mirror-report.json'].entries()) {
      await mirror(input, out);
      settle(input, out);
      const before = snapshot(out);
      writeFiles(input, { [`more-${i}.json`]: bytesOf(makeBundle(makeRecord({ id: `2606.0010${i}` }))) });
      const building = mirror(input, out, {}, (name) => {
        if (name === 'checking what was written') truncateSync(join(stage, path), 50);
      });
      await assert.rejects(building, BuildError, path);
      assert.deepEqual(differences(snapshot(out), before), [], path);
      assert.deepEqual(leftBeside(out), [], path);
    }
  });
});

describe('workers', () => {
  it('of which one fails, or the builder that makes all itself, end the build: the old site stays, nothing next to it, and no thread is left', async () => {
    await built;
    // No more workers are started than the files can keep busy: with the four that are there, these make three tasks.
    const many = Array.from({ length: 29 }, (_, i) => makeRecord({ id: `2607.${10000 + i}` }));
    writeFiles(input, Object.fromEntries(many.map((one, i) => [`many-${i}.json`, bytesOf(makeBundle(one))])));
    const before = snapshot(out);
    const workers: Worker[] = [];
    const note = (worker: Worker): number => workers.push(worker);
    process.on('worker', note);
    for (const [begin, jobs] of [
      ['verifying and rendering', 3],
      ['verifying and rendering', 1],
      ['verifying and rendering', null],
      ['rendering lists', 3],
      ['rendering lists', null],
    ] as const) {
      const building = mirror(input, out, { recheck: true, jobs }, (name) => {
        if (name === begin) {
          rmSync(stage, { recursive: true });
          // No folder can be made where a file is.
          writeFileSync(stage, '');
        }
      });
      await assert.rejects(building, { name: 'BuildError', message: /^ENOTDIR: / }, begin);
      assert.deepEqual(differences(snapshot(out), before), [], begin);
      assert.deepEqual(leftBeside(out), [], begin);
    }
    process.off('worker', note);
    for (const i of many.keys()) rmSync(join(input, `many-${i}.json`));
    // Seven, and one for each lock that was held for more than five seconds.
    assert.ok(workers.length >= 7, String(workers.length));
    // A minute is for a thread that never ends.
    const isEnded = (): boolean => workers.every(({ threadId }) => threadId === -1);
    for (let i = 0; i < 3000 && !isEnded(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(isEnded());
  });

  it('that get bundles of one number at the same time make one record of all', async () => {
    await built;
    const own = join(folder, 'same');
    // Three tasks.
    const count = 33;
    for (let i = 0; i < count; i++) {
      const events = [...base, makeCorrection(record, String(i))];
      writeFiles(own, { [`${i}.json`]: bytesOf(makeBundle(record, events)) });
    }
    const sites: ReadonlyMap<string, string>[] = [];
    for (const jobs of [null, 1, 4]) {
      await mirror(own, out, { jobs, recheck: true });
      sites.push(snapshot(out));
      assert.equal(readdirSync(join(out, 'pith', SUFFIX, 'bundles')).length, count);
    }
    const [none = new Map(), ...others] = sites;
    for (const site of others) assert.deepEqual(differences(site, none), []);
  });
});
