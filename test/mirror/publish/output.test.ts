/** Places for a site that are refused before any work is done, and what is made on the way. See also `build` and `crash`. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { bytesOf, makeBundle, makeRecord } from '../../support/bundles/make-bundle.ts';
import { writeTestTrust } from '../../support/faults/crash.ts';
import { LAUNCHER, PROJECT, pithMirror, type Run, runProgram, temporaryFolder } from '../../support/sites/cli.ts';
import { leftBeside } from '../../support/sites/mirror.ts';
import { build, readTree, writeFiles } from '../../support/sites/site.ts';

const folder = temporaryFolder();
const input = join(folder, 'bundles');
const FAULTS = pathToFileURL(join(PROJECT, 'test/support/faults/faults.mjs')).href;
const trust = join(folder, 'trust.json');
writeTestTrust(trust);
writeFiles(input, { 'a.json': bytesOf(makeBundle(makeRecord())) });
const args = (out: string, from = input): string[] => [from, '--out', out, '--trust', trust];

/** Builds where `mount` was run before, or does something else where the system does not let anyone mount. */
async function buildMounted(mount: string, out: string, otherwise: () => Promise<Run>): Promise<Run> {
  const inside = `${mount} || exit 77; exec "$0" "$@"`;
  const command = ['sh', '-c', inside, process.execPath, LAUNCHER, 'build', ...args(out)];
  const run = await runProgram('unshare', ['-rm', ...command]).catch(() => null);
  return run === null || run.code === 77 || run.stderr.startsWith('unshare') ? otherwise() : run;
}

/** A file system of its own that every Linux has. */
const VOLUME = '/dev/shm';

describe('an output folder that is a mount point', () => {
  it('of another file system is refused before anything is read', async () => {
    const out = join(folder, 'volume');
    mkdirSync(out);
    const run = await buildMounted(`mount -t tmpfs none "${out}"`, out, () => pithMirror(['build', ...args(VOLUME)]));
    assert.equal(run.code, 2, run.stderr);
    assert.match(run.stderr, /^pith-mirror: --out \S+: is a mount point .*; name a folder inside of it\n$/);
  });

  it('of a folder of the same file system is refused when its site would be swapped; that stays as it is', async () => {
    const out = join(folder, 'bound');
    await build(args(out), 0);
    const before = readTree(out);
    const run = await buildMounted(`mount --bind "${out}" "${out}"`, out, () => {
      const fault = { root: folder, log: join(folder, 'log'), match: 'rename bound$', at: 1, code: 'EBUSY' };
      const env = { NODE_OPTIONS: `--import=${FAULTS}`, PITH_MIRROR_FAULT: JSON.stringify(fault) };
      return pithMirror(['build', ...args(out), '--recheck'], { env });
    });
    assert.equal(run.code, 1, run.stderr);
    assert.match(run.stderr, /^pith-mirror: --out .*bound: is a mount point .*EBUSY/m);
    assert.deepEqual(readTree(out), before);
    assert.deepEqual(leftBeside(out), []);
  });

  it('has its site in a folder inside of it', async (test) => {
    const volume = join(folder, 'outer');
    mkdirSync(volume);
    const run = await buildMounted(`mount -t tmpfs none "${volume}"`, join(volume, 'site'), () => {
      const inside = mkdtempSync(join(VOLUME, 'pith-mirror-test-'));
      test.after(() => rmSync(inside, { recursive: true }));
      return pithMirror(['build', ...args(join(inside, 'site'))]);
    });
    assert.equal(run.code, 0, run.stderr);
  });
});

describe('a wrong input', () => {
  it('has no folders made for the output', async () => {
    for (const from of [join(folder, 'nowhere'), trust]) {
      const { stderr } = await build(args(join(folder, 'new/er/site'), from), 2);
      assert.match(stderr, /^pith-mirror: the folder of bundles, /);
      assert.equal(existsSync(join(folder, 'new')), false);
    }
  });
});
