/**
 * The process that bundles the pages: what it gives, what a user learns when it fails, and that it never outlives its build.
 *
 * Slow: Astro bundles the pages several times.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { bundleApart } from '../../../src/mirror/render/bundling.ts';
import { loadPages } from '../../../src/mirror/render/pages.ts';
import { seedBytes } from '../../support/bundles/vectors.ts';
import { LAUNCHER, pithMirror, temporaryFolder } from '../../support/sites/cli.ts';

const folder = temporaryFolder();

describe('the process that bundles the pages', () => {
  it('fills a folder with the pages, the scripts and the style sheet, and leaves the rest to its caller', async () => {
    const work = join(folder, 'work');
    const entry = await bundleApart(join(work, 'pages'), work);
    assert.match(readFileSync(join(work, 'pages', entry), 'utf8'), /export/);
    for (const name of ['style.css', 'verify.js']) assert.ok(existsSync(join(work, 'pages/assets', name)), name);
  });

  it('gives the same entry whatever command a shell says it runs', async () => {
    const entries: string[] = [];
    for (const command of ['one', 'two']) {
      process.env._ = `/bin/${command}`;
      const work = join(folder, `by-${command}`);
      entries.push(await bundleApart(join(work, 'pages'), work));
    }
    assert.equal(entries[0], entries[1]);
  });

  it('gives back an error of the system, and a build says it in one line', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await assert.rejects(bundleApart(join(folder, 'never'), join(file, 'work')), /^BuildError: ENOTDIR: /);
    process.env.PITH_MIRROR_CACHE = 'off';
    const of = { program: 'p', beside: join(file, 'cache'), work: join(file, 'work') };
    await assert.rejects(loadPages(of), /^BuildError: rendering failed: ENOTDIR: not a directory, mkdir /);
  });
});

interface Build {
  readonly root: string;
  readonly child: ChildProcess;
  /** The process that bundles. */
  readonly bundler: number;
  readonly end: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

const isRunning = (pid: number): boolean => {
  try {
    // A process that has ended may wait for somebody to ask for its exit code.
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

/** Starts a build in an empty folder and waits until Astro has begun to write. */
async function startBundling(name: string): Promise<Build> {
  const root = join(folder, name);
  mkdirSync(join(root, 'bundles'), { recursive: true });
  writeFileSync(join(root, 'bundles/a.json'), seedBytes());
  const env = { ...process.env, PITH_MIRROR_CACHE: 'off' };
  const child = spawn(process.execPath, [LAUNCHER, 'build'], { cwd: root, env, stdio: 'pipe', detached: true });
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const end = once(child, 'close').then(([code]) => ({ code: code as number | null, stderr }));
  const work = join(root, '.dist.pith-mirror-work');
  const hasBegun = (): boolean => existsSync(work) && readdirSync(work).some((made) => made.startsWith('render-'));
  while (!hasBegun() && child.exitCode === null) await wait(5);
  const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
  // One process: of none, its number would be 0, and a signal to 0 goes to the tests themselves.
  assert.match(children, /^\d+$/, stderr);
  return { root, child, bundler: Number(children), end };
}

/** What lies next to the site, without the cache that is for the next build. */
const leftIn = (root: string): readonly string[] =>
  readdirSync(root)
    .filter((name) => name !== '.dist.pith-mirror-cache')
    .sort();

async function assertEnds(pid: number): Promise<void> {
  while (isRunning(pid)) await wait(5);
}

describe('while the pages are bundled', () => {
  it('a signal that a terminal sends to every process ends the build, and nothing unfinished stays', async () => {
    const { root, child, bundler, end } = await startBundling('terminal');
    process.kill(-Number(child.pid), 'SIGINT');
    const { code, stderr } = await end;
    assert.equal(code, 130, stderr);
    assert.equal(stderr.split('\n').at(-2), 'pith-mirror: ended by SIGINT');
    assert.equal(isRunning(bundler), false);
    assert.deepEqual(leftIn(root), ['bundles']);
  });

  it('a build that is killed takes the process that bundles with it, and the next build leaves nothing of both', async () => {
    const { root, child, bundler, end } = await startBundling('killed');
    child.kill('SIGKILL');
    const next = pithMirror(['build'], { cwd: root, env: { PITH_MIRROR_CACHE: 'off' } });
    await end;
    await assertEnds(bundler);
    const { code, stderr } = await next;
    assert.equal(code, 0, stderr);
    assert.deepEqual(leftIn(root), ['bundles', 'dist']);
  });

  it('the end of the process that bundles is the end of the build, which says how it came', async () => {
    const { root, bundler, end } = await startBundling('starved');
    process.kill(bundler, 'SIGKILL');
    const { code, stderr } = await end;
    assert.equal(code, 1, stderr);
    assert.match(
      stderr,
      /^pith-mirror: the process that bundles the pages was ended by SIGKILL; nothing was published\. Check whether/m,
    );
    assert.deepEqual(leftIn(root), ['bundles']);
  });
});
