/** Files that are read in pieces give what they would give as a whole. */
import assert from 'node:assert/strict';
import { createHash, hash } from 'node:crypto';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { createDeflateRaw, createInflateRaw } from 'node:zlib';
import { trustDocument } from '../../src/mirror/read/trust-file.ts';
import { compress, deflateByNode, deflatePiecesByNode, deflatePiecesByPako } from '../../src/packages/compress.ts';
import { readDirectory, readEnd } from '../../src/packages/formats/unzip.ts';
import { formatZip } from '../../src/packages/formats/zip.ts';
import type { DoneFile, StoredFile } from '../../src/packages/job.ts';
import { doLarge, isLarge } from '../../src/packages/large-file.ts';
import { closePackage, filePieces } from '../../src/packages/place.ts';
import { Team } from '../../src/packages/team.ts';
import { throughZlib } from '../../src/packages/through-zlib.ts';
import { testTrust } from '../support/bundles/make-bundle.ts';
import { temporaryFolder } from '../support/sites/cli.ts';

const folder = temporaryFolder();
const LARGE = (4 << 20) + 12_345;
/** Lines of a report, all of them different. */
const report = new TextEncoder().encode(
  Array.from({ length: LARGE / 25 }, (_, i) => `{"file":"${Math.imul(i, 2_654_435_761) >>> 0}.json","n":${i}}\n`).join(
    '',
  ),
);
/** Bytes that deflate cannot make smaller. */
const noise = new Uint8Array(LARGE);
for (let i = 0, value = 1; i < LARGE; i++) {
  value ^= value << 13;
  value ^= value >>> 17;
  value ^= value << 5;
  noise[i] = value;
}

function onDisk(name: string, bytes: Uint8Array): StoredFile {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return { path: name, place: { file }, sha256: null };
}

/** A file in a ZIP, which may be damaged. */
function inZip(name: string, bytes: Uint8Array, damage: (zip: Buffer) => void = () => undefined): StoredFile {
  const zip = join(folder, `${name}.zip`);
  const content = Buffer.concat([...formatZip([{ path: name, seconds: 0, ...compress(bytes, 'deflated') }])]);
  damage(content);
  writeFileSync(zip, content);
  const [member] = readDirectory(
    content.subarray(content.readUInt32LE(content.length - 6), content.length - 22),
    readEnd(content.subarray(-22), content.length),
  );
  assert.ok(member !== undefined);
  closePackage();
  return { path: name, place: { zip, member }, sha256: null };
}

async function done(file: StoredFile, pack: 'deflated' | null): Promise<DoneFile | null> {
  assert.ok(isLarge(file, { suffix: null, pack }));
  return doLarge(file, pack);
}

/** Where the data of the only file in a ZIP begins. */
const dataOf = (zip: Buffer): number => 30 + zip.readUInt16LE(26) + zip.readUInt16LE(28);

describe('a file that is read in pieces', () => {
  it('is deflated to the same bytes as in memory, by the zlib of Node and by pako', async () => {
    const expected = deflateByNode(report);
    const pieces = [report.subarray(0, 1), report.subarray(1, 70_000), report.subarray(70_000)];
    assert.ok(Buffer.from(expected).equals(await deflatePiecesByNode(pieces)));
    assert.ok(Buffer.from(expected).equals(await deflatePiecesByPako(pieces)));
    assert.deepEqual(await deflatePiecesByPako([]), new Uint8Array(deflateByNode(new Uint8Array())));
    assert.deepEqual(await deflatePiecesByNode([]), new Uint8Array(deflateByNode(new Uint8Array())));
  });

  it('is read into one piece of memory, since new memory for each piece would pile up', () => {
    const file = join(folder, 'one-memory');
    writeFileSync(file, report);
    const memories = new Set<ArrayBufferLike>();
    const digest = createHash('sha256');
    for (const piece of filePieces(file)) {
      memories.add(piece.buffer);
      digest.update(piece);
    }
    assert.equal(memories.size, 1);
    assert.equal(digest.digest('hex'), hash('sha256', report));
  });

  it('goes through zlib although each piece overwrites the one before', async () => {
    function* overwritten(bytes: Uint8Array): Generator<Uint8Array> {
      const memory = new Uint8Array(100_000);
      for (let at = 0; at < bytes.length; at += memory.length) {
        const piece = bytes.subarray(at, at + memory.length);
        memory.set(piece);
        yield memory.subarray(0, piece.length);
        memory.fill(0);
      }
    }
    const packed = deflateByNode(report);
    assert.ok(Buffer.from(packed).equals(await deflatePiecesByNode(overwritten(report))));
    const digest = createHash('sha256');
    await throughZlib(overwritten(packed), createInflateRaw(), (piece) => digest.update(piece));
    assert.equal(digest.digest('hex'), hash('sha256', report));
  });

  it('is read no further once zlib, or whoever takes the result, has refused it', async () => {
    let pieces = 0;
    function* endless(piece: Uint8Array): Generator<Uint8Array> {
      for (;;) {
        pieces++;
        yield piece;
      }
    }
    await assert.rejects(
      throughZlib(endless(new Uint8Array(1000).fill(0xff)), createInflateRaw(), () => undefined),
      {
        code: /^Z_/,
      },
    );
    assert.equal(pieces, 1);
    const refused = new RangeError('that is enough');
    const refuse = (): never => {
      throw refused;
    };
    await assert.rejects(throughZlib(endless(report), createDeflateRaw(), refuse), (error) => error === refused);
  });

  it('has the digest, the checksum and the packed bytes that it has in memory', async () => {
    const found = await done(onDisk('report.json', report), 'deflated');
    const { data, ...rest } = compress(report, 'deflated');
    assert.ok(found?.packed);
    const { data: packed, ...facts } = found.packed;
    assert.deepEqual(facts, rest);
    assert.ok(Buffer.from(packed).equals(data));
    assert.deepEqual([found.path, found.bytes, found.sha256], ['report.json', report.length, hash('sha256', report)]);
  });

  it('is left to be stored as a whole if deflate does not make it smaller', async () => {
    assert.equal(await done(onDisk('noise', noise), 'deflated'), null);
  });

  it('has its digest, on the disk and in a ZIP, deflated and stored', async () => {
    for (const [name, bytes] of Object.entries({ report, noise })) {
      const expected = { path: name, bytes: bytes.length, sha256: hash('sha256', bytes), packed: null };
      assert.deepEqual(await done(onDisk(name, bytes), null), expected);
      assert.deepEqual(await done(inZip(name, bytes), null), expected);
    }
  });

  const damages: readonly (readonly [what: string, damage: (zip: Buffer) => void, message: RegExp])[] = [
    [
      'its compressed bytes changed',
      (zip) => zip.fill(0xff, dataOf(zip) + 100_000, dataOf(zip) + 100_100),
      /is damaged: |unpacks to \d+ bytes/,
    ],
    [
      'its checksum is another',
      (zip) => void zip.writeUInt32LE(1, zip.readUInt32LE(zip.length - 6) + 16),
      /is damaged: its CRC-32 is not the one in the ZIP/,
    ],
    [
      'it unpacks to more than the ZIP says',
      (zip) => void zip.writeUInt32LE(report.length - 1000, zip.readUInt32LE(zip.length - 6) + 24),
      /is damaged: it does not unpack to \d+ bytes/,
    ],
    [
      'it unpacks to less than the ZIP says',
      (zip) => void zip.writeUInt32LE(report.length + 1, zip.readUInt32LE(zip.length - 6) + 24),
      /unpacks to \d+ bytes; expected \d+/,
    ],
    ['its header is not there', (zip) => zip.fill(0, 0, 4), /its header is not where the list says/],
  ];
  for (const [i, [what, damage, message]] of damages.entries()) {
    it(`is refused if ${what}`, async () => {
      await assert.rejects(done(inZip(`bad-${i}`, report, damage), null), { name: 'PlaceError', message });
    });
  }

  it('is refused if it is a symbolic link', async () => {
    onDisk('target', report);
    symlinkSync('target', join(folder, 'link'));
    const link: StoredFile = { path: 'link', place: { file: join(folder, 'link') }, sha256: null };
    await assert.rejects(done(link, null), { name: 'PlaceError', message: /is a symbolic link/ });
  });

  it('is held in memory if it is small, to be stored, or to be judged', () => {
    const file = onDisk('whole', report);
    assert.ok(isLarge(onDisk('large', report.subarray(0, (1 << 20) + 1)), { suffix: null, pack: 'deflated' }));
    assert.ok(!isLarge(onDisk('small', report.subarray(0, 1 << 20)), { suffix: null, pack: 'deflated' }));
    assert.ok(!isLarge(file, { suffix: null, pack: 'stored' }));
    assert.ok(!isLarge(file, { suffix: 'AAAAAAAAAAAAAAAAAAAAAAAAAA', pack: 'deflated' }));
    assert.ok(!isLarge({ ...file, place: { file: join(folder, 'missing') } }, { suffix: null, pack: 'deflated' }));
  });
});

describe('a worker', () => {
  const team = new Team(1, { trust: trustDocument(testTrust), engine: 'openssl' });
  after(() => team.dismiss());

  it('gives large and small files in the order of the jobs, each with its own bytes', async () => {
    const contents = [report, report.subarray(0, 1000), noise, report.subarray(5, 2000), report.subarray(1), noise];
    const jobs = contents.map((bytes, i) => ({
      files: [onDisk(`file-${i}`, bytes), onDisk(`small-${i}`, bytes.subarray(0, 100))],
      bytes: bytes.length,
      suffix: null,
      pack: 'deflated' as const,
    }));
    let i = 0;
    for await (const [job, { files, problems }] of team.inOrder(jobs)) {
      const bytes = contents[i] ?? new Uint8Array();
      assert.equal(job, jobs[i++]);
      assert.deepEqual(problems, []);
      for (const [at, expected] of [bytes, bytes.subarray(0, 100)].entries()) {
        assert.equal(files[at]?.sha256, hash('sha256', expected));
        const { data, ...facts } = compress(expected, 'deflated');
        assert.ok(files[at]?.packed);
        const { data: packed, ...found } = files[at].packed;
        assert.deepEqual(found, facts);
        assert.ok(Buffer.from(packed).equals(data));
      }
    }
    assert.equal(i, contents.length);
  });

  it('gives the bytes of stored files that are larger than its own memory, next to those of small ones', async () => {
    const huge = Buffer.concat([noise, noise, report]);
    const contents = [huge, report.subarray(0, 10), huge.subarray(1), noise, report, huge];
    const jobs = [contents, contents.toReversed()].map((all, j) => ({
      files: all.map((bytes, i) => onDisk(`stored-${j}-${i}`, bytes)),
      suffix: null,
      pack: 'stored' as const,
    }));
    let j = 0;
    for await (const [, { files }] of team.inOrder([...jobs, ...jobs])) {
      const all = j++ % 2 === 0 ? contents : contents.toReversed();
      for (const [i, bytes] of all.entries())
        assert.ok(files[i]?.packed && Buffer.from(bytes).equals(files[i].packed.data));
    }
    assert.equal(j, 4);
  });

  it('sends what the system says as an error that a user can act on, with its code', async () => {
    const { place } = onDisk('no-folder', report);
    assert.ok('file' in place);
    const below: StoredFile = { path: 'x', place: { file: join(place.file, 'x') }, sha256: null };
    const job = { files: [below], suffix: null, pack: null };
    await assert.rejects(
      async () => {
        for await (const _ of team.inOrder([job])) assert.fail('expected no result');
      },
      { name: 'BuildError', code: 'ENOTDIR', message: /^ENOTDIR: / },
    );
  });
});
