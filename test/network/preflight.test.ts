/** Whether a site fits on a host. */
import assert from 'node:assert/strict';
import { linkSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { preflightText } from '../../src/cli/preflight.ts';
import { HOSTS, judgeSize, measureSite } from '../../src/network/preflight.ts';
import { commandHere, temporaryFolder } from '../support/sites/cli.ts';

const suffixes = ['A', 'B', 'C', 'D'].map((letter) => letter.repeat(26));

/** A site of four records: 2 files and 2 folders each, 3,000 bytes with the second name of a bundle. */
function site(): string {
  const folder = temporaryFolder();
  for (const suffix of suffixes) {
    for (const top of ['pith', '.well-known/pith']) mkdirSync(join(folder, top, suffix), { recursive: true });
    writeFileSync(join(folder, 'pith', suffix, 'bundle.json'), 'x'.repeat(1500));
    linkSync(join(folder, 'pith', suffix, 'bundle.json'), join(folder, '.well-known/pith', suffix, 'bundle.json'));
  }
  writeFileSync(join(folder, 'index.html'), 'y'.repeat(500));
  return folder;
}

const hostOf = (name: string) => {
  const host = HOSTS.find((known) => known.host === name);
  if (host === undefined) throw new TypeError(name);
  return host;
};

test('counts files with two names twice, and folders as entries', () => {
  const size = measureSite(site());
  assert.equal(size.files, 9);
  assert.equal(size.entries, 20);
  assert.equal(size.bytes, 12_500);
  assert.equal(size.records, 4);
  assert.deepEqual(size.ofRecords, { files: 8, entries: 16, bytes: 12_000 });
  assert.equal(size.largestFolder.entries, 4);
});

test('says how many more records fit, by what one record takes', () => {
  const [verdict] = judgeSize(measureSite(site()), hostOf('cloudflare-pages'));
  assert.equal(verdict?.found, 9);
  assert.equal(verdict?.moreRecords, Math.floor((20_000 - 9) / 2));
  const [bytes] = judgeSize(measureSite(site()), hostOf('github-pages'));
  assert.equal(bytes?.moreRecords, Math.floor((1e9 - 12_500) / 3000));
});

test('names the file that is too large, and what to do', async () => {
  const folder = site();
  writeFileSync(join(folder, 'large.json'), '');
  truncateSync(join(folder, 'large.json'), 26_214_401);
  const { code, stdout } = await commandHere(['preflight', folder, '--host', 'cloudflare-pages']);
  assert.equal(code, 1);
  assert.match(stdout, /^FULL {2}largest file: 26\.2 MB of 26\.2 MB \(large\.json\)$/m);
  assert.match(stdout, /^ {6}publish fewer records, or choose a host that accepts larger files$/m);
  assert.equal((await commandHere(['preflight', folder, '--host', 'static'])).code, 0);
});

test('reports two names that collide on case-insensitive disks', () => {
  const folder = site();
  writeFileSync(join(folder, 'Index.html'), '');
  const size = measureSite(folder);
  assert.deepEqual([...(size.sameName ?? [])].sort(), ['Index.html', 'index.html']);
  assert.match(
    preflightText(size, hostOf('static'), []),
    /become one file on a host that ignores upper and lower case/,
  );
});

test('refuses an unknown host and a folder that is not there', async () => {
  const unknown = await commandHere(['preflight', site(), '--host', 'geocities']);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /--host: expected one of github-pages, .* \(found geocities\)/);
  const nowhere = await commandHere(['preflight', '/nowhere', '--host', 'static']);
  assert.equal(nowhere.code, 2);
  assert.equal(nowhere.stderr, 'pith-mirror: /nowhere: there is no such file or folder\n');
});

test('every limit names its source and the day on which it was read', () => {
  for (const { host, limits } of HOSTS) {
    for (const { source, checked, most } of limits) {
      assert.ok(source.length > 10 && most > 0, host);
      assert.match(checked, /^\d{4}-\d{2}-\d{2}$/, host);
    }
  }
});
