/** New files and what they hold, over the edges of the buffers that they pass through. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { bytesOf, type Content, holds, writeNew, writeNewChecked } from '../../../src/mirror/base/disk.ts';

const MIB = 1 << 20;
const folder = mkdtempSync(join(tmpdir(), 'disk-'));
after(() => rmSync(folder, { recursive: true }));

const bytes = (length: number, first = 0): Uint8Array => Uint8Array.from({ length }, (_, i) => (first + i * 7) & 0xff);

const CASES: Readonly<Record<string, readonly Content[]>> = {
  nothing: [],
  'an empty text': [''],
  'a short text': ['é\u{1f600}x'],
  'a text as large as a buffer may get it': ['é'.repeat(Math.floor(MIB / 3))],
  'a text that is larger': ['é'.repeat(MIB)],
  'bytes as many as a buffer has': [bytes(MIB)],
  'bytes, one more': [bytes(MIB + 1)],
  'many pieces': Array.from({ length: 5000 }, (_, i) => (i % 2 === 0 ? `${i} é\n`.repeat(20) : bytes(i, i))),
  'large between small': ['a', bytes(3 * MIB), 'b', 'é'.repeat(MIB), bytes(3), 'c'],
  'pieces that fill a buffer exactly': [bytes(MIB - 3), bytes(3, 9), bytes(MIB), 'x'],
};

const wholeOf = (pieces: readonly Content[]): Buffer =>
  Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));

describe('a new file', () => {
  for (const [name, pieces] of Object.entries(CASES)) {
    it(`of ${name} has every byte, and holds nothing else`, () => {
      const path = join(folder, name);
      writeNew(path, pieces);
      const whole = wholeOf(pieces);
      assert.ok(readFileSync(path).equals(whole));
      assert.equal(holds(path, pieces), true);
      assert.equal(holds(path, [whole]), true);
      assert.equal(holds(path, [...pieces, 'x']), false);
      assert.equal(
        holds(
          path,
          (function* () {
            yield* pieces;
          })(),
        ),
        true,
      );
      assert.equal(writeNewChecked(`${path}, checked`, whole), true);
      assert.ok(readFileSync(`${path}, checked`).equals(whole));
      if (whole.length === 0) return;
      assert.equal(holds(path, [whole.subarray(0, -1)]), false);
      for (const at of [0, whole.length >> 1, whole.length - 1]) {
        const changed = Buffer.from(whole);
        changed[at] = (changed[at] ?? 0) ^ 1;
        assert.equal(holds(path, [changed]), false);
      }
    });
  }

  it('is not written if there is one already', () => {
    writeFileSync(join(folder, 'there'), 'x');
    assert.throws(() => writeNew(join(folder, 'there'), ['y']), { code: 'EEXIST' });
    assert.throws(() => writeNewChecked(join(folder, 'there'), Buffer.from('y')), { code: 'EEXIST' });
    assert.equal(readFileSync(join(folder, 'there'), 'utf8'), 'x');
  });

  it('is not written from a text that UTF-8 cannot encode', () => {
    for (const text of ['\ud800', `\udc00${'x'.repeat(MIB)}`]) assert.throws(() => bytesOf(text), RangeError);
  });
});
