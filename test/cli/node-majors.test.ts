/**
 * Another Node builds the same site and the same ZIP: the oldest major that "engines" admits gives the same bytes as the pinned one.
 *
 * Slow: installs a second Node.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { LAUNCHER, PROJECT, runProgram, temporaryFolder } from '../support/sites/cli.ts';
import { assertSameTree, build, readTree } from '../support/sites/site.ts';

/** From the packages that carry the pinned Node, which has other versions too. */
const OTHER = '22.23.3';

it(`Node ${OTHER} and Node ${process.versions.node} build and pack the same bytes, and each verifies what the other packed`, async () => {
  const folder = temporaryFolder();
  const manifest = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = Object.keys(manifest.optionalDependencies).find((own) => own.endsWith(`-${platform}-${process.arch}`));
  assert.ok(name, `a package with Node for ${platform}-${process.arch}`);
  const install = [
    'install',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--fetch-timeout=120000',
    `${name}@${OTHER}`,
  ];
  const installed = await runProgram('npm', install, { cwd: folder });
  assert.equal(installed.code, 0, installed.stderr);
  const node = join(folder, 'node_modules', name, process.platform === 'win32' ? 'bin/node.exe' : 'bin/node');

  assert.notEqual(OTHER.split('.')[0], process.versions.node.split('.')[0]);
  const run = await runProgram(node, [LAUNCHER, 'build', join(PROJECT, 'bundles'), '--out', join(folder, 'other')]);
  assert.equal(run.code, 0, run.stderr);
  await build([join(PROJECT, 'bundles'), '--out', join(folder, 'pinned')], 0);
  assertSameTree(readTree(join(folder, 'other')), readTree(join(folder, 'pinned')));

  for (const [program, site] of [
    [node, 'other'],
    [process.execPath, 'pinned'],
  ] as const) {
    for (const format of ['zip', 'zim']) {
      const out = join(folder, `${site}-${format}`);
      const packed = await runProgram(program, [
        LAUNCHER,
        'pack',
        join(folder, site),
        '--format',
        format,
        '--out',
        out,
      ]);
      assert.equal(packed.code, 0, packed.stderr);
      const [file = ''] = readdirSync(out);
      const reader = program === node ? process.execPath : node;
      const verified = await runProgram(reader, [LAUNCHER, 'verify', join(out, file)]);
      assert.equal(verified.code, 0, verified.stderr);
    }
  }
  // A ZIM names the version of zstd that compressed it, and may differ by it.
  assertSameTree(readTree(join(folder, 'other-zip')), readTree(join(folder, 'pinned-zip')));
});
