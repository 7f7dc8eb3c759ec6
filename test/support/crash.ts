/**
 * Builds that end badly: killed, or by a failing disk. What they may leave behind, and that the next build needs no help.
 *
 * Each trial has a folder of its own with an old site in it and bundles that give a new one.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sha256 } from '@noble/hashes/sha2.js';
import { PROJECT, type Run, runProgram } from './cli.ts';
import { bytesOf, makeBundle, makeRecord, publicKeyEntry, registryKey } from './make-bundle.ts';
import { assertSameTree, build, readTree, writeFiles } from './site.ts';

const LAUNCHER = join(PROJECT, 'src/cli/launch.mjs');
const FAULTS = join(PROJECT, 'test/support/faults.mjs');

export type Tree = ReadonlyMap<string, Buffer>;

/** See faults.mjs. */
export interface Fault {
  /** An expression; only calls that match it are counted. For a place that must be hit wherever it is in the order of calls. */
  readonly match?: string;
  /** Which call: 1 is the first. */
  readonly at?: number;
  readonly code?: 'ENOSPC' | 'EIO' | 'EACCES';
  /** Whether every later call meets it too. */
  readonly lasting?: boolean;
  /** Where a copy of the trial's folder is kept before each call. */
  readonly copies?: string;
}

/** A file of the pinned TEST key. */
export function writeTestTrust(path: string): void {
  const { public_key_hex, fingerprint_sha256_hex } = publicKeyEntry(registryKey);
  const key = { key_id: registryKey.keyId, role: registryKey.role, public_key_hex, fingerprint_sha256_hex };
  writeFileSync(path, JSON.stringify({ keys: [key] }));
}

export class Trials {
  readonly #folder: string;
  #made = 0;
  readonly old: Tree;
  readonly new: Tree;

  private constructor(folder: string, old: Tree, young: Tree) {
    this.#folder = folder;
    this.old = old;
    this.new = young;
  }

  /** One record stays, one goes, one comes. */
  static async prepare(folder: string): Promise<Trials> {
    const record = (id: string): Uint8Array => bytesOf(makeBundle(makeRecord({ id })));
    const template = join(folder, 'template');
    mkdirSync(join(template, 'empty'), { recursive: true });
    writeTestTrust(join(template, 'trust.json'));
    const trust = ['--trust', join(template, 'trust.json')];
    writeFiles(join(template, 'before'), { 'a.json': record('2606.00001'), 'b.json': record('2606.00002') });
    writeFiles(join(template, 'bundles'), { 'a.json': record('2606.00001'), 'c.json': record('2606.00003') });
    const other = join(folder, 'new');
    await build([join(template, 'before'), '--out', join(template, 'dist'), ...trust], 0);
    await build([join(template, 'bundles'), '--out', other, ...trust], 0);
    return new Trials(folder, readTree(join(template, 'dist')), readTree(other));
  }

  /** A fresh folder with the old site. */
  start(): Trial {
    const root = join(this.#folder, `trial-${this.#made++}`);
    cpSync(join(this.#folder, 'template'), root, { recursive: true, preserveTimestamps: true });
    return new Trial(root, this);
  }

  /** The state of a trial at one moment. */
  at(root: string): Trial {
    return new Trial(root, this);
  }
}

const NEIGHBOUR = '.dist.pith-mirror-';

export class Trial {
  readonly root: string;
  readonly out: string;
  readonly #trials: Trials;

  constructor(root: string, trials: Trials) {
    this.root = root;
    this.out = join(root, 'dist');
    this.#trials = trials;
  }

  args(input = 'bundles'): string[] {
    return ['build', join(this.root, input), '--out', this.out, '--trust', join(this.root, 'trust.json')];
  }

  build(input = 'bundles'): Promise<Run> {
    return runProgram(process.execPath, [LAUNCHER, ...this.args(input)], { cwd: this.root });
  }

  /** Builds with a fault. @returns the run and all calls that change the folder, in their order, as `NUMBER NAME PATH`. */
  async buildWith(fault: Fault): Promise<Run & { readonly steps: readonly string[] }> {
    const log = `${this.root}.log`;
    const env = {
      PITH_MIRROR_FAULT: JSON.stringify({ root: this.root, log, ...fault }),
      // In the environment, so that it reaches worker threads too, also one that is given no arguments of its own.
      NODE_OPTIONS: `--import=${pathToFileURL(FAULTS).href}`,
    };
    const run = await runProgram(process.execPath, [LAUNCHER, ...this.args()], { cwd: this.root, env });
    const steps = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
    return { ...run, steps };
  }

  /** Builds and kills after some milliseconds. @returns whether it was still running. */
  buildAndKill(milliseconds: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [LAUNCHER, ...this.args()], { cwd: this.root, stdio: 'ignore' });
      const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
      child.on('error', reject);
      child.on('exit', (_, signal) => {
        clearTimeout(timer);
        resolve(signal === 'SIGKILL');
      });
    });
  }

  /** Which site is published. @throws where it is neither in whole. */
  published(): 'old' | 'new' | 'absent' {
    if (!existsSync(this.out)) {
      // Between the two renames of the swap.
      assertSameTree(readTree(join(this.root, `${NEIGHBOUR}old`)), this.#trials.old);
      return 'absent';
    }
    const tree = readTree(this.out);
    const name = [...tree.keys()].join() === [...this.#trials.old.keys()].join() ? 'old' : 'new';
    assertSameTree(tree, this.#trials[name]);
    return name;
  }

  /** Temporary names beside the site. */
  leftovers(): readonly string[] {
    return readdirSync(this.root).filter((name) => name.startsWith(NEIGHBOUR));
  }

  /** The next build needs no help. */
  async assertNextBuild(): Promise<void> {
    const run = await this.build();
    assert.equal(run.code, 0, run.stderr);
    assert.equal(this.published(), 'new');
    assert.deepEqual(this.leftovers(), []);
  }

  /** The next command puts back what was there, even one that itself fails. */
  async assertNextFailure(): Promise<void> {
    const before = this.published();
    const run = await this.build('empty');
    assert.equal(run.code, 1, run.stderr);
    assert.equal(this.published(), before === 'absent' ? 'old' : before);
    assert.deepEqual(this.leftovers(), []);
  }
}

/** Kills at one counted call: the site is whole, and the next command needs no help. */
export async function checkKillAt(trials: Trials, at: number): Promise<'old' | 'new' | 'absent'> {
  const trial = trials.start();
  const { code, steps } = await trial.buildWith({ at });
  assert.equal(code, null, `killed at ${steps.at(-1)}`);
  const published = trial.published();
  await trial.assertNextBuild();
  return published;
}

/** A call fails: the build says so in one line, or did without it. */
export async function checkFailureAt(trials: Trials, fault: Fault & { readonly at: number }): Promise<void> {
  const trial = trials.start();
  const run = await trial.buildWith(fault);
  const step = run.steps[fault.at - 1] ?? '';
  const where = `${fault.code} at ${step}\n${run.stderr}`;
  const published = trial.published();
  // What only removes may fail after the new site is in its place, and is left for the next build.
  const isRemoval =
    fault.lasting !== true && /^\d+ (rm|unlink|rmdir|rename) .dist.pith-mirror-(work|old|lock)/.test(step);
  if (run.code === 0) {
    assert.equal(published, 'new', where);
  } else {
    assert.equal(run.code, 1, where);
    assert.equal(published, 'old', where);
    const complaints = run.stderr.split('\n').filter((line) => line.startsWith('pith-mirror: '));
    assert.equal(complaints.length, 1, where);
    assert.match(complaints[0] ?? '', new RegExp(`${fault.code}`), where);
    assert.doesNotMatch(run.stderr, /^\s+at /m, where);
  }
  // A disk on which nothing can be removed either keeps what is there.
  if (!isRemoval && (fault.lasting !== true || fault.code === 'ENOSPC')) assert.deepEqual(trial.leftovers(), [], where);
  else await trial.assertNextBuild();
}

/** Numbers from 0 to 1 that depend on the seed alone. */
export function* randoms(seed: string): Generator<number, never> {
  for (let count = 0; ; count++) {
    const bytes = sha256(new TextEncoder().encode(`${seed}/${count}`));
    yield new DataView(bytes.buffer).getUint32(0) / 2 ** 32;
  }
}

/** How long a build takes here, in milliseconds. */
export async function buildTime(trials: Trials): Promise<number> {
  const started = performance.now();
  await trials.start().build();
  return performance.now() - started;
}

/** Runs `work` on every item, some at a time. */
export async function eachOf<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
