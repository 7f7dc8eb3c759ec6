/** A site's folder, compared with what belongs to the mirror. */
import assert from 'node:assert/strict';
import fs, { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { OwnFiles, surveySite } from '../../../src/mirror/publish/own-files.ts';
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

function write(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'x');
}

describe('the survey of a site', () => {
  it('finds nothing to mend and nothing foreign in a whole site, although some files are rightly empty', () => {
    const root = site((at) => truncateSync(at('records/index.tsv')));
    assert.deepEqual(surveySite(root, own), { records: new Set(), files: new Set(), foreign: [] });
  });

  it('lists each folder once', () => {
    const root = site();
    const listed: string[] = [];
    const { readdirSync } = fs;
    fs.readdirSync = ((...args: Parameters<typeof readdirSync>) => {
      listed.push(relative(root, String(args[0])));
      return readdirSync(...args);
    }) as typeof readdirSync;
    syncBuiltinESMExports();
    try {
      surveySite(root, own);
    } finally {
      fs.readdirSync = readdirSync;
      syncBuiltinESMExports();
    }
    const ofRecords = [ONE, SEVERAL].flatMap((suffix) => [`pith/${suffix}`, `.well-known/pith/${suffix}`]);
    const others = ['', '.well-known', '.well-known/pith', 'browse', 'browse/2026', 'pith', 'records'];
    assert.deepEqual(listed.sort(), [...ofRecords, ...others, `pith/${SEVERAL}/bundles`].sort());
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
        const { records, files } = surveySite(
          site((at) => damage(at(path))),
          own,
        );
        assert.deepEqual([...records], record === null ? [] : [record], path);
        assert.deepEqual([...files], record === null ? [path] : [], path);
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
