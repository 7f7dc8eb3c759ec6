import assert from 'node:assert/strict';
import { it } from 'node:test';
import { otherVersions, type VersionedRecord } from '../../src/formats/versions.ts';

const record = (sourceId: string, sourceVersion: number, suffix = `${sourceId}v${sourceVersion}`): VersionedRecord => ({
  suffix,
  sourceId,
  sourceVersion,
});

it('links the versions of one paper in version order, whatever the order of the records', () => {
  const records = [record('a', 3), record('b', 1), record('a', 1), record('a', 10)];
  const found = otherVersions(records);
  assert.deepEqual(found.get('av1'), [
    { version: 3, suffix: 'av3' },
    { version: 10, suffix: 'av10' },
  ]);
  assert.deepEqual(
    found.get('av10')?.map(({ version }) => version),
    [1, 3],
  );
  assert.equal(found.has('bv1'), false);
  assert.deepEqual(new Map([...otherVersions(records.toReversed())].sort()), new Map([...found].sort()));
});

it('does not link two records of the same version as versions of each other', () => {
  assert.equal(otherVersions([record('a', 1, 'X'), record('a', 1, 'Y')]).size, 0);
});

it('limits the links on a page of a paper with thousands of versions', () => {
  const found = otherVersions(Array.from({ length: 2000 }, (_, i) => record('a', i + 1)));
  assert.equal(found.get('av1')?.length, 50);
  assert.equal(found.get('av1')?.at(-1)?.version, 2000);
});
