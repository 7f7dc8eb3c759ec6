/** The bytes of a ZIM: as the comment in zim-layout.ts shows them, and as readers need their lists. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pageTitle } from '../../../src/packages/formats/page-title.ts';
import { SortedLog } from '../../../src/packages/formats/sorted-log.ts';
import { blobOf, readEntry, readHeader, readPointers, ZimError } from '../../../src/packages/formats/unzim.ts';
import { type ZimFile, ZimWriter } from '../../../src/packages/formats/zim.ts';
import { CLUSTER_BYTES } from '../../../src/packages/formats/zim-cluster.ts';
import type { ZimRedirect } from '../../../src/packages/formats/zim-lists.ts';
import { aboutProblem, formatMetadata, type ZimFacts } from '../../../src/packages/formats/zim-metadata.ts';
import { Aliases, arxivOf } from '../../../src/packages/zim-aliases.ts';
import { PROJECT } from '../../support/sites/cli.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const file = (path: string, content: string, title: string | null = null): ZimFile => ({
  path,
  type: 'text/plain',
  title,
  bytes: text(content),
});

/** A ZIM of files and redirects, without compression and MD5 digest. The first file is its home page. */
function zimOf(files: readonly ZimFile[], redirects: readonly ZimRedirect[] = []): Uint8Array {
  const writer = new ZimWriter(['text/plain']);
  const chunks: Uint8Array[] = [];
  const full = (cluster: Uint8Array): void => void chunks.push(...writer.pack('stored', [cluster]));
  for (const one of files) writer.add(one, full);
  writer.flush(full);
  const end = writer.end(0, () => redirects);
  chunks.push(...end.chunks);
  return Buffer.concat([end.head(new Uint8Array(16).fill(0x11)), ...chunks]);
}

function list(zim: Uint8Array): { readonly paths: readonly string[]; readonly titles: readonly string[] } {
  const view = new DataView(zim.buffer, zim.byteOffset);
  const header = readHeader(zim, zim.length + 16);
  const offsets = readPointers(zim.subarray(header.paths, header.paths + 8 * header.entries));
  const entries = Array.from(offsets, (offset) => readEntry(zim, offset));
  const paths = entries.map(({ namespace, path }) => `${namespace}/${path}`);
  const at = header.paths + 8 * header.entries;
  const titles = entries.map((_, i) => paths[view.getUint32(at + 4 * i, true)] ?? '');
  return { paths, titles };
}

describe('the writer of ZIMs', () => {
  it('gives the bytes of the worked example in zim-layout.ts', () => {
    const source = readFileSync(join(PROJECT, 'src/packages/formats/zim-layout.ts'), 'utf8');
    const zim = zimOf([file('a', 'hi', 'A')]);
    assert.equal(zim.length + 16, Number(/this ZIM of (\d+) bytes/.exec(source)?.[1]));
    // Every complete line of bytes in the comment stands in the file, in this order.
    const lines = [...source.matchAll(/^ \*.{20}((?:[0-9a-f]{2} )*[0-9a-f]{2})(?: {2,}\S|$)/gm)].map(([, hex = '']) =>
      Buffer.from(hex.replaceAll(' ', ''), 'hex'),
    );
    assert.ok(lines.length > 25, String(lines.length));
    let at = 0;
    for (const line of lines) {
      const found = Buffer.from(zim).indexOf(line, at);
      assert.ok(found >= at, `${line.toString('hex')} is not in the ZIM after byte ${at}`);
      at = found + line.length;
    }
  });

  it('sorts entries by the bytes of their paths, and pages by the bytes of their titles', () => {
    const files = [
      file('a', '1', 'Zoë'),
      file('b', '2'),
      file('c', '3', '𝔸'),
      file('d', '4', '～'),
      file('é', '5', 'b0'),
    ];
    const zim = zimOf(files, [
      { path: '0', title: null, target: 4 },
      { path: 'bb', title: 'Aa', target: 1 },
    ]);
    const { paths, titles } = list(zim);
    assert.deepEqual(paths, [
      ...['C/0', 'C/a', 'C/b', 'C/bb', 'C/c', 'C/d', 'C/é'],
      ...['W/mainPage', 'X/listing/titleOrdered/v1'],
    ]);
    assert.deepEqual(titles, [
      ...['C/0', 'C/bb', 'C/a', 'C/b', 'C/é', 'C/d', 'C/c'],
      ...['W/mainPage', 'X/listing/titleOrdered/v1'],
    ]);
  });

  it('lets redirects lead to their files, wherever both stand in the list', () => {
    const zim = zimOf(
      [file('m', '1'), file('n', '2')],
      [
        { path: 'a', title: null, target: 1 },
        { path: 'z', title: null, target: 0 },
      ],
    );
    const header = readHeader(zim, zim.length + 16);
    const offsets = readPointers(zim.subarray(header.paths, header.paths + 8 * header.entries));
    const entries = Array.from(offsets, (offset) => readEntry(zim, offset));
    for (const [from, to] of [
      ['a', 'n'],
      ['z', 'm'],
      ['mainPage', 'm'],
    ]) {
      const entry = entries.find(({ path }) => path === from);
      assert.ok(entry !== undefined && 'target' in entry);
      assert.equal(entries[entry.target]?.path, to);
    }
  });

  it('begins a new cluster when one is full, and gives a large file one of its own', () => {
    const writer = new ZimWriter(['text/plain']);
    const sizes: number[] = [];
    const full = (cluster: Uint8Array): void => void sizes.push(cluster.length);
    const add = (path: string, bytes: number): number =>
      writer.add({ path, type: 'text/plain', title: null, bytes: new Uint8Array(bytes) }, full);
    add('a', CLUSTER_BYTES - 1);
    add('b', 1);
    add('c', 1);
    add('d', 3 * CLUSTER_BYTES);
    add('e', 1);
    writer.flush(full);
    assert.deepEqual(sizes, [CLUSTER_BYTES + 12, 1 + 8, 3 * CLUSTER_BYTES + 8, 1 + 8]);
  });

  it('begins a new cluster when one has as many blobs as there is room for offsets', () => {
    const writer = new ZimWriter(['text/plain']);
    const sizes: number[] = [];
    const full = (cluster: Uint8Array): void => void sizes.push(cluster.length);
    for (let i = 0; i < 20_000; i++)
      writer.add({ path: `${100_000 + i}`, type: 'text/plain', title: null, bytes: new Uint8Array(1) }, full);
    writer.flush(full);
    assert.deepEqual(sizes, [16_383 * 5 + 4, 3_617 * 5 + 4]);
  });

  it('fills the memory of a cluster that was given back with the bytes of another', () => {
    const write = (isReused: boolean): readonly Buffer[] => {
      const writer = new ZimWriter(['text/plain']);
      const clusters: Buffer[] = [];
      const memories = new Set<ArrayBufferLike>();
      const full = (cluster: Uint8Array): void => {
        clusters.push(Buffer.from(cluster));
        memories.add(cluster.buffer);
        if (isReused) writer.reuse(cluster);
      };
      for (const name of ['a', 'b', 'c', 'd', 'e'])
        writer.add(file(name, name.repeat(CLUSTER_BYTES / 2 + (name === 'c' ? CLUSTER_BYTES : 0))), full);
      writer.add(file('f', 'f'), full);
      writer.flush(full);
      if (isReused) assert.ok(memories.size < clusters.length);
      return clusters;
    };
    assert.deepEqual(write(true), write(false));
  });

  it('refuses names out of order, names that are there twice, and names that no package may have', () => {
    assert.throws(() => zimOf([file('b', ''), file('a', '')]), /expected ascending names/);
    assert.throws(() => zimOf([file('a', ''), file('a', '')]), /expected ascending names/);
    assert.throws(() => zimOf([file('a', '')], [{ path: 'a', title: null, target: 0 }]), /the name is there twice/);
    for (const path of ['../a', '/a', '', 'a\0b', 'con', 'a'.repeat(300)])
      assert.throws(() => zimOf([file(path, '')]), RangeError, path);
  });
});

describe('a list of names in little memory', () => {
  it('gives back what was added, with names that share much, little or nothing, in any script', () => {
    const long = 'x'.repeat(700);
    const keys = ['', 'a', 'aa', 'aé', 'aê', 'b', `${long}`, `${long}a`, `${long}é`, '～', '😀', '😁'];
    const log = new SortedLog();
    for (const [i, key] of keys.entries()) log.add(key, [i, 2 ** 32 - 1 - i, i * 1000]);
    const found = [...log];
    assert.deepEqual(
      found.map(({ key }) => key),
      keys,
    );
    assert.deepEqual(found[3]?.numbers, [3, 2 ** 32 - 4, 3000]);
    assert.equal(log.length, keys.length);
  });

  it('takes about 30 bytes for each file of a mirror', () => {
    const log = new SortedLog();
    const names = ['badge.svg', 'bundle.json', 'cite.bib', 'index.html', 'record.json', 'state.json'];
    for (let i = 0; i < 1000; i++) {
      const suffix = String(i).padStart(26, '0');
      for (const name of names) log.add(`Cpith/${suffix}/${name}`, [1, i, 2]);
    }
    assert.ok(log.bytes / log.length < 32, `${log.bytes / log.length} bytes`);
  });
});

describe('the reader of ZIMs', () => {
  const good = Buffer.concat([zimOf([file('a', 'hi', 'A')]), new Uint8Array(16)]);
  const changed = (at: number, ...bytes: readonly number[]): Uint8Array => {
    const copy = new Uint8Array(good);
    copy.set(bytes, at);
    return copy;
  };

  it('refuses what is no ZIM, is cut short, is longer than it says, or names bytes that are not there', () => {
    const cases: readonly (readonly [zim: Uint8Array, message: RegExp])[] = [
      [changed(0, 0x50), /is not a ZIM/],
      [good.subarray(0, 50), /is not a ZIM/],
      [changed(4, 5), /has version 5 of the format; expected 6/],
      [good.subarray(0, good.length - 1), /is cut short: it has 302 bytes; its header says 303/],
      [Buffer.concat([good, good]), /has 606 bytes; its header says 303/],
      [changed(24, 0xff, 0xff), /its header names bytes that are not there/],
      [changed(32, 0, 0xff), /its header names bytes that are not there/],
      [changed(48, 0, 0, 1), /its header names bytes that are not there/],
    ];
    for (const [zim, message] of cases) {
      assert.throws(
        () => readHeader(zim, zim.length),
        (error) => error instanceof ZimError && message.test(error.message),
        String(message),
      );
    }
    assert.throws(() => readEntry(new Uint8Array(10), 0), ZimError);
    assert.throws(() => readEntry(new Uint8Array(40).fill(0x41), 0), ZimError);
  });

  it('refuses blobs that are not in their cluster', () => {
    const cluster = Uint8Array.of(8, 0, 0, 0, 10, 0, 0, 0, 0x68, 0x69);
    assert.deepEqual([...blobOf(cluster, 0)], [0x68, 0x69]);
    for (const blob of [1, 2 ** 31, 2 ** 32 - 1]) assert.throws(() => blobOf(cluster, blob), ZimError);
    for (const [at, value] of [
      [0, 11],
      [4, 11],
      [4, 7],
    ] as const) {
      const bad = new Uint8Array(cluster);
      bad[at] = value;
      assert.throws(() => blobOf(bad, 0), ZimError);
    }
    assert.throws(() => blobOf(new Uint8Array(), 0), ZimError);
  });
});

describe('the metadata of a ZIM', () => {
  const facts: ZimFacts = {
    name: 'pith-mirror_en_all',
    title: 'T',
    description: 'D',
    language: 'eng',
    creator: 'C',
    publisher: 'P',
    longDescription: 'L',
    date: '2026-05-21',
    source: null,
    scraper: 'S',
    counts: new Map([
      ['text/html', 2],
      ['text/css', 1],
    ]),
  };

  it('has all that openZIM requires, in the order of its names', () => {
    const files = formatMetadata(facts);
    const names = files.map(({ path }) => path);
    assert.deepEqual(names, names.toSorted());
    for (const name of [
      'Name',
      'Title',
      'Description',
      'Language',
      'Creator',
      'Publisher',
      'Date',
      'Illustration_48x48@1',
    ])
      assert.ok(names.includes(name), name);
    assert.ok(!names.includes('Source'));
    const value = (name: string): string =>
      Buffer.from(files.find(({ path }) => path === name)?.bytes ?? []).toString();
    assert.equal(value('Counter'), 'text/css=1;text/html=2');
    assert.equal(value('Date'), '2026-05-21');
  });

  it('is refused where it is longer than readers show, or not on one line, or no code of a language', () => {
    for (const title of ['x'.repeat(30), '論'.repeat(30), '😀'.repeat(30)])
      assert.equal(aboutProblem('title', title), null);
    for (const title of ['x'.repeat(31), '', ' ', 'a\nb', '\ud800'])
      assert.notEqual(aboutProblem('title', title), null);
    assert.equal(aboutProblem('description', 'x'.repeat(80)), null);
    assert.match(aboutProblem('description', 'x'.repeat(81)) ?? '', /expected at most 80 characters \(found 81\)/);
    for (const language of ['eng', 'eng,fra']) assert.equal(aboutProblem('language', language), null);
    for (const language of ['en', 'english', 'ENG', 'eng,', ''])
      assert.notEqual(aboutProblem('language', language), null);
    for (const name of ['../x', 'a/b', '.x', '', 'ü']) assert.notEqual(aboutProblem('name', name), null);
  });
});

describe('the title of a page', () => {
  it('is the text that a browser shows', () => {
    assert.equal(pageTitle('<head><title>a &lt;b&gt; &amp;amp; &#34;c&#x27; &quot;</title>'), 'a <b> &amp; "c\' "');
    assert.equal(pageTitle('<title>\n a\tb </title>'), 'a b');
    assert.equal(pageTitle('<title>&#1114112; &unknown;</title>'), '&#1114112; &unknown;');
    assert.equal(pageTitle('<p>none</p>'), null);
  });
});

describe('the other paths of a record', () => {
  const record = (id: string, version: number): Uint8Array =>
    text(JSON.stringify({ canonical_record: { source: { kind: 'arxiv', id, version } } }));
  const suffix = (start: string): string => start.padEnd(26, 'A');

  it('are those of its bundle on a server, of its arXiv id and of its short number', () => {
    const aliases = new Aliases();
    aliases.add({ suffix: suffix('B'), page: 1, bundle: 2 }, arxivOf(record('2601.00735', 1)));
    aliases.add({ suffix: suffix('C'), page: 3, bundle: null }, arxivOf(record('hep-th/9901001', 3)));
    assert.deepEqual(
      [...aliases.redirects()],
      [
        { path: `.well-known/pith/${suffix('B')}/bundle.json`, title: null, target: 2 },
        { path: 'arXiv/2601.00735', title: '2601.00735', target: 1 },
        { path: 'arXiv/hep-th/9901001', title: 'hep-th/9901001', target: 3 },
        { path: 'pith/BAAAAAAA', title: null, target: 1 },
        { path: 'pith/CAAAAAAA', title: null, target: 3 },
      ],
    );
  });

  it('lead to the newest version of a paper, and nowhere if two records could be meant', () => {
    const aliases = new Aliases();
    const add = (start: string, page: number, id: string, version: number): void =>
      aliases.add({ suffix: suffix(start), page, bundle: null }, arxivOf(record(id, version)));
    add('BBBBBBBBA', 1, '2601.00001', 1);
    add('BBBBBBBBB', 2, '2601.00001', 2);
    add('D', 3, '2601.00002', 1);
    add('E', 4, '2601.00002', 1);
    add('F', 5, '2601.00002', 0);
    assert.deepEqual(
      [...aliases.redirects()].map(({ path, target }) => [path, target]),
      [
        ['arXiv/2601.00001', 2],
        ['pith/DAAAAAAA', 3],
        ['pith/EAAAAAAA', 4],
        ['pith/FAAAAAAA', 5],
      ],
    );
  });

  it('are never made of an id that is no arXiv id', () => {
    for (const id of ['../x', '', '2601.00735v1', 'a/b', '2601.00735/..', 'con/1234567x'])
      assert.equal(arxivOf(record(id, 1)), null);
    assert.equal(arxivOf(text('{')), null);
    assert.equal(arxivOf(text('{"canonical_record":{"source":{"kind":"doi","id":"2601.00735","version":1}}}')), null);
  });
});
