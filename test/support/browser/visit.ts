/** Opening a page of a built site as a reader does, in every way there is; and noting whatever goes wrong. */
import { after, before, describe } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type ServedFolder, serveFolder } from '../sites/serve.ts';
import { BROWSERS, type BrowserName, launchBrowser } from './browser.ts';

export interface Visit {
  readonly page: Page;
  /**
   * Errors and warnings on the console, uncaught errors, what the page's policy refused, what did not load, requests to
   * elsewhere.
   */
  readonly trouble: readonly string[];
  close(): Promise<void>;
}

export interface Look {
  readonly width?: number;
  readonly height?: number;
  /** Chromium only. */
  readonly colorScheme?: 'light' | 'dark';
  /** Whether scripts run; turning them off is for Chromium only. */
  readonly scripts?: boolean;
  /** Chromium only. */
  readonly reducedMotion?: 'reduce';
  /** A script that runs before any of the page's. */
  readonly before?: string;
}

/** One way of reading a site: a browser, and where the site is. */
export interface Way {
  readonly name: string;
  readonly browser: BrowserName;
  readonly scheme: 'http' | 'file';
  /** The address of the site, with `/` at the end. */
  root(): string;
  /** Opens a page; `path` is relative to the root and may have a query and a fragment. */
  visit(path: string, look?: Look): Promise<Visit>;
}

// Browsers report different things: Firefox reports neither a file: address that it could not load nor what a policy refused. In
// the page, both are events.
const tellTrouble = `
  addEventListener('securitypolicyviolation', (event) => {
    console.error('refused by the policy: ' + event.violatedDirective + ' ' + event.blockedURI);
  });
  addEventListener('error', ({ target }) => {
    if (target instanceof Element) console.error('not loaded: ' + (target.src || target.href || target.tagName));
  }, true);
`;

/** Opens `root` + `path` in a context of its own. */
export async function visit(
  browser: Browser,
  root: string,
  path: string,
  { width = 1200, height = 800, colorScheme, scripts = true, reducedMotion, before: script }: Look = {},
): Promise<Visit> {
  const isFirefox = browser.browserType().name() === 'firefox';
  if (isFirefox && (!scripts || colorScheme !== undefined || reducedMotion !== undefined)) {
    throw new RangeError('stock Firefox cannot emulate that');
  }
  const options: BrowserContextOptions = {
    viewport: { width, height },
    colorScheme: isFirefox ? null : (colorScheme ?? 'light'),
    javaScriptEnabled: scripts,
    ...(reducedMotion === undefined ? {} : { reducedMotion }),
  };
  const context = await browser.newContext(options);
  if (scripts) await context.addInitScript(tellTrouble);
  if (script !== undefined) await context.addInitScript(script);
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') trouble.push(message.text());
  });
  page.on('pageerror', (error) => trouble.push(String(error)));
  page.on('requestfailed', (request) => {
    // Chromium loads a page's icon on the side and drops it when the reader goes on: no event says that it is there.
    const isDroppedIcon = request.failure()?.errorText === 'net::ERR_ABORTED' && request.url().endsWith('/icon.svg');
    if (!isDroppedIcon) trouble.push(`failed: ${request.url()}`);
  });
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(root)) {
      trouble.push(`elsewhere: ${request.url()}`);
    }
  });
  page.on('response', (response) => {
    if (response.status() >= 400) trouble.push(`${response.status()}: ${response.url()}`);
  });
  await page.goto(`${root}${path}`);
  return { page, trouble, close: () => context.close() };
}

/**
 * Declares tests for each way of reading the site in `folder`: both browsers, over http under `/repo/` and from file:.
 *
 * The site must be there before the first test runs: build it in a `before` of the file.
 */
export function inEveryWay(
  folder: string,
  declare: (way: Way) => void,
  browsers: readonly BrowserName[] = BROWSERS,
): void {
  for (const name of browsers) {
    describe(`in ${name}`, () => {
      let browser: Browser;
      let server: ServedFolder;
      before(async () => {
        server = await serveFolder(folder, '/repo/');
        browser = await launchBrowser(name);
      });
      after(async () => {
        await browser?.close();
        await server?.close();
      });
      for (const scheme of ['http', 'file'] as const) {
        const root = (): string => (scheme === 'http' ? server.url : `${pathToFileURL(folder).href}/`);
        const way: Way = {
          name: `${name} over ${scheme}`,
          browser: name,
          scheme,
          root,
          visit: (path, look) => visit(browser, root(), path, look),
        };
        describe(scheme === 'http' ? 'over http under /repo/' : 'over file:', () => declare(way));
      }
    });
  }
}

/** Follows a link and waits until all of the next page is there: a request cut off by the next click is no trouble. */
export async function follow(page: Page, name: string | RegExp): Promise<void> {
  await Promise.all([page.waitForEvent('load'), page.getByRole('link', { name }).first().click()]);
}

/** Lets go of a file over an element, as if it had been dragged there from the desktop. */
export async function dropFiles(
  page: Page,
  selector: string,
  files: readonly { readonly name: string; readonly text: string }[],
): Promise<void> {
  const dataTransfer = await page.evaluateHandle((given) => {
    const transfer = new DataTransfer();
    for (const { name, text } of given) transfer.items.add(new File([text], name, { type: 'application/json' }));
    return transfer;
  }, files);
  for (const type of ['dragenter', 'dragover', 'drop']) await page.dispatchEvent(selector, type, { dataTransfer });
}
