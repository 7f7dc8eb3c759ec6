/**
 * Signals end every command, also as the first process of a container, where the system itself ends nothing.
 *
 * Slow: starts each command twice.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { bytesOf, makeBundle, makeRecord } from '../support/bundles/make-bundle.ts';
import { writeTestTrust } from '../support/faults/crash.ts';
import { Hold } from '../support/faults/hold.ts';
import { LAUNCHER, pithMirror, type Run, runProgram, temporaryFolder } from '../support/sites/cli.ts';
import { build, writeFiles } from '../support/sites/site.ts';
import { notRun } from '../support/tools/not-run.ts';

const folder = temporaryFolder();
const trust = join(folder, 'trust.json');
writeTestTrust(trust);
const input = join(folder, 'bundles');
/** So many that a command must see the signal while it is busy with them, and so few that a build starts no worker thread for them. */
const RECORDS = 60;
for (let i = 0; i < RECORDS; i++)
  writeFiles(input, { [`${i}.json`]: bytesOf(makeBundle(makeRecord({ id: `2606.${10000 + i}` }))) });
const site = join(folder, 'site');
const packages = join(folder, 'packages');

/** A host that accepts requests and never answers. Each trial asks it below a path of its own. */
const asked = new EventEmitter();
const silent = createServer(({ url }) => asked.emit(url?.split('/')[1] ?? ''));
let host = '';
before(async () => {
  await build([input, '--out', site, '--trust', trust], 0);
  const run = await pithMirror(['pack', site, '--format', 'zip', '--out', packages, '--name', 'all', '--trust', trust]);
  assert.equal(run.code, 0, run.stderr);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  host = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
});
after(() => {
  silent.closeAllConnections();
  silent.close();
});

interface Command {
  /** @param root the folder of the trial. @param own the host of it. */
  readonly args: (root: string, own: string) => readonly string[];
  /**
   * What the command says when it is busy, and is held until the signal was sent; `request`: it has asked the silent host; `reading`: it
   * reads standard input.
   */
  readonly when: RegExp | 'request' | 'reading';
  /** What it may leave. */
  readonly keeps?: readonly string[];
}

const COMMANDS: Readonly<Record<string, Command>> = {
  'build of a package': {
    args: (root) => ['build', join(packages, 'all.zip'), '--out', join(root, 'dist'), '--trust', trust],
    when: /verifying and rendering/,
    keeps: ['.dist.pith-mirror-cache'],
  },
  'build in worker threads': {
    args: (root) => ['build', input, '--out', join(root, 'dist'), '--trust', trust, '--jobs', '2'],
    when: /verifying and rendering/,
    keeps: ['.dist.pith-mirror-cache'],
  },
  'build --single': {
    args: (root) => ['build', input, '--single', suffixOfFirst(), '--out', join(root, 'one.html'), '--trust', trust],
    when: /bundling pages/,
  },
  verify: { args: () => ['verify', input, '--trust', trust], when: /verifying/ },
  'verify of standard input': { args: () => ['verify', '-', '--trust', trust], when: 'reading' },
  canon: { args: () => ['canon', '-'], when: 'reading' },
  pack: { args: (root) => ['pack', site, '--format', 'zip', '--out', root, '--trust', trust], when: /packing/ },
  snapshot: {
    args: (root) => ['snapshot', site, '--out', join(root, 'item'), '--trust', trust],
    when: /packing/,
  },
  sync: {
    args: (root, own) => ['sync', '--all', '--from', own, '--to', join(root, 'bundles'), '--trust', trust],
    when: 'request',
    keeps: ['bundles'],
  },
  audit: { args: (_root, own) => ['audit', own, '--trust', trust], when: 'request' },
  compare: { args: (_root, own) => ['compare', site, own], when: 'request' },
  serve: { args: () => ['serve', site, '--port', '0'], when: /is served at/ },
};

const suffixOfFirst = (): string => readdirSync(join(site, 'pith')).sort()[0] ?? '';

/** Complete entries of the cache may stay; the draft of one has a dot in its name. */
const isKept = (path: string, { keeps = [] }: Command): boolean =>
  keeps.some((kept) => path.split('/')[0] === kept) ||
  /^cache(?:\/(?:pages|code)(?:\/[0-9a-f]+(?:\/.*)?)?)?$/.test(path);

/** The process that a command of `unshare --fork` runs. */
const childOf = (pid: number | undefined): number =>
  Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);

/** Starts a command in an empty folder, sends it a signal when it is busy, and waits for its end. */
async function interrupted(
  { args, when }: Command,
  root: string,
  signal: NodeJS.Signals,
  isFirst: boolean,
): Promise<Run> {
  const temporary = join(root, 'temporary');
  mkdirSync(temporary, { recursive: true });
  const [file = '', ...rest] = [
    ...(isFirst ? ['unshare', '-rpf', '--kill-child'] : []),
    process.execPath,
    LAUNCHER,
    ...args(root, `${host}${basename(root)}/`),
  ];
  const hold = when instanceof RegExp ? new Hold(`${root}-hold`, when) : null;
  const env = { ...process.env, TMPDIR: temporary, PITH_MIRROR_CACHE: join(root, 'cache'), ...hold?.env };
  const child = spawn(file, rest, { cwd: root, stdio: 'pipe', env });
  const send = (): void => {
    if (isFirst) process.kill(childOf(child.pid), signal);
    else child.kill(signal);
  };
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].on('data', (data: Buffer) => {
      said[stream] += data;
    });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (when === 'request') asked.once(basename(root), send);
  // More than a pipe holds: it is written when the command has read some of it, and waits for the rest.
  if (when === 'reading') child.stdin.write(' '.repeat(1 << 20), send);
  await hold?.meanwhile(ended, send);
  return { code: await ended, ...said, bytes: new Uint8Array() };
}

describe('a signal', () => {
  for (const [name, command] of Object.entries(COMMANDS)) {
    for (const [signal, code, isFirst] of [
      ['SIGTERM', 143, true],
      ['SIGINT', 130, false],
    ] as const) {
      const where = isFirst ? 'as the first process of a container' : 'on a terminal';
      it(`${signal} ends ${name} ${where} with exit code ${code}, and nothing unfinished stays`, async (test) => {
        if (isFirst) {
          const can = await runProgram('unshare', ['-rpf', 'true']).catch(() => ({ code: 1 }));
          if (can.code !== 0) return notRun(test, 'name spaces of processes need root (unshare --pid)');
        }
        const root = join(folder, `${name}-${code}`.replaceAll(' ', '-'));
        const run = await interrupted(command, root, signal, isFirst);
        assert.equal(run.code, code, run.stdout + run.stderr);
        assert.equal(run.stderr.split('\n').at(-2), `pith-mirror: ended by ${signal}`);
        const left = readdirSync(root, { recursive: true, withFileTypes: true })
          .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
          .filter((path) => path !== 'temporary' && !isKept(path, command));
        assert.deepEqual(left, []);
        if (command.keeps?.includes('bundles')) assert.deepEqual(readdirSync(join(root, 'bundles')), []);
      });
    }
  }
});
