/** Kills, failing disks, and several builds at once. `node test/crash/run.ts` is the long run of the same. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Lock, RENEWED_EVERY_MS } from '../../../src/mirror/publish/lock.ts';
import { Output } from '../../../src/mirror/publish/output.ts';
import {
  checkFailureAt,
  checkKillAt,
  eachOf,
  measure,
  randomMoments,
  randoms,
  Trials,
} from '../../support/faults/crash.ts';
import { PROJECT, type Run, runProgram, temporaryFolder } from '../../support/sites/cli.ts';
import { readTree, writeFiles } from '../../support/sites/site.ts';
import { notRun } from '../../support/tools/not-run.ts';

const folder = temporaryFolder();
const trials = await Trials.prepare(folder);
const LAUNCHER = join(PROJECT, 'src/cli/launch.mjs');
const progress = { stage: () => undefined, step: () => undefined, note: () => undefined };
const take = (out: string, input: string): Promise<Output> =>
  Output.take({ out, inputs: [input], packageRoot: PROJECT, isFlushed: false, progress });
/** Builds side by side; more only wait for each other. */
const AT_ONCE = 2;

/** The calls of an undisturbed build, and a copy of the folder before each. */
const copies = join(folder, 'copies');
const { steps } = await (await trials.start()).buildWith({ copies });

describe('a killed build', () => {
  it('leaves the old or the new site at every step, and the next command needs no help', async () => {
    const seen: string[] = [];
    for (const number of steps.keys()) {
      const moment = trials.at(join(copies, String(number + 1)));
      const before = moment.published();
      seen.push(before);
      const isDecided = moment.leftovers().some((name) => name.endsWith('-journal'));
      // What was killed is not this process, whose lock would be alive.
      if (existsSync(moment.out))
        for (const name of readdirSync(moment.out).filter((name) => name.startsWith('.pith-mirror-lock')))
          rmSync(join(moment.out, name), { recursive: true });
      const output = await take(moment.out, join(moment.root, 'bundles'));
      assert.equal(moment.published(), isDecided ? 'new' : before, steps[number] ?? '');
      await output.release();
      assert.deepEqual(moment.leftovers(), [], steps[number] ?? '');
    }
    const runs = seen.filter((state, index) => state !== seen[index - 1]);
    assert.deepEqual(runs, ['old', 'between', 'new']);
  });

  it('leaves each file old or new after SIGKILL at each step of the lock, of the journal and of what follows', async () => {
    const places = [
      ['writeFile dist/.pith-mirror-lock-', 'old'],
      ['rename dist/.pith-mirror-lock-', 'old'],
      ['renameSync .dist.pith-mirror-stage$', 'old'],
      ['renameSync .dist.pith-mirror-journal-draft$', 'old'],
      ['renameSync .dist.pith-mirror-update/', 'old'],
      ['unlinkSync dist/pith/', 'between'],
      ['rmSync .dist.pith-mirror-journal$', 'new'],
      ['rmdir .dist.pith-mirror-update', 'new'],
      ['rmSync dist/.pith-mirror-lock/', 'new'],
      ['rmdirSync dist/.pith-mirror-lock$', 'new'],
    ] as const;
    await eachOf(places, AT_ONCE, async ([match, published]) => {
      assert.equal(await checkKillAt(trials, 1, match), published, match);
    });
  });

  it('may die at any moment', async () => {
    await eachOf(randomMoments(6, await measure(trials), 'npm test'), AT_ONCE, async (moment) => {
      const trial = await trials.start();
      await trial.buildAndKill(moment);
      trial.published();
      await trial.assertNextBuild();
    });
  });
});

describe('a failing disk', () => {
  it('ends the build with exit code 1 and one clear line, the old site as it was, nothing left and the lock free', async () => {
    const places = [
      'writeFile dist/.pith-mirror-lock-',
      'rename dist/.pith-mirror-lock-',
      'writeSync .dist.pith-mirror-stage/pith/.*/index.html$',
      'openSync .dist.pith-mirror-stage/mirror-report.json$',
      'renameSync .dist.pith-mirror-stage$',
      'renameSync .dist.pith-mirror-journal-draft$',
      'renameSync .dist.pith-mirror-update/',
    ];
    const codes = ['ENOSPC', 'EIO', 'EACCES'] as const;
    const faults = places.map((match, index) => ({
      match,
      at: 1,
      code: codes[index % 3] ?? 'EIO',
      lasting: index % 2 === 0,
    }));
    await eachOf(faults, AT_ONCE, (fault) => checkFailureAt(trials, fault));
  });

  it('that really is full has the same effect', async () => {
    const mounts = await canMount();
    for (const spare of [8, 40]) {
      const trial = await trials.start();
      // A file system of its own where that is permitted; else a limit on the size of a file, which the bundler meets as well.
      const limited = async () => {
        const args = ['-c', `ulimit -f 8; "$0" "${LAUNCHER}" "$@"`, process.execPath, ...trial.args()];
        return { run: await runProgram('sh', args, { cwd: trial.root }), after: trial };
      };
      const { run, after } = mounts ? await trial.buildOnSmallDisk(spare) : await limited();
      assertOneLine(run);
      assert.equal(after.published(), 'old');
      assert.deepEqual(after.leftovers(), []);
    }
  });

  it('that becomes full while files are staged, the journal is written, and files are moved, leaves the old or the new site', async (test) => {
    if (!(await canMount())) return notRun(test, 'mounting a small file system needs root, or unshare -rm');
    const places = [
      ['openSync .dist.pith-mirror-stage/pith/.*/state.json$', 'old'],
      ['openSync .dist.pith-mirror-stage/mirror-report.json$', 'old'],
      ['openSync .dist.pith-mirror-journal-draft$', 'old'],
      // The journal is on the disk: renaming and removing need no room.
      ['renameSync .dist.pith-mirror-update/', 'new'],
      ['unlinkSync dist/pith/', 'new'],
    ] as const;
    await eachOf(places, AT_ONCE, async ([match, published]) => {
      const trial = await trials.start();
      const { run, after } = await trial.buildOnSmallDisk(null, { match, at: 1, code: 'FILL' });
      assert.equal(after.published(), published, `${match}\n${run.stderr}`);
      // Without room for a cache the next build only takes longer.
      if (published === 'old') assertOneLine(run);
      else assert.equal(run.code, 0, run.stderr);
      assert.deepEqual(after.leftovers(), [], match);
      assert.equal(readdirSync(after.root).includes('filler'), false);
    });
  });
});

/** Whether file systems can be mounted here. */
const canMount = (): Promise<boolean> =>
  runProgram('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/tmp']).then(
    ({ code }) => code === 0,
    () => false,
  );

/** A full disk is told in one line, with exit code 1. */
function assertOneLine(run: Run): void {
  assert.equal(run.code, 1, run.stderr);
  assert.match(run.stderr, /^pith-mirror: .*(ENOSPC|EFBIG|[Nn]o space left|[Ff]ile too large).*$/m);
  assert.equal(run.stderr.match(/^pith-mirror: /gm)?.length, 1, run.stderr);
  assert.doesNotMatch(run.stderr, /^\s+at /m);
}

describe('two builds at once', () => {
  it('publish the site of one completely, and the other says why it could not, or runs after it', async () => {
    const random = randoms('two');
    for (let round = 0; round < 2; round++) {
      const trial = await trials.start();
      const wait = random.next().value * 20;
      const runs = await Promise.all([
        trial.build(),
        new Promise((resolve) => setTimeout(resolve, wait)).then(() => trial.build('before')),
      ]);
      const published = trial.published();
      assert.deepEqual(trial.leftovers(), []);
      assert.ok(runs.some(({ code }) => code === 0));
      for (const [index, { code, stderr }] of runs.entries()) {
        if (code === 0) continue;
        assert.equal(code, 1, stderr);
        assert.match(stderr, /^pith-mirror: (another build |could not acquire the lock)/m);
        assert.equal(published, index === 0 ? 'old' : 'new');
      }
    }
  });

  it('never both have the lock, whatever stale locks they find', async () => {
    const lock = join(folder, 'contended');
    const inside = join(folder, 'inside');
    const script = `
      import { mkdirSync, rmdirSync } from 'node:fs';
      import { Lock, RENEWED_EVERY_MS } from ${JSON.stringify(join(PROJECT, 'src/mirror/publish/lock.ts'))};
      let had = 0;
      for (let round = 0; round < 60; round++) {
        let held;
        try { held = await Lock.acquire(${JSON.stringify(lock)}); } catch (error) {
          if (error.name !== 'BuildError') throw error;
          continue;
        }
        had += 1;
        mkdirSync(${JSON.stringify(inside)});
        await new Promise((resolve) => setTimeout(resolve, 1));
        rmdirSync(${JSON.stringify(inside)});
        // Every third dies with it, as far as the others can see.
        if (round % 3 === 0) (await import('node:fs')).writeFileSync(${JSON.stringify(lock)} + '/' + (await import('node:fs')).readdirSync(${JSON.stringify(lock)})[0], '');
        else held.release();
      }
      console.log(had);`;
    const args = ['--input-type=module', '-e', script];
    const runs = await Promise.all([1, 2, 3, 4].map(() => runProgram(process.execPath, args)));
    for (const { code, stderr } of runs) assert.equal(code, 0, stderr);
    assert.ok(runs.some(({ stdout }) => Number(stdout) > 0));
  });

  it('in one process do not get a lock both', async () => {
    const path = join(folder, 'one-process');
    mkdirSync(path);
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => Lock.acquire(path)));
    const locks = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    assert.equal(locks.length, 1);
    locks[0]?.release();
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('one-process')),
      [],
    );
  });
});

/** What a lock of this very process says. */
async function ownHolder(): Promise<Record<string, unknown>> {
  const path = join(folder, 'own');
  const lock = await Lock.acquire(path);
  const [name = ''] = readdirSync(path);
  const holder = JSON.parse(readFileSync(join(path, name), 'utf8'));
  lock.release();
  return holder;
}

describe('a lock', () => {
  let made = 0;
  /** Whether a lock with this content, which gave a sign of life this many seconds ago, is taken over. */
  async function isTakenOver(content: string | null, silentSeconds = 0): Promise<boolean> {
    const path = join(folder, `lock-${made++}`);
    const holder = join(path, 'holder');
    mkdirSync(path);
    if (content !== null) {
      writeFileSync(holder, content);
      const then = new Date(Date.now() - silentSeconds * 1000);
      utimesSync(holder, then, then);
    }
    const lock = await Lock.acquire(path).catch((error) => {
      assert.match(
        error.message,
        /another build is writing this output: process \d+ on .*, last sign of life \d+ s ago/,
      );
      assert.equal(readFileSync(holder, 'utf8'), content);
      return null;
    });
    lock?.release();
    assert.equal(existsSync(path), lock === null);
    return lock !== null;
  }

  it('of a living build is respected', async () => {
    assert.equal(await isTakenOver(JSON.stringify(await ownHolder())), false);
  });

  it('without a complete holder is taken over', async () => {
    assert.equal(await isTakenOver(null), true);
    assert.equal(await isTakenOver(''), true);
    assert.equal(await isTakenOver('{"pid":'), true);
  });

  it('of another machine or another container is respected until it has been silent for a minute', async () => {
    const own = await ownHolder();
    for (const other of [{ host: 'another' }, { pids: 'pid:[1]' }, { boot: 'another' }]) {
      const holder = JSON.stringify({ ...own, pid: 4194305, ...other });
      assert.equal(await isTakenOver(holder, 50), false);
      assert.equal(await isTakenOver(holder, 70), true);
    }
  });

  it('of a process that is known to be dead is taken over at once', async (test) => {
    const own = await ownHolder();
    if (own.began === '') return notRun(test, 'this system has no /proc to look processes up in');
    // Above the largest number of a process.
    assert.equal(await isTakenOver(JSON.stringify({ ...own, pid: 4194305 })), true);
    // The number was given to another process.
    assert.equal(await isTakenOver(JSON.stringify({ ...own, began: '1' })), true);
  });

  it('of a killed process whose parent has not asked how it ended is taken over at once', async (test) => {
    if (!existsSync('/proc/self/stat')) return notRun(test, 'this system has no /proc to look processes up in');
    // The shell's child ends; what the shell became never asks for it, and lives until it is killed.
    const child = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 3600'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const pid = await new Promise<number>((resolve) => child.stdout.once('data', (data) => resolve(Number(data))));
    try {
      const statOf = (): readonly string[] =>
        readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      while (statOf()[0] !== 'Z') await new Promise((resolve) => setTimeout(resolve, 20));
      const own = await ownHolder();
      const stat = statOf();
      assert.equal(await isTakenOver(JSON.stringify({ ...own, pid, began: stat[19] })), true);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('that another build took over meanwhile stops the build before it publishes, and the site stays', async () => {
    const trial = await trials.start();
    const output = await take(trial.out, join(trial.root, 'bundles'));
    output.prepareStage();
    writeFiles(output.stage, { 'index.html': 'of the build that was suspended' });
    rmSync(join(trial.out, '.pith-mirror-lock'), { recursive: true });
    writeFiles(join(trial.out, '.pith-mirror-lock'), { another: '{"pid":1}' });
    await assert.rejects(
      output.publish({ moves: ['index.html'], removes: [] }),
      /lost its lock .*site was not touched/,
    );
    await output.release();
    assert.equal(trial.published(), 'old');
    assert.deepEqual(readdirSync(join(trial.out, '.pith-mirror-lock')), ['another']);
  });

  it('is renewed while its build works, by a thread of its own', async (test) => {
    const path = join(folder, 'renewed');
    test.mock.timers.enable({ apis: ['setTimeout'] });
    const lock = await Lock.acquire(path);
    const [name = ''] = readdirSync(path);
    const then = new Date(Date.now() - 30_000);
    utimesSync(join(path, name), then, then);
    test.mock.timers.tick(RENEWED_EVERY_MS);
    test.mock.timers.reset();
    // Starting the thread takes a moment more, on a busy machine a long one.
    const limit = Date.now() + 12 * RENEWED_EVERY_MS;
    while (statSync(join(path, name)).mtimeMs === then.getTime() && Date.now() < limit)
      await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(statSync(join(path, name)).mtimeMs > then.getTime());
    lock.release();
  });
});

describe('the output folder', () => {
  it('that somebody else filled while the build ran is left alone', async () => {
    const trial = await trials.start();
    rmSync(trial.out, { recursive: true });
    const output = await take(trial.out, join(trial.root, 'bundles'));
    output.prepareStage();
    writeFiles(trial.out, { 'thesis.tex': 'years of work' });
    await assert.rejects(output.publish({ moves: [], removes: [] }), /was not written by pith-mirror/);
    await output.release();
    assert.deepEqual([...readTree(trial.out).keys()], ['thesis.tex']);
    assert.deepEqual(trial.leftovers(), []);
  });
});

/** Everything below a folder, with size and time of change. */
function listing(root: string, isLeftOut: (path: string) => boolean = () => false): readonly string[] {
  const found: string[] = [];
  const visit = (path: string): void => {
    for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
      const inner = join(path, entry.name);
      if (isLeftOut(inner)) continue;
      if (entry.isDirectory()) visit(inner);
      const status = entry.isSymbolicLink() ? null : statSync(join(root, inner), { throwIfNoEntry: false });
      found.push(`${inner} ${entry.isDirectory() ? '' : `${status?.size} ${status?.mtimeMs}`}`);
    }
  };
  visit('');
  return found.sort();
}

describe('a build', () => {
  it('writes nothing but its output and its cache, and leaves nothing else next to it', async () => {
    const trial = await trials.start();
    const [home, work, temporary] = ['home', 'elsewhere', 'temporary'].map((name) => join(folder, name));
    assert.ok(home !== undefined && work !== undefined && temporary !== undefined);
    for (const path of [home, work, temporary]) mkdirSync(path);
    // What people who work on it may change meanwhile; no test does.
    const program = (): readonly string[] => listing(PROJECT, (path) => /^(\.git|lib|dist|test|coverage)$/.test(path));
    const siblings = (): readonly string[] =>
      listing(trial.root, (path) => /^(dist|\.dist\.pith-mirror-cache)$/.test(path));
    const before = { program: program(), root: siblings() };
    const run = await runProgram(process.execPath, [LAUNCHER, ...trial.args()], {
      cwd: work,
      env: { HOME: home, XDG_CONFIG_HOME: join(home, 'c'), XDG_CACHE_HOME: join(home, 'd'), TMPDIR: temporary },
    });
    assert.equal(run.code, 0, run.stderr);
    assert.equal(trial.published(), 'new');
    assert.deepEqual({ program: program(), root: siblings() }, before);
    for (const path of [home, work, temporary]) assert.deepEqual(listing(path), []);
  });

  it('needs no network', async () => {
    const trial = await trials.start();
    const node = [
      process.execPath,
      '--import',
      join(PROJECT, 'test/support/faults/no-network.mjs'),
      LAUNCHER,
      ...trial.args(),
    ];
    // Without any network at all, where that is permitted.
    const cut = await runProgram('unshare', ['-rn', 'true']).catch(() => ({ code: 1 }));
    const [file = '', ...args] = cut.code === 0 ? ['unshare', '-rn', ...node] : node;
    const run = await runProgram(file, args);
    assert.equal(run.code, 0, run.stderr);
    assert.equal(trial.published(), 'new');
  });
});
