/**
 * What goes wrong with a ZIM: each case has a message, an exit code, and leaves nothing half-written.
 *
 * Slow: it kills packing at many moments and fills a disk.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { zstdCompressSync } from 'node:zlib';
import { BuildError } from '../../src/mirror/base/failure.ts';
import { mediaType } from '../../src/mirror/base/media-types.ts';
import { trustDocument } from '../../src/mirror/read/trust-file.ts';
import { ZimWriter } from '../../src/packages/formats/zim.ts';
import { packZim } from '../../src/packages/pack-zim.ts';
import { compareCodePoints } from '../../src/protocol/index.ts';
import { bytesOf, makeBundle, makeRecord, testTrust } from '../support/bundles/make-bundle.ts';
import { LAUNCHER, pithMirror, type Run, temporaryFolder } from '../support/sites/cli.ts';
import { mirror } from '../support/sites/mirror.ts';
import { readTree, writeFiles } from '../support/sites/site.ts';
import { notRun } from '../support/tools/not-run.ts';

const folder = temporaryFolder();
const at = (...names: readonly string[]): string => join(folder, ...names);
const trust = at('trust.json');
const suffixes: string[] = [];
const quiet = { stage: () => undefined, step: () => undefined, note: () => undefined };

/** A copy of the site, for a test to spoil. */
const site = at('copy');
const out = at('out');
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

before(async () => {
  writeFileSync(trust, JSON.stringify(trustDocument(testTrust)));
  for (let i = 0; i < 3; i++)
    writeFiles(at('input'), { [`${i}.json`]: bytesOf(makeBundle(makeRecord({ id: `2606.1000${i}` }))) });
  await mirror(at('input'), at('site'));
  suffixes.push(...readdirSync(at('site', 'pith')).sort());
});

beforeEach(() => {
  rmSync(site, { recursive: true, force: true });
  rmSync(out, { recursive: true, force: true });
  cpSync(at('site'), site, { recursive: true, preserveTimestamps: true });
});

const args = (to = out): readonly string[] => ['pack', site, '--format', 'zim', '--out', to, '--trust', trust];
const pack = (...more: readonly string[]): Promise<Run> => pithMirror([...args(), ...more]);
const record = (name: string, index = 1): string => `pith/${suffixes[index] ?? ''}/${name}`;

/** Everything below the output folder; hidden names too. */
const left = (): readonly string[] => (existsSync(out) ? readdirSync(out).sort() : []);

function failed(run: Run, code: number, message: RegExp): void {
  assert.equal(run.code, code, run.stderr);
  assert.match(run.stderr, message);
  assert.doesNotMatch(run.stderr, /unexpected error/);
}

describe('a site that is packed as a ZIM', () => {
  const changes: readonly (readonly [what: string, stage: string, change: () => void])[] = [
    ['a file grows', 'packing', () => appendFileSync(join(site, record('index.html', 2)), ' ')],
    ['a file goes', 'packing', () => rmSync(join(site, 'style.css'))],
    [
      'a record that was packed already changes',
      'reading back',
      () => appendFileSync(join(site, record('index.html', 0)), ' '),
    ],
    ['a file of a record appears', 'reading back', () => writeFileSync(join(site, record('new.txt', 2)), '')],
  ];
  for (const [what, stage, change] of changes) {
    it(`is refused if it changes while it is packed: ${what}`, async () => {
      const progress = { ...quiet, stage: (name: string) => (name === stage ? change() : undefined) };
      const options = { site, out, about: {}, trust: testTrust, engine: 'openssl', isJudged: false } as const;
      await assert.rejects(packZim({ ...options, force: false, jobs: 1 }, progress), (error) => {
        assert.ok(error instanceof BuildError);
        assert.match(error.message, /changed while (?:it|the site) was (?:read|packed)|is missing|has SHA-256/);
        return true;
      });
      assert.deepEqual(left(), []);
    });
  }

  it('is packed without files whose names no package may have, which are reported', async () => {
    writeFileSync(join(site, 'a:b.txt'), 'not ours');
    writeFileSync(join(site, 'CNAME'), 'example.org');
    const run = await pack();
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stderr, /not packed, the name has a character that some file systems forbid: a:b\.txt/);
    assert.match(run.stderr, /not packed, not part of the mirror: CNAME/);
  });

  it('is refused if a file that its lists name is missing', async () => {
    rmSync(join(site, record('cite.bib')));
    failed(await pack(), 1, /cite\.bib: is missing; sums\/ lists it; nothing is packed/);
    assert.deepEqual(left(), []);
  });
});

describe('a bad moment for a ZIM', () => {
  it('kill -9 at any time leaves no file or a whole one, and the next run gives the same bytes', async () => {
    const begun = performance.now();
    assert.equal((await pack()).code, 0);
    const took = performance.now() - begun;
    const [name = ''] = left();
    const whole = readFileSync(join(out, name));
    for (let i = 0; i < 10; i++) {
      rmSync(out, { recursive: true, force: true });
      const child = spawn(process.execPath, [LAUNCHER, ...args()], { stdio: 'ignore' });
      const ended = once(child, 'exit');
      await setTimeout((took * (i + 1)) / 10);
      child.kill('SIGKILL');
      await ended;
      if (existsSync(join(out, name))) assert.ok(readFileSync(join(out, name)).equals(whole), `killed: ${i}`);
      assert.deepEqual(
        left().filter((one) => !one.startsWith('.') && one !== name),
        [],
      );
      const next = await pack('--force');
      assert.equal(next.code, 0, next.stderr);
      assert.ok(readFileSync(join(out, name)).equals(whole));
      assert.deepEqual(left(), [name]);
    }
  });

  it('a full disk gives one line and exit code 1, and leaves nothing', async (t) => {
    mkdirSync(at('small'), { recursive: true });
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=32k', 'tmpfs', at('small')]);
    if (status !== 0) return notRun(t, 'a small disk needs root and mount');
    after(() => spawnSync('umount', [at('small')]));
    failed(await pithMirror(args(at('small'))), 1, /ENOSPC: no space left on device/);
    assert.deepEqual(readdirSync(at('small')), []);
  });
});

describe('a ZIM that somebody spoiled, with a digest that matches', () => {
  const zim = at('spoilt.zim');

  const withDigest = (bytes: Uint8Array): Uint8Array =>
    Buffer.concat([bytes, createHash('md5').update(bytes).digest()]);

  /** A ZIM of these files, as any writer might make one. */
  function zimOf(files: ReadonlyMap<string, Uint8Array>, spoil = (bytes: Buffer): Buffer => bytes): void {
    const sorted = [...files].sort(([a], [b]) => compareCodePoints(a, b));
    const writer = new ZimWriter(sorted.map(([path]) => mediaType(path)));
    const chunks: Uint8Array[] = [];
    const full = (cluster: Uint8Array): void => void chunks.push(...writer.pack('stored', cluster));
    for (const [path, bytes] of sorted) writer.add({ path, type: mediaType(path), title: null, bytes }, full);
    writer.flush(full);
    const end = writer.end(0, () => []);
    chunks.push(...end.chunks);
    writeFileSync(zim, withDigest(spoil(Buffer.concat([end.head(new Uint8Array(16).fill(1)), ...chunks]))));
  }

  const good = (): Map<string, Uint8Array> =>
    new Map([...readTree(at('site'))].filter(([path]) => path.startsWith('pith/') || path === 'index.html'));
  const verify = (): Promise<Run> => pithMirror(['verify', zim, '--trust', trust]);

  it('passes if nothing was changed', async () => {
    zimOf(good());
    const run = await verify();
    assert.equal(run.code, 0, run.stdout);
  });

  const cases: readonly (readonly [what: string, change: (files: Map<string, Uint8Array>) => void, message: RegExp])[] =
    [
      [
        'with a changed bundle',
        (files) => {
          const path = record('bundle.json');
          files.set(
            path,
            text(
              Buffer.from(files.get(path) ?? [])
                .toString()
                .replace(/2606\.1000\d/, '2606.10009'),
            ),
          );
        },
        /rejected/,
      ],
      [
        'with a changed state',
        (files) => files.set(record('state.json'), text('{}')),
        /wrong-state +pith\/\w+\/state\.json: is not the merge of the bundles/,
      ],
      [
        'with the bundle of another record',
        (files) => files.set(record('bundle.json'), files.get(record('bundle.json', 0)) ?? text('')),
        /wrong-record +pith\/\w+\/bundle\.json: is a bundle of pith:2026:\w+; expected \w+/,
      ],
    ];
  for (const [what, change, message] of cases) {
    it(`${what}: verify names it and exits with 1`, async () => {
      const files = good();
      change(files);
      zimOf(files);
      const run = await verify();
      assert.equal(run.code, 1, run.stdout);
      assert.match(run.stdout, message);
    });
  }

  const renamed =
    (from: string, to: string) =>
    (bytes: Buffer): Buffer =>
      Buffer.from(bytes.toString('latin1').replace(`${from}\0`, `${to}\0`), 'latin1');
  const lists: readonly (readonly [what: string, spoil: (bytes: Buffer) => Buffer, message: RegExp])[] = [
    ['that has one name twice', renamed('x2.txt', 'x1.txt'), /is damaged: x1\.txt is in its list twice/],
    ['whose list is not in order', renamed('x2.txt', 'x0.txt'), /is damaged: x0\.txt is not in its place in the list/],
    [
      'with a name outside of it',
      renamed('.0/a.txt', '../a.txt'),
      /has a file "\.\.\/a\.txt": the name has the part "\.\."/,
    ],
  ];
  for (const [what, spoil, message] of lists) {
    it(`${what} is refused with exit code 1`, async () => {
      zimOf(new Map([...good(), ['.0/a.txt', text('a')], ['x1.txt', text('1')], ['x2.txt', text('2')]]), spoil);
      failed(await verify(), 1, message);
    });
  }

  it('that unpacks to more than any file may have is refused before it fills the memory', async () => {
    const writer = new ZimWriter(['text/plain']);
    const chunks: Uint8Array[] = [];
    const full = (): void => void chunks.push(...writer.pack('zstd', zstdCompressSync(Buffer.alloc(2 ** 28 + 1))));
    writer.add({ path: 'a.txt', type: 'text/plain', title: null, bytes: text('a') }, full);
    writer.flush(full);
    const end = writer.end(0, () => []);
    chunks.push(...end.chunks);
    writeFileSync(zim, withDigest(Buffer.concat([end.head(new Uint8Array(16)), ...chunks])));
    const run = await verify();
    assert.equal(run.code, 1, run.stderr);
    assert.match(run.stdout, /unreadable +a\.txt: is damaged: its cluster cannot be unpacked/);
  });

  it('that was cut short anywhere is refused in one line, with exit code 1', async () => {
    zimOf(good());
    const whole = readFileSync(zim);
    for (const length of [0, 3, 79, 80, Math.floor(whole.length / 2), whole.length - 1]) {
      writeFileSync(zim, whole.subarray(0, length));
      failed(await verify(), 1, /spoilt\.zim: (?:is not a ZIM|is cut short)/);
    }
  });
});
