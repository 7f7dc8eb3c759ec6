/** The bytes of a ZIP: as the comment above the writer shows them, and as a stranger could forge them. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { chooseDeflate, compress, deflateByNode, deflateByPako, probe } from '../../../src/packages/compress.ts';
import { pathProblem } from '../../../src/packages/formats/entry.ts';
import { MAX_MEMBER_BYTES, readDirectory, readEnd, ZipError } from '../../../src/packages/formats/unzip.ts';
import { formatZip, MAX_ENTRIES, type PackedFile, ZipWriter } from '../../../src/packages/formats/zip.ts';
import { PROJECT } from '../../support/sites/cli.ts';

const DATE = Date.UTC(2026, 4, 21) / 1000;

function stored(path: string, text: string): PackedFile {
  const data = new TextEncoder().encode(text);
  return { path, seconds: DATE, method: 'stored', crc: crc32(data), size: data.length, data };
}

const zipOf = (...files: readonly PackedFile[]): Uint8Array => new Uint8Array(Buffer.concat([...formatZip(files)]));

/** What a reader finds in an archive. */
function list(zip: Uint8Array): ReturnType<typeof readDirectory> {
  const directory = readEnd(zip, zip.length);
  return readDirectory(zip.subarray(directory.offset, directory.offset + directory.bytes), directory);
}

/** The archive with one number changed. `find` is where the central header of the only file is. */
function forged(zip: Uint8Array, change: (view: DataView, central: number, end: number) => void): Uint8Array {
  const copy = new Uint8Array(zip);
  const end = copy.length - 22;
  const view = new DataView(copy.buffer);
  change(view, view.getUint32(end + 16, true), end);
  return copy;
}

describe('the writer of ZIPs', () => {
  it('gives the bytes of the worked example in its own comment', () => {
    const source = readFileSync(join(PROJECT, 'src/packages/formats/zip.ts'), 'utf8');
    const zip = Buffer.from(zipOf(stored('a', 'hi')));
    assert.equal(zip.length, Number(/this archive of (\d+) bytes/.exec(source)?.[1]));
    // Every complete line of bytes in the comment stands in the archive, in this order.
    const lines = [...source.matchAll(/^ \*.{20}((?:[0-9a-f]{2} )*[0-9a-f]{2})(?: {2}|$)/gm)].map(([, hex = '']) =>
      Buffer.from(hex.replaceAll(' ', ''), 'hex'),
    );
    assert.ok(lines.length > 20);
    let at = 0;
    for (const line of lines) {
      const found = zip.indexOf(line, at);
      assert.ok(found >= at, `${line.toString('hex')} is not in the archive after byte ${at}`);
      at = found;
    }
  });

  it('writes times before 1980 as the first one that MS-DOS has, and keeps the true one next to it', () => {
    const zip = zipOf({ ...stored('a', ''), seconds: 0 });
    const view = new DataView(zip.buffer);
    assert.deepEqual([view.getUint16(10, true), view.getUint16(12, true)], [0, 0x21]);
    assert.equal(view.getUint32(30 + 1 + 5, true), 0);
  });

  it('refuses a name that is already used', () => {
    assert.throws(() => zipOf(stored('a', ''), stored('a', '')), /"a": the name is used twice/);
    assert.throws(
      () => zipOf(stored('b', ''), stored('é', ''), stored('a', ''), stored('é', '')),
      /"é": the name is used twice/,
    );
    assert.throws(() => zipOf(stored('b', ''), stored('a', ''), stored('c', ''), stored('a', '')), /used twice/);
    assert.ok(zipOf(stored('b', ''), stored('a', ''), stored('aa', '')).length > 0);
  });

  it('refuses one file more than a ZIP without ZIP64 can count', () => {
    const writer = new ZipWriter();
    for (let i = 0; i < MAX_ENTRIES; i++) writer.add(stored(`${100_000 + i}`, ''));
    assert.throws(() => writer.add(stored('last', '')), /more than 65534 files/);
    const directory = Buffer.concat([...writer.end()]);
    assert.equal(directory.readUInt16LE(directory.length - 12), 65534);
  });

  it('refuses data that would need offsets of more than 32 bits', () => {
    const writer = new ZipWriter();
    const data = new Uint8Array(1 << 28);
    const large = { seconds: 0, method: 'stored', crc: 0, size: data.length, data } as const;
    for (let i = 0; i < 15; i++) writer.add({ ...large, path: `${i}` });
    assert.throws(() => writer.add({ ...large, path: '15' }), /would have more than 4294967294 bytes/);
  });

  const names: readonly (readonly [name: string, problem: RegExp])[] = [
    ['', /empty/],
    ['/etc/passwd', /absolute/],
    ['a/../b', /the part "\.\."/],
    ['./a', /the part "\."/],
    ['a//b', /empty part/],
    ['a\\b', /some file systems forbid/],
    ['C:a', /some file systems forbid/],
    ['a\nb', /some file systems forbid/],
    ['a\u202eb', /some file systems forbid/],
    ['a/nul.txt', /Windows reserves/],
    ['a./b', /full stop or a space/],
    ['a\ud800', /not Unicode/],
    ['é'.repeat(128), /more than 255 bytes/],
    [`${'a/'.repeat(512)}a`, /more than 1024 bytes/],
  ];
  for (const [name, problem] of names) {
    it(`refuses the name ${JSON.stringify(name.slice(0, 20))}`, () => {
      assert.match(pathProblem(name) ?? '', problem);
      assert.throws(() => zipOf(stored(name, '')), RangeError);
    });
  }
});

describe('compression', () => {
  it('is a raw deflate that zlib inflates, and stores what does not become smaller', () => {
    const text = new TextEncoder().encode('the same words again, '.repeat(50));
    const packed = compress(text, 'deflated');
    assert.equal(packed.method, 'deflated');
    assert.ok(packed.data.length < text.length / 5);
    assert.equal(packed.crc, crc32(text));
    assert.equal(compress(new TextEncoder().encode('hi'), 'deflated').method, 'stored');
    assert.equal(compress(text, 'stored').data, text);
  });

  it('gives the same bytes as when this test was written, whatever zlib Node has', () => {
    const text = new TextEncoder().encode(Array.from({ length: 400 }, (_, i) => `line ${i * i}\n`).join(''));
    const { data } = compress(text, 'deflated');
    assert.equal(hash('sha256', data), DEFLATED);
  });

  it('by the zlib of this Node equals that by pako, for empty files and for larger ones than a window', () => {
    for (const bytes of samples()) assert.deepEqual(new Uint8Array(deflateByNode(bytes)), deflateByPako(bytes));
  });

  it('falls back to pako, and so to the same bytes, if the zlib of a Node gives others', () => {
    const other = (bytes: Uint8Array): Uint8Array => deflateRawSync(bytes, { level: 9 });
    assert.equal(chooseDeflate(other), deflateByPako);
    assert.equal(chooseDeflate(deflateByPako), deflateByPako);
    assert.equal(chooseDeflate(deflateByNode), deflateByNode);
    assert.deepEqual(new Uint8Array(inflateRawSync(deflateByPako(probe()))), probe());
  });
});

/** Texts of a site and noise, from nothing to several windows of 32 KiB and more symbols than a block of zlib's has. */
function samples(): readonly Uint8Array[] {
  const bundle = readFileSync(join(PROJECT, 'test/vectors/4MJCW2CW2IJI4KFD2N5O7KXTYZ.bundle.json'));
  const noise = Uint8Array.from({ length: 70_000 }, (_, i) => (Math.imul(i, 2_654_435_761) >>> 13) & 0xff);
  const mixed = Buffer.concat([bundle, noise.subarray(0, 9000), probe(), bundle, new Uint8Array(100_000), noise]);
  return [new Uint8Array(), Uint8Array.of(1), bundle, noise, probe(), mixed, mixed.subarray(0, 32_768)];
}

/** SHA-256 of zlib's deflate, level 5, of the text above. */
const DEFLATED = 'af1cef291554104523e3c212c6c6504a2e92068958261ea43de2fee50dbc9c44';

describe('the reader of ZIPs', () => {
  it('lists what the writer wrote', () => {
    const deflated = { path: 'b/c', seconds: DATE, ...compress(new Uint8Array(1000), 'deflated') };
    const members = list(zipOf(stored('a', 'hi'), deflated));
    assert.deepEqual(
      members.map(({ path, method, size }) => [path, method, size]),
      [
        ['a', 'stored', 2],
        ['b/c', 'deflated', 1000],
      ],
    );
  });

  const zip = zipOf(stored('a', 'hi'));
  const bomb = deflateRawSync(new Uint8Array(1 << 20));
  const cases: readonly (readonly [what: string, bytes: Uint8Array, message: RegExp])[] = [
    ['is empty', new Uint8Array(), /not a ZIP archive, or was cut short/],
    ['is not a ZIP', new TextEncoder().encode('<html>'.repeat(20)), /not a ZIP archive, or was cut short/],
    ['was cut short', zip.subarray(0, zip.length - 5), /not a ZIP archive, or was cut short/],
    ['has lost its beginning', zip.subarray(7), /not where it should be/],
    [
      'has more in its list than it counts',
      forged(zip, (view, _, end) => view.setUint16(end + 10, 0, true)),
      /bytes that belong to no file/,
    ],
    [
      'counts more files than it lists',
      forged(zip, (view, _, end) => view.setUint16(end + 10, 2, true)),
      /entry 2 of 2/,
    ],
    ['needs ZIP64', forged(zip, (view, _, end) => view.setUint16(end + 10, 0xffff, true)), /is a ZIP64 archive/],
    ['is one disk of several', forged(zip, (view, _, end) => view.setUint16(end + 4, 1, true)), /one disk of several/],
    ['has an encrypted file', forged(zip, (view, at) => view.setUint16(at + 8, 1, true)), /a: is encrypted/],
    [
      'is compressed by an unknown method',
      forged(zip, (view, at) => view.setUint16(at + 10, 14, true)),
      /by method 14/,
    ],
    [
      'has a stored file of two sizes',
      forged(zip, (view, at) => view.setUint32(at + 24, 3, true)),
      /its two sizes differ/,
    ],
    [
      'has a file outside of its data',
      forged(zip, (view, at) => view.setUint32(at + 42, 40, true)),
      /outside of the archive/,
    ],
    [
      'has a file that would unpack to more than any file of a mirror has',
      zipOf({ path: 'a', seconds: 0, method: 'deflated', crc: 0, size: MAX_MEMBER_BYTES + 1, data: new Uint8Array(1) }),
      /a: would unpack to 268435457 bytes/,
    ],
    [
      'has a file that claims more than deflate can give',
      zipOf({ path: 'a', seconds: 0, method: 'deflated', crc: 0, size: bomb.length * 1033, data: bomb }),
      /cannot unpack to/,
    ],
  ];
  for (const [what, bytes, message] of cases) {
    it(`refuses an archive that ${what}`, () => {
      assert.throws(
        () => list(bytes),
        (error: Error) => error instanceof ZipError && message.test(error.message),
      );
    });
  }

  /** An archive whose second file has the name `aa` and is then renamed in both of its headers. */
  function named(name: string): Uint8Array {
    const two = Buffer.from(zipOf(stored('xx', 'hi'), stored('yyyyyyyyyyyy', 'hi')));
    for (let at = two.indexOf('yyyyyyyyyyyy'); at !== -1; at = two.indexOf('yyyyyyyyyyyy')) two.write(name, at);
    return new Uint8Array(two);
  }
  for (const name of ['../../passwd', '/etc/shadow0', 'a/../../../b', 'a\\..\\..\\bcde']) {
    it(`refuses the whole archive if a name in it is ${name}`, () => {
      assert.equal(name.length, 12);
      assert.throws(() => list(named(name)), /nothing is unpacked from this archive/);
    });
  }

  it('refuses an archive that has a name twice', () => {
    const two = Buffer.from(zipOf(stored('xx', 'hi'), stored('yy', 'hi')));
    for (let at = two.indexOf('yy'); at !== -1; at = two.indexOf('yy')) two.write('xx', at);
    assert.throws(() => list(new Uint8Array(two)), /xx: is listed twice/);
  });

  it('refuses files that share the same bytes of the archive', () => {
    const two = zipOf(stored('xx', 'hi'), stored('yy', 'hi'));
    const view = new DataView(two.buffer);
    const second = view.getUint32(two.length - 22 + 16, true) + 46 + 2 + 9;
    view.setUint32(second + 42, 0, true);
    assert.throws(() => list(two), /overlaps/);
  });
});
