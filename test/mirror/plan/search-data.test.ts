import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { contentText } from '../../../src/mirror/base/disk.ts';
import type { CatalogueEntry } from '../../../src/mirror/plan/catalogue.ts';
import { searchFiles } from '../../../src/mirror/plan/search-data.ts';
import { Random } from '../../fuzz/random.ts';
import { inOrder, madeEntries, madeEntry } from '../../support/bundles/catalogue.ts';

const entries = madeEntries(5000);
const filesOf = (records: readonly CatalogueEntry[]): ReadonlyMap<string, string> =>
  new Map([...searchFiles(records)].map(({ path, content }) => [path, contentText(content)]));

describe('the data of the search', () => {
  it('has only file names that are safe in a path', () => {
    const paths = [...filesOf(entries).keys()];
    assert.equal(new Set(paths).size, paths.length);
    for (const path of paths) assert.match(path, /^search\/(parts|data\/\d{4}-\d+)\.js$/);
    assert.deepEqual([...filesOf([])], [['search/parts.js', 'pithSearch.parts([\n\n]);\n']]);
  });

  it('changes the list and one part of the year when a new record is added', () => {
    fc.assert(
      fc.property(fc.nat(3000), fc.nat(), (count, seed) => {
        const before = entries.slice(entries.length - count);
        const added = { ...madeEntry(new Random(`${seed}`), 1, 0.9), submittedAt: '2026-12-31T00:00:00Z' };
        const [from, to] = [filesOf(before), filesOf([added, ...before])];
        const changed = [...to].filter(([path, text]) => from.get(path) !== text).map(([path]) => path);
        assert.equal(changed.length, 2, changed.join());
        assert.ok([...from.keys()].every((path) => to.has(path)));
      }),
      { numRuns: 40, seed: 3 },
    );
  });

  it('changes only parts of its year when a record of any date is added', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 0.99, noNaN: true }), (seed, at) => {
        const added = madeEntry(new Random(`${seed}`), 1, at);
        const [from, to] = [filesOf(entries), filesOf(inOrder([added, ...entries]))];
        for (const [path, text] of to) {
          if (from.get(path) === text || path === 'search/parts.js') continue;
          assert.ok(path.startsWith(`search/data/${added.submittedAt.slice(0, 4)}-`), path);
        }
      }),
      { numRuns: 20, seed: 3 },
    );
  });

  it('stays a script of strings whatever a record says', () => {
    const [entry] = entries;
    assert.ok(entry !== undefined);
    const hostile = '");alert(1)//\u2028</script>\t\n`\\';
    const text = filesOf([{ ...entry, title: hostile, authors: hostile, sourceId: hostile, categories: [hostile] }]);
    const [, part] = [...text];
    const lines: unknown[] = [];
    new Function('pithSearch', part?.[1] ?? '')({ part: (_: string, given: unknown[]) => lines.push(...given) });
    assert.equal(lines.length, 1);
    assert.equal(String(lines[0]).split('\t').length, 7);
    assert.equal(String(lines[0]).split('\n').length, 1);
  });

  it('puts a record whose date has no known form in the part without a year', () => {
    const [entry] = entries;
    assert.ok(entry !== undefined);
    assert.deepEqual(
      [...filesOf([{ ...entry, submittedAt: '../../x' }]).keys()],
      ['search/parts.js', 'search/data/other-1.js'],
    );
  });
});
