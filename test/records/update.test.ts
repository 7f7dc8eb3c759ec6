/** The index as texts: compared with one that was made without this project, and an update compared with a new index. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { WithheldReason } from '../../src/records/bucket.ts';
import { bucketOf } from '../../src/records/layout.ts';
import { sha256 } from '../../src/records/lists.ts';
import type { FileSum } from '../../src/records/sums.ts';
import { type IndexUpdate, type PublishedRecord, updateIndex } from '../../src/records/update.ts';

interface VectorRecord {
  readonly suffix: string;
  readonly submitted_at: string | null;
  readonly withheld: WithheldReason | null;
  readonly state: string;
  readonly bundles: readonly string[];
}

const vectors = JSON.parse(readFileSync(new URL('../vectors/record-index.json', import.meta.url), 'utf8')) as {
  readonly records: readonly VectorRecord[];
  readonly files: Readonly<Record<string, string>>;
};

/** The files that a site would have of a record. */
function sumsOf({ suffix, withheld, state, bundles }: VectorRecord): readonly FileSum[] {
  const page = { path: `pith/${suffix}/index.html`, sha256: sha256(`page ${suffix} ${state}`) };
  const [first = ''] = bundles;
  if (withheld !== null) return [page];
  const several = bundles.map((digest) => ({ path: `pith/${suffix}/bundles/${digest}.json`, sha256: digest }));
  return [
    page,
    { path: `pith/${suffix}/state.json`, sha256: state },
    { path: `pith/${suffix}/bundle.json`, sha256: bundles.length > 1 ? sha256('assembled') : first },
    { path: `.well-known/pith/${suffix}/bundle.json`, sha256: bundles.length > 1 ? sha256('assembled') : first },
    ...(bundles.length > 1 ? several : []),
  ];
}

const published = (record: VectorRecord): PublishedRecord => ({
  suffix: record.suffix,
  bucket: bucketOf(record.submitted_at),
  withheld: record.withheld,
  sums: () => sumsOf(record),
});

const nothing = (): null => null;
const contents = ({ files }: IndexUpdate): Record<string, string> =>
  Object.fromEntries(files.map(({ path, content }) => [path, content]));
const ofRecords = (files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith('records/')));

/** The files after an update. */
function apply(before: Readonly<Record<string, string>>, { files, removed }: IndexUpdate): Record<string, string> {
  const after = { ...before, ...Object.fromEntries(files.map(({ path, content }) => [path, content])) };
  for (const path of removed) delete after[path];
  return after;
}

describe('the record index', () => {
  it('is byte for byte the one that a program in Python makes of the same records', () => {
    const made = contents(updateIndex(vectors.records.map(published), [], nothing));
    assert.deepEqual(ofRecords(made), vectors.files);
  });

  it('does not depend on the order of the records', () => {
    const forwards = contents(updateIndex(vectors.records.map(published), [], nothing));
    const backwards = contents(updateIndex(vectors.records.toReversed().map(published), [], nothing));
    assert.deepEqual(backwards, forwards);
  });

  it('gives the digest of each file that it makes', () => {
    for (const { path, sha256: digest, content } of updateIndex(vectors.records.map(published), [], nothing).files)
      assert.equal(digest, sha256(content), path);
  });

  it('of no record is an empty list and a snapshot of 0 records', () => {
    const empty = sha256('');
    assert.deepEqual(contents(updateIndex([], [], nothing)), {
      'records/index.tsv': '',
      'records/snapshot.txt': `pith-mirror snapshot v1\nrecords 0\nstates ${empty}\nbundles ${empty}\n`,
    });
  });

  it('leaves out a record without a signed bundle, and lists its files in the sums', () => {
    const suffix = 'A'.repeat(26);
    const record: PublishedRecord = {
      suffix,
      bucket: '2026-05-21',
      withheld: null,
      sums: () => [{ path: `pith/${suffix}/index.html`, sha256: sha256('page') }],
    };
    const made = contents(updateIndex([record], [], nothing));
    assert.deepEqual(Object.keys(made).sort(), [
      'records/index.tsv',
      'records/snapshot.txt',
      'sums/2026/2026-05-21.sha256',
    ]);
    assert.equal(made['sums/2026/2026-05-21.sha256'], `${sha256('page')}  pith/${suffix}/index.html\n`);
  });

  it('is the same after an update as an index built from scratch', () => {
    const some = fc.subarray([...vectors.records]);
    fc.assert(
      fc.property(some, some, fc.subarray(vectors.records.map(({ suffix }) => suffix)), (before, now, again) => {
        const isAgain = new Set(again);
        const changed = now.map((record) =>
          isAgain.has(record.suffix) ? { ...record, state: sha256(`newer ${record.state}`), withheld: null } : record,
        );
        const was = apply({}, updateIndex(before.map(published), [], nothing));
        const isNow = new Set(now);
        const isThere = new Set(now.map(({ suffix }) => suffix));
        const made = changed.filter((record) => !isNow.has(record) || !before.includes(record));
        const gone = before.filter(({ suffix }) => !isThere.has(suffix)).map(published);
        const update = updateIndex(made.map(published), gone, (path) => was[path] ?? null);
        assert.deepEqual(apply(was, update), apply({}, updateIndex(changed.map(published), [], nothing)));
      }),
      { seed: 1 },
    );
  });

  it('of an update reads and makes only the buckets that changed and the lists above them', () => {
    const was = apply({}, updateIndex(vectors.records.map(published), [], nothing));
    const record = vectors.records.find(({ submitted_at }) => submitted_at?.startsWith('2024'));
    assert.ok(record !== undefined);
    const read: string[] = [];
    const update = updateIndex([published({ ...record, state: sha256('other') })], [], (path) => {
      read.push(path);
      return was[path] ?? null;
    });
    const expected = [
      'records/2024/2024-02-29.tsv',
      'records/2024/index.tsv',
      'records/index.tsv',
      'sums/2024/2024-02-29.sha256',
    ];
    assert.deepEqual([...new Set(read)].sort(), expected);
    const made = update.files.map(({ path }) => path).sort();
    assert.deepEqual(made, [...expected, 'records/snapshot.txt'].sort());
  });
});
