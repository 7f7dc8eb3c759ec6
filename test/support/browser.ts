/** Finds and starts the Chromium for browser tests. Where there is none, those tests fail; they are never skipped. */
import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';

/** The path of a Chromium: the one the environment names, else the first that is there. */
export function findChromium(): string | undefined {
  const named = process.env.PITH_MIRROR_CHROMIUM;
  if (named) return named;
  return [
    '/usr/bin/chromium',
    '/usr/bin/google-chrome',
    // Last of the three: on Ubuntu it may be a stub that only asks for the snap.
    '/usr/bin/chromium-browser',
    chromium.executablePath(),
  ].find((path) => existsSync(path));
}

export async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Error(
      'No Chromium for the browser tests. Install Chromium or Google Chrome, or run ' +
        '`npm run pretest`, or name one in PITH_MIRROR_CHROMIUM.',
    );
  }
  return chromium.launch({
    executablePath,
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
