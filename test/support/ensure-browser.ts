/**
 * Run before `npm test`: gets a Chromium where none is found. It never fails itself; where no way works it says so, and then the
 * browser tests fail.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findChromium } from './browser.ts';

function run(command: string, ...args: string[]): boolean {
  console.log(`$ ${command} ${args.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(command, args, { env, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

function installByApt(): void {
  // Chromium brings no font along, and without one a page shows no text.
  if (run('apt-get', 'update')) {
    run('apt-get', 'install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation');
  }
}

function installByPlaywright(): void {
  const cli = fileURLToPath(new URL('../../node_modules/playwright-core/cli.js', import.meta.url));
  run(process.execPath, cli, 'install', '--no-shell', 'chromium');
}

// Ubuntu counts as Debian, but its archive has no Chromium (only a stub for the snap); then Playwright's own follows.
if (findChromium() === undefined && existsSync('/etc/debian_version') && process.getuid?.() === 0) installByApt();
if (findChromium() === undefined) installByPlaywright();
if (findChromium() === undefined) {
  console.error('No Chromium was found, and none could be installed: the browser tests will fail.');
}
