/** A site of three records that each test gets a fresh copy of, to spoil it and see what packing does. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { BuildError } from '../../../src/mirror/base/failure.ts';
import type { Progress } from '../../../src/mirror/base/progress.ts';
import { trustDocument } from '../../../src/mirror/read/trust-file.ts';
import { bytesOf, makeBundle, makeRecord, testTrust } from '../bundles/make-bundle.ts';
import { notRun } from '../tools/not-run.ts';
import { LAUNCHER, pithMirror, type Run, temporaryFolder } from './cli.ts';
import { mirror } from './mirror.ts';
import { writeFiles } from './site.ts';

/** Fails unless a command ended with this code and a message that names what is wrong. */
export function failed(run: Run, code: number, message: RegExp): void {
  assert.equal(run.code, code, run.stderr);
  assert.match(run.stderr, message);
  assert.doesNotMatch(run.stderr, /unexpected error/);
}

/** Fails unless packing is refused since the site changed when a stage began. */
export async function assertRefused(
  pack: (progress: Progress) => Promise<unknown>,
  stage: string,
  change: () => void,
): Promise<void> {
  const progress: Progress = {
    stage: (name) => (name === stage ? change() : undefined),
    step: () => undefined,
    note: () => undefined,
  };
  await assert.rejects(pack(progress), (error) => {
    assert.ok(error instanceof BuildError);
    assert.match(error.message, /changed while (?:it|the site) was (?:read|packed)|is missing|has SHA-256/);
    return true;
  });
}

export class Spoilable {
  readonly folder = temporaryFolder();
  readonly trust = this.at('trust.json');
  /** The copy. */
  readonly site = this.at('copy');
  /** Where packages go; there is none before a test. */
  readonly out = this.at('out');
  readonly suffixes: string[] = [];

  /** Call it at the top of a test file: it adds hooks. */
  constructor() {
    before(async () => {
      writeFileSync(this.trust, JSON.stringify(trustDocument(testTrust)));
      for (let i = 0; i < 3; i++)
        writeFiles(this.at('input'), { [`${i}.json`]: bytesOf(makeBundle(makeRecord({ id: `2606.1000${i}` }))) });
      await mirror(this.at('input'), this.at('site'));
      this.suffixes.push(...readdirSync(this.at('site', 'pith')).sort());
    });
    beforeEach(() => {
      rmSync(this.site, { recursive: true, force: true });
      rmSync(this.out, { recursive: true, force: true });
      cpSync(this.at('site'), this.site, { recursive: true, preserveTimestamps: true });
    });
  }

  at(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  /** The path in the site of a file of a record. */
  record(name: string, index = 1): string {
    return `pith/${this.suffixes[index] ?? ''}/${name}`;
  }

  /** Everything below the output folder; hidden names too. */
  left(): readonly string[] {
    return existsSync(this.out) ? readdirSync(this.out).sort() : [];
  }

  /**
   * Kills packing again and again, each time a little later, and runs it whole after each.
   *
   * @param args of the command that packs the copy into `out`, without --force.
   */
  async killAgainAndAgain(args: readonly string[], kills: number): Promise<void> {
    const begun = performance.now();
    assert.equal((await pithMirror(args)).code, 0);
    const took = performance.now() - begun;
    const [name = ''] = this.left();
    const file = join(this.out, name);
    const whole = readFileSync(file);
    for (let i = 0; i < kills; i++) {
      rmSync(this.out, { recursive: true, force: true });
      const child = spawn(process.execPath, [LAUNCHER, ...args], { stdio: 'ignore' });
      const ended = once(child, 'exit');
      // The last one or two come when it has ended, or is about to.
      await setTimeout((took * (i + 1)) / (kills - 1));
      child.kill('SIGKILL');
      await ended;
      if (existsSync(file)) assert.ok(readFileSync(file).equals(whole), `killed: ${i}`);
      assert.deepEqual(
        this.left().filter((one) => !one.startsWith('.') && one !== name),
        [],
      );
      const next = await pithMirror([...args, '--force']);
      assert.equal(next.code, 0, next.stderr);
      assert.ok(readFileSync(file).equals(whole));
      assert.deepEqual(this.left(), [name]);
    }
  }

  /** Packs onto a disk that is too small, which must give one line and leave nothing. @param args of a command that packs into a folder. */
  async fillDisk(test: TestContext, kilobytes: number, args: (out: string) => readonly string[]): Promise<void> {
    const small = this.at('small');
    mkdirSync(small, { recursive: true });
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', small]);
    if (status !== 0) return notRun(test, 'a small disk needs root and mount');
    after(() => spawnSync('umount', [small]));
    failed(await pithMirror(args(small)), 1, /ENOSPC: no space left on device/);
    assert.deepEqual(readdirSync(small), []);
  }
}
