/** Listing input: which files of a folder are bundles and notes, in every layout that people have. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type InputListing, listInput, listingNotes } from '../../../src/mirror/read/listing.ts';
import { readInput } from '../../../src/mirror/read/read.ts';
import { inputFolder } from '../../support/sites/input-folder.ts';

const { path: folder, at, file, put, codeOf } = inputFolder();
const isJson = (name: string): boolean => name.endsWith('.json');

const listing = (followLinks = false): Promise<InputListing> => listInput(folder(), { isInput: isJson, followLinks });
const names = async (followLinks = false): Promise<readonly string[]> =>
  (await listing(followLinks)).files.map(({ name }) => name);

describe('listing', () => {
  test('sub-folders are listed too, all in code point order of the whole name', async () => {
    await put(
      'b.json',
      'a/z.json',
      'a.json',
      'B.json',
      'a/b/c.json',
      'é.json',
      '😀.json',
      'ﬁ.json',
      '10.json',
      '9.json',
    );
    assert.deepEqual(await names(), [
      '10.json',
      '9.json',
      'B.json',
      'a.json',
      'a/b/c.json',
      'a/z.json',
      'b.json',
      'é.json',
      'ﬁ.json',
      '😀.json',
    ]);
  });

  test('other names and hidden ones are left alone, with a note', async () => {
    await put('a.json', 'b.txt', 'json', 'c.JSON', '.d.json', '.git/e.json', 'sub/.f.json');
    const { files, ignored } = await listing();
    assert.deepEqual(
      files.map(({ name }) => name),
      ['a.json'],
    );
    const other = 'neither a bundle (*.json) nor a note (SUFFIX.md)';
    assert.deepEqual(ignored, [
      { name: '.d.json', why: 'hidden' },
      { name: '.git', why: 'hidden' },
      { name: 'b.txt', why: other },
      { name: 'c.JSON', why: other },
      { name: 'json', why: other },
      { name: 'sub/.f.json', why: 'hidden' },
    ]);
  });

  test('notes are named as notes if only bundles are input, and the note of the mirror is never called ignored', async () => {
    await put('a.json', `${'A'.repeat(26)}.md`, 'mirror.md', 'sub/mirror.md');
    const { ignored } = await listing();
    assert.deepEqual(ignored, [
      { name: `${'A'.repeat(26)}.md`, why: 'a note, which only build reads' },
      { name: 'sub/mirror.md', why: 'neither a bundle (*.json) nor a note (SUFFIX.md)' },
    ]);
  });

  test('a folder named x.json is a folder', async () => {
    await put('x.json/y.json');
    assert.deepEqual(await names(), ['x.json/y.json']);
  });

  test('a link to a folder is not followed, whatever its name', async () => {
    await put('real/a.json');
    await symlink('real', at('other'));
    await symlink('real', at('other.json'));
    await symlink('.', at('loop'));
    const { files, ignored } = await listing();
    assert.deepEqual(
      files.map(({ name }) => name),
      ['other.json', 'real/a.json'],
    );
    assert.deepEqual(ignored, [
      { name: 'loop', why: 'a symbolic link (see --follow-links)' },
      { name: 'other', why: 'a symbolic link (see --follow-links)' },
    ]);
    assert.equal(codeOf(file('other.json')), 'unreadable');
  });

  test('a name of any characters is listed and read', async () => {
    const odd = ['\ufeff.json', 'a b.json', 'a\nb.json', 'a\u202eb.json', 'a\'"`$.json', '-.json', '\\.json'];
    await put(...odd);
    assert.deepEqual(await names(), odd.toSorted());
    for (const name of odd) assert.equal(codeOf(file(name)), 'read');
  });

  test('a name that is not UTF-8 is refused for that, told by its bytes, and stops nothing', async () => {
    const raw = (...bytes: readonly number[]): Buffer =>
      Buffer.concat([Buffer.from(`${folder()}/`), Buffer.from(bytes)]);
    const json = [...Buffer.from('.json')];
    await put('a.json', '\ufffd.json');
    for (const byte of [0xff, 0xe9]) await writeFile(raw(byte, ...json), '{}');
    await mkdir(raw(0xfe));
    await writeFile(raw(0xff, 0x2e, 0x74), '');
    await writeFile(raw(0x2e, 0xff), '');
    const { files, ignored, unlisted } = await listing();
    assert.deepEqual(
      files.map(({ name }) => name),
      ['a.json', '\ufffd.json'],
    );
    assert.deepEqual(
      ignored.map(({ name }) => name),
      ['.\ufffd', '\ufffd.t'],
    );
    assert.deepEqual(
      unlisted.map(({ name, error }) => [name, error.code, error.problems[0].message]),
      [
        ['\ufffd', 'unreadable', 'expected a name in UTF-8, got the bytes fe'],
        ['\ufffd.json', 'unreadable', 'expected a name in UTF-8, got the bytes e92e6a736f6e'],
        ['\ufffd.json', 'unreadable', 'expected a name in UTF-8, got the bytes ff2e6a736f6e'],
      ],
    );
    assert.equal(await codeOf(file('\ufffd.json')), 'read');
  });

  test('an empty folder is an empty list; none at all is an error', async () => {
    assert.deepEqual(await listing(), { files: [], timestamps: [], ignored: [], unlisted: [], mirrors: [] });
    await assert.rejects(listInput(at('none'), { isInput: isJson, followLinks: false }), { code: 'ENOENT' });
  });

  test('a sub-folder that cannot be listed stops nothing: it is a rejection or a note', async () => {
    await put('a.json');
    // Root may list every folder; a path that is too long cannot be listed by anyone.
    execFileSync('python3', [
      '-c',
      'import os,sys\nos.chdir(sys.argv[1])\nfor _ in range(24):\n  os.mkdir("d"*200)\n  os.chdir("d"*200)',
      folder(),
    ]);
    try {
      assert.ok((await names()).includes('a.json'));
    } finally {
      execFileSync('rm', ['-rf', folder()]);
    }
  });
});

/** What a listing says of a name: `file`, why it is ignored, or why it is refused. */
async function fate(name: string): Promise<string> {
  const { files, ignored, unlisted } = await listing(true);
  if (files.some((found) => found.name === name)) return 'file';
  const found = ignored.find((entry) => entry.name === name)?.why;
  return found ?? unlisted.find((entry) => entry.name === name)?.error.message ?? 'nothing';
}

describe('links, when they are followed', () => {
  test('a folder laid out like a Kubernetes ConfigMap gives every file under the name that the user gave it', async () => {
    await put('..2026_11_26/a.json', '..2026_11_26/b.json', '..2026_11_26/sub/c.json');
    await symlink('..2026_11_26', at('..data'));
    for (const name of ['a.json', 'b.json', 'sub']) await symlink(`..data/${name}`, at(name));
    assert.deepEqual(await names(true), ['a.json', 'b.json', 'sub/c.json']);
    for (const { name, path } of (await listing(true)).files) {
      assert.equal(new TextDecoder().decode(readInput({ name, path })), `..2026_11_26/${name}`);
    }
  });

  test('a folder laid out like a git-annex repository gives every file', async () => {
    await put('.git/annex/objects/Zx/9k/SHA256E-s3--00.json/SHA256E-s3--00.json');
    await put('sub/.keep');
    await symlink('../.git/annex/objects/Zx/9k/SHA256E-s3--00.json/SHA256E-s3--00.json', at('sub/a.json'));
    assert.deepEqual(await names(true), ['sub/a.json']);
  });

  test('a link out of the folder is refused, by way of a second link as well', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'pith-mirror-outside-'));
    await writeFile(join(outside, 'x.json'), '{}');
    await symlink(join(outside, 'x.json'), at('absolute.json'));
    await symlink(outside, at('folder'));
    await symlink('absolute.json', at('second.json'));
    await symlink('..', at('above'));
    for (const name of ['absolute.json', 'folder', 'second.json', 'above']) {
      assert.match(await fate(name), /inside the input folder, got a link that leads out of it/);
    }
    assert.deepEqual(await names(true), []);
    await rm(outside, { recursive: true });
  });

  test('a link to nothing and a link to itself are refused', async () => {
    await symlink('nothing', at('dangling.json'));
    await symlink('self.json', at('self.json'));
    assert.match(await fate('dangling.json'), /got a link that leads nowhere \(ENOENT\)/);
    assert.match(await fate('self.json'), /got a link that leads nowhere \(ELOOP\)/);
  });

  test('links in a circle end, and no folder is listed twice', async () => {
    await put('real/a.json', '.hidden/b.json', '.hidden/.more/c.json');
    await symlink('.', at('loop'));
    await symlink('../real', at('real/self'));
    await symlink('.hidden', at('one'));
    await symlink('.hidden', at('two'));
    await symlink('..', at('.hidden/up'));
    await symlink('.more', at('.hidden/more'));
    await symlink('../../.hidden', at('.hidden/.more/back'));
    assert.deepEqual(await names(true), ['one/b.json', 'one/more/c.json', 'real/a.json']);
    assert.match(await fate('two'), /listed already/);
  });
});

describe('a published mirror', () => {
  const A = 'A'.repeat(26);
  const B = 'B'.repeat(26);
  const C = 'C'.repeat(26);

  async function putMirror(below: string): Promise<void> {
    const files = [
      '.pith-mirror.json',
      'mirror-report.json',
      'pith-mirrors.json',
      `.well-known/pith/${A}/bundle.json`,
      `pith/${A}/bundle.json`,
      `pith/${A}/state.json`,
      `pith/${A}/record.json`,
      `pith/${A}/cite.csl.json`,
      `pith/${B}/bundle.json`,
      `pith/${B}/bundles/00.json`,
      `pith/${B}/bundles/11.json`,
      `pith/${C}/record.json`,
      'browse/x.json',
    ];
    await put(...files.map((name) => `${below}${name}`));
  }

  test('gives its signed bundles and nothing else, without a word on its other files', async () => {
    await putMirror('');
    const found = await listing();
    assert.deepEqual(
      found.files.map(({ name }) => name),
      [`pith/${A}/bundle.json`, `pith/${B}/bundles/00.json`, `pith/${B}/bundles/11.json`],
    );
    assert.deepEqual(found.ignored, []);
    assert.deepEqual(found.unlisted, []);
    assert.deepEqual(listingNotes(found), [
      'the input is a published mirror: its signed bundles are read, and nothing else of it; records without one: 1',
    ]);
  });

  test('is recognised in a sub-folder too, next to bundles in any other layout', async () => {
    await putMirror('mirrors/a/');
    await put('own/x.json', `pith/${A}/state.json`);
    assert.deepEqual(await names(), [
      `mirrors/a/pith/${A}/bundle.json`,
      `mirrors/a/pith/${B}/bundles/00.json`,
      `mirrors/a/pith/${B}/bundles/11.json`,
      'own/x.json',
      `pith/${A}/state.json`,
    ]);
    assert.match(listingNotes(await listing())[0] ?? '', /^mirrors\/a is a published mirror: /);
  });
});
