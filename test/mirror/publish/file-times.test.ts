/**
 * Programs that tell a changed file from an unchanged one by its size and time: rsync, nginx with its own defaults, and wget. After
 * each build they must notice every changed file, one of equal size included, and no unchanged one.
 *
 * Slow: waits for the next second between builds, since all of them count in seconds.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { bytesOf, makeBundle, makeRecord, numberOf } from '../../support/bundles/make-bundle.ts';
import { type Nginx, startNginx } from '../../support/network/nginx.ts';
import { runProgram, temporaryFolder } from '../../support/sites/cli.ts';
import { mirror, settle } from '../../support/sites/mirror.ts';
import { assertSameTree, readTree, writeFiles } from '../../support/sites/site.ts';
import { needTool } from '../../support/tools/tools.ts';

const folder = temporaryFolder();
const [input, site, copy, fetched] = ['bundles', 'site', 'copy', 'fetched'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
  string,
];
/** As most operators have it: nothing about ETag or Last-Modified, so nginx makes both of time and size. */
const PLAIN = 'server {\n  listen 80;\n  root /srv;\n}\n';
const url = (path: string): string => `${nginx.url}${path}`;

const record = (i: number) => makeRecord({ id: `2606.0000${i}` });
const bundle = (i: number, second: number): Uint8Array =>
  bytesOf(makeBundle(record(i), undefined, { built_at: `2026-07-01T00:00:0${second}Z` }));
const bundlePath = (i: number): string => `pith/${numberOf(record(i)).slice(-26)}/bundle.json`;

type Validators = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** The request headers with which a cache asks whether its copy of each file is still good. */
async function validatorsOf(paths: Iterable<string>): Promise<Validators> {
  const found = new Map<string, Record<string, string>>();
  for (const path of paths) {
    const { headers, status } = await fetch(url(path), { method: 'HEAD' });
    assert.equal(status, 200, path);
    const [etag, modified] = [headers.get('etag'), headers.get('last-modified')];
    assert.ok(etag !== null && modified !== null, path);
    found.set(path, { 'if-none-match': etag, 'if-modified-since': modified });
  }
  return found;
}

let nginx: Nginx;

/** Builds after a change of the input, in a later second than the last build. @returns the site before and after. */
async function rebuild(change: () => void) {
  const was = readTree(site);
  const known = await validatorsOf(was.keys());
  await new Promise((resolve) => setTimeout(resolve, 1100));
  settle(input, site);
  change();
  assert.ok((await mirror(input, site)).published);
  return { was, known, is: readTree(site) };
}

/** Copies with `rsync -a`. @returns the files that it transferred. */
async function rsync(): Promise<readonly string[]> {
  const run = await runProgram(needTool('rsync'), ['-a', '--delete', '--out-format=%n', `${site}/`, copy]);
  assert.equal(run.code, 0, run.stderr);
  return run.stdout.split('\n').filter((line) => line !== '' && !line.endsWith('/') && !line.startsWith('deleting '));
}

const wget = (path: string) => runProgram(needTool('wget'), ['-q', '-N', '--no-proxy', '-P', fetched, url(path)]);

async function assertNoticed({ was, known, is }: Awaited<ReturnType<typeof rebuild>>): Promise<void> {
  const changed = [...is.keys()].filter((path) => was.get(path)?.equals(is.get(path) ?? Buffer.of()) !== true).sort();
  const transferred = (await rsync()).toSorted();
  assertSameTree(readTree(copy), is);
  assert.deepEqual(transferred, changed);
  for (const [path, headers] of known) {
    if (!is.has(path)) continue;
    for (const one of [headers, ...Object.entries(headers).map((entry) => Object.fromEntries([entry]))]) {
      const response = await fetch(url(path), { headers: one });
      const bytes = Buffer.from(await response.arrayBuffer());
      if (changed.includes(path)) {
        assert.equal(response.status, 200, `${path} has changed: ${JSON.stringify(one)}`);
        assert.ok(is.get(path)?.equals(bytes), path);
        assert.notEqual(response.headers.get('etag'), headers['if-none-match'], path);
        assert.notEqual(response.headers.get('last-modified'), headers['if-modified-since'], path);
      } else {
        assert.equal(response.status, 304, `${path} has not changed: ${JSON.stringify(one)}`);
      }
    }
  }
}

describe('rsync, nginx and wget', () => {
  before(async () => {
    for (const tool of ['rsync', 'wget'] as const) needTool(tool);
    mkdirSync(fetched);
    writeFiles(input, { '1.json': bundle(1, 0), '2.json': bundle(2, 0) });
    await mirror(input, site);
    nginx = await startNginx(site, join(folder, 'nginx'), PLAIN);
    await rsync();
    await wget(bundlePath(1));
  });
  after(() => nginx?.close());

  it('notice a changed file of equal size, and no other file', async () => {
    const seen = await rebuild(() => writeFiles(input, { '1.json': bundle(1, 1) }));
    const path = bundlePath(1);
    assert.equal(seen.is.get(path)?.length, seen.was.get(path)?.length);
    assert.ok(!seen.is.get(path)?.equals(seen.was.get(path) ?? Buffer.of()));
    await assertNoticed(seen);
    await wget(path);
    assert.ok(seen.is.get(path)?.equals(readFileSync(join(fetched, 'bundle.json'))));
  });

  it('notice what a backfilled record changes, and no other file', async () => {
    const seen = await rebuild(() => writeFiles(input, { '0.json': bundle(0, 0) }));
    assert.ok(seen.is.has(bundlePath(0)) && !seen.was.has(bundlePath(0)));
    await assertNoticed(seen);
  });

  it('notice nothing after a build that changes nothing, with --recheck too', async () => {
    for (const recheck of [false, true]) {
      const seen = await rebuild(() => undefined);
      if (recheck) await mirror(input, site, { recheck });
      assertSameTree(seen.is, seen.was);
      await assertNoticed(seen);
    }
  });
});
