/**
 * What goes wrong with a ZIM: each case has a message, an exit code, and leaves nothing half-written.
 *
 * Slow: it kills packing at many moments and fills a disk.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { mediaType } from '../../src/mirror/base/media-types.ts';
import { ZimWriter } from '../../src/packages/formats/zim.ts';
import { packZim } from '../../src/packages/pack-zim.ts';
import { compareCodePoints } from '../../src/protocol/index.ts';
import { testTrust } from '../support/bundles/make-bundle.ts';
import { pithMirror, type Run } from '../support/sites/cli.ts';
import { readTree } from '../support/sites/site.ts';
import { assertRefused, failed, Spoilable } from '../support/sites/spoilable.ts';

const spoilable = new Spoilable();
const { trust, site, out } = spoilable;
const at = (...names: readonly string[]): string => spoilable.at(...names);
const record = (name: string, index = 1): string => spoilable.record(name, index);
const left = (): readonly string[] => spoilable.left();
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

const args = (to = out): readonly string[] => ['pack', site, '--format', 'zim', '--out', to, '--trust', trust];
const pack = (...more: readonly string[]): Promise<Run> => pithMirror([...args(), ...more]);

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
      const options = {
        site,
        out,
        about: {},
        trust: testTrust,
        engine: 'openssl',
        isJudged: false,
        isCompact: false,
      } as const;
      await assertRefused((progress) => packZim({ ...options, force: false, jobs: 1 }, progress), stage, change);
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
    await spoilable.killAgainAndAgain(args(), 11);
  });

  it('a full disk gives one line and exit code 1, and leaves nothing', (t) => spoilable.fillDisk(t, 32, args));
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
    const full = (cluster: Uint8Array): void => void chunks.push(...writer.pack('stored', [cluster]));
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
    const full = (): void => void chunks.push(...writer.pack('zstd', [zstdCompressSync(Buffer.alloc(2 ** 28 + 1))]));
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
