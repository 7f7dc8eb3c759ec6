/** Verifying in the reader's browser: a record's page, and any file; in Chromium and Firefox, over http and from a disk. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { type BuiltIn, LATE_BUILT_INS_OF_PAGES, removalOf } from '../support/browser/built-ins.ts';
import { buildVerifySite, MANY, SUFFIXES } from '../support/browser/verify-site.ts';
import { dropFiles, inEveryWay } from '../support/browser/visit.ts';
import { authorKey, registryKey, testTrust } from '../support/bundles/make-bundle.ts';
import { defaultTrust } from '../support/bundles/vectors.ts';
import { PROJECT, temporaryFolder } from '../support/sites/cli.ts';

const folder = temporaryFolder();
const out = join(folder, 'site');
const files = join(folder, 'files');
const file = (name: string): string => join(files, name);

before(() => buildVerifySite(join(folder, 'bundles'), out, files));

const recordPage = (suffix: string, name = 'index.html'): string => `pith/${suffix}/${name}`;

/** Presses the button of a record's page and waits for what is said at the end. */
async function verifyHere(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Verify this record here' }).click();
  return saidAtLast(page.locator('#verify-here [role="status"]'));
}

async function saidAtLast(status: Locator): Promise<string> {
  await status.filter({ hasNotText: /…$|^$/ }).waitFor();
  return (await status.textContent()) ?? '';
}

/** Waits until this is said: what was said before may stand there until the page has heard of what it is to do. */
async function assertSays(status: Locator, expected: string): Promise<void> {
  await status.filter({ hasText: expected }).waitFor();
  assert.equal(await status.textContent(), expected);
}

/** The rows of a table of the ledger by its heading: outcome, check and values. */
async function ledger(root: Locator): Promise<ReadonlyMap<string, readonly string[]>> {
  const tables = await root.locator('table.ledger').evaluateAll((found) =>
    found.map((table) => {
      const rows = [...table.querySelectorAll('tbody tr')].map((row) =>
        [row.children[0]?.textContent?.trim(), row.children[1]?.firstChild?.textContent].join(': '),
      );
      return [table.querySelector('caption')?.textContent ?? '', rows] as const;
    }),
  );
  return new Map(tables);
}

/** Gives files to verify.html and waits until all are judged. */
async function give(page: Page, ...names: readonly string[]): Promise<string> {
  const status = page.locator('.verify-status');
  const before = (await status.textContent()) ?? '';
  await page.setInputFiles('#verify-files', names.map(file));
  // The page hears of the files a moment later.
  if (before !== '') await status.filter({ hasNotText: before }).waitFor();
  return saidAtLast(status);
}

/** The findings of each file, once the last of them has the advice, which comes after the verdict. */
async function advice(page: Page, last: string): Promise<readonly string[]> {
  const shown = page.locator('.verify-file .findings');
  await shown.last().filter({ hasText: last }).waitFor();
  return shown.allTextContents();
}

/** Scripts that the page has loaded because a file needed them. */
const lateScripts = (page: Page): Promise<readonly (string | undefined)[]> =>
  page
    .locator('head script[src^="verify-"]:not([defer])')
    .evaluateAll((scripts) => scripts.map((script) => script.getAttribute('src') ?? undefined));

const headlines = (page: Page): Promise<readonly string[]> => page.locator('.verify-headline').allTextContents();

async function useKey(page: Page, text: string, keyId = ''): Promise<void> {
  await page.locator('.verify-other').evaluate((details: HTMLDetailsElement) => {
    details.open = true;
  });
  await page.getByLabel(/^A trust file/).fill(text);
  await page.getByLabel(/^Key id/).fill(keyId);
  await page.getByRole('button', { name: 'Use these keys' }).click();
}

inEveryWay(out, (way) => {
  describe('the button on a record’s page', () => {
    it('repeats the ledger, keeps the focus, and can be pressed again', async () => {
      const { page, trouble, close } = await way.visit(recordPage(SUFFIXES.seed));
      const said = await verifyHere(page);
      assert.equal(said, 'Verified here, in this browser.');
      const tables = await ledger(page.locator('#verify-here'));
      assert.deepEqual(
        [...tables.keys()],
        [
          'What this page says, and what this browser found',
          'Record',
          'Event 1: record created',
          'Event 2: graph snapshot',
          'Bundle and state',
        ],
      );
      const outcomes = [...tables.values()].flat().map((row) => row.replace(/: .*/, ''));
      assert.equal(outcomes.length, 20);
      assert.deepEqual([...new Set(outcomes)], ['verified', 'cannot be checked here']);
      assert.match(
        (await page.locator('.verify-result').textContent()) ?? '',
        /4 signatures and 12 digests are valid\./,
      );
      await assertSays(page.locator(':focus'), 'Verify again');
      // What is said then is not what was said before.
      const status = page.locator('#verify-here [role="status"]');
      await status.evaluate((element) => element.replaceChildren());
      await page.keyboard.press('Enter');
      await assertSays(status, said);
      assert.deepEqual(trouble, []);
      await close();
    });

    it('loads bundles that are too large for the page from the script next to it', async () => {
      const { page, trouble, close } = await way.visit(recordPage(SUFFIXES.large));
      assert.equal(await verifyHere(page), 'Verified here, in this browser.');
      const box = page.locator('.verify-result');
      assert.match((await box.textContent()) ?? '', new RegExp(`its ${MANY + 1} valid events give`));
      // Of the record's event there are four checks, of every other two; forty events are listed.
      const left = 2 * (MANY + 1 - 40);
      assert.equal(
        await box.locator('.verify-ledger > p').textContent(),
        `${left} further checks of other events, not listed`,
      );
      assert.deepEqual(trouble, []);
      await close();
    });

    it('verifies each of several bundles, and merges them', async () => {
      const { page, trouble, close } = await way.visit(recordPage(SUFFIXES.several));
      assert.match(await verifyHere(page), /^Verified here, with \d findings?\.$/);
      const box = page.locator('.verify-result');
      assert.deepEqual(await box.locator('.event-type').allTextContents(), ['Bundle 1 of 2', 'Bundle 2 of 2']);
      assert.match((await box.locator('.findings').textContent()) ?? '', /split_view/);
      assert.deepEqual(trouble, []);
      await close();
    });

    it('shows the findings of the page, and hostile text as text', async () => {
      const { page, trouble, close } = await way.visit(recordPage(SUFFIXES.troubled));
      assert.match(await verifyHere(page), /^Verified here, with \d findings\.$/);
      assert.equal(await page.locator('#verify-here img, #verify-here b, #verify-here script').count(), 0);
      assert.deepEqual(trouble, []);
      await close();
    });

    const lies: readonly (readonly [page: string, said: RegExp, row: string | null])[] = [
      ['title.html', /^Not verified: “Bundle hash” failed\. The result differs/, 'failed: Event hash'],
      ['signature.html', /^Not verified: “.+” failed/, null],
      ['json.html', /^Not verified: “Reading the bundle \(not json\)” failed\./, null],
      [
        'state.html',
        /^Verified here, in this browser\. The result differs from this page in: State hash\.$/,
        'failed: State hash',
      ],
    ];
    for (const [name, words, row] of lies) {
      it(`a copy that was tampered with (${name}) fails at the right step`, async () => {
        const { page, trouble, close } = await way.visit(recordPage(SUFFIXES.seed, name));
        assert.match(await verifyHere(page), words);
        const rows = [...(await ledger(page.locator('#verify-here'))).values()].flat();
        if (row !== null) assert.ok(rows.includes(row), rows.join('\n'));
        assert.ok(await page.locator('.verify-result.is-troubled').isVisible());
        assert.deepEqual(trouble, []);
        await close();
      });
    }

    it('says so if the copy of the bundle in the page is damaged, and nothing about the record', async () => {
      const { page, close } = await way.visit(recordPage(SUFFIXES.seed, 'damaged.html'));
      assert.equal(await verifyHere(page), 'Nothing was checked: the copy of the bundle in this page is damaged.');
      assert.equal(await page.locator('.verify-result.is-troubled, .verify-result.is-verified').count(), 0);
      await close();
    });

    it('says so if the verifier is missing', async () => {
      const { page, close } = await way.visit(recordPage(SUFFIXES.seed, 'missing.html'));
      assert.match(await verifyHere(page), /^Nothing was checked: .*gone\.js is missing next to this page/);
      await close();
    });
  });

  describe('verify.html', () => {
    it('verifies many files one after another, whatever their content and names', async () => {
      const { page, trouble, close } = await way.visit('verify.html');
      const said = await give(
        page,
        'seed.json',
        'tampered.json',
        'hostile.json',
        'empty.json',
        'huge.json',
        'one.json',
      );
      assert.equal(said, '6 files: 2 verified, 4 not verified.');
      assert.deepEqual(await headlines(page), [
        'Verified here, in this browser',
        'Not verified: “Bundle hash” failed',
        'Not verified: “Reading the bundle (not json)” failed',
        'Not verified: “Reading the bundle (not json)” failed',
        'Not verified: the file was not read',
        'Verified here, in this browser',
      ]);
      assert.match((await page.locator('.verify-file').nth(4).textContent()) ?? '', /too_large/);
      // What the file is, as the program says it.
      await page.getByText('this file is empty').waitFor();
      assert.deepEqual(await lateScripts(page), ['verify-advice.js']);
      const found = await page.locator('.verify-file .findings').allTextContents();
      assert.equal(found[2], 'not_json: this file is empty: download or copy it again');
      assert.equal(
        await give(page, 'page.json', 'packed.json', 'lfs.json', 'api.json', 'conflict.json', 'cut.json'),
        '12 files: 2 verified, 10 not verified.',
      );
      const advised = await advice(page, 'this file ends after');
      assert.match(
        advised[4] ?? '',
        /^not_json: this is an HTML page with the title "502 &lt;b&gt;Bad&lt;\/b&gt; Gateway", as a server sends/,
      );
      assert.match(advised[5] ?? '', /^invalid_utf8: this is gzip data, compressed: decompress it/);
      assert.match(advised[6] ?? '', /^not_json: this is a Git LFS pointer/);
      assert.match(
        advised[7] ?? '',
        /: this is the answer of an API that has no such bundle, or failed \("Not found\."\)/,
      );
      assert.match(advised[8] ?? '', /^not_json: this file has the markers of a merge conflict/);
      assert.match(advised[9] ?? '', /^not_json: this file ends after \d+ bytes, in the middle of its JSON/);
      assert.equal(
        await give(page, '<img src=x onerror=alert(1)>\u202e.json'),
        '13 files: 2 verified, 11 not verified.',
      );
      assert.equal(
        await page.locator('.verify-file h3').last().textContent(),
        '<img src=x onerror=alert(1)>U+202E.json',
      );
      assert.equal(await page.locator('#verify-list img, #verify-list script').count(), 0);
      assert.deepEqual(trouble, []);
      await page.getByRole('button', { name: 'Clear' }).click();
      assert.equal(await page.locator('.verify-file').count(), 0);
      await close();
    });

    it('loads no script for advice or timestamps while every file is a bundle', async () => {
      const { page, trouble, close } = await way.visit('verify.html');
      assert.equal(await give(page, 'seed.json', 'tampered.json'), '2 files: 1 verified, 1 not verified.');
      assert.deepEqual(await lateScripts(page), []);
      assert.deepEqual(trouble, []);
      await close();
    });

    it('verifies files that are dropped anywhere', async () => {
      const { page, trouble, close } = await way.visit('verify.html');
      const text = readFileSync(file('seed.json'), 'utf8');
      await dropFiles(page, 'h1', [
        { name: 'a.json', text },
        { name: 'b.json', text: text.slice(1) },
      ]);
      assert.equal(await saidAtLast(page.locator('.verify-status')), '2 files: 1 verified, 1 not verified.');
      assert.deepEqual(trouble, []);
      await close();
    });

    it('shows the ledger of a file and offers its merged state', async () => {
      const { page, trouble, close } = await way.visit('verify.html');
      await give(page, 'seed.json');
      const tables = await ledger(page.locator('.verify-file'));
      assert.ok(tables.get('Event 2: graph snapshot')?.includes('verified: Event signature'));
      const link = page.getByRole('link', { name: 'Save the merged state' });
      assert.equal(await link.getAttribute('download'), `${SUFFIXES.seed}.state.json`);
      // A Firefox that is driven by BiDi does not report downloads as events yet.
      if (way.browser === 'chromium') {
        const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
        const saved = readFileSync(await download.path());
        assert.ok(saved.equals(readFileSync(join(out, 'pith', SUFFIXES.seed, 'state.json'))));
      }
      assert.deepEqual(trouble, []);
      await close();
    });

    it('verifies with other keys, and again with the mirror’s', async () => {
      const { page, trouble, close } = await way.visit('verify.html');
      const [pinned] = defaultTrust().keys;
      await give(page, 'seed.json', 'one.json');
      await useKey(page, pinned?.publicKeyHex ?? '', pinned?.keyId);
      const status = page.locator('.verify-status');
      await assertSays(status, '2 files: 1 verified, 1 not verified.');
      assert.match((await page.locator('.verify-file').last().textContent()) ?? '', /untrusted_key/);
      assert.match((await page.locator('#verify-keys').textContent()) ?? '', /^\s*pith-v1-2026-05.*8d4b5ee74e46\S+$/);
      await useKey(page, 'no key');
      await page
        .getByRole('alert')
        .filter({ hasText: /^Expected a trust file/ })
        .waitFor();
      assert.equal(await page.locator(':focus').getAttribute('id'), 'verify-key');
      // The right id with another key under it.
      await useKey(page, testTrust.get(authorKey.keyId)?.publicKeyHex ?? '', registryKey.keyId);
      await assertSays(status, '2 files: 0 verified, 2 not verified.');
      await page.getByRole('button', { name: 'Back to this mirror’s keys' }).click();
      await assertSays(status, '2 files: 2 verified, 0 not verified.');
      assert.deepEqual(trouble, []);
      await close();
    });

    it('keeps the page responsive while it verifies', async () => {
      const { page, trouble, close } = await way.visit('verify.html');
      await page.evaluate(() => {
        const seen = new Set<string>();
        const look = (): void => {
          seen.add(document.querySelector('#verify-list summary')?.textContent ?? '');
          document.body.dataset.seen = String(seen.size);
          requestAnimationFrame(look);
        };
        look();
      });
      await give(page, 'large.json');
      // Without a pause between the steps, nothing would be drawn between the beginning and the end.
      assert.ok(Number(await page.locator('body').getAttribute('data-seen')) > 4);
      assert.deepEqual(trouble, []);
      await close();
    });
  });

  // A file from a disk cannot be held up.
  if (way.browser === 'chromium' && way.scheme === 'http') {
    it('gives up if the verifier does not load', async () => {
      const { page, close } = await way.visit(recordPage(SUFFIXES.seed));
      await page.clock.install();
      await page.route('**/verify.js', () => undefined);
      await page.getByRole('button', { name: 'Verify this record here' }).click();
      const status = page.locator('#verify-here [role="status"]');
      await status.filter({ hasText: 'Loading the verifier…' }).waitFor();
      await page.clock.runFor(61_000);
      assert.match(await saidAtLast(status), /^Nothing was checked: .*verify\.js did not arrive within 60 seconds\.$/);
      await close();
    });
  }

  if (way.browser === 'chromium' && way.scheme === 'http') {
    it('gives the verdict on a file that is not a bundle although the script for advice is missing, and advises when it is back', async () => {
      const { page, close } = await way.visit('verify.html');
      await page.route('**/verify-advice.js', (route) => route.abort());
      assert.equal(await give(page, 'empty.json'), '1 file: 0 verified, 1 not verified.');
      assert.match(
        (await page.locator('.findings').textContent()) ?? '',
        /^not_json: expected a JSON value, got the end/,
      );
      await page.unroute('**/verify-advice.js');
      await give(page, 'lfs.json');
      assert.match((await advice(page, 'this is a Git LFS pointer')).at(-1) ?? '', /^not_json: /);
      await close();
    });

    it('says that the script for timestamps is missing, checks all files given so far when it is back, and forgets cleared ones', async () => {
      const ots = (name: string): string => join(PROJECT, 'test/vectors/ots', name);
      const { page, close } = await way.visit('verify.html');
      const proofs = page.locator('#verify-proofs');
      await page.route('**/verify-timestamps.js', (route) => route.abort());
      await page.setInputFiles('#verify-files', [ots('hello-world.txt.ots')]);
      await proofs.getByText('Nothing was checked: verify-timestamps.js is missing next to this page.').waitFor();
      await page.unroute('**/verify-timestamps.js');
      await page.setInputFiles('#verify-files', [ots('hello-world.txt'), ots('358391.hex')]);
      await proofs.getByText('hello-world.txt is proved to be that old').waitFor();
      await page.getByRole('button', { name: 'Clear' }).click();
      await page.setInputFiles('#verify-files', [ots('358391.hex')]);
      await proofs.getByText('Not checked: add the OpenTimestamps proof').waitFor();
      assert.equal(await proofs.locator('h3').textContent(), '358391.hex');
      await close();
    });
  }

  // One way is enough: the scripts are the same, and what is missing is missing everywhere.
  if (way.browser !== 'chromium' || way.scheme !== 'file') return;

  describe('a browser without everything that came after Chromium 87', () => {
    const before = removalOf(LATE_BUILT_INS_OF_PAGES);

    it('verifies a record on its page', async () => {
      const { page, trouble, close } = await way.visit(recordPage(SUFFIXES.seed), { before });
      assert.equal(await page.evaluate('typeof [].at + typeof structuredClone'), 'undefinedundefined');
      assert.equal(await verifyHere(page), 'Verified here, in this browser.');
      assert.deepEqual(trouble, []);
      await close();
    });

    it('verifies and rejects files on the verification page', async () => {
      const { page, trouble, close } = await way.visit('verify.html', { before });
      assert.equal(await give(page, 'seed.json', 'tampered.json'), '2 files: 1 verified, 1 not verified.');
      const status = page.locator('.verify-status');
      // Else it would say the same before and after.
      await status.evaluate((element) => element.replaceChildren());
      await useKey(page, defaultTrust().keys[0]?.publicKeyHex ?? '', defaultTrust().keys[0]?.keyId);
      await assertSays(status, '2 files: 1 verified, 1 not verified.');
      assert.deepEqual(trouble, []);
      await close();
    });

    it('advises on a file that is not a bundle, and checks a timestamp', async () => {
      const { page, trouble, close } = await way.visit('verify.html', { before });
      await give(page, 'packed.json');
      assert.match((await advice(page, 'this is gzip data'))[0] ?? '', /^invalid_utf8: /);
      const ots = ['hello-world.txt.ots', 'hello-world.txt', '358391.hex'];
      await page.setInputFiles(
        '#verify-files',
        ots.map((name) => join(PROJECT, 'test/vectors/ots', name)),
      );
      await page.locator('#verify-proofs').getByText('hello-world.txt is proved to be that old').waitFor();
      assert.deepEqual(trouble, []);
      await close();
    });

    it('finds a record', async () => {
      const { page, trouble, close } = await way.visit('index.html#q=concordia', { before });
      await page.locator('.search-results a').first().waitFor();
      assert.deepEqual(trouble, []);
      await close();
    });
  });

  describe('a browser that lacks what a script cannot do without', () => {
    const missing: readonly BuiltIn[] = [
      { owner: 'globalThis', name: 'BigInt' },
      { owner: 'globalThis', name: 'TextDecoder' },
      { owner: 'globalThis', name: 'WeakMap' },
      { owner: 'globalThis', name: 'MessageChannel' },
      { owner: 'Object.getPrototypeOf(Uint8Array).prototype', name: 'set' },
      { owner: 'String.prototype', name: 'charCodeAt' },
      { owner: 'Map.prototype', name: 'get' },
      { owner: 'Element.prototype', name: 'replaceChildren' },
    ];
    for (const builtIn of missing) {
      const before = removalOf([builtIn]);
      it(`says that it cannot check, never that a record failed, without ${builtIn.owner}.${builtIn.name}`, async () => {
        const { page, close } = await way.visit(recordPage(SUFFIXES.seed), { before });
        assert.match(
          await verifyHere(page),
          /^This browser cannot verify: .* \(.+\)\. This says nothing about the record/,
        );
        assert.equal(await page.locator('.verify-result').innerText(), '');
        assert.equal(await page.locator('.verify-result.is-troubled').count(), 0);
        await close();
      });

      it(`says so of a file on the verification page, without ${builtIn.owner}.${builtIn.name}`, async () => {
        const { page, close } = await way.visit('verify.html', { before });
        const begun = (await page.locator('.verify-status').textContent()) ?? '';
        if (begun === '') {
          assert.equal(
            await give(page, 'seed.json', 'tampered.json'),
            '2 files: 0 verified, 0 not verified, 2 could not be checked.',
          );
          for (const line of await headlines(page)) assert.match(line, /^This browser cannot verify/);
          assert.equal(await page.locator('.is-troubled').count(), 0);
        } else assert.match(begun, /^This browser cannot verify/);
        await close();
      });
    }

    it('says that it cannot check a timestamp, never that the proof is bad, without Uint8Array.of', async () => {
      const before = removalOf([{ owner: 'Object.getPrototypeOf(Uint8Array)', name: 'of' }]);
      const { page, close } = await way.visit('verify.html', { before });
      await page.setInputFiles('#verify-files', [join(PROJECT, 'test/vectors/ots/hello-world.txt.ots')]);
      await page
        .locator('#verify-proofs')
        .getByText(/^This browser cannot verify/)
        .waitFor();
      assert.equal(await page.locator('#verify-proofs .is-troubled').count(), 0);
      await close();
    });

    const missingForSearch: readonly BuiltIn[] = [
      { owner: 'globalThis', name: 'MessageChannel' },
      { owner: 'globalThis', name: 'Uint32Array' },
      { owner: 'String.prototype', name: 'normalize' },
      { owner: 'String.prototype', name: 'split' },
      { owner: 'Element.prototype', name: 'replaceChildren' },
    ];
    for (const builtIn of missingForSearch) {
      it(`says that it cannot search, and where the records are, without ${builtIn.owner}.${builtIn.name}`, async () => {
        const { page, close } = await way.visit('index.html#q=conc\u00f6rdia', { before: removalOf([builtIn]) });
        const status = page.locator('.search-status').filter({ hasText: /./ });
        await status.waitFor();
        assert.match(
          (await status.textContent()) ?? '',
          /^This browser cannot search: .* \(.+\)\. The lists of this mirror have every record\.$/,
        );
        assert.equal(await page.locator('.search input').isVisible(), false);
        await close();
      });
    }
  });
});
