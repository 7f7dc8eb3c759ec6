/** Shards, and the join of them to what one build of everything gives. */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { BuildError, UsageError } from '../../src/mirror/base/failure.ts';
import type { BuildResult } from '../../src/mirror/build-options.ts';
import { joinMirror } from '../../src/mirror/join.ts';
import { claimedSuffix, isOfPart, parseShard, shardOfName, shardOfSuffix } from '../../src/mirror/resume/shard.ts';
import { readTrust } from '../../src/protocol/index.ts';
import { makeBundle as makeBenchBundle, trustFile } from '../bench/generate.ts';
import { bytesOf, makeBundle, makeRecord, testTrust } from '../support/bundles/make-bundle.ts';
import { differences, mirror, snapshot } from '../support/sites/mirror.ts';

/** Enough for some in each shard. */
const RECORDS = 24;
const SHARDS = 4;
const trust = readTrust(trustFile());
const folder = mkdtempSync(join(tmpdir(), 'pith-mirror-join-'));
const at = (...names: readonly string[]): string => join(folder, ...names);
const shardNames = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `${i + 1}`);

const USUAL = { strict: false, allowLoss: true, clean: false, flush: false };
const quiet = { stage: () => undefined, step: () => undefined, note: () => undefined };
const joined = (shards: readonly string[], out: string, site: string | null = null): Promise<BuildResult> =>
  joinMirror({ shards, out, trust, site, ...USUAL }, quiet);

/** The records, two bundles of one of them, a note, and files that are neither. */
function writeInput(input: string): void {
  mkdirSync(join(input, 'more'), { recursive: true });
  for (let i = 0; i < RECORDS; i++) {
    const { suffix, text } = makeBenchBundle(i);
    writeFileSync(join(input, `${suffix}.json`), text);
    if (i === 7) writeFileSync(join(input, 'more', 'newer.json'), makeBenchBundle(i, 1).text);
    if (i === 8) {
      const year = /"pith_number": ?"(pith:\d{4}:)/.exec(text)?.[1];
      writeFileSync(join(input, `${suffix}.md`), `---\npith_number: "${year}${suffix}"\n---\n\nA note.\n`);
    }
  }
  for (const name of ['a.json', 'b.json', 'c.json', 'd.json']) writeFileSync(join(input, name), `{ ${name}`);
}

after(() => rmSync(folder, { recursive: true, force: true }));

describe('the shard of a file', () => {
  it('is that of the number it claims: equal ranges, in order, that together are everything', () => {
    assert.equal(shardOfSuffix('A'.repeat(26), 3), 1);
    assert.equal(shardOfSuffix('7'.repeat(26), 3), 3);
    const first = ['A', 'H', 'I', 'P', 'Q', 'X', 'Y', '7'].map((letter) => shardOfSuffix(letter.padEnd(26, 'A'), 4));
    assert.deepEqual(first, [1, 1, 2, 2, 3, 3, 4, 4]);
  });

  it('is one for all records of a short number', () => {
    for (const count of [2, 3, 7, 1000]) {
      assert.equal(
        shardOfSuffix(`ABCDEFGH${'A'.repeat(18)}`, count),
        shardOfSuffix(`ABCDEFGH${'7'.repeat(18)}`, count),
      );
    }
  });

  it('is that of its name if it claims none', () => {
    assert.equal(claimedSuffix(new TextEncoder().encode('{"pith_number":"pith:2026:abc"}')), null);
    assert.equal(claimedSuffix(new TextEncoder().encode('null')), null);
    assert.equal(claimedSuffix(new Uint8Array([0xff])), null);
    const suffix = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
    assert.equal(claimedSuffix(new TextEncoder().encode(`{"pith_number":"pith:2026:${suffix}"}`)), suffix);
    for (const name of ['a', 'b', 'c']) {
      const shards = [1, 2, 3].filter((index) => isOfPart(null, name, { shard: { index, count: 3 }, only: null }));
      assert.deepEqual(shards, [shardOfName(name, 3)]);
    }
  });

  it('is named I/N', () => {
    assert.deepEqual(parseShard('2/4'), { index: 2, count: 4 });
    for (const bad of ['', '0/4', '5/4', '1/0', '1', '1/4/2', '-1/4', '1/10001', '1.5/4'])
      assert.throws(() => parseShard(bad), UsageError, bad);
  });
});

describe('a join', () => {
  before(async () => {
    writeInput(at('input'));
    await mirror(at('input'), at('whole'), { trust });
    for (const name of shardNames(SHARDS)) {
      await mirror(at('input'), at(name), { trust, shard: { index: Number(name), count: SHARDS } });
    }
  });

  it('of four shards gives the bytes of one build', async () => {
    const { report, published } = await joined(
      shardNames(SHARDS)
        .toReversed()
        .map((name) => at(name)),
      at('joined'),
    );
    assert.deepEqual([published, report.totals.records, report.totals.rejected], [true, RECORDS, 4]);
    assert.deepEqual(differences(snapshot(at('joined')), snapshot(at('whole'))), []);
    assert.ok(existsSync(at('1', '.pith-mirror-shard.jsonl')));
  });

  it('needs every shard, each once, of one mirror', async () => {
    const all = shardNames(SHARDS).map((name) => at(name));
    await assert.rejects(joined(all.slice(1), at('none')), /expected shards 1\/4 to 4\/4, each once, got 2, 3, 4/);
    await assert.rejects(joined([...all.slice(1), all[1] ?? ''], at('none')), /each once/);
    await assert.rejects(joined([at('whole')], at('none')), /is not a shard that can be joined/);
    await assert.rejects(joined(all, at('none'), 'https://example.org/'), /for another --site/);
    assert.ok(!existsSync(at('none')));
  });

  it('refuses files that the shard’s build did not write', async () => {
    const all = ['bad', '2', '3', '4'].map((name) => at(name));
    const spoil = async (change: (suffix: string) => void, expected: RegExp): Promise<void> => {
      rmSync(at('bad'), { recursive: true, force: true });
      cpSync(at('1'), at('bad'), { recursive: true, preserveTimestamps: true });
      const { suffix } = Array.from({ length: RECORDS }, (_, i) => makeBenchBundle(i)).find(
        (made) => shardOfSuffix(made.suffix, SHARDS) === 1,
      ) ?? { suffix: '' };
      change(suffix);
      await assert.rejects(joined(all, at('none')), (error) => {
        assert.ok(error instanceof BuildError || error instanceof UsageError, String(error));
        assert.match(error.message, expected);
        return true;
      });
      assert.ok(!existsSync(at('none')));
    };
    const notThose = /are not what its build wrote/;
    await spoil((suffix) => appendFileSync(at('bad', 'pith', suffix, 'index.html'), '<script>'), notThose);
    await spoil((suffix) => writeFileSync(at('bad', 'pith', suffix, 'more.html'), ''), notThose);
    await spoil((suffix) => rmSync(at('bad', 'pith', suffix, 'state.json')), notThose);
    await spoil((suffix) => copyFileSync(at('2', 'style.css'), at('bad', 'pith', suffix, 'bundle.json')), notThose);
    await spoil(() => appendFileSync(at('bad', '.pith-mirror-shard.jsonl'), ' '), /was changed after it was written/);
  });
});

describe('records of two shards that have a version in common', () => {
  it('are refused, because their pages must mention it', async () => {
    const shards = new Map<number, string>();
    for (let i = 0; shards.size < 2; i++) {
      const bundle = makeBundle(makeRecord({ id: '2606.00001', title: `Title ${i}` }));
      const suffix = bundle.pith_number.slice(-26);
      const index = shardOfSuffix(suffix, 2);
      if (shards.has(index)) continue;
      shards.set(index, suffix);
      mkdirSync(at('same'), { recursive: true });
      writeFileSync(at('same', `${suffix}.json`), bytesOf(bundle));
    }
    for (const index of [1, 2]) await mirror(at('same'), at(`same-${index}`), { shard: { index, count: 2 } });
    const both = [at('same-1'), at('same-2')];
    await assert.rejects(
      joinMirror({ shards: both, out: at('none'), trust: testTrust, site: null, ...USUAL }, quiet),
      /2 records share a version or a short number with records of other shards.*build without --shard/,
    );
    const { report } = await mirror(at('same'), at('same-whole'));
    const codes = report.troubled.map(({ findings }) => findings.some(({ code }) => code === 'alias_conflict'));
    assert.deepEqual(codes, [true, true]);
  });
});
