/** A site's folder, compared with what belongs to the mirror. */
import assert from 'node:assert/strict';
import fs, { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { OwnFiles, surveySite } from '../../../src/mirror/publish/own-files.ts';
import { inspectRecords, inspectShare } from '../../../src/mirror/publish/record-folders.ts';
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
  change((path) => join(root, path));
  return root;
}

const SITE_FOLDERS = ['', '.well-known', '.well-known/pith', 'browse', 'browse/2026', 'pith', 'records'];

/** The folders that are listed meanwhile, sorted. */
async function listedBy(root: string, work: () => Promise<unknown>): Promise<readonly string[]> {
  const listed: string[] = [];
  const { readdirSync } = fs;
  fs.readdirSync = ((...args: Parameters<typeof readdirSync>) => {
    listed.push(relative(root, String(args[0])));
    return readdirSync(...args);
  }) as typeof readdirSync;
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    fs.readdirSync = readdirSync;
    syncBuiltinESMExports();
  }
  return listed.sort();
}

function write(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'x');
}

describe('the survey of a site', () => {
  it('finds nothing to mend and nothing foreign in a whole site, although some files are rightly empty', async () => {
    const root = site((at) => truncateSync(at('records/index.tsv')));
    const { records, files, foreign } = await surveySite(root, own);
    assert.deepEqual([[...records], [...files], foreign], [[], [], []]);
  });

  it('lists each folder once', async () => {
    const root = site();
    const listed = await listedBy(root, () => surveySite(root, own));
    const ofRecords = [ONE, SEVERAL].flatMap((suffix) => [`pith/${suffix}`, `.well-known/pith/${suffix}`]);
    assert.deepEqual(listed, [...ofRecords, ...SITE_FOLDERS, `pith/${SEVERAL}/bundles`].sort());
  });

  it('finds the same if other threads look at some of the records', async () => {
    const root = site((at) => {
      truncateSync(at(`pith/${ONE}/index.html`));
      rmSync(at(`.well-known/pith/${SEVERAL}`), { recursive: true });
      write(at(`pith/${SEVERAL}/bundles/3.json`));
      write(at(`.well-known/pith/${ONE}/mine/x`));
    });
    const folders = {
      site: root,
      shapes: shapes.lines,
      present: [
        ['pith', [SEVERAL, ONE]],
        ['.well-known/pith', [ONE]],
      ],
      damaged: new Set(['pith/x']),
    } as const;
    const { incomplete, foreign } = inspectShare(folders);
    assert.deepEqual(incomplete, [ONE, SEVERAL]);
    assert.deepEqual(foreign, [`pith/${SEVERAL}/bundles/3.json`, `.well-known/pith/${ONE}/mine/`]);
    for (const share of [1, 2]) {
      const found = await inspectRecords(folders, share);
      assert.deepEqual([[...found.incomplete].sort(), [...found.foreign].sort()], [incomplete, [...foreign].sort()]);
    }
  });

  it('ends with the words of the system if another thread cannot look', async () => {
    const present = [['pith', [ONE, SEVERAL]]] as const;
    const folders = { site: join(folder, 'nowhere'), shapes: shapes.lines, present, damaged: new Set<string>() };
    // As the command line wants it, which takes an error without a system call for a defect.
    await assert.rejects(inspectRecords(folders, 1), { code: 'ENOENT', syscall: 'scandir' });
  });

  it('finds the record and the file that is missing, empty, or no file any more', async () => {
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
        const { records, files } = await surveySite(
          site((at) => damage(at(path))),
          own,
        );
        assert.deepEqual([...records], record === null ? [] : [record], path);
        assert.deepEqual([...files], record === null ? [path] : [], path);
      }
    }
    const { records } = await surveySite(
      site((at) => rmSync(at(`pith/${SEVERAL}`), { recursive: true })),
      own,
    );
    assert.deepEqual([...records], [SEVERAL]);
  });

  it('names what does not belong to the mirror, wherever it is, and does not enter folders of others', async () => {
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
    const { records, files, foreign } = await surveySite(
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
