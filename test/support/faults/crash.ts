/**
 * Builds that are killed or hit a failing disk: checks what they may leave behind, and that the next build recovers by itself.
 *
 * Each trial has a folder of its own with an old site in it and bundles that give a new one.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sha256 } from '@noble/hashes/sha2.js';
import {
  bytesOf,
  makeBundle,
  makeCorrection,
  makeRecord,
  publicKeyEntry,
  registryKey,
} from '../bundles/make-bundle.ts';
import { PROJECT, type Run, runProgram } from '../sites/cli.ts';
import { settle } from '../sites/mirror.ts';
import { build, readTree, writeFiles } from '../sites/site.ts';

const LAUNCHER = join(PROJECT, 'src/cli/launch.mjs');
// The pages are cached next to the site, in each trial's folder: no trial meets what another one left.
process.env.PITH_MIRROR_CACHE = 'off';

const FAULTS = join(PROJECT, 'test/support/faults/faults.mjs');

export type Tree = ReadonlyMap<string, Buffer>;

/** See faults.mjs. */
export interface Fault {
  /** An expression; only calls that match it are counted. For a place that must be hit wherever it is in the order of calls. */
  readonly match?: string;
  /** Which call: 1 is the first. */
  readonly at?: number;
  readonly code?: 'ENOSPC' | 'EIO' | 'EACCES' | 'FILL';
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

/** What the trials of a run have in common. */
export interface TrialKind {
  /**
   * What the build knows. `first`: there is no site yet. `full`: there is a site, and nothing is known of the build that made it.
   * `update`: that build ran in the trial's own folder, with all that it keeps for the next one, and the input changed after it.
   */
  readonly way: 'first' | 'full' | 'update';
  /** How many records there are in addition to those that come, go and change. */
  readonly others: number;
  /** How many records come, how many go and, in an update, how many change. */
  readonly turnover: number;
  /** Names next to the site and in it that a build may leave for the next one. */
  readonly keeps: RegExp;
}

/** The month in the numbers of each kind of records. */
const NUMBERS: Readonly<Record<string, string>> = { stays: '2607', goes: '2608', comes: '2609', changes: '2610' };

/** What is published: all of the old site (nothing before a first build), all of the new, or some files of each. */
export type Published = 'old' | 'new' | 'between';

export class Trials {
  readonly #folder: string;
  #made = 0;
  readonly kind: TrialKind;
  readonly old: Tree;
  readonly new: Tree;

  private constructor(folder: string, kind: TrialKind, old: Tree, young: Tree) {
    this.#folder = folder;
    this.kind = kind;
    this.old = old;
    this.new = young;
  }

  /** One record stays, others go or come; for an update some change, too. And others stay. */
  static async prepare(folder: string, kind: Partial<TrialKind> = {}): Promise<Trials> {
    const { way = 'full', others = way === 'update' ? 4 : 0, turnover = 1, keeps = CACHE } = kind;
    const plain = (id: string): Uint8Array => bytesOf(makeBundle(makeRecord({ id })));
    /** As many files as asked for, with numbers of their own. */
    const several = (name: string, count: number, of: (id: string) => Uint8Array): Record<string, Uint8Array> =>
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [
          `${name}${i}.json`,
          of(`${NUMBERS[name]}.${String(i).padStart(5, '0')}`),
        ]),
      );
    const changed = (id: string): Uint8Array => {
      const { canonical_record, events } = makeBundle(makeRecord({ id }));
      const more = [...events, makeCorrection(canonical_record, 'more')];
      return bytesOf(makeBundle(canonical_record, more, { built_at: '2026-07-02T00:00:00Z' }));
    };
    const changing = way === 'update' ? turnover : 0;
    const template = join(folder, 'template');
    mkdirSync(join(template, 'empty'), { recursive: true });
    writeTestTrust(join(template, 'trust.json'));
    const trust = ['--trust', join(template, 'trust.json')];
    const both = { 'a.json': plain('2606.00001'), ...several('stays', others, plain) };
    const before = { ...both, ...several('goes', turnover, plain), ...several('changes', changing, plain) };
    writeFiles(join(template, 'before'), before);
    const after = { ...both, ...several('comes', turnover, plain), ...several('changes', changing, changed) };
    writeFiles(join(template, 'bundles'), after);
    // Clean builds, each in a place of its own: what every other way must come to.
    const trees: Tree[] = [];
    for (const input of ['before', 'bundles']) {
      const site = join(folder, `of-${input}`);
      await build([join(template, input), '--out', site, ...trust], 0);
      trees.push(readTree(site));
    }
    const [old, young] = trees;
    assert.ok(old && young);
    // The bundled pages are of the program: they may come from another build.
    cpSync(join(folder, '.of-before.pith-mirror-cache'), join(template, '.dist.pith-mirror-cache'), {
      recursive: true,
    });
    if (way === 'full') renameSync(join(folder, 'of-before'), join(template, 'dist'));
    return new Trials(folder, { way, others, turnover, keeps }, way === 'first' ? new Map() : old, young);
  }

  /** A fresh folder with the old site. */
  async start(): Promise<Trial> {
    const root = join(this.#folder, `trial-${this.#made++}`);
    cpSync(join(this.#folder, 'template'), root, { recursive: true, preserveTimestamps: true });
    const trial = new Trial(root, this);
    if (this.kind.way === 'update') await trial.makeOld();
    return trial;
  }

  /** The state of a trial at one moment. */
  at(root: string): Trial {
    return new Trial(root, this);
  }
}

/**
 * A moment of a build: this many milliseconds after it started, after its journal appeared (the publication is decided, and files
 * are moved), or after the journal went (all is published).
 */
export interface Moment {
  readonly since: 'start' | 'journal' | 'applied';
  readonly ms: number;
}

/** What a build was doing, told from what it left. */
export type Phase = 'starting' | 'making' | 'flushing' | 'moving' | 'removing' | 'clearing' | 'done';

const NEIGHBOUR = '.dist.pith-mirror-';
const JOURNAL = `${NEIGHBOUR}journal`;
const CACHE = /^\.dist\.pith-mirror-cache$/;
/** In the site's folder while it is being written. */
const LOCK = /^\.pith-mirror-lock/;

/** Every file of `found` is as in one of two sites, and what both have is there. */
function assertOfBoth(found: Tree, old: Tree, young: Tree): void {
  for (const [path, bytes] of found) {
    assert.ok(
      old.get(path)?.equals(bytes) || young.get(path)?.equals(bytes),
      `${path} is neither the old nor the new one`,
    );
  }
  for (const path of old.keys()) assert.ok(found.has(path) || !young.has(path), `${path} is gone`);
}

function isSameTree(a: Tree, b: Tree): boolean {
  return a.size === b.size && [...a].every(([path, bytes]) => b.get(path)?.equals(bytes) === true);
}

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
    return [
      'build',
      join(this.root, input),
      '--out',
      this.out,
      '--trust',
      join(this.root, 'trust.json'),
      // One of the records goes on purpose.
      '--allow-loss',
      // The builder makes so few records itself; some trials must have a worker thread.
      ...(this.#trials.kind.way === 'full' ? ['--jobs', '1'] : []),
    ];
  }

  build(input = 'bundles'): Promise<Run> {
    return runProgram(process.execPath, [LAUNCHER, ...this.args(input)], { cwd: this.root });
  }

  /** The old site by a build of this folder, and then the new input at the place of the old. */
  async makeOld(): Promise<void> {
    const [input, later] = [join(this.root, 'bundles'), join(this.root, 'later')];
    renameSync(input, later);
    cpSync(join(this.root, 'before'), input, { recursive: true, preserveTimestamps: true });
    const run = await this.build();
    assert.equal(run.code, 0, run.stderr);
    assert.equal(this.published(), 'old');
    settle(input, this.out);
    const [was, is] = [readTree(input), readTree(later)];
    for (const [name, bytes] of is) if (!was.get(name)?.equals(bytes)) writeFileSync(join(input, name), bytes);
    for (const name of was.keys()) if (!is.has(name)) rmSync(join(input, name));
    rmSync(later, { recursive: true });
  }

  /** Builds with a fault. @returns the run and all calls that change the folder, in their order, as `NUMBER NAME PATH`. */
  async buildWith(fault: Fault): Promise<Run & { readonly steps: readonly string[] }> {
    const run = await runProgram(process.execPath, [LAUNCHER, ...this.args()], {
      cwd: this.root,
      env: this.#environmentOf(fault),
    });
    const log = `${this.root}.log`;
    const steps = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
    return { ...run, steps };
  }

  #environmentOf(fault: Fault): Record<string, string> {
    return {
      PITH_MIRROR_FAULT: JSON.stringify({ root: this.root, log: `${this.root}.log`, ...fault }),
      // In the environment, so that it reaches worker threads too, also one that is given no arguments of its own.
      NODE_OPTIONS: `--import=${pathToFileURL(FAULTS).href}`,
    };
  }

  /**
   * Builds on a file system of its own, that has a megabyte more than what is there.
   *
   * @param spare so many kilobytes of it are left free; null for all.
   * @param fault that fills the disk at some call.
   * @returns the run, and the state that it left.
   */
  async buildOnSmallDisk(
    spare: number | null,
    fault: Fault = {},
  ): Promise<{ readonly run: Run; readonly after: Trial }> {
    const left = `${this.root}-after`;
    // Folders take different amounts of space, so the rest is filled until exactly this many kilobytes are left.
    const fill =
      spare === null
        ? 'true'
        : `head -c $(( ($(df -k . | awk 'END { print $4 }') - ${spare}) * 1024 )) /dev/zero > filler`;
    const script = `set -e; size=$(( $(du -sk . | cut -f1) + 1000 )); cp -a . "${left}"; mount -t tmpfs -o size=\${size}k none "$PWD"; cd "$PWD"
      cp -a "${left}/." .; rm -r "${left}"; ${fill}; code=0; NODE_OPTIONS="$FAULTS" "$0" "${LAUNCHER}" "$@" || code=$?
      rm -f filler; cp -a . "${left}"; exit $code`;
    const { NODE_OPTIONS: FAULTS = '', ...env } = fault.match === undefined ? {} : this.#environmentOf(fault);
    const run = await runProgram('unshare', ['-rm', 'sh', '-c', script, process.execPath, ...this.args()], {
      cwd: this.root,
      env: { ...env, FAULTS },
    });
    return { run, after: new Trial(left, this.#trials) };
  }

  /**
   * Builds, and kills at a moment; null kills never.
   *
   * @returns whether it was still running, and how long each stretch took of those that a moment can be in, in milliseconds.
   */
  buildAndKill(moment: Moment | null): Promise<{ readonly isKilled: boolean; readonly times: Stretches }> {
    return new Promise((resolve, reject) => {
      const started = performance.now();
      let timer: NodeJS.Timeout | undefined;
      const child = spawn(process.execPath, [LAUNCHER, ...this.args()], { cwd: this.root, stdio: 'ignore' });
      const reach = (since: Moment['since']): void => {
        if (moment?.since === since) timer = setTimeout(() => child.kill('SIGKILL'), moment.ms);
      };
      reach('start');
      const seen: number[] = [];
      const watcher = watch(this.root, (_, name) => {
        if (name !== JOURNAL) return;
        if (seen.push(performance.now()) === 1) reach('journal');
        else reach('applied');
      });
      child.on('error', reject);
      child.on('exit', (_, signal) => {
        clearTimeout(timer);
        watcher.close();
        const ended = performance.now();
        const [journal = ended, applied = ended] = seen;
        const times = { start: ended - started, journal: applied - journal, applied: ended - applied };
        resolve({ isKilled: signal === 'SIGKILL', times });
      });
    });
  }

  /** What the build was doing that left this. */
  phase(): Phase {
    const names = readdirSync(this.root);
    const has = (what: string): boolean => names.some((name) => name.startsWith(`${NEIGHBOUR}${what}`));
    if (existsSync(join(this.root, JOURNAL))) {
      const { moves, staged } = JSON.parse(readFileSync(join(this.root, JOURNAL), 'utf8'));
      const isMoved = (path: string): boolean => !existsSync(join(this.root, staged, path));
      return moves.every(isMoved) ? 'removing' : 'moving';
    }
    if (has('stage')) return 'making';
    const isNew = this.published() === 'new';
    if (has('update')) return isNew ? 'clearing' : 'flushing';
    return isNew ? 'done' : 'starting';
  }

  /** Which site is published. @throws if a file of it is neither the old nor the new one. */
  published(): Published {
    const { old, new: young } = this.#trials;
    const tree = existsSync(this.out) ? this.#tree(this.out) : new Map<string, Buffer>();
    if (isSameTree(tree, old)) return 'old';
    if (isSameTree(tree, young)) return 'new';
    assertOfBoth(tree, old, young);
    return 'between';
  }

  #tree(folder: string): Tree {
    const { keeps } = this.#trials.kind;
    return new Map([...readTree(folder)].filter(([path]) => !keeps.test(path) && !LOCK.test(path)));
  }

  /** Temporary names next to the site and in it. */
  leftovers(): readonly string[] {
    const { keeps } = this.#trials.kind;
    const inside = existsSync(this.out) ? readdirSync(this.out).filter((name) => LOCK.test(name)) : [];
    return [...readdirSync(this.root).filter((name) => name.startsWith(NEIGHBOUR) && !keeps.test(name)), ...inside];
  }

  /** The next build needs no help. */
  async assertNextBuild(): Promise<void> {
    const run = await this.build();
    assert.equal(run.code, 0, run.stderr);
    assert.equal(this.published(), 'new');
    assert.deepEqual(this.leftovers(), []);
  }

  /** The next command repairs what was there, even one that itself fails. */
  async assertNextFailure(): Promise<void> {
    const before = this.published();
    const isDecided = this.leftovers().some((name) => name.endsWith('-journal'));
    const run = await this.build('empty');
    assert.equal(run.code, 1, run.stderr);
    const after = this.published();
    if (isDecided) assert.equal(after, 'new');
    else assert.equal(after, before);
    assert.deepEqual(this.leftovers(), []);
  }

  /** The next command completes what was interrupted. In every second trial that command itself fails. */
  async assertMended(number: number): Promise<void> {
    if (number % 2 === 0) await this.assertNextFailure();
    await this.assertNextBuild();
  }
}

/**
 * Kills at one counted call: the site is whole, and the next command needs no help.
 *
 * @returns what was published then; null if the build finished before that many calls. With threads, their number varies.
 */
export async function checkKillAt(trials: Trials, at: number, match?: string): Promise<Published | null> {
  const trial = await trials.start();
  const { code, steps, stderr } = await trial.buildWith(match === undefined ? { at } : { at, match });
  const published = trial.published();
  if (code === 0 && match === undefined && steps.length < at) {
    assert.equal(published, 'new');
    return null;
  }
  assert.equal(code, null, `killed at ${steps.at(-1)}\n${stderr}`);
  await trial.assertMended(at);
  return published;
}

/** A call fails: the build says so in one line, or did without it. */
export async function checkFailureAt(trials: Trials, fault: Fault & { readonly at: number }): Promise<void> {
  const trial = await trials.start();
  const run = await trial.buildWith(fault);
  const isMatch = (line: string): boolean => new RegExp(fault.match ?? '').test(line.replace(/^\d+ /, ''));
  const step = run.steps.filter(isMatch)[fault.at - 1] ?? '';
  const where = `${fault.code} at ${step}\n${run.stderr}`;
  assert.ok(fault.match === undefined || step !== '', `no step is ${fault.match}`);
  const published = trial.published();
  // What only removes may fail after the new site is in its place; the next build removes it.
  const isRemoval =
    fault.lasting !== true &&
    /^\d+ (rm|unlink|rmdir)(Sync)? (.dist.pith-mirror-(work|stage|update)|dist\/.pith-mirror-lock)/.test(step);
  // A committed update stays committed until its journal is removed, even if none of it was applied yet.
  const isDecided = /the update of .* is not complete|pith-mirror-journal'/.test(run.stderr);
  if (run.code === 0) {
    assert.equal(published, 'new', where);
  } else {
    assert.equal(run.code, 1, where);
    // A decided update that could not be completed is completed by the next command.
    const allowed: Published[] = isDecided ? ['old', 'between', 'new'] : ['old'];
    assert.ok(allowed.includes(published), `${published}: ${where}`);
    const complaints = run.stderr.split('\n').filter((line) => line.startsWith('pith-mirror: '));
    assert.equal(complaints.length, 1, where);
    assert.match(complaints[0] ?? '', new RegExp(`${fault.code}`), where);
    assert.doesNotMatch(run.stderr, /^\s+at /m, where);
  }
  // A disk on which nothing can be removed either keeps what is there.
  const isClean =
    !isRemoval &&
    !isDecided &&
    (published === 'old' || published === 'new') &&
    (fault.lasting !== true || fault.code === 'ENOSPC');
  if (isClean) assert.deepEqual(trial.leftovers(), [], where);
  else await trial.assertMended(fault.at);
}

/** Numbers from 0 to 1 that depend on the seed alone. */
export function* randoms(seed: string): Generator<number, never> {
  for (let count = 0; ; count++) {
    const bytes = sha256(new TextEncoder().encode(`${seed}/${count}`));
    yield new DataView(bytes.buffer).getUint32(0) / 2 ** 32;
  }
}

/** How long each stretch of a build takes, in milliseconds: all of it, from the journal to its removal, and from there on. */
export type Stretches = Readonly<Record<Moment['since'], number>>;

export async function measure(trials: Trials): Promise<Stretches> {
  const trial = await trials.start();
  const { times } = await trial.buildAndKill(null);
  rmSync(trial.root, { recursive: true });
  return times;
}

/** Random moments: two of four while files are moved and removed, one at any time, one while the build clears up. */
export function randomMoments(count: number, times: Stretches, seed: string): readonly Moment[] {
  const random = randoms(seed);
  const order: readonly Moment['since'][] = ['start', 'journal', 'applied', 'journal'];
  return Array.from({ length: count }, (_, i) => {
    const since = order[i % order.length] ?? 'start';
    return { since, ms: random.next().value * times[since] * (since === 'start' ? 1.1 : 1) };
  });
}

/** Runs `work` on every item, some at a time. */
export async function eachOf<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
