/** Reading input: anything that is not a plain file of acceptable size is rejected, and stops nothing. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmod, link, open, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { judgeBundle } from '../../../src/mirror/judge/judge.ts';
import { listInput } from '../../../src/mirror/read/listing.ts';
import { readInput } from '../../../src/mirror/read/read.ts';
import { MAX_BUNDLE_BYTES, sha256Hex } from '../../../src/protocol/index.ts';
import { bytesOf, makeBundle, makeRecord, testTrust } from '../../support/bundles/make-bundle.ts';
import { inputFolder } from '../../support/sites/input-folder.ts';

const { path: folder, at, file, put, codeOf } = inputFolder();

/** As a user who may not read everything. Root gives its rights away for that time. */
async function asNobody(work: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return work();
  process.seteuid?.(65534);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
  }
}

describe('one file', () => {
  test('the bytes come as they are', async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 256);
    await writeFile(at('a.json'), bytes);
    assert.deepEqual(readInput(file('a.json')), bytes);
    await writeFile(at('b.json'), '');
    assert.deepEqual(readInput(file('b.json')), new Uint8Array());
  });

  test('a symbolic link is refused, a hard link is a file', async () => {
    await put('a.json');
    await symlink('a.json', at('b.json'));
    await symlink('none', at('c.json'));
    await symlink('/etc/passwd', at('d.json'));
    await link(at('a.json'), at('e.json'));
    for (const name of ['b.json', 'c.json', 'd.json']) assert.equal(codeOf(file(name)), 'unreadable');
    assert.equal(codeOf(file('e.json')), 'read');
  });

  test('a link that the user named is followed', async () => {
    await put('a.json');
    await symlink('a.json', at('b.json'));
    assert.equal(codeOf({ ...file('b.json'), isNamedByUser: true }), 'read');
  });

  test('a FIFO is refused at once, named by the user or not', async () => {
    execFileSync('mkfifo', [at('a.json')]);
    assert.equal(codeOf(file('a.json')), 'unreadable');
    assert.equal(codeOf({ ...file('a.json'), isNamedByUser: true }), 'unreadable');
  });

  test('a socket is refused', async () => {
    const server = createServer();
    const before = process.cwd();
    // The path of a socket has 107 bytes at most, and the one of the folder may have more.
    process.chdir(folder());
    await new Promise<void>((done) => server.listen('a.json', done));
    process.chdir(before);
    assert.equal(codeOf(file('a.json')), 'unreadable');
    await new Promise((done) => server.close(done));
  });

  test('a file that has more to read than its size says, as one that grows meanwhile, is refused', async () => {
    // Linux gives these a size of 0 and then their content.
    assert.throws(() => readInput({ name: 'x', path: '/proc/version' }), { code: 'unreadable' });
  });

  for (const path of ['/dev/zero', '/dev/null', '/dev/tty']) {
    test(`a device is refused: ${path}`, async () => {
      assert.equal(codeOf({ name: 'a.json', path, isNamedByUser: true }), 'unreadable');
    });
  }

  test('a folder is refused', async () => {
    await put('x.json/y.json');
    assert.equal(codeOf(file('x.json')), 'unreadable');
  });

  test('a file that went away is refused', async () => {
    assert.equal(codeOf(file('gone.json')), 'unreadable');
  });

  test('a file in a folder that is none, and a name that is too long, are refused', async () => {
    await put('a.json');
    assert.equal(codeOf(file('a.json/b.json')), 'unreadable');
    assert.equal(codeOf(file(`${'a'.repeat(300)}.json`)), 'unreadable');
  });

  test('a file without permission is refused, and so is a folder, each with its reason', async () => {
    await put('a.json', 'b/c.json');
    await chmod(folder(), 0o755);
    await chmod(at('a.json'), 0);
    await chmod(at('b'), 0);
    await asNobody(async () => {
      await assert.rejects(
        async () => readInput(file('a.json')),
        /unreadable.* expected a file that may be read, got no permission$/,
      );
      const { files, unlisted } = await listInput(folder(), {
        isInput: (name) => name.endsWith('.json'),
        followLinks: false,
      });
      assert.deepEqual(
        files.map(({ name }) => name),
        ['a.json'],
      );
      const [problem] = unlisted.map(({ name, error }) => [name, error.code, error.problems[0].message]);
      assert.deepEqual(problem, ['b/', 'unreadable', 'expected a folder that can be listed, got EACCES']);
    }).finally(() => chmod(at('b'), 0o700)); // Else only root could remove it.
  });

  test('a sparse file of 3 GiB is too large, in little time and memory', async () => {
    await (await open(at('a.json'), 'w')).close();
    await truncate(at('a.json'), 3 * 1024 ** 3);
    const before = process.memoryUsage().arrayBuffers;
    assert.equal(codeOf(file('a.json')), 'too_large');
    assert.ok(process.memoryUsage().arrayBuffers - before < 64 * 1024 ** 2);
  });

  test('the limit is a bundle of 16 MiB: that much is read, one byte more is not', async () => {
    assert.equal(MAX_BUNDLE_BYTES, 16 * 1024 * 1024);
    await writeFile(at('a.json'), '');
    await truncate(at('a.json'), MAX_BUNDLE_BYTES);
    assert.equal(readInput(file('a.json')).length, MAX_BUNDLE_BYTES);
    await truncate(at('a.json'), MAX_BUNDLE_BYTES + 1);
    assert.equal(codeOf(file('a.json')), 'too_large');
  });

  test('a file that says it is empty and is not is refused, not cut', async () => {
    assert.equal(codeOf({ name: 'a.json', path: '/proc/self/status', isNamedByUser: true }), 'unreadable');
  });
});

describe('a file that is written while it is read', () => {
  /** Writes the two files over a third, in place and in small pieces, until it is killed. */
  const WRITER = `
    const { openSync, readFileSync, writeSync } = require('node:fs');
    const [a, b, target] = process.argv.slice(1);
    const descriptor = openSync(target, 'r+');
    for (;;) for (const path of [a, b]) {
      const bytes = readFileSync(path);
      for (let at = 0; at < bytes.length; at += 512) writeSync(descriptor, bytes, at, Math.min(512, bytes.length - at), at);
    }`;

  test('is one of its versions or rejected; what is published are the bytes that were verified', async () => {
    const record = makeRecord();
    const versions = ['2026-07-01T00:00:00Z', '2026-07-02T00:00:00Z'].map((built_at) =>
      bytesOf(makeBundle(record, undefined, { built_at, links: { padding: built_at.repeat(2000) } })),
    );
    const [first = new Uint8Array()] = versions;
    for (const [i, bytes] of versions.entries()) await writeFile(at(`${i}.txt`), bytes);
    await writeFile(at('x.json'), first);
    const writer = spawn(process.execPath, ['-e', WRITER, at('0.txt'), at('1.txt'), at('x.json')], { stdio: 'ignore' });
    try {
      let torn = 0;
      let whole = 0;
      for (let i = 0; i < 3000 && (torn < 5 || whole < 5); i++) {
        const bytes = readInput(file('x.json'));
        const { report, bundle } = judgeBundle('x.json', bytes, testTrust);
        if (bundle === null) torn++;
        else {
          whole++;
          assert.ok(versions.some((version) => Buffer.compare(version, bundle.bytes) === 0));
          assert.equal(report.sha256, sha256Hex(bundle.bytes));
        }
        await new Promise((resolve) => setTimeout(resolve, i % 3));
      }
      assert.ok(torn > 0, 'no reading met a file between two versions');
    } finally {
      writer.kill('SIGKILL');
    }
  });
});
