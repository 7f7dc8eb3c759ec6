/**
 * The tarball as a user gets it: packed, installed into an empty folder, run there with that folder's bundles.
 *
 * Slow: packs the program and installs it from the registry.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { SEED_SUFFIX, seedBytes } from '../support/bundles/vectors.ts';
import { runProgram, temporaryFolder } from '../support/sites/cli.ts';
import { copyProgram } from '../support/sites/program-copy.ts';
import { assertSameTree, build, readTree } from '../support/sites/site.ts';

const folder = temporaryFolder();
const user = join(folder, 'user');
let before0: readonly string[];

async function npm(args: readonly string[], cwd: string): Promise<string> {
  const run = await runProgram('npm', args, { cwd });
  assert.equal(run.code, 0, `npm ${args.join(' ')}\n${run.stderr}`);
  return run.stdout;
}

before(async () => {
  mkdirSync(join(user, 'bundles'), { recursive: true });
  writeFileSync(join(user, 'package.json'), '{"name":"somebody-else","private":true}');
  writeFileSync(join(user, 'bundles', 'real.json'), seedBytes());
  // Of a copy: packing compiles into lib/, and other tests read the checkout meanwhile.
  const program = join(folder, 'program');
  copyProgram(program);
  await npm(['pack', '--pack-destination', folder], program);
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  // A registry that does not answer must end the test, not hang it.
  await npm(
    ['install', '--no-audit', '--no-fund', '--prefer-offline', '--fetch-timeout=120000', join(folder, tarball)],
    user,
  );
  before0 = readdirSync(join(user, 'node_modules/pith-mirror'));
});

describe('the installed package', () => {
  it("builds the user's bundles with npx, the same bytes as a checkout does, and writes nothing into itself", async () => {
    const run = await runProgram('npx', ['--no', 'pith-mirror', 'build'], { cwd: user });
    assert.equal(run.code, 0, run.stderr);
    const checkout = join(folder, 'checkout');
    await build([join(user, 'bundles'), '--out', checkout], 0);
    assertSameTree(readTree(join(user, 'dist')), readTree(checkout));
    assert.deepEqual(readdirSync(join(user, 'node_modules/pith-mirror')), before0);
    assert.deepEqual(readdirSync(user).sort(), [
      '.dist.pith-mirror-cache',
      'bundles',
      'dist',
      'node_modules',
      'package-lock.json',
      'package.json',
    ]);
  });

  it('packs the site, verifies the packages, and builds the site from one of them again', async () => {
    const npx = (...args: readonly string[]): ReturnType<typeof runProgram> =>
      runProgram('npx', ['--no', 'pith-mirror', ...args], { cwd: user });
    for (const format of ['zip', 'zim']) {
      const packed = await npx('pack', 'dist', '--format', format, '--out', 'packages');
      assert.equal(packed.code, 0, packed.stderr);
    }
    for (const name of readdirSync(join(user, 'packages'))) {
      const verified = await npx('verify', join('packages', name));
      assert.equal(verified.code, 0, verified.stderr);
    }
    const zip = readdirSync(join(user, 'packages')).find((name) => name.endsWith('.zip')) ?? '';
    const again = await npx('build', join('packages', zip), '--out', 'again');
    assert.equal(again.code, 0, again.stderr);
    assertSameTree(readTree(join(user, 'again')), readTree(join(user, 'dist')));
  });

  it('is a library with one door', async () => {
    const script = `
      import { readFileSync } from 'node:fs';
      import { canonicalize, mergeBundles, pithNumber, readTrust, verifyBundle, verifySignature } from 'pith-mirror';
      const trust = readTrust(readFileSync(new URL('./node_modules/pith-mirror/src/mirror/trust.json', import.meta.url), 'utf8'));
      const { bundle } = verifyBundle(new Uint8Array(readFileSync(new URL('./bundles/real.json', import.meta.url))), trust);
      const record = canonicalize(new TextEncoder().encode(JSON.stringify(JSON.parse(readFileSync(new URL('./bundles/real.json', import.meta.url))).canonical_record)));
      console.log(pithNumber(record), mergeBundles([bundle]).state.sha256, verifySignature(record, record, record));
    `;
    const path = join(user, 'use.mjs');
    writeFileSync(path, script);
    const run = await runProgram(process.execPath, [pathToFileURL(path).pathname], { cwd: folder });
    assert.equal(run.stderr, '');
    assert.equal(
      run.stdout,
      `pith:2026:${SEED_SUFFIX} 8eb247b17ba57d2871824d2439e164c47158e6bd1a6131682b37034f0259d66e false\n`,
    );
  });
});
