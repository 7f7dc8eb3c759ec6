/**
 * The exit code is the verdict, whatever happens to standard output and standard error.
 *
 * Slow: starts the program some sixty times.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { bytesOf, makeBundle, makeRecord } from '../support/bundles/make-bundle.ts';
import { SEED_SUFFIX, seedText } from '../support/bundles/vectors.ts';
import { LAUNCHER, PROJECT, type Run, runProgram, temporaryFolder } from '../support/sites/cli.ts';

const folder = temporaryFolder();
const GOOD = join(PROJECT, 'bundles', `${SEED_SUFFIX}.bundle.json`);
const BAD = join(folder, 'bad.json');
writeFileSync(BAD, seedText().replace('Concordia', 'Concordja'));
/** Enough rejected files that the report does not fit into a pipe that nobody reads. */
const MANY = join(folder, 'many');
mkdirSync(MANY);
for (let i = 0; i < 400; i++) {
  writeFileSync(join(MANY, `${i}.json`), bytesOf(makeBundle(makeRecord({ id: `2606.${String(i).padStart(5, '0')}` }))));
}

/** A line of bash with `pm` as the program, under `pipefail`; its exit code is that of the whole line. */
function bash(line: string, ...args: readonly string[]): Promise<Run> {
  const script = `set -o pipefail; pm() { "$PM_NODE" "$PM_LAUNCHER" "$@"; }; ${line}`;
  // Of a locale that the system lacks, bash says so each time.
  const env = { PM_NODE: process.execPath, PM_LAUNCHER: LAUNCHER, LC_ALL: 'C.UTF-8' };
  return runProgram('bash', ['-c', script, 'bash', ...args], { env });
}

describe('standard output whose reader leaves', () => {
  const readers = ['head -1', 'grep -q rejected', 'sh -c "exec <&-; sleep 0.3"'];
  for (const reader of readers) {
    for (const json of ['', ' --json']) {
      it(`leaves the verdict of verify${json} on rejected files as it is, in a pipe to ${reader}`, async () => {
        const run = await bash(`pm verify "$1"${json} | ${reader}`, MANY);
        assert.equal(run.code, 1);
        assert.doesNotMatch(run.stderr, /pith-mirror:|EPIPE/);
      });
    }
  }

  it('leaves the verdict of verify on a good file at 0', async () => {
    for (const reader of ['head -1', 'grep -q signatures', 'true']) {
      const run = await bash(`pm verify "$1" | ${reader}`, GOOD);
      assert.equal(run.code, 0, reader);
    }
  });

  it('does not end the verifying: every file is still judged', async () => {
    const run = await bash(`{ pm verify "$1" "$2" --json; echo "code $?" >&2; } | true`, GOOD, BAD);
    assert.match(run.stderr, /code 1/);
  });
});

describe('standard output of build, compare and audit whose reader leaves', () => {
  const MIXED = join(folder, 'mixed');
  const [site, other] = [join(folder, 'site'), join(folder, 'other')] as const;
  before(async () => {
    mkdirSync(MIXED);
    writeFileSync(join(MIXED, 'bad.json'), readFileSync(BAD));
    writeFileSync(join(MIXED, 'good.json'), readFileSync(GOOD));
    for (const [out, input] of [
      [site, MIXED],
      [other, MIXED],
    ] as const)
      assert.equal((await bash('pm build "$1" --out "$2"', input, out)).code, 3);
    // Problems by the hundred, so that a report that nobody reads does not fit into a pipe.
    for (const path of readdirSync(join(other, 'pith'), { recursive: true, encoding: 'utf8' }))
      if (/\.(?:json|html)$/.test(path)) writeFileSync(join(other, 'pith', path), 'changed');
  });

  const commands = [
    ['build', 'build "$1" --out "$2"', 3],
    ['build --json', 'build "$1" --out "$2" --json', 3],
    ['audit', 'audit "$3"', 1],
    ['audit --json', 'audit "$3" --json', 1],
    ['compare of equal mirrors', 'compare "$2" "$2"', 0],
    ['compare --json of a mirror and none', 'compare "$2" "$1" --json', 2],
  ] as const;
  for (const [name, command, code] of commands) {
    it(`leaves the verdict of ${name} at ${code}`, async () => {
      for (const reader of ['cat', 'head -1', 'grep -q .', 'true']) {
        const run = await bash(`pm ${command} | ${reader}; echo "\${PIPESTATUS[0]}" >&2`, MIXED, site, other);
        assert.equal(run.stderr.trimEnd().split('\n').at(-1), String(code), `${reader}: ${run.stderr}`);
        assert.doesNotMatch(run.stderr, /EPIPE|standard output/);
      }
    });
  }
});

describe('standard output that is full', () => {
  it('leaves the verdict of verify as it is, and is told in one line', async () => {
    for (const [path, code] of [
      [GOOD, 0],
      [BAD, 1],
    ] as const) {
      const run = await bash('pm verify "$1" 2>&1 >/dev/full | tail -1 >&2', path);
      assert.equal(run.code, code);
      assert.match(run.stderr, /^pith-mirror: standard output: [^\n]*ENOSPC[^\n]*\n$/);
    }
  });

  it('is the failure of a command whose output is its result: canon, number and help', async () => {
    for (const args of ['canon "$1"', 'canon --help', '--version']) {
      const run = await bash(`pm ${args} >/dev/full`, GOOD);
      assert.deepEqual([args, run.code], [args, 1]);
      assert.match(run.stderr, /^pith-mirror: standard output: [^\n]*ENOSPC[^\n]*\n$/);
    }
  });
});

describe('standard error that nobody can read', () => {
  const ways: readonly (readonly [string, string])[] = [
    ['closed', '2>&-'],
    ['full', '2>/dev/full'],
    ['without a reader', '2> >(exec <&-; sleep 0.3)'],
  ];
  for (const [how, redirection] of ways) {
    it(`leaves verify to its verdict, and its report whole: ${how}`, async () => {
      const good = await bash(`pm verify "$1" ${redirection}`, GOOD);
      assert.equal(good.code, 0);
      assert.match(good.stdout, /^files verified +1 of 1$/m);
      assert.equal((await bash(`pm verify "$1" ${redirection}`, BAD)).code, 1);
    });

    it(`leaves a build to publish: ${how}`, async () => {
      const out = join(folder, how.replaceAll(' ', '-'));
      const run = await bash(`pm build "$1" --out "$2" ${redirection}`, join(PROJECT, 'bundles'), out);
      assert.equal(run.code, 0);
      assert.match(run.stdout, /^records published +/m);
    });

    it(`leaves an error its exit code: ${how}`, async () => {
      assert.equal((await bash(`pm verify /nowhere.json ${redirection}`)).code, 2);
    });
  }
});

describe('standard input that is closed', () => {
  it('is an empty file', async () => {
    const run = await bash('pm verify - <&-');
    assert.equal(run.code, 1);
    assert.match(run.stdout, /this file is empty/);
  });
});

describe('progress on a terminal', () => {
  /** With a terminal as standard error, which is also where the output goes. `script` of bsdutils makes one. */
  const onTerminal = (term: string): Promise<Run> =>
    runProgram('script', ['-qec', `"$PM_NODE" "$PM_LAUNCHER" verify "${GOOD}"`, '/dev/null'], {
      env: { PM_NODE: process.execPath, PM_LAUNCHER: LAUNCHER, TERM: term },
    });

  it('is redrawn in place with escape codes', async () => {
    const run = await onTerminal('xterm');
    assert.equal(run.code, 0, run.stderr);
    assert.ok(run.stdout.includes('\r\u001b[Kverifying 0 of 1'), JSON.stringify(run.stdout));
  });

  it('is plain lines on a terminal that calls itself dumb', async () => {
    const run = await onTerminal('dumb');
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stdout, /^verifying \(1\)\r?$/m);
    assert.ok(!run.stdout.includes('\u001b'), JSON.stringify(run.stdout));
  });
});
