/**
 * Run before `npm test`: gets the browsers that are not found. It never fails itself; where no way works it says so, and then
 * the tests in that browser fail.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BROWSERS, type BrowserName, findBrowser } from './browser.ts';

const DEBIAN_PACKAGES: Readonly<Record<BrowserName, string>> = { chromium: 'chromium', firefox: 'firefox-esr' };

const missing = (): readonly BrowserName[] => BROWSERS.filter((name) => findBrowser(name) === undefined);

function run(command: string, ...args: string[]): boolean {
  console.log(`$ ${command} ${args.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(command, args, { env, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

function installByApt(names: readonly BrowserName[]): void {
  if (!run('apt-get', 'update')) return;
  // One at a time: Ubuntu counts as Debian, but has neither (only stubs for the snaps), and one that fails must not keep out the
  // other. Browsers bring no font along, and without one a page shows no text.
  for (const name of names) {
    run('apt-get', 'install', '-y', '--no-install-recommends', DEBIAN_PACKAGES[name], 'fonts-liberation');
  }
}

function installByPlaywright(): void {
  const cli = fileURLToPath(new URL('../../../node_modules/playwright-core/cli.js', import.meta.url));
  run(process.execPath, cli, 'install', '--no-shell', 'chromium');
}

if (missing().length > 0 && existsSync('/etc/debian_version') && process.getuid?.() === 0) installByApt(missing());
// Playwright's own Firefox is a patched one, which is not what readers have.
if (missing().includes('chromium')) installByPlaywright();
for (const name of missing()) {
  console.error(`No ${name} was found, and none could be installed: the tests in it will fail.`);
}
