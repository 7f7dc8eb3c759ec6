/** Many small pieces of bytes in blocks. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ByteLog } from '../../../src/packages/formats/byte-log.ts';

it('a log of bytes gives back all pieces in their order, each of which lies in one block', () => {
  const log = new ByteLog();
  const expected: Buffer[] = [];
  for (const [i, length] of [3, 200_000, 0, 70_000, 600_000, 5].entries()) {
    const piece = Buffer.alloc(length, i + 1);
    expected.push(piece);
    const room = log.grow(length);
    assert.deepEqual([room.length, room.some((byte) => byte !== 0)], [length, false]);
    room.set(piece);
  }
  const all = Buffer.concat(expected);
  assert.equal(log.length, all.length);
  assert.deepEqual(
    log.blocks.map(({ length }) => length),
    [200_003, 70_000, 600_000, 5],
  );
  assert.ok(Buffer.concat(log.blocks).equals(all));
});

it('a log of bytes that is cleared gives zeros again, in the memory that it has', () => {
  const log = new ByteLog();
  const lengths = [300_000, 10, 200_000, 100_000];
  for (const length of lengths) log.grow(length).fill(7);
  const memories = new Set(log.blocks.map(({ buffer }) => buffer));
  log.clear();
  assert.deepEqual([log.length, log.blocks], [0, []]);
  for (const length of lengths) assert.ok(log.grow(length).every((byte) => byte === 0));
  assert.equal(log.length, 600_010);
  assert.deepEqual(new Set(log.blocks.map(({ buffer }) => buffer)), memories);
});
