/** Where the user's cache is, and when code may be taken from it. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { cacheFolder, isPrivate, markUsed, privateFolder } from '../../../src/mirror/base/user-cache.ts';
import { temporaryFolder } from '../../support/sites/cli.ts';
import { notRun } from '../../support/tools/not-run.ts';

const root = temporaryFolder();
const NAMES = ['PITH_MIRROR_CACHE', 'XDG_CACHE_HOME'] as const;
const before = NAMES.map((name) => process.env[name]);

let made = 0;
function folder(mode = 0o755): string {
  const path = join(root, `folder-${made++}`);
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
}

describe("the user's cache folder", () => {
  afterEach(() => {
    for (const [i, name] of NAMES.entries()) {
      const value = before[i];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  const found = (own: string, xdg: string): string | null => {
    process.env.PITH_MIRROR_CACHE = own;
    process.env.XDG_CACHE_HOME = xdg;
    return cacheFolder();
  };

  it('is the one that PITH_MIRROR_CACHE names, and none if that is "off"', () => {
    assert.equal(found('/own/folder', '/xdg'), '/own/folder');
    assert.equal(found('off', '/xdg'), null);
    assert.equal(found('relative', '/xdg'), join(process.cwd(), 'relative'));
  });

  it('is below XDG_CACHE_HOME, or below the home folder if that is not an absolute path', (t) => {
    if (process.platform !== 'linux') return notRun(t, 'other systems have other conventions');
    assert.equal(found('', '/xdg'), '/xdg/pith-mirror');
    assert.equal(found('', 'relative'), join(homedir(), '.cache/pith-mirror'));
    assert.equal(found('', '/with\\backslash'), null, 'Node could not load the pages from it');
  });
});

describe('a private folder', () => {
  it('is one that nobody else can write', () => {
    assert.equal(isPrivate(folder()), true);
    assert.equal(isPrivate(folder(0o775)), false, 'its group');
    assert.equal(isPrivate(folder(0o757)), false, 'all users');
    assert.equal(isPrivate(folder(0o1777)), false, 'all users, where each can replace only what is theirs');
    assert.equal(isPrivate(join(root, 'nothing')), false);
  });

  it('lies in folders that nobody else can change', () => {
    const inside = (mode: number): string => {
      const path = join(folder(mode), 'inside');
      // Whatever the umask is.
      mkdirSync(path, { mode: 0o755 });
      return path;
    };
    assert.equal(isPrivate(inside(0o775)), false);
    assert.equal(isPrivate(inside(0o1777)), true, 'only what is theirs');
  });

  it('is judged by where it is, not by the links to it', () => {
    const link = join(root, 'link');
    symlinkSync(folder(0o777), link);
    assert.equal(isPrivate(link), false);
  });

  it('belongs to the user or to root', (t) => {
    if (process.geteuid?.() !== 0) return notRun(t, 'only root can give a folder to another user');
    const path = folder();
    chownSync(path, 1234, 1234);
    assert.equal(isPrivate(path), false);
  });

  it('is made for the user alone, and is not had where none can be made', () => {
    const path = join(root, 'new/deep');
    assert.equal(privateFolder(path), path);
    assert.equal(isPrivate(path), true);
    const file = join(root, 'file');
    writeFileSync(file, '');
    assert.equal(privateFolder(join(file, 'inside')), null);
  });
});

describe('an entry', () => {
  it('stays when it is used, and goes when eight others were used later', () => {
    const room = folder();
    const names = Array.from({ length: 9 }, (_, i) => `entry-${i}`);
    for (const [i, name] of names.entries()) {
      mkdirSync(join(room, name));
      markUsed(room, name);
      utimesSync(join(room, name, 'used'), 1000 + i, 1000 + i);
    }
    assert.deepEqual(readdirSync(room).sort(), names.slice(1));
    markUsed(room, 'entry-1');
    mkdirSync(join(room, 'new'));
    markUsed(room, 'new');
    assert.equal(existsSync(join(room, 'entry-1')), true, 'it was used just now');
    assert.equal(existsSync(join(room, 'entry-2')), false);
  });
});
