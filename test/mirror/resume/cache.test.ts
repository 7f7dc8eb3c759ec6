/** The cache is used only if it is what was written, by this program, for this site. */
import assert from 'node:assert/strict';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import type { InputLine } from '../../../src/mirror/plan/lines.ts';
import { Output } from '../../../src/mirror/publish/output.ts';
import { Cache, type CacheContent, type CacheKey, type SiteMark } from '../../../src/mirror/resume/cache.ts';
import { bytesOf, makeBundle, makeRecord, testTrust } from '../../support/bundles/make-bundle.ts';
import { temporaryFolder } from '../../support/sites/cli.ts';
import { cacheOf, differences, mirror, settle, snapshot } from '../../support/sites/mirror.ts';

const root = temporaryFolder();
const KEY: CacheKey = { program: 'p', options: 'o' };
function line(name: string, text: string): InputLine {
  const report = {
    file: name,
    sha256: null,
    outcome: 'verified',
    findings: 0,
    signatures: 1,
    digests: 2,
    text,
  } as const;
  return { name, sha256: null, suffix: null, report };
}
/** The texts of reports come back as bytes. */
const plain = (part: unknown): unknown =>
  JSON.parse(JSON.stringify(part), (key, value) =>
    key === 'text' && typeof value === 'object' ? Buffer.from(value.data).toString() : value,
  );

const CONTENT: CacheContent = {
  // More than a block of lines.
  inputs: Array.from({ length: 5000 }, (_, i) => [`${i}\n\u2028.json`, `${i}:1`, null] as const),
  outcome: { totals: {}, trust: [], troubled: [] } as unknown as CacheContent['outcome'],
  lines: [
    line('b.json', '{"é\u{1f600}": 1}'),
    { name: 'a.json', sha256: 'x', suffix: null, report: null },
    line('c.json', '{}'),
  ],
  records: [],
  withheld: [{ suffix: 'A', pithNumber: 'pith:2026:A', reason: 'legal' }],
  lists: [['browse/index.html', 'digest']],
  others: [['index.html', null]],
  shapes: [['a.json index.html', ['A', 'B']]],
};
const PARTS = Object.keys(CONTENT) as (keyof CacheContent)[];

let made = 0;
async function saved(): Promise<{ readonly folder: string; readonly marker: SiteMark }> {
  const folder = join(root, `cache-${made++}`);
  const marker = { stamp: `stamp-${made}`, digest: `digest-${made}` };
  const cache = await Cache.open(folder, KEY, marker);
  assert.equal(cache.isUsable, false);
  await cache.save(CONTENT, marker);
  return { folder, marker };
}

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

const DAMAGES: readonly (readonly [what: string, damage: (path: string) => void])[] = [
  ['one bit changed', flip],
  ['cut', (path) => truncateSync(path, statSync(path).size - 1)],
  ['emptied', (path) => truncateSync(path, 0)],
  ['removed', (path) => rmSync(path)],
  ['longer', (path) => writeFileSync(path, `${readFileSync(path, 'utf8')}[]\n`)],
];

describe('a cache', () => {
  it('returns what was saved', async () => {
    const { folder, marker } = await saved();
    const cache = await Cache.open(folder, KEY, marker);
    for (const part of PARTS) assert.deepEqual(plain(await cache.part(part)), plain(CONTENT[part]), part);
  });

  for (const [what, damage] of DAMAGES) {
    it(`is no longer used once one part is found ${what}`, async () => {
      for (const part of PARTS) {
        const { folder, marker } = await saved();
        damage(join(folder, `${part}.jsonl`));
        const cache = await Cache.open(folder, KEY, marker);
        assert.equal(await cache.part(part), null, part);
        assert.equal(cache.isUsable, false);
        for (const other of PARTS) assert.equal(await cache.part(other), null, `${part}, then ${other}`);
      }
    });

    it(`gives no lines whose texts were found ${what}`, async () => {
      const { folder, marker } = await saved();
      damage(join(folder, 'texts.jsonl'));
      const cache = await Cache.open(folder, KEY, marker);
      assert.equal(await cache.part('lines'), null);
      assert.equal(cache.isUsable, false);
    });

    it(`is not used with its manifest ${what}`, async () => {
      const { folder, marker } = await saved();
      damage(join(folder, 'manifest.json'));
      const cache = await Cache.open(folder, KEY, marker);
      const parts = await Promise.all(PARTS.map((part) => cache.part(part)));
      assert.ok(parts.some((part) => part === null));
    });
  }

  it('is not used with a part of another cache, or a manifest that names another digest', async () => {
    const { folder, marker } = await saved();
    const path = join(folder, 'manifest.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    manifest.digests.lines = manifest.digests.records;
    writeFileSync(path, JSON.stringify(manifest));
    copyFileSync(join(folder, 'others.jsonl'), join(folder, 'records.jsonl'));
    for (const part of ['lines', 'records'] as const)
      assert.equal(await (await Cache.open(folder, KEY, marker)).part(part), null);
  });

  it('is used only by the same program, with the same options and for the same site', async () => {
    const { folder, marker } = await saved();
    assert.equal((await Cache.open(folder, KEY, marker)).isUsable, true);
    assert.equal((await Cache.open(folder, { ...KEY, program: 'q' }, marker)).isUsable, false);
    assert.equal((await Cache.open(folder, { ...KEY, options: '' }, marker)).isUsable, false);
    assert.equal((await Cache.open(folder, KEY, { ...marker, digest: 'another' })).isUsable, false);
    assert.equal((await Cache.open(folder, KEY, null)).isUsable, false);
  });

  it('of a site that was copied says so, until the stamps are replaced', async () => {
    const { folder, marker } = await saved();
    const moved = { ...marker, stamp: 'another' };
    assert.equal((await Cache.open(folder, KEY, marker)).isCopied, false);
    const cache = await Cache.open(folder, KEY, moved);
    assert.deepEqual([cache.isUsable, cache.isCopied], [true, true]);
    await cache.restamp([['a.json', '2:2', 'x']], moved);
    const next = await Cache.open(folder, KEY, moved);
    assert.deepEqual([next.isCopied, await next.part('inputs')], [false, [['a.json', '2:2', 'x']]]);
    assert.deepEqual(plain(await next.part('lines')), plain(CONTENT.lines));
  });

  it('is not used between forgetting and saving', async () => {
    const { folder, marker } = await saved();
    await (await Cache.open(folder, KEY, marker)).forget();
    assert.equal((await Cache.open(folder, KEY, marker)).isUsable, false);
  });
});

describe('a build', () => {
  const input = join(root, 'bundles');
  const out = join(root, 'site/dist');
  const bundle = (i: number, at = '2026-07-01T00:00:00Z'): Uint8Array =>
    bytesOf(makeBundle(makeRecord({ id: `2606.0000${i}` }), undefined, { built_at: at }));
  mkdirSync(input);
  for (const i of [1, 2, 3, 4, 5]) writeFileSync(join(input, `${i}.json`), bundle(i));
  const built = mirror(input, out).then(() => {
    settle(input, out);
    return snapshot(out);
  });

  it('does not use the cache if somebody else wrote the marker, or the site is another one', async () => {
    const site = await built;
    assert.equal((await mirror(input, out)).isUnchanged, true);
    // The same site, as far as that shows to a reader.
    cpSync(out, `${out}-copy`, { recursive: true, preserveTimestamps: true });
    rmSync(out, { recursive: true });
    renameSync(`${out}-copy`, out);
    writeFileSync(join(out, 'index.html'), 'of another');
    const told = await mirror(input, out);
    assert.equal(told.isUnchanged, false);
    assert.deepEqual(differences(snapshot(out), site), []);
    settle(input, out);
  });

  it('does not use the cache of another output', async () => {
    const site = await built;
    const other = join(dirname(out), 'other');
    cpSync(out, other, { recursive: true, preserveTimestamps: true });
    cpSync(cacheOf(out), cacheOf(other), { recursive: true, preserveTimestamps: true });
    writeFileSync(join(other, 'index.html'), 'of another');
    assert.equal((await mirror(input, other)).isUnchanged, false);
    assert.deepEqual(differences(snapshot(other), site), []);
  });

  it('without its cache gives the same site', async () => {
    const site = await built;
    rmSync(cacheOf(out), { recursive: true });
    assert.equal((await mirror(input, out)).isUnchanged, false);
    assert.deepEqual(differences(snapshot(out), site), []);
    settle(input, out);
  });

  it('notices a file that was changed and has its old size and time of change', async () => {
    await built;
    const path = join(input, '3.json');
    const { atime, mtime, size } = statSync(path);
    writeFileSync(path, bundle(3, '2026-07-01T00:00:01Z'));
    utimesSync(path, atime, mtime);
    assert.deepEqual([statSync(path).size, statSync(path).mtimeMs], [size, mtime.getTime()]);
    const told = await mirror(input, out);
    assert.ok(told.stages.includes('verifying and rendering (1)'), String(told.stages));
    settle(input, out);
    assert.equal((await mirror(input, out)).isUnchanged, true);
  });

  it('does not use the stamp of a file that changed just before it was read', async (context) => {
    await built;
    const path = join(input, '4.json');
    writeFileSync(path, bundle(4, '2026-07-01T00:00:02Z'));
    const { ctimeMs } = statSync(path);
    const readAt = async (now: number): Promise<readonly string[]> => {
      const mocked = context.mock.method(Output.prototype, 'now', async () => now);
      const { stages } = await mirror(input, out);
      mocked.mock.restore();
      return stages.filter((stage) => stage.startsWith('verifying'));
    };
    const ONE = ['verifying and rendering (1)'];
    assert.deepEqual(await readAt(ctimeMs + 2499), ONE);
    // Its stamp was not kept, so it is read again, and has the digest that it had.
    assert.deepEqual(await readAt(ctimeMs + 2501), []);
    assert.deepEqual(await readAt(ctimeMs + 2502), []);
  });

  // The workers begin with what has changed before it shows that the rest of the cache is damaged.
  for (const [i, part] of ['lines', 'texts', 'records', 'lists', 'others', 'shapes'].entries()) {
    it(`rebuilds the rest too if it has begun an update and ${part} turn out to be changed`, async () => {
      await built;
      settle(input, out);
      writeFileSync(join(input, '5.json'), bundle(5, `2026-07-01T00:01:0${i}Z`));
      const path = join(cacheOf(out), `${part}.jsonl`);
      writeFileSync(path, `${readFileSync(path, 'utf8')}[]\n`);
      const told = await mirror(input, out);
      const verifying = told.stages.filter((stage) => stage.startsWith('verifying'));
      const isReadFirst = part === 'lists' || part === 'others' || part === 'shapes';
      const expected = isReadFirst ? [5] : [1, 4];
      assert.deepEqual(
        verifying,
        expected.map((count) => `verifying and rendering (${count})`),
      );
      const clean = `${out}-clean`;
      await mirror(input, clean);
      assert.deepEqual(differences(snapshot(out), snapshot(clean)), []);
      rmSync(clean, { recursive: true });
    });
  }

  describe('of a fresh checkout of the input, with the site and the cache restored from an archive', () => {
    const fresh = join(root, 'fresh');
    const restored = join(fresh, 'dist');
    const restore = async (): Promise<void> => {
      await built;
      settle(input, out);
      await mirror(input, out);
      rmSync(fresh, { recursive: true, force: true });
      cpSync(input, join(fresh, 'bundles'), { recursive: true });
      cpSync(out, restored, { recursive: true });
      cpSync(cacheOf(out), cacheOf(restored), { recursive: true });
    };
    const again = (): ReturnType<typeof mirror> => mirror(join(fresh, 'bundles'), restored);
    const bytesOfTree = (site: string): readonly string[] => differences(snapshot(site), snapshot(out));

    it('rebuilds nothing', async () => {
      await restore();
      assert.equal((await again()).isUnchanged, true);
      assert.deepEqual(bytesOfTree(restored), []);
    });

    it('rebuilds what was changed or damaged in any of the three, and nothing else', async () => {
      await restore();
      writeFileSync(join(fresh, 'bundles/2.json'), bundle(2, '2026-07-01T00:00:07Z'));
      const told = await again();
      assert.ok(told.stages.includes('verifying and rendering (1)'), String(told.stages));
      const clean = join(fresh, 'clean');
      await mirror(join(fresh, 'bundles'), clean);
      assert.deepEqual(differences(snapshot(restored), snapshot(clean)), []);

      await restore();
      const [suffix = ''] = readdirSync(join(restored, 'pith'));
      flip(join(restored, 'pith', suffix, 'state.json'));
      flip(join(restored, 'index.html'));
      assert.equal((await again()).isUnchanged, false);
      assert.deepEqual(bytesOfTree(restored), []);

      await restore();
      flip(join(cacheOf(restored), 'records.jsonl'));
      flip(join(cacheOf(restored), 'inputs.jsonl'));
      const all = await again();
      assert.ok(all.stages.includes('verifying and rendering (5)'), String(all.stages));
      assert.deepEqual(bytesOfTree(restored), []);
    });

    it('uses neither with a site that is not the one of the cache', async () => {
      await restore();
      flip(join(restored, 'sums/site.sha256'));
      const told = await again();
      assert.ok(told.stages.includes('verifying and rendering (5)'), String(told.stages));
      assert.deepEqual(bytesOfTree(restored), []);
    });
  });

  it('reads everything again if asked to', async () => {
    await built;
    const told = await mirror(input, out, { recheck: true, trust: testTrust });
    assert.ok(told.stages.includes('verifying and rendering (5)'), String(told.stages));
  });
});
