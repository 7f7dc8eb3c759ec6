/**
 * `npm run pretest`: installs the browsers and tools that the tests need and that are missing. It never fails itself: if
 * something cannot be installed, it says so, and the tests that need it fail.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BROWSERS, type BrowserName, findBrowser } from '../browser/browser.ts';
import { findTool, TOOLS, type ToolName } from './tools.ts';

// Browsers bring no font along, and without one a page shows no text.
const BROWSER_PACKAGES: Readonly<Record<BrowserName, readonly string[]>> = {
  chromium: ['chromium', 'fonts-liberation'],
  firefox: ['firefox-esr', 'fonts-liberation'],
};

const missingBrowsers = (): readonly BrowserName[] => BROWSERS.filter((name) => findBrowser(name) === undefined);
const missingTools = (): readonly ToolName[] =>
  (Object.keys(TOOLS) as readonly ToolName[]).filter((name) => findTool(name) === undefined);

function run(command: string, ...args: string[]): boolean {
  console.log(`$ ${command} ${args.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(command, args, { env, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

const apt = (...packages: readonly string[]): boolean =>
  run('apt-get', '-o', 'DPkg::Lock::Timeout=600', 'install', '-y', '--no-install-recommends', ...packages);

function installByApt(): void {
  const browsers = missingBrowsers();
  const tools = [...new Set(missingTools().map((name) => TOOLS[name]))];
  if (browsers.length + tools.length === 0 || !run('apt-get', 'update')) return;
  // All at once is quickest. If one cannot be installed (Ubuntu has only stubs of the browsers), the others must still be.
  if (tools.length > 0 && !apt(...tools)) for (const tool of tools) apt(tool);
  for (const name of browsers) apt(...BROWSER_PACKAGES[name]);
}

function installByPlaywright(): void {
  const cli = fileURLToPath(new URL('../../../node_modules/playwright-core/cli.js', import.meta.url));
  run(process.execPath, cli, 'install', '--no-shell', 'chromium');
}

if (existsSync('/etc/debian_version') && process.getuid?.() === 0) installByApt();
// Playwright's own Firefox is a patched one, which is not what readers have.
if (missingBrowsers().includes('chromium')) installByPlaywright();
for (const name of [...missingBrowsers(), ...missingTools()]) {
  console.error(`${name} is missing and could not be installed: the tests that need it will fail.`);
}
