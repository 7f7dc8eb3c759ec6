/**
 * The program and the output in folders with odd names, and users without a home.
 *
 * Slow: bundles the pages again for each program folder.
 */
import assert from 'node:assert/strict';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { SEED_SUFFIX } from '../support/bundles/vectors.ts';
import { PROJECT, pithMirror, type Run, runProgram, temporaryFolder } from '../support/sites/cli.ts';
import { copyProgram } from '../support/sites/program-copy.ts';
import { assertSameTree, readTree } from '../support/sites/site.ts';

const folder = temporaryFolder();
const BUNDLES = join(PROJECT, 'bundles');
const reference = join(folder, 'reference');
const ODD = '# ?%20%*"é日本';

/** The launcher of the program in a folder of another name. */
function installIn(name: string): string {
  const root = join(folder, 'programs', name);
  copyProgram(root);
  return join(root, 'src/cli/launch.mjs');
}

const buildWith = (launcher: string, out: string): Promise<Run> =>
  runProgram(process.execPath, [launcher, 'build', BUNDLES, '--out', out]);

before(async () => {
  const run = await pithMirror(['build', BUNDLES, '--out', reference]);
  assert.equal(run.code, 0, run.stderr);
});

describe('an output folder with an odd name', () => {
  it('gets the same site as any other, in a first build and in an update', async () => {
    const out = join(folder, ODD, 'out', ODD);
    for (let i = 0; i < 2; i++) {
      const run = await pithMirror(['build', BUNDLES, '--out', out]);
      assert.equal(run.code, 0, run.stderr);
      assertSameTree(readTree(out), readTree(reference));
    }
  });
});

describe('a program folder with an odd name', () => {
  it('builds the same site below blanks, quotes, brackets and letters of other scripts', async () => {
    const out = join(folder, 'from-odd');
    const run = await buildWith(installIn("a b'c[d](e){f}$g&h!é日本"), out);
    assert.equal(run.code, 0, run.stderr);
    assertSameTree(readTree(out), readTree(reference));
  });

  for (const name of ['a#b', 'a?b', 'a%20b', 'a*b', 'a"b']) {
    it(`refuses to build below ${name} in one line, before any work; verify works there`, async () => {
      const launcher = installIn(name);
      const out = join(folder, 'refused');
      const run = await buildWith(launcher, out);
      assert.equal(run.code, 2);
      assert.match(run.stderr, /^pith-mirror: [^\n]*cannot work below a folder with [^\n]+\n$/);
      assert.equal(existsSync(out), false);
      const file = join(BUNDLES, `${SEED_SUFFIX}.bundle.json`);
      assert.equal((await runProgram(process.execPath, [launcher, 'verify', file])).code, 0);
    });
  }
});

describe('a user without a home and without an entry in passwd', () => {
  it('builds and verifies', async (t) => {
    if (process.getuid?.() !== 0) {
      // Only root can become a user that does not exist; without HOME, the rest still holds.
      t.diagnostic('not root: run as the present user, without HOME');
    }
    const own = join(folder, 'nobody');
    mkdirSync(own);
    chmodSync(folder, 0o755);
    const uid = 54321;
    assert.ok(!readFileSync('/etc/passwd', 'utf8').includes(`:${uid}:`));
    if (process.getuid?.() === 0) chownSync(own, uid, uid);
    const as = process.getuid?.() === 0 ? ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'] : [];
    const [command = '', ...args] = [...as, process.execPath, join(PROJECT, 'src/cli/launch.mjs')];
    const run = (...more: readonly string[]): Promise<Run> =>
      runProgram('env', ['-i', `PATH=${process.env.PATH}`, command, ...args, ...more], { cwd: own });
    const built = await run('build', BUNDLES, '--out', join(own, 'dist'));
    assert.equal(built.code, 0, built.stderr);
    assertSameTree(readTree(join(own, 'dist')), readTree(reference));
    assert.equal((await run('verify', join(own, 'dist'))).code, 0);
  });
});
