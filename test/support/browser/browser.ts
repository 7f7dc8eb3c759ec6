/**
 * Finds and starts the browsers of the tests: Debian's own Chromium and Firefox, or what stands in for them elsewhere.
 * If one is missing, its tests fail; they are never skipped.
 *
 * Playwright drives a Firefox that is not its own build by WebDriver BiDi. What that cannot do yet: emulate a colour scheme or
 * print, and turn scripts off. Tests of those run in Chromium.
 */
import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { chromium, firefox } from 'playwright-core';

export const BROWSERS = ['chromium', 'firefox'] as const;
export type BrowserName = (typeof BROWSERS)[number];

const CANDIDATES: Readonly<Record<BrowserName, readonly string[]>> = {
  chromium: [
    '/usr/bin/chromium',
    '/usr/bin/google-chrome',
    // Last of the three: on Ubuntu it may be a stub that only asks for the snap.
    '/usr/bin/chromium-browser',
    chromium.executablePath(),
  ],
  firefox: [
    '/usr/bin/firefox-esr',
    '/usr/lib/firefox/firefox',
    // The snap itself: Ubuntu's /usr/bin/firefox is a stub.
    '/snap/firefox/current/usr/lib/firefox/firefox',
    '/Applications/Firefox.app/Contents/MacOS/firefox',
  ],
};

const VARIABLES: Readonly<Record<BrowserName, string>> = {
  chromium: 'PITH_MIRROR_CHROMIUM',
  firefox: 'PITH_MIRROR_FIREFOX',
};

/**
 * How long a browser may take for what a test waits for, in milliseconds: only for what never comes. On a busy machine a browser may take
 * a minute to start, and a page for what else takes a second.
 */
const PATIENCE_MS = 180_000;

/** The path of a browser: the one that the environment names, else the first that is there. */
export function findBrowser(name: BrowserName): string | undefined {
  return process.env[VARIABLES[name]] || CANDIDATES[name].find((path) => existsSync(path));
}

/** @throws Error if it is not installed. */
export async function launchBrowser(name: BrowserName = 'chromium'): Promise<Browser> {
  const executablePath = findBrowser(name);
  if (executablePath === undefined) {
    throw new Error(
      `No ${name} for the browser tests. Install it, run \`npm run pretest\`, or name one in ${VARIABLES[name]}.`,
    );
  }
  const browser = await (name === 'chromium' ? launchChromium(executablePath) : launchFirefox(executablePath));
  browser.on('context', (context) => context.setDefaultTimeout(PATIENCE_MS));
  return browser;
}

function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    timeout: PATIENCE_MS,
    // Without a locale of UTF-8 it finds no file whose name is not ASCII.
    env: { ...definedEnvironment(), LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' },
    args: [
      // The sandbox needs privileges that root in a container lacks; the pages loaded here are our own.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      // No calls home: on a closed network they only fail, many at a time.
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

function launchFirefox(executablePath: string): Promise<Browser> {
  return firefox.launch({
    executablePath,
    timeout: PATIENCE_MS,
    // The channel chooses BiDi; the path says which Firefox.
    channel: 'moz-firefox',
    env: {
      ...definedEnvironment(),
      // Without it, a release build asks its own server whatever the preference below says.
      MOZ_REMOTE_SETTINGS_DEVTOOLS: '1',
    },
    firefoxUserPrefs: {
      // Playwright lets a page from a disk read its neighbours. No reader's Firefox does.
      'security.fileuri.strict_origin_policy': true,
      // A page from the cache of the back button fires no load event, for which Playwright waits.
      'browser.sessionhistory.max_total_viewers': 0,
      // No calls home.
      'services.settings.server': 'data:,#remote-settings-dummy/v1',
      'network.captive-portal-service.enabled': false,
      'app.normandy.enabled': false,
      'toolkit.telemetry.enabled': false,
      'toolkit.telemetry.server': '',
    },
  });
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
