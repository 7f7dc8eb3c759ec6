/** A site's folder, compared with what belongs to the mirror. */
import assert from 'node:assert/strict';
import fs, {
  cpSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';
import type { FolderStamps } from '../../../src/mirror/publish/folder-stamps.ts';
import { OwnFiles, type OwnFilesSurvey, surveySite } from '../../../src/mirror/publish/own-files.ts';
import { Shapes } from '../../../src/mirror/resume/shapes.ts';
import { temporaryFolder } from '../../support/sites/cli.ts';

const folder = temporaryFolder();
const [ONE, SEVERAL, OTHER] = ['A', 'B', 'C'].map((letter) => letter.repeat(26)) as [string, string, string];
const shapes = new Shapes([
  ['/bundle.json bundle.json index.html', [ONE]],
  ['/bundle.json bundle.json bundles/1.json bundles/2.json index.html', [SEVERAL]],
]);
const own = new OwnFiles(shapes, ['.nojekyll', 'index.html', 'browse/2026/index.html', 'records/index.tsv']);

let made = 0;
/** A whole site, but for what the test does to it. */
function site(change: (at: (path: string) => string) => void = () => undefined): string {
  const root = join(folder, `site-${made++}`);
  for (const path of own) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), path === '.nojekyll' ? '' : 'x');
  }
  // Each at another time, all long ago, so that every later change shows.
  const folders = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { parentPath, name } of folders) {
    const path = join(parentPath, name);
    const seconds = name === ONE ? 2_000_000 : 1_000_000;
    utimesSync(path, seconds, seconds);
  }
  change((path) => join(root, path));
  return root;
}

const SITE_FOLDERS = ['', '.well-known', '.well-known/pith', 'browse', 'browse/2026', 'pith', 'records'];

/** The folders that are listed meanwhile, sorted. */
function listedBy(root: string, work: () => unknown): readonly string[] {
  const listed: string[] = [];
  const { readdirSync } = fs;
  fs.readdirSync = ((...args: Parameters<typeof readdirSync>) => {
    listed.push(relative(root, String(args[0])));
    return readdirSync(...args);
  }) as typeof readdirSync;
  syncBuiltinESMExports();
  try {
    work();
  } finally {
    fs.readdirSync = readdirSync;
    syncBuiltinESMExports();
  }
  return listed.sort();
}

/** A survey that uses stamps. @param now by default long after the site was made. */
function surveyed(root: string, stamps: FolderStamps = new Map(), now = Number.POSITIVE_INFINITY): OwnFilesSurvey {
  return surveySite(root, own, { damaged: new Set(), stamps, now });
}

function write(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'x');
}

describe('the survey of a site', () => {
  it('finds nothing to mend and nothing foreign in a whole site, although some files are rightly empty', () => {
    const root = site((at) => truncateSync(at('records/index.tsv')));
    const { records, files, foreign } = surveySite(root, own);
    assert.deepEqual([[...records], [...files], foreign], [[], [], []]);
  });

  it('lists each folder once', () => {
    const root = site();
    const listed = listedBy(root, () => surveySite(root, own));
    const ofRecords = [ONE, SEVERAL].flatMap((suffix) => [`pith/${suffix}`, `.well-known/pith/${suffix}`]);
    assert.deepEqual(listed, [...ofRecords, ...SITE_FOLDERS, `pith/${SEVERAL}/bundles`].sort());
  });

  it('does not list the folders of a record that still have their stamps', () => {
    const root = site();
    const before = surveyed(root);
    assert.deepEqual([...before.stamps.keys()].sort(), [ONE, SEVERAL]);
    assert.deepEqual(
      listedBy(root, () => surveyed(root, before.stamps)),
      SITE_FOLDERS,
    );
    assert.equal(surveyed(root, before.stamps).areSame, true);
  });

  it('lists them again if a name in one of them came or went, or if a folder has another one in its place', () => {
    const changes: readonly (readonly [suffix: string, change: (at: (path: string) => string) => void])[] = [
      [ONE, (at) => rmSync(at(`pith/${ONE}/index.html`))],
      [ONE, (at) => rmSync(at(`.well-known/pith/${ONE}/bundle.json`))],
      [ONE, (at) => rmSync(at(`.well-known/pith/${ONE}`), { recursive: true })],
      [SEVERAL, (at) => rmSync(at(`pith/${SEVERAL}/bundles/2.json`))],
      [
        SEVERAL,
        (at) => {
          const old = at(`pith/${SEVERAL}`);
          const { mtime } = statSync(old);
          cpSync(old, at('copy'), { recursive: true });
          renameSync(old, at('old'));
          renameSync(at('copy'), old);
          rmSync(join(old, 'index.html'));
          utimesSync(old, mtime, mtime);
        },
      ],
    ];
    for (const [suffix, change] of changes) {
      const root = site();
      const before = surveyed(root);
      change((path) => join(root, path));
      const { records, stamps, areSame } = surveyed(root, before.stamps);
      assert.deepEqual(
        [[...records], [...stamps.keys()], areSame],
        [[suffix], [suffix === ONE ? SEVERAL : ONE], false],
      );
    }
  });

  it('gives no stamp to a folder with foreign names, so that each survey names them', () => {
    const root = site((at) => write(at(`pith/${ONE}/notes.txt`)));
    const before = surveyed(root);
    assert.deepEqual([[...before.stamps.keys()], before.foreign], [[SEVERAL], [`pith/${ONE}/notes.txt`]]);
    const again = surveyed(root, before.stamps);
    assert.deepEqual([again.areSame, again.foreign], [true, before.foreign]);
  });

  it('gives no stamp to a folder that changed since it began, because it may change again without another time', () => {
    const root = site();
    const { mtimeMs } = statSync(join(root, 'pith', ONE));
    assert.deepEqual([...surveyed(root, new Map(), mtimeMs).stamps.keys()], [SEVERAL]);
  });

  it('finds the record and the file that is missing, empty, or no file any more', () => {
    for (const [path, record] of [
      [`pith/${ONE}/index.html`, ONE],
      [`.well-known/pith/${ONE}/bundle.json`, ONE],
      [`pith/${SEVERAL}/bundles/2.json`, SEVERAL],
      ['index.html', null],
      ['browse/2026/index.html', null],
    ] as const) {
      const damages: ((file: string) => void)[] = [
        (file) => rmSync(file),
        (file) => truncateSync(file),
        (file) => {
          rmSync(file);
          mkdirSync(file);
        },
      ];
      for (const damage of damages) {
        const damaged = site((at) => damage(at(path)));
        // With the stamps of a survey before the damage, too.
        const root = site();
        const { stamps } = surveyed(root);
        damage(join(root, path));
        for (const { records, files } of [surveySite(damaged, own), surveyed(root, stamps)]) {
          assert.deepEqual([...records], record === null ? [] : [record], path);
          assert.deepEqual([...files], record === null ? [path] : [], path);
        }
      }
    }
    const { records } = surveySite(
      site((at) => rmSync(at(`pith/${SEVERAL}`), { recursive: true })),
      own,
    );
    assert.deepEqual([...records], [SEVERAL]);
  });

  it('names what does not belong to the mirror, wherever it is, and does not enter folders of others', () => {
    const paths = [
      '.git/HEAD',
      'CNAME',
      'browse/own.txt',
      `pith/${ONE}/bundles/1.json`,
      `pith/${ONE}/notes.txt`,
      `pith/${OTHER}/index.html`,
      `pith/${SEVERAL}/bundles/3.json`,
      `pith/${SEVERAL}/more/x/y`,
      'pith/list.txt',
    ];
    const { records, files, foreign } = surveySite(
      site((at) => {
        for (const path of paths) write(at(path));
      }),
      own,
    );
    assert.deepEqual([records.size, files.size], [0, 0]);
    assert.deepEqual(foreign, [
      '.git/',
      'CNAME',
      'browse/own.txt',
      `pith/${ONE}/bundles/`,
      `pith/${ONE}/notes.txt`,
      `pith/${SEVERAL}/bundles/3.json`,
      `pith/${SEVERAL}/more/`,
      `pith/${OTHER}/`,
      'pith/list.txt',
    ]);
  });
});

describe('the files of a site that another has not', () => {
  it('are those of records that are gone or have fewer files, and other files', () => {
    const after = new OwnFiles(new Shapes([['bundle.json bundles/1.json index.html more.json', [SEVERAL, OTHER]]]), [
      'index.html',
      'new.html',
    ]);
    assert.deepEqual([...own.without(after)].sort(), [
      '.nojekyll',
      `.well-known/pith/${ONE}/bundle.json`,
      `.well-known/pith/${SEVERAL}/bundle.json`,
      'browse/2026/index.html',
      `pith/${ONE}/bundle.json`,
      `pith/${ONE}/index.html`,
      `pith/${SEVERAL}/bundles/2.json`,
      'records/index.tsv',
    ]);
    assert.deepEqual([...own.without(own)], []);
  });
});
