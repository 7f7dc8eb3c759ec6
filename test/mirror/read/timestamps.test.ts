/** The operator's timestamp proofs: each is accepted or rejected alone, published as it is, and shown with what it proves. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { joinMirror } from '../../../src/mirror/join.ts';
import { readTimestamps, type Timestamps } from '../../../src/mirror/read/timestamps.ts';
import { formatTimestampProof } from '../../../src/protocol/index.ts';
import { bytesOf, makeBundle, makeRecord, testTrust } from '../../support/bundles/make-bundle.ts';
import { PROJECT, temporaryFolder } from '../../support/sites/cli.ts';
import { differences, mirror, settle, snapshot } from '../../support/sites/mirror.ts';
import { writeFiles } from '../../support/sites/site.ts';

const folder = temporaryFolder();
const input = join(folder, 'bundles');
const out = join(folder, 'dist');
const given = (name: string): string => join(input, 'timestamps', name);
const published = (name: string): string => join(out, 'timestamps', name);
const vector = (name: string): string => join(PROJECT, 'test/vectors/ots', name);
const put = (...names: readonly string[]): void => {
  for (const name of names) copyFileSync(vector(name), given(name));
};

type Attestation = Parameters<typeof formatTimestampProof>[0]['timestamp']['attestations'][number];
/** Writes a file and a proof of it that ends in an attestation. */
function stamp(name: string, text: string, attestation: Attestation): void {
  const message = new Uint8Array(createHash('sha256').update(text).digest());
  writeFileSync(given(name), text);
  const timestamp = { message, attestations: [attestation], branches: [] };
  writeFileSync(given(`${name}.ots`), formatTimestampProof({ hash: 'sha256', timestamp }));
}
const PENDING = { kind: 'pending', uri: 'https://calendar.example' } as const;

beforeEach(() => {
  rmSync(given(''), { recursive: true, force: true });
  mkdirSync(given(''), { recursive: true });
});

describe('the files of timestamps/', () => {
  const read = (): Timestamps =>
    readTimestamps(
      readdirSync(given(''))
        .sort()
        .map((name) => ({ name: `timestamps/${name}`, path: given(name) })),
    );
  const accepted = (): readonly string[] => read().files.map(({ name }) => name);
  const refuses = (name: string, message: RegExp, code = 'unreadable'): void => {
    const { rejected } = read();
    assert.deepEqual(
      rejected.map((one) => one.name),
      [`timestamps/${name}`],
    );
    assert.equal(rejected[0]?.error.code, code);
    assert.match(rejected[0]?.error.message ?? '', message);
  };

  it('are accepted as a proof, the file that it is of, and the header that proves it', () => {
    put('hello-world.txt', 'hello-world.txt.ots', '358391.hex');
    assert.deepEqual(accepted(), ['358391.hex', 'hello-world.txt', 'hello-world.txt.ots']);
    assert.deepEqual(read().rejected, []);
  });

  it('are not published if nothing needs them, and a note says so', () => {
    put('hello-world.txt', '358391.hex');
    assert.deepEqual(accepted(), []);
    assert.deepEqual(read().notes, [
      'not published, because no proof leads to this block: timestamps/358391.hex',
      'not published, because it has no proof (hello-world.txt.ots): timestamps/hello-world.txt',
    ]);
  });

  it('are rejected one by one: a proof without its file, of another file, damaged, or under a name that hosts refuse', () => {
    put('incomplete.txt', 'incomplete.txt.ots');
    copyFileSync(vector('hello-world.txt.ots'), given('lonely.txt.ots'));
    refuses('lonely.txt.ots', /expected lonely\.txt next to it/);
    writeFileSync(given('lonely.txt'), 'another');
    refuses('lonely.txt.ots', /expected the proof of lonely\.txt, got that of a file with the sha256 digest 03ba204e/);
    writeFileSync(given('lonely.txt.ots'), readFileSync(vector('hello-world.txt.ots')).subarray(0, -1));
    refuses('lonely.txt.ots', /at byte/);
    rmSync(given('lonely.txt.ots'));
    copyFileSync(vector('hello-world.txt.ots'), given('a b.html.ots'));
    refuses('a b.html.ots', /expected a name of letters, digits/);
    assert.deepEqual(accepted(), ['incomplete.txt', 'incomplete.txt.ots']);
  });

  it('are rejected if they are larger than any snapshot, or links', () => {
    stamp('large.txt', 'x'.repeat((1 << 20) + 1), PENDING);
    refuses('large.txt', /expected at most 1048576 bytes, got 1048577/, 'too_large');
    rmSync(given('large.txt'));
    symlinkSync(vector('hello-world.txt'), given('large.txt'));
    refuses('large.txt', /got a symbolic link/);
  });

  it('reject a header that is none, that is of another block, or without its work, and keep the proof', () => {
    put('hello-world.txt', 'hello-world.txt.ots');
    const proof = ['hello-world.txt', 'hello-world.txt.ots'];
    writeFileSync(given('358391.hex'), '00');
    refuses('358391.hex', /expected a block header of 160 hexadecimal digits, got 2 bytes/);
    assert.deepEqual(accepted(), proof);
    copyFileSync(vector('358391-one-bit-off.hex'), given('358391.hex'));
    refuses('358391.hex', /expected a header with the proof of work that it claims/);
    assert.deepEqual(accepted(), proof);
    rmSync(given(''), { recursive: true });
    mkdirSync(given(''));
    put('bad-stamp.txt', 'bad-stamp.txt.ots', '358391.hex');
    refuses(
      '358391.hex',
      /expected the Merkle root that a proof leads to, got 8a1b66ec.*7e00; it is not block 358391, or/,
    );
  });

  it('reject the proof if its header proves another one', () => {
    put('bad-stamp.txt', 'bad-stamp.txt.ots', 'hello-world.txt', 'hello-world.txt.ots', '358391.hex');
    refuses('bad-stamp.txt.ots', /expected a proof that leads to the Merkle root of block 358391, got another root/);
    assert.deepEqual(accepted(), ['358391.hex', 'hello-world.txt', 'hello-world.txt.ots']);
  });
});

describe('a build with timestamp proofs', () => {
  const home = (): string =>
    readFileSync(join(out, 'index.html'), 'utf8')
      .replaceAll(/<\/?bdi>/g, '')
      .replaceAll(/\s+/g, ' ');
  const records = ['1', '2', '3'].map((i) => makeRecord({ id: `2606.0000${i}` }));
  writeFiles(input, Object.fromEntries(records.map((record, i) => [`${i}.json`, bytesOf(makeBundle(record))])));

  it('publishes them byte for byte and says on the home page what each proves', async () => {
    await mirror(input, out);
    assert.doesNotMatch(home(), /OpenTimestamps to put/);
    const own = readFileSync(join(out, 'records/snapshot.txt'), 'utf8');
    stamp('2026-07-01.txt', own, PENDING);
    stamp('2026-06-01.txt', own.replace('records 3', 'records 2'), { kind: 'bitcoin', height: 953_001 });
    put('hello-world.txt', 'hello-world.txt.ots', '358391.hex');
    const { report } = await mirror(input, out);
    assert.equal(report.totals.rejected, 0);
    for (const name of readdirSync(given('')))
      assert.ok(readFileSync(published(name)).equals(readFileSync(given(name))));
    assert.deepEqual(readdirSync(published('')).sort(), readdirSync(given('')).sort());
    const headings = [...home().matchAll(/<h3> ?([^<]*?) ?<\/h3>/g)].map(([, text]) => text);
    assert.deepEqual(headings, [
      'This mirror’s record list, of 3 records: pending',
      'The file hello-world.txt: proved',
      'Another record list, of 2 records: not checked',
    ]);
    assert.match(home(), /Nothing is proved yet: https:\/\/calendar\.example promised/);
    assert.match(home(), /It existed before 2015-05-28 15:41 UTC, if block 358,391 is in the Bitcoin chain/);
    assert.match(home(), /000000000000000003e892881a8cdcdc117c06d444057c98b6f04a9ee75a2319/);
    assert.match(
      home(),
      /leads to Bitcoin block 953,001\. The header of the block is not here, so this is not checked/,
    );
    assert.match(home(), /<a href="timestamps\/358391\.hex" download>/);
    assert.equal(readFileSync(join(out, 'records/snapshot.txt'), 'utf8'), own, 'the proof changes what it proves');
    assert.match(readFileSync(join(out, 'sums/site.sha256'), 'utf8'), / {2}timestamps\/2026-07-01\.txt\.ots\n/);
  });

  it('gives the same bytes from shards, and from Astro’s own renderer', async () => {
    await mirror(input, out);
    const own = readFileSync(join(out, 'records/snapshot.txt'), 'utf8');
    stamp('own.txt', own, PENDING);
    put('bad-stamp.txt.ots', 'two-calendars.txt', 'two-calendars.txt.ots');
    await mirror(input, out);
    assert.match(home(), /This mirror’s record list, of 3 records: pending/);
    const byAstro = join(folder, 'by-astro');
    await mirror(input, byAstro, { renderer: 'astro' });
    assert.deepEqual(differences(snapshot(byAstro), snapshot(out)), []);
    const shards = [1, 2].map((index) => join(folder, `shard-${index}`));
    for (const [i, shard] of shards.entries()) await mirror(input, shard, { shard: { index: i + 1, count: 2 } });
    const joined = join(folder, 'joined');
    const quiet = { stage: () => undefined, step: () => undefined, note: () => undefined };
    const usual = { site: null, strict: false, allowLoss: true, clean: false, flush: false };
    await joinMirror({ shards, out: joined, trust: testTrust, ...usual }, quiet);
    assert.deepEqual(differences(snapshot(joined), snapshot(out)), []);
  });

  it('reports a bad proof like any rejected file, publishes everything else, and says so again if nothing changes', async () => {
    put('hello-world.txt', 'hello-world.txt.ots');
    writeFileSync(given('bad.txt.ots'), 'x');
    const first = await mirror(input, out);
    settle(input, out);
    const again = await mirror(input, out);
    assert.ok(first.published && again.isUnchanged);
    for (const { report } of [first, again]) {
      assert.equal(report.totals.records, 3);
      assert.equal(report.totals.rejected, 1);
      assert.equal(report.troubled[0]?.file, 'timestamps/bad.txt.ots');
      assert.equal(report.troubled[0]?.findings[0]?.code, 'unreadable');
    }
    assert.match(home(), /The file hello-world\.txt: not checked/);
    assert.ok(!existsSync(published('bad.txt.ots')));
  });

  it('is an update when a proof is completed, and takes away what is taken away', async () => {
    const own = readFileSync(join(out, 'records/snapshot.txt'), 'utf8');
    stamp('own.txt', own, PENDING);
    await mirror(input, out);
    settle(input, out);
    stamp('own.txt', own, { kind: 'bitcoin', height: 953_001 });
    const { isUnchanged, isUpdate } = await mirror(input, out);
    assert.deepEqual([isUnchanged, isUpdate], [false, true]);
    assert.match(home(), /This mirror’s record list, of 3 records: not checked/);
    rmSync(given(''), { recursive: true });
    await mirror(input, out);
    assert.doesNotMatch(home(), /This mirror’s record list/);
    assert.ok(!existsSync(published('')));
  });
});
