/**
 * A ZIM as Kiwix's checker and server see it, and a reader in its pages.
 *
 * Slow: it builds a site of every kind of record, and opens it in a browser.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Browser, Frame } from 'playwright-core';
import { launchBrowser } from '../support/browser/browser.ts';
import { LATE_BUILT_INS_OF_PAGES, removalOf } from '../support/browser/built-ins.ts';
import { buildVariety, type Variety } from '../support/bundles/variety.ts';
import { type Served, startOnFreePort } from '../support/network/free-port.ts';
import { LAUNCHER, pithMirror, type Run, runProgram, temporaryFolder } from '../support/sites/cli.ts';
import { readTree } from '../support/sites/site.ts';
import { sitePage } from '../support/sites/site-page.ts';
import { needTool } from '../support/tools/tools.ts';

const folder = temporaryFolder();
const at = (...names: readonly string[]): string => join(folder, ...names);
const NAME = 'pith-mirror_en_all_2026-07';
const zim = at('out', `${NAME}.zim`);
const compact = at('compact', `${NAME}.zim`);

let variety: Variety;
const pack = (out: string, ...args: readonly string[]): Promise<Run> =>
  pithMirror(['pack', at('site'), '--format', 'zim', '--out', at(out), '--trust', variety.trust, ...args]);

before(async () => {
  variety = await buildVariety(folder, { plain: 12, site: 'https://example.org/mirror/' });
  for (const run of [await pack('out'), await pack('compact', '--compact')]) assert.equal(run.code, 0, run.stderr);
});

describe('a ZIM of a site', () => {
  it('passes every check of zimcheck, the compact one too', async () => {
    for (const path of [zim, compact]) {
      const { code, stdout } = await runProgram(needTool('zimcheck'), ['-A', path]);
      assert.equal(code, 0, stdout);
      assert.match(stdout, /Overall Test Status: Pass/);
      assert.doesNotMatch(stdout, /\[ERROR\]/);
    }
  });

  it('is smaller if it is compact', () => assert.ok(statSync(compact).size < 0.8 * statSync(zim).size));

  it('has the same bytes under another time zone and umask, and from a copy of the site', async () => {
    cpSync(at('site'), at('copy'), { recursive: true });
    const args = [LAUNCHER, 'pack', at('copy'), '--format', 'zim', '--out', at('second'), '--trust', variety.trust];
    const command = ['-c', 'umask 077; exec "$@"', 'sh', process.execPath, ...args];
    const run = await runProgram('sh', command, { env: { TZ: 'Asia/Tokyo', LC_ALL: 'tr_TR.UTF-8' } });
    assert.equal(run.code, 0, run.stderr);
    assert.ok(readFileSync(at('second', `${NAME}.zim`)).equals(readFileSync(zim)));
    rmSync(at('copy'), { recursive: true });
  });

  it('verifies: every bundle and every state, also of the compact one', async () => {
    for (const path of [zim, compact]) {
      const run = await pithMirror(['verify', path, '--trust', variety.trust, '--json']);
      assert.equal(run.code, 3, run.stderr);
      const { packages } = JSON.parse(run.stdout);
      assert.deepEqual([packages[0].kind, packages[0].problems], ['zim', []]);
      assert.equal(packages[0].records, readdirSync(at('site', 'pith')).length);
    }
  });

  it('is refused by verify if a byte was changed, or if it is cut short', async () => {
    const bytes = readFileSync(zim);
    const bad = at('bad.zim');
    writeFileSync(bad, bytes.subarray(0, bytes.length - 100));
    const short = await pithMirror(['verify', bad, '--trust', variety.trust]);
    assert.equal(short.code, 1);
    assert.match(short.stderr, /bad\.zim: is cut short: it has \d+ bytes; its header says \d+/);
    bytes[10] = (bytes[10] ?? 0) ^ 1;
    writeFileSync(bad, bytes);
    const changed = await pithMirror(['verify', bad, '--trust', variety.trust]);
    assert.equal(changed.code, 1);
    assert.match(changed.stdout, /is damaged: its MD5 digest is not that of its bytes/);
    writeFileSync(bad, 'no ZIM');
    const none = await pithMirror(['verify', bad, '--trust', variety.trust]);
    assert.equal(none.code, 1);
    assert.match(none.stderr, /bad\.zim: is not a ZIM/);
  });

  it('is not replaced without --force, and stays as it was if the site fails its check', async () => {
    const before = readFileSync(zim);
    const exists = await pack('out');
    assert.equal(exists.code, 2);
    assert.match(exists.stderr, /already exists/);
    const page = at('site', 'index.html');
    const content = readFileSync(page);
    appendFileSync(page, ' ');
    const changed = await pack('out', '--force');
    writeFileSync(page, content);
    assert.equal(changed.code, 1);
    assert.match(changed.stderr, /index\.html: has SHA-256 .*nothing is packed/);
    assert.ok(readFileSync(zim).equals(before));
    assert.deepEqual(readdirSync(at('out')), [`${NAME}.zim`]);
  });

  it('is refused with exit code 2 for texts that Kiwix cannot show, and for options of another format', async () => {
    for (const [args, message] of [
      [['--title', 'x'.repeat(31)], /--title: expected at most 30 characters \(found 31\)/],
      [['--description', ''], /--description: expected text on one line/],
      [['--language', 'en'], /--language: expected a code of three letters/],
      [['--name', '../x'], /--name: expected up to 80 of/],
      [['--store'], /--store: is an option of --format zip/],
      [['--format', 'zip', '--compact'], /--compact: is an option of --format zim/],
    ] as const) {
      const run = await pack('refused', ...args);
      assert.equal(run.code, 2, run.stderr);
      assert.match(run.stderr, message);
    }
    assert.ok(!existsSync(at('refused')));
  });
});

/**
 * A page that shows another one as the viewer of later versions of kiwix-serve does: at /viewer#NAME/…, in a frame of the same origin
 * that sends no referrer, whose links are made to stay in it. Debian 12 has 3.3.0, which has no viewer: it puts its bar into each page.
 */
const viewerOf = (first: string): string => `<!doctype html>
<meta http-equiv="Content-Security-Policy" content="default-src 'self' data: 'unsafe-inline' 'unsafe-eval'; frame-src 'self'; object-src 'none'">
<title>Viewer</title>
<iframe name="content_iframe" title="ZIM content" referrerpolicy="no-referrer" style="border: 0; width: 100%; height: 95vh"></iframe>
<script>
  const frame = document.querySelector('iframe');
  frame.onload = () => {
    document.title = frame.contentDocument.title;
    frame.contentDocument.addEventListener('click', ({ target }) => target.closest('a')?.setAttribute('target', 'content_iframe'));
  };
  frame.src = ${JSON.stringify(first)};
</script>`;

/** What a reader does: searches a title, verifies the record on its page, browses from the lists to it, and verifies files. */
async function walk(frame: Frame, home: string, suffix: string): Promise<void> {
  await frame.goto(`${home}index.html`);
  await frame.locator('main').getByRole('searchbox').fill('Concordia');
  await frame.locator('.search-results a').first().waitFor();
  await Promise.all([
    frame.waitForURL(/\/pith\/[A-Z2-7]{26}\/index\.html/),
    frame.locator('.search-results a').first().click(),
  ]);
  assert.ok(frame.url().includes(suffix), frame.url());
  await frame.getByRole('button', { name: 'Verify this record here' }).click();
  const status = frame.locator('#verify-here [role="status"]');
  await status.filter({ hasNotText: /…$|^$/ }).waitFor({ timeout: 60_000 });
  assert.match((await status.textContent()) ?? '', /^Verified/);
  await frame.goto(`${home}browse/index.html`);
  const onward = frame.locator('main a[href*="index.html"]').first();
  await Promise.all([frame.waitForURL((url) => !url.pathname.endsWith('/browse/index.html')), onward.click()]);
  await frame.goto(`${home}verify.html`);
  await frame
    .locator('input[type="file"]')
    .first()
    .setInputFiles(at('site', 'pith', suffix, 'bundle.json'));
  await frame
    .locator('main')
    .getByText(/^Verified|signatures? and \d+ digests/)
    .first()
    .waitFor({ timeout: 60_000 });
  await frame.locator('#verify-files').setInputFiles([
    { name: 'empty.json', mimeType: 'application/json', buffer: Buffer.alloc(0) },
    { name: 'x.ots', mimeType: '', buffer: Buffer.alloc(1) },
  ]);
  await frame.getByText('this file is empty').waitFor();
  await frame.getByText('Not a valid proof').waitFor();
}

for (const [which, path] of [
  ['a ZIM', zim],
  ['a compact ZIM', compact],
] as const)
  describe(`${which} in kiwix-serve`, () => {
    let server: Served | undefined;
    let browser: Browser;
    let origin = '';
    before(async () => {
      const start = (port: number): ChildProcess =>
        spawn(needTool('kiwix-serve'), ['-i', '127.0.0.1', '-p', String(port), path], {
          stdio: ['ignore', 'ignore', 'pipe'],
        });
      // Nobody else has a book of this name.
      const isIts = async (at: string): Promise<boolean> => (await fetch(`${at}/raw/${NAME}/content/index.html`)).ok;
      server = await startOnFreePort(start, isIts);
      ({ origin } = server);
      browser = await launchBrowser('chromium');
    });
    after(async () => {
      await browser?.close();
      await server?.close();
    });

    it('50 files and more have the bytes of the site, but for the bundles in a page of a compact one', async () => {
      const files = [...readTree(at('site'))].filter(
        ([path]) => !/^(?:\.|sums\/|records\/(?:\d{4}|undated)\/)/.test(path),
      );
      const every = Math.max(1, Math.floor(files.length / 60));
      const chosen = files.filter((_, i) => i % every === 0);
      let withText = 0;
      assert.ok(chosen.length >= 50, String(chosen.length));
      for (const [file, bytes] of chosen) {
        const response = await fetch(`${origin}/raw/${NAME}/content/${file}`);
        assert.equal(response.status, 200, file);
        const served = Buffer.from(await response.arrayBuffer());
        const hasText = served.includes('"bundles":["#verify-bundle-0"');
        assert.ok((hasText ? sitePage(served) : served).equals(bytes), file);
        if (hasText) withText++;
      }
      assert.ok(path === compact ? withText > 3 : withText === 0, String(withText));
    });

    it('the short ways to a record lead to it', async () => {
      const suffix = variety.suffixes.get('seed') ?? '';
      const bundle = await fetch(`${origin}/raw/${NAME}/content/.well-known/pith/${suffix}/bundle.json`);
      assert.ok(
        Buffer.from(await bundle.arrayBuffer()).equals(readFileSync(at('site', 'pith', suffix, 'bundle.json'))),
      );
      const short = await fetch(`${origin}/${NAME}/pith/${suffix.slice(0, 8)}`);
      assert.ok(short.url.endsWith(`/pith/${suffix}/index.html`), short.url);
    });

    for (const [what, script] of [
      ['a reader finds a record by its title, verifies it on its page, and verifies a file', undefined],
      ['the same works without the built-ins that Chromium 87 lacks', removalOf(LATE_BUILT_INS_OF_PAGES)],
    ] as const) {
      it(what, async () => {
        const context = await browser.newContext();
        if (script !== undefined) await context.addInitScript(script);
        const page = await context.newPage();
        await walk(page.mainFrame(), `${origin}/${NAME}/`, variety.suffixes.get('seed') ?? '');
        await context.close();
      });
    }

    it('the same works in a frame, as in the viewer of later versions, which the pages never leave', async () => {
      const context = await browser.newContext();
      const page = await context.newPage();
      const home = `${origin}/raw/${NAME}/content/`;
      await page.route(`${origin}/viewer`, (route) =>
        route.fulfill({ contentType: 'text/html', body: viewerOf(`${home}index.html`) }),
      );
      await page.goto(`${origin}/viewer#${NAME}/`);
      const frame = page.frame({ name: 'content_iframe' });
      assert.ok(frame !== null);
      await frame.waitForURL(`${home}index.html`);
      await walk(frame, home, variety.suffixes.get('seed') ?? '');
      assert.equal(page.url(), `${origin}/viewer#${NAME}/`);
      assert.equal(context.pages().length, 1);
      assert.equal(await page.title(), await frame.title());
      await context.close();
    });
  });
