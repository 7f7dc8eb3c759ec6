/**
 * The faults themselves: what is counted, and that each thread and each way of writing is reached.
 *
 * Slow: starts a process for each fault.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { PROJECT, type Run, runProgram, temporaryFolder } from '../sites/cli.ts';
import type { Fault } from './crash.ts';

const folder = temporaryFolder();
const FAULTS = pathToFileURL(join(PROJECT, 'test/support/faults/faults.mjs')).href;
let made = 0;

/** Runs a script in a folder of its own, with a fault for that folder. */
async function run(
  script: string,
  fault: Fault,
): Promise<Run & { readonly root: string; readonly steps: readonly string[] }> {
  const root = join(folder, `run-${made++}`);
  mkdirSync(root);
  writeFileSync(`${root}.mjs`, script);
  const env = {
    PITH_MIRROR_FAULT: JSON.stringify({ root, log: `${root}.log`, ...fault }),
    NODE_OPTIONS: `--import=${FAULTS}`,
  };
  const ended = await runProgram(process.execPath, [`${root}.mjs`], { cwd: root, env });
  const log = existsSync(`${root}.log`) ? readFileSync(`${root}.log`, 'utf8').trim().split('\n') : [];
  return { ...ended, root, steps: log };
}

/** Three threads, one of them made by another and one without arguments, write side by side. */
const THREADS = `
  import { mkdir, writeFile } from 'node:fs/promises';
  import { Worker, threadId, workerData } from 'node:worker_threads';
  const start = (data, options) => new Promise((done, fail) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: data, ...options });
    worker.on('error', fail);
    worker.on('exit', done);
  });
  const children = workerData === null || workerData === undefined
    ? [start('outer', {}), start('bare', { execArgv: [] })]
    : workerData === 'outer' ? [start('inner', {})] : [];
  const name = workerData ?? 'main';
  await mkdir(name);
  for (let i = 0; i < 50; i++) await writeFile(name + '/' + i, 'x');
  await Promise.all(children);
`;

describe('faults in threads', () => {
  it('are counted in one sequence, without gaps or duplicates', async () => {
    const { code, steps, stderr } = await run(THREADS, {});
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      steps.map((line) => Number(line.split(' ')[0])),
      Array.from({ length: 4 * 51 }, (_, i) => i + 1),
    );
    for (const name of ['main', 'outer', 'inner', 'bare']) {
      assert.equal(steps.filter((line) => line.includes(` writeFile ${name}/`)).length, 50, name);
    }
  });

  it('happen there, and only once unless they are lasting', async () => {
    for (const [match, lasting] of [
      ['inner/', false],
      ['bare/', true],
    ] as const) {
      const { code, stderr, root } = await run(THREADS, { match, at: 10, code: 'EIO', lasting });
      assert.notEqual(code, 0);
      assert.match(stderr, /EIO: i\/o error, writeFile '.*\/(inner|bare)\/9'/);
      assert.equal(existsSync(join(root, match, '8')), true);
      assert.equal(existsSync(join(root, match, '9')), false);
    }
  });

  it('kill the whole process', async () => {
    const { code, steps } = await run(THREADS, { match: 'inner/', at: 5 });
    assert.equal(code, null);
    assert.match(steps.at(-1) ?? '', /writeFile inner\/4$/);
  });
});

/** Each way to write a file, to flush it and to put it in its place. */
const WAYS: Readonly<Record<string, readonly [script: string, steps: readonly string[]]>> = {
  'a handle': [
    `const h = await p.open('a', 'a'); await h.write('xy'); await h.writeFile('z'); await h.sync(); await h.datasync();
     await h.truncate(1); await h.close(); await (await p.open('a')).close();`,
    ['open', 'write', 'write', 'fsync', 'fdatasync', 'ftruncate'],
  ],
  'a descriptor': [
    `const d = fs.openSync('a', 'w'); fs.writeSync(d, 'xy'); fs.fsyncSync(d); fs.ftruncateSync(d, 1); fs.closeSync(d);
     const e = fs.openSync('a', 'r'); fs.closeSync(e);`,
    ['openSync', 'writeSync', 'fsyncSync', 'ftruncateSync'],
  ],
  'a stream': [
    `const s = fs.createWriteStream('a'); s.end('xy'); await new Promise((done) => s.on('close', done));`,
    ['open', 'write'],
  ],
  'one path onto another': [
    `await p.mkdir('d'); await p.rename('d', 'e'); await p.symlink('e', 'f'); await p.rm('f'); await p.rm('e', { recursive: true });`,
    ['mkdir', 'rename', 'symlink', 'rm', 'rmdir'],
  ],
};

describe('faults in each way of writing', () => {
  for (const [name, [script, names]] of Object.entries(WAYS)) {
    const whole = `import fs from 'node:fs'; import p from 'node:fs/promises';\n${script}`;
    it(`${name}: seen, and failed`, async () => {
      const { code, steps, stderr } = await run(whole, {});
      assert.equal(code, 0, stderr);
      const seen = steps.map((line) => line.split(' ')[1]);
      // Node removes one file by two of its own functions.
      assert.deepEqual(
        seen.filter((step) => step !== 'unlink'),
        names,
      );
      for (const [index] of steps.entries()) {
        const failed = await run(whole, { at: index + 1, code: 'EACCES' });
        assert.match(failed.stderr, /EACCES: permission denied/, steps[index] ?? script);
      }
    });
  }

  it('a full disk keeps half of a write, and allows removals', async () => {
    const ways = {
      writeFile: `await p.writeFile('a', 'abcdef');`,
      ' write ': `const h = await p.open('a', 'w'); try { await h.write(Buffer.from('abcdef')); } finally { await h.close(); }`,
      writeSync: `fs.writeSync(fs.openSync('a', 'w'), Buffer.from('abcdef'));`,
    };
    for (const [match, script] of Object.entries(ways)) {
      const caught = `try { ${script} } catch (error) { console.log(error.code); } await p.writeFile('b', '').catch(() => 0); await p.rm('c');`;
      const begin = `import fs from 'node:fs'; import p from 'node:fs/promises'; fs.writeFileSync('c', '');`;
      const { stdout, root, stderr } = await run(`${begin}${caught}`, {
        match: `${match.trim()} [ab]`,
        at: 1,
        code: 'ENOSPC',
        lasting: true,
      });
      assert.equal(stdout, 'ENOSPC\n', stderr);
      assert.equal(readFileSync(join(root, 'a'), 'utf8'), 'abc', match);
      assert.equal(existsSync(join(root, 'c')), false);
    }
  });
});
