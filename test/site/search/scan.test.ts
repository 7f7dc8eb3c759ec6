/** The search over parts: against a slow one that is plainly right, and in how it stops. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { contentText } from '../../../src/mirror/base/disk.ts';
import { searchFiles } from '../../../src/mirror/plan/search-data.ts';
import { fold } from '../../../src/site/search/fold.ts';
import { SearchPart } from '../../../src/site/search/part.ts';
import { readQuery } from '../../../src/site/search/query.ts';
import { type PartSource, type ScanProgress, scan } from '../../../src/site/search/scan.ts';
import { madeEntries } from '../../support/bundles/catalogue.ts';

const entries = madeEntries(3000);

/** The lines of each part, newest first, as the scripts hand them over. */
function linesOf(): readonly (readonly string[])[] {
  const found = new Map<string, readonly string[]>();
  let order: readonly (readonly [string, number])[] = [];
  const receiver = {
    parts: (list: typeof order) => {
      order = list;
    },
    part: (name: string, lines: readonly string[]) => found.set(name, lines),
  };
  for (const { content } of searchFiles(entries)) {
    new Function('pithSearch', contentText(content))(receiver);
  }
  return order.map(([name, records]) => {
    const lines = found.get(name) ?? [];
    assert.equal(lines.length, records, name);
    return lines;
  });
}

const lines = linesOf();
const parts = lines.map((own) => new SearchPart(own));
const there: PartSource = {
  sizes: lines.map(({ length }) => length),
  get: (i) => {
    const part = parts[i];
    assert.ok(part !== undefined);
    return part;
  },
};
const goOn = async (): Promise<boolean> => true;
const ignore = (): void => undefined;

async function found(typed: string, wanted = Infinity, source = there): Promise<readonly string[]> {
  const end = await scan(readQuery(typed), source, wanted, goOn, ignore);
  return (end?.found ?? []).map(({ suffix }) => suffix);
}

/** Each word at the beginning of a word, in one field. */
function slowly(typed: string): readonly string[] {
  const phrases = readQuery(typed).phrases;
  return lines
    .flat()
    .filter((line) => {
      const fields = line.split('\t').map((field) => fold(field));
      return phrases.every((phrase) => fields.some((field) => field.includes(` ${phrase}`)));
    })
    .map((line) => line.split('\t')[4] ?? '');
}

describe('a search', () => {
  it('has all records, newest first', () => {
    assert.deepEqual(
      lines.flat().map((line) => line.split('\t')[4]),
      entries.map(({ suffix }) => suffix),
    );
  });

  for (const typed of [
    'a',
    'qu',
    'quantum field',
    'soren',
    'lukasz wei',
    'cs.dc',
    'net deep',
    'verif',
    '2605',
    'zzz',
    'hep-th',
  ]) {
    it(`finds what a slow search finds: ${typed}`, async () => {
      assert.deepEqual(await found(typed), slowly(typed));
    });
  }

  it('finds what a slow search finds, whatever part of a record is typed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(entries.length - 1), fc.infiniteStream(fc.nat(1000)), async (i, choices) => {
        const words = fold(lines.flat()[i] ?? '')
          .split(/[ \t]+/)
          .filter((word) => word !== '');
        const pick = (): string => {
          const word = words[(choices.next().value ?? 0) % words.length] ?? '';
          return word.slice(0, 1 + ((choices.next().value ?? 0) % word.length));
        };
        const typed = [pick(), pick(), pick()].join(' ');
        const all = await found(typed);
        assert.deepEqual(all, slowly(typed));
        assert.ok(all.includes(entries[i]?.suffix ?? ''), typed);
      }),
      { numRuns: 30, seed: 5 },
    );
  });

  it('finds exactly one record by each form of its identifiers', async () => {
    for (const { suffix, pithNumber, shortPithNumber, sourceId, sourceVersion } of entries.filter(
      (_, i) => i % 500 === 0,
    )) {
      for (const typed of [pithNumber, shortPithNumber, suffix.toLowerCase(), `arXiv:${sourceId}v${sourceVersion}`]) {
        assert.deepEqual(await found(typed), [suffix], typed);
      }
    }
  });

  it('offers other versions if the mirror does not have the requested one', async () => {
    const { suffix, sourceId } = entries[0] ?? assert.fail();
    const end = await scan(readQuery(`arXiv:${sourceId}v99`), there, Infinity, goOn, ignore);
    assert.deepEqual([end?.isOtherVersion, end?.found.map((record) => record.suffix)], [true, [suffix]]);
  });

  it('stops when it has more results than requested', async () => {
    const asked: number[] = [];
    const source: PartSource = {
      sizes: there.sizes,
      get: (i) => {
        asked.push(i);
        return there.get(i);
      },
    };
    assert.equal((await found('a', 10, source)).length, 11);
    assert.ok(asked.length < lines.length / 2, `${asked.length} of ${lines.length} parts`);
  });

  it('reports results before it loads another part, and continues without one that cannot be loaded', async () => {
    const source: PartSource = {
      sizes: there.sizes,
      get: (i) => (i === 0 ? there.get(0) : Promise.resolve(i === 1 ? null : (parts[i] ?? null))),
    };
    const told: ScanProgress[] = [];
    const end = await scan(readQuery('a'), source, Infinity, goOn, (progress) => told.push(progress));
    const first = (await found('a')).filter((suffix) => lines[0]?.some((line) => line.includes(suffix)));
    assert.deepEqual(
      told[0]?.found.map(({ suffix }) => suffix),
      first,
    );
    assert.equal(end?.isBroken, true);
    assert.equal(end.searched, entries.length - (lines[1]?.length ?? 0));
  });

  it('stops when it is told to', async () => {
    const source: PartSource = { sizes: there.sizes, get: async (i) => parts[i] ?? null };
    let pauses = 0;
    const end = await scan(readQuery('zzz'), source, 10, async () => ++pauses < 3, ignore);
    assert.equal(end, null);
    assert.equal(pauses, 3);
  });
});
