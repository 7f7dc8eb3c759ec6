/** Bundled pages are kept for the next run, and loaded only if they are what was kept and nobody else can have written them. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { type KeptFiles, keptPages } from '../../../src/mirror/render/kept-pages.ts';
import { seedBytes } from '../../support/bundles/vectors.ts';
import { LAUNCHER, pithMirror, runProgram, temporaryFolder } from '../../support/sites/cli.ts';
import { assertSameTree, readTree } from '../../support/sites/site.ts';

const root = temporaryFolder();
const cacheOfRun = process.env.PITH_MIRROR_CACHE;
let made = 0;

/** A user with a cache folder, who builds sites that are all new. */
class User {
  readonly home = join(root, `user-${made++}`);
  readonly cache = join(this.home, 'cache');
  makes = 0;
  #sites = 0;

  async pages(program = 'p', cache = this.cache, site = `site-${this.#sites++}`): Promise<KeptFiles> {
    process.env.PITH_MIRROR_CACHE = cache;
    const folder = join(this.home, site);
    const kept = await keptPages(
      { program, beside: join(folder, 'cache'), work: join(folder, 'work') },
      async (target) => {
        this.makes++;
        mkdirSync(join(target, 'chunks'), { recursive: true });
        writeFileSync(join(target, 'entry.mjs'), 'export {};');
        writeFileSync(join(target, 'chunks/a.mjs'), 'export const a = 1;');
        return 'entry.mjs';
      },
    );
    assert.equal(readFileSync(join(kept.folder, kept.entry), 'utf8'), 'export {};');
    assert.equal(readFileSync(join(kept.folder, 'chunks/a.mjs'), 'utf8'), 'export const a = 1;');
    return kept;
  }

  get entries(): readonly string[] {
    return readdirSync(join(this.cache, 'pages'));
  }
}

describe('the bundled pages', () => {
  it('are made once for all sites of a user, and again for another program', async () => {
    const user = new User();
    const first = await user.pages();
    assert.ok(first.folder.startsWith(user.cache));
    assert.deepEqual(await user.pages(), first);
    assert.equal(user.makes, 1);
    await user.pages('q');
    assert.equal(user.makes, 2);
    assert.equal(user.entries.length, 2);
  });

  const damages: Readonly<Record<string, (folder: string) => void>> = {
    'one character is another': (folder) => writeFileSync(join(folder, 'chunks/a.mjs'), 'export const a = 2;'),
    'a file is cut': (folder) => truncateSync(join(folder, 'entry.mjs'), 3),
    'a file is missing': (folder) => rmSync(join(folder, 'chunks/a.mjs')),
    'there is one more file': (folder) => writeFileSync(join(folder, 'b.mjs'), ''),
    'the digest is missing': (folder) => rmSync(join(folder, '../manifest.json')),
    'the digest is not JSON': (folder) => writeFileSync(join(folder, '../manifest.json'), '{'),
  };
  for (const [what, damage] of Object.entries(damages)) {
    it(`are made again, and kept in place of what was there, if ${what}`, async () => {
      const user = new User();
      damage((await user.pages()).folder);
      await user.pages();
      assert.equal(user.makes, 2);
      await user.pages();
      assert.equal(user.makes, 2);
      assert.equal(user.entries.length, 1);
    });
  }

  it('are kept next to the site if others can write in the cache folder, or there is none', async () => {
    const user = new User();
    mkdirSync(user.cache, { recursive: true });
    chmodSync(user.cache, 0o777);
    for (const cache of [user.cache, 'off']) {
      const site = `same-${cache.length}`;
      const first = await user.pages('p', cache, site);
      assert.ok(first.folder.startsWith(join(user.home, site, 'cache')), first.folder);
      assert.deepEqual(await user.pages('p', cache, site), first);
    }
    assert.equal(user.makes, 2);
  });

  it('are made for each build if others can write next to the site as well', async () => {
    const user = new User();
    mkdirSync(user.home, { recursive: true });
    chmodSync(user.home, 0o777);
    for (const count of [1, 2]) {
      const { folder } = await user.pages('p', 'off', `site-${count}`);
      assert.equal(folder, join(user.home, `site-${count}/work/pages`));
    }
    assert.equal(user.makes, 2);
  });

  it('are made if the cache folder cannot be written', async () => {
    const user = new User();
    mkdirSync(user.home, { recursive: true });
    writeFileSync(user.cache, 'a file');
    await user.pages();
    assert.equal(user.makes, 1);
  });

  it('may be made by several builds at once, which all use what the first one kept', async () => {
    const user = new User();
    const found = await Promise.all([1, 2, 3].map(() => user.pages()));
    assert.equal(user.makes, 3);
    assert.equal(new Set(found.map(({ folder }) => folder)).size, 1);
    assert.equal(user.entries.length, 1, 'no draft stays');
  });
});

describe('a build', () => {
  const bundles = join(root, 'bundles');
  mkdirSync(bundles);
  writeFileSync(join(bundles, 'a.json'), seedBytes());

  const build = async (name: string, folder: string): Promise<ReturnType<typeof readTree>> => {
    const out = join(root, name);
    const { code, stderr } = await pithMirror(['build', bundles, '--out', out], {
      env: { PITH_MIRROR_CACHE: folder },
    });
    assert.equal(code, 0, stderr);
    return readTree(out);
  };

  it('gives the same bytes with an empty cache, with a full one and with a damaged one', async () => {
    // The cache of this run of tests was empty at its first build, of this file or of another one. Bundling
    // takes seconds; `render.test.ts` does it without a cache.
    assert.notEqual(cacheOfRun, undefined);
    const expected = await build('of-run', cacheOfRun ?? '');
    // Of all that is there, since other tests build with programs of their own. A draft has a dot in its name.
    const entries = readdirSync(join(cacheOfRun ?? '', 'pages')).filter((name) => !name.includes('.'));
    const cache = join(root, 'of-builds');
    for (const entry of entries)
      cpSync(join(cacheOfRun ?? '', 'pages', entry), join(cache, 'pages', entry), { recursive: true });
    assertSameTree(await build('full', cache), expected);
    assert.deepEqual(readdirSync(join(cache, 'pages')).sort(), entries.sort(), 'nothing was bundled');

    const damage = 'throw new Error("this was never bundled");';
    const modules = entries.flatMap((entry) => {
      const files = join(cache, 'pages', entry, 'files');
      return readdirSync(files)
        .filter((path) => path.endsWith('.mjs'))
        .map((name) => join(files, name));
    });
    for (const path of modules) writeFileSync(path, damage);
    assertSameTree(await build('damaged', cache), expected);
    const mended = modules.filter((path) => existsSync(path) && readFileSync(path, 'utf8') !== damage);
    assert.equal(new Set(mended.map(dirname)).size, 1, 'one entry was bundled again, in place of the damaged one');
    assert.deepEqual(readdirSync(join(cache, 'pages')).sort(), entries.sort());
    assert.equal(existsSync(join(root, '.full.pith-mirror-cache/pages')), false);
  });
});

describe('the compiled code of the program', () => {
  const start = async (cache: string): Promise<void> => {
    const command = ['-u', 'NODE_COMPILE_CACHE', process.execPath, LAUNCHER, '--version'];
    const { code, stdout, stderr } = await runProgram('env', command, { env: { PITH_MIRROR_CACHE: cache } });
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
  };

  it('is kept in the cache folder', async () => {
    const cache = join(root, 'code-1');
    await start(cache);
    const [entry = '', ...more] = readdirSync(join(cache, 'code'));
    assert.deepEqual(more, []);
    const kept = (): readonly string[] => readdirSync(join(cache, 'code', entry), { recursive: true }).map(String);
    const count = kept().length;
    assert.ok(count > 10, `${count} files`);
    await start(cache);
    assert.equal(kept().length, count);
  });

  it('is not kept where others can write', async () => {
    const cache = join(root, 'code-2');
    mkdirSync(cache);
    chmodSync(cache, 0o777);
    await start(cache);
    assert.deepEqual(readdirSync(join(cache, 'code')), []);
  });
});
