/**
 * `stamp`: proofs made with calendars on loopback, completed, and checked offline; python-opentimestamps reads each of them.
 *
 * Slow: starts the command forty times.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Progress } from '../../src/mirror/base/progress.ts';
import { attestationsOf, formatTimestampProof, parseTimestampProof } from '../../src/protocol/index.ts';
import { mayAsk } from '../../src/timestamps/calendar.ts';
import { digestOfFile } from '../../src/timestamps/file-digest.ts';
import { NONCE_BYTES, stampFile, upgradeProof } from '../../src/timestamps/stamp.ts';
import { pithMirror, type Run } from '../support/sites/cli.ts';
import { needTool } from '../support/tools/tools.ts';
import { startCalendar } from './calendar-server.ts';

const vectors = fileURLToPath(new URL('../vectors/ots/', import.meta.url));
const HEADER = join(vectors, '358391.hex');
const folder = mkdtempSync(join(tmpdir(), 'pith-mirror-stamp-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const stamp = (...args: readonly string[]): Promise<Run> => pithMirror(['stamp', ...args]);
let files = 0;
function newFile(text = `snapshot ${files}\n`): string {
  const path = join(folder, `snapshot-${files++}.txt`);
  writeFileSync(path, text);
  return path;
}
const proofOf = (file: string) => parseTimestampProof(new Uint8Array(readFileSync(`${file}.ots`)));
const kindsOf = (file: string): readonly string[] =>
  attestationsOf(proofOf(file).timestamp).map(({ attestation }) => attestation.kind);

/** What python-opentimestamps reads from each proof: its digest and attestations, and the bytes that it writes. */
const ORACLE = `
import json, sys
from opentimestamps.core.timestamp import DetachedTimestampFile
from opentimestamps.core.serialize import StreamDeserializationContext, BytesSerializationContext
out = []
for path in sys.argv[1:]:
    with open(path, 'rb') as f:
        d = DetachedTimestampFile.deserialize(StreamDeserializationContext(f))
    w = BytesSerializationContext(); d.serialize(w)
    att = sorted((type(a).__name__, m.hex(), getattr(a, 'height', None), getattr(a, 'uri', None)) for m, a in d.timestamp.all_attestations())
    out.append({'digest': d.file_digest.hex(), 'attestations': att, 'bytes': w.getbytes().hex()})
print(json.dumps(out))
`;

const NAMES = {
  bitcoin: 'BitcoinBlockHeaderAttestation',
  pending: 'PendingAttestation',
  unknown: 'UnknownAttestation',
};

function assertPythonAgrees(proofs: readonly string[]): void {
  needTool('opentimestamps');
  const { status, stdout, stderr } = spawnSync('/usr/bin/python3', ['-c', ORACLE, ...proofs], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const found = JSON.parse(stdout) as { digest: string; attestations: unknown[]; bytes: string }[];
  assert.equal(found.length, proofs.length);
  for (const [i, path] of proofs.entries()) {
    const bytes = readFileSync(path);
    const parsed = parseTimestampProof(new Uint8Array(bytes));
    const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');
    assert.equal(found[i]?.digest, hex(parsed.timestamp.message), path);
    assert.equal(found[i]?.bytes, hex(formatTimestampProof(parsed)), path);
    const own = attestationsOf(parsed.timestamp).map(({ attestation, message }) => [
      NAMES[attestation.kind],
      hex(message),
      attestation.kind === 'bitcoin' ? attestation.height : null,
      attestation.kind === 'pending' ? attestation.uri : null,
    ]);
    const sorted = (rows: readonly unknown[]): readonly string[] => rows.map((row) => JSON.stringify(row)).sort();
    assert.deepEqual(sorted(found[i]?.attestations ?? []), sorted(own), path);
  }
}

describe('stamp FILE', () => {
  test('sends a salted digest to each calendar, and writes a proof of the file with both promises', async () => {
    const [one, two] = [await startCalendar(), await startCalendar()];
    const file = newFile();
    const run = await stamp(file, '--calendar', one.url, '--calendar', two.url);
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(kindsOf(file), ['pending', 'pending']);
    const digest = createHash('sha256').update(readFileSync(file)).digest('hex');
    assert.equal(Buffer.from(proofOf(file).timestamp.message).toString('hex'), digest);
    assert.deepEqual(one.promised, two.promised);
    assert.notEqual(one.promised[0], digest);
  });

  test('never replaces a proof', async () => {
    const [one, two] = [await startCalendar(), await startCalendar()];
    const file = newFile();
    writeFileSync(`${file}.ots`, 'mine');
    const run = await stamp(file, '--calendar', one.url, '--calendar', two.url);
    assert.equal(run.code, 1);
    assert.match(run.stderr, /already exists.*--upgrade/);
    assert.equal(readFileSync(`${file}.ots`, 'utf8'), 'mine');
    assert.deepEqual(one.asked, []);
  });

  for (const manner of ['broken', 'endless', 'html', 'redirect'] as const) {
    test(`writes nothing if one of two calendars is ${manner}, and says what it said`, async () => {
      const [good, bad] = [await startCalendar(), await startCalendar()];
      bad.manner = manner;
      const file = newFile();
      const run = await stamp(file, '--calendar', good.url, '--calendar', bad.url);
      assert.equal(run.code, 1);
      assert.ok(run.stderr.includes(`${bad.url}: `), run.stderr);
      assert.match(run.stderr, /expected answers of at least 2 calendars, got 1/);
      assert.ok(!existsSync(`${file}.ots`));
    });
  }

  test('goes on with two of three calendars, and names the third', async () => {
    const calendars = [await startCalendar(), await startCalendar(), await startCalendar()];
    const [, , third] = calendars;
    if (third !== undefined) third.manner = 'broken';
    const file = newFile();
    const run = await stamp(file, ...calendars.flatMap(({ url }) => ['--calendar', url]));
    assert.equal(run.code, 0);
    assert.match(run.stderr, /expected status 200, got 500/);
    assert.equal(kindsOf(file).length, 2);
  });
});

describe('stamp --upgrade', () => {
  test('keeps the file as it is while the calendars have no block, and completes it when they do', async () => {
    const [one, two] = [await startCalendar(), await startCalendar()];
    const named = ['--calendar', one.url, '--calendar', two.url];
    const file = newFile();
    await stamp(file, ...named);
    const before = readFileSync(`${file}.ots`);
    const waiting = await stamp('--upgrade', `${file}.ots`, ...named);
    assert.equal(waiting.code, 3);
    assert.match(waiting.stdout, /still pending at http/);
    assert.deepEqual(readFileSync(`${file}.ots`), before);

    one.confirm(800_000);
    const done = await stamp('--upgrade', `${file}.ots`, ...named);
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /complete now/);
    assert.deepEqual([...kindsOf(file)].sort(), ['bitcoin', 'pending', 'pending']);

    const again = await stamp('--upgrade', `${file}.ots`, ...named);
    assert.match(again.stdout, /complete already/);
    assertPythonAgrees([`${file}.ots`]);
  });

  test('asks no address that a proof names, unless it is a known calendar or named on the command line', async () => {
    const [one, two] = [await startCalendar(), await startCalendar()];
    const file = newFile();
    await stamp(file, '--calendar', one.url, '--calendar', two.url);
    const count = one.asked.length;
    const run = await stamp('--upgrade', `${file}.ots`);
    assert.equal(run.code, 3);
    assert.match(run.stderr, /not a calendar that this program knows/);
    assert.equal(one.asked.length, count);
    assert.ok(mayAsk('https://alice.btc.calendar.opentimestamps.org', []));
    assert.ok(mayAsk('https://finney.calendar.eternitywall.com/', []));
    assert.ok(!mayAsk('http://alice.btc.calendar.opentimestamps.org', []));
    assert.ok(!mayAsk('https://calendar.opentimestamps.org.evil.example', []));
    assert.ok(!mayAsk('https://evil.example/calendar.opentimestamps.org', []));
  });

  test('keeps the file if a calendar answers with something else', async () => {
    const [one, two] = [await startCalendar(), await startCalendar()];
    const named = ['--calendar', one.url, '--calendar', two.url];
    const file = newFile();
    await stamp(file, ...named);
    const before = readFileSync(`${file}.ots`);
    one.manner = 'html';
    two.manner = 'endless';
    const run = await stamp('--upgrade', `${file}.ots`, ...named);
    assert.equal(run.code, 3);
    assert.match(run.stderr, /the answer is not a timestamp/);
    assert.deepEqual(readFileSync(`${file}.ots`), before);
  });
});

/** Keeps what a command reports while it works: each stage with its total and the steps that were done. */
class RecordedProgress implements Progress {
  readonly stages: { readonly name: string; readonly total: number | null; done: number }[] = [];
  stage(name: string, total: number | null): void {
    this.stages.push({ name, total, done: 0 });
  }
  step(): void {
    const last = this.stages.at(-1);
    if (last !== undefined) last.done++;
  }
  note(): void {}
}

describe('the progress of stamp', () => {
  test('counts each calendar that answers or fails, when stamping and when upgrading', async () => {
    const calendars = [await startCalendar(), await startCalendar(), await startCalendar()];
    const urls = calendars.map(({ url }) => url);
    const [, , third] = calendars;
    if (third !== undefined) third.manner = 'broken';
    const file = newFile();
    const progress = new RecordedProgress();
    await stampFile(file, urls, new Uint8Array(NONCE_BYTES), progress);
    // The third gave no promise, so it is not asked for more.
    await upgradeProof(`${file}.ots`, urls, progress);
    // A calendar that was not named is not asked.
    await upgradeProof(`${file}.ots`, urls.slice(0, 1), progress);
    assert.deepEqual(
      progress.stages,
      [3, 2, 1].map((count) => ({ name: 'asking calendars', total: count, done: count })),
    );
  });

  test('counts the pieces of a large file, which is not read into memory at once, and none of a small one', async () => {
    const pieces = 70;
    const large = newFile('');
    truncateSync(large, pieces << 20);
    const progress = new RecordedProgress();
    const digest = await digestOfFile(large, 'sha256', progress);
    const expected = createHash('sha256');
    for (let i = 0; i < pieces; i++) expected.update(new Uint8Array(1 << 20));
    assert.deepEqual(Buffer.from(digest), expected.digest());
    assert.deepEqual(
      progress.stages.map(({ name, total }) => [name, total]),
      [['reading the file, in MiB', pieces]],
    );
    assert.ok((progress.stages[0]?.done ?? 0) >= pieces);
    rmSync(large);
    const small = new RecordedProgress();
    const text = newFile();
    assert.deepEqual(
      Buffer.from(await digestOfFile(text, 'sha256', small)),
      createHash('sha256').update(readFileSync(text)).digest(),
    );
    assert.deepEqual(small.stages, []);
  });

  test('is on standard error, with totals: calendars of stamp and of --upgrade, headers of --check', async () => {
    const [one, two] = [await startCalendar(), await startCalendar()];
    const named = ['--calendar', one.url, '--calendar', two.url];
    const file = newFile();
    assert.match((await stamp(file, ...named, '--json')).stderr, /^asking calendars \(2\)$/m);
    assert.match((await stamp('--upgrade', `${file}.ots`, ...named, '--json')).stderr, /^asking calendars \(2\)$/m);
    const chain = join(folder, 'three.bin');
    writeFileSync(chain, Buffer.alloc(80 * 3));
    assert.match((await stamp('--check', file, '--headers', chain)).stderr, /^checking block headers \(3\)$/m);
  });
});

describe('stamp --check', () => {
  const check = (name: string, ...args: readonly string[]): Promise<Run> =>
    stamp('--check', join(vectors, name), ...args);

  test('proves hello-world.txt offline by the header of block 358391', async () => {
    const run = await check('hello-world.txt', '--headers', HEADER);
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stdout, /existed before 2015-05-28 15:41 UTC, if block 358391 is in the Bitcoin chain/);
    assert.match(run.stdout, /000000000000000003e892881a8cdcdc117c06d444057c98b6f04a9ee75a2319/);
  });

  test('finds the header of a block in a folder, and says which is missing', async () => {
    const headers = join(folder, 'headers');
    mkdirSync(headers, { recursive: true });
    const missing = await check('hello-world.txt', '--headers', headers);
    assert.equal(missing.code, 3);
    assert.match(missing.stdout, /no header for block 358391. Its Merkle root must be 8a1b66ec/);
    writeFileSync(join(headers, '358391.hex'), readFileSync(HEADER));
    assert.equal((await check('hello-world.txt', '--headers', headers)).code, 0);
  });

  test('refuses a forged header, a proof of another tree, and a proof of another file, with exit code 1', async () => {
    const forged = await check('hello-world.txt', '--headers', join(vectors, '358391-one-bit-off.hex'));
    assert.equal(forged.code, 1);
    assert.match(forged.stdout, /lacks the proof of work that it claims/);
    const root = await check('bad-stamp.txt', '--headers', HEADER);
    assert.equal(root.code, 1);
    assert.match(root.stdout, /a different Merkle root/);
    const other = await check('hello-world.txt', '--ots', join(vectors, 'incomplete.txt.ots'));
    assert.equal(other.code, 1);
    assert.match(other.stdout, /is the proof of a different file/);
  });

  test('says what is pending, and where, with exit code 3', async () => {
    const run = await check('two-calendars.txt');
    assert.equal(run.code, 3);
    assert.equal(run.stdout.match(/pending at https:/g)?.length, 2);
  });

  test('refuses a damaged proof with its place, with exit code 1', async () => {
    const file = newFile();
    writeFileSync(`${file}.ots`, readFileSync(join(vectors, 'hello-world.txt.ots')).subarray(0, 100));
    const run = await stamp('--check', file);
    assert.equal(run.code, 1);
    assert.match(run.stderr, /got the end of the proof, at byte 69/);
  });

  test('refuses headers that are not a chain, and text that is not a header, with exit code 2', async () => {
    const chain = join(folder, 'chain.bin');
    writeFileSync(chain, Buffer.alloc(80 * 3));
    assert.match((await check('hello-world.txt', '--headers', chain)).stderr, /height 0 is not the next one/);
    const text = newFile('no header');
    const run = await check('hello-world.txt', '--headers', text);
    assert.equal(run.code, 2);
    assert.match(run.stderr, /160 hexadecimal digits/);
  });

  test('writes the same as JSON', async () => {
    const run = await check('hello-world.txt', '--headers', HEADER, '--json');
    const result = JSON.parse(run.stdout);
    assert.equal(result.isOfFile, true);
    assert.equal(result.attestations[0].kind, 'proved');
    assert.equal(result.attestations[0].header.merkleRoot.length, 64);
  });
});

test('python-opentimestamps reads the same from twelve proofs, and writes the same bytes', async () => {
  const [one, two, three] = [await startCalendar(), await startCalendar(), await startCalendar()];
  const named = [one, two, three].flatMap(({ url }) => ['--calendar', url]);
  const made: string[] = [];
  for (let i = 0; i < 8; i++) {
    const file = newFile();
    await stamp(file, ...named);
    made.push(`${file}.ots`);
  }
  one.confirm(1);
  two.confirm(127);
  three.confirm(2_000_000);
  for (const proof of made.slice(0, 4)) assert.equal((await stamp('--upgrade', proof, ...named)).code, 0);
  const real = ['hello-world', 'bad-stamp', 'incomplete', 'two-calendars'].map((name) =>
    join(vectors, `${name}.txt.ots`),
  );
  assertPythonAgrees([...real, ...made]);
});
