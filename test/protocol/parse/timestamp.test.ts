import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseTimestamp } from '../../../src/protocol/parse/timestamp.ts';

describe('section 7: timestamps', () => {
  const taken: readonly (readonly [text: string, instant: string])[] = [
    ['2026-06-23T03:14:22Z', '2026-06-23T03:14:22.000000000'],
    ['2026-06-23T03:14:22.157329Z', '2026-06-23T03:14:22.157329000'],
    ['2026-06-23T03:14:22.1Z', '2026-06-23T03:14:22.100000000'],
    ['2026-06-23T03:14:22.123456789Z', '2026-06-23T03:14:22.123456789'],
    ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59.000000000'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000000000'],
    // Never compared with the clock of the machine.
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000000000'],
    ['1969-12-31T23:59:59Z', '1969-12-31T23:59:59.000000000'],
  ];
  for (const [text, instant] of taken) it(`accepts ${text}`, () => assert.equal(parseTimestamp(text), instant));

  const refused = [
    '',
    '2026-06-23',
    '2026-06-23T03:14Z',
    '2026-06-23T03:14:22',
    '2026-06-23T03:14:22z',
    '2026-06-23t03:14:22Z',
    '2026-06-23 03:14:22Z',
    '2026-06-23T03:14:22+00:00',
    '2026-06-23T03:14:22.Z',
    '2026-06-23T03:14:22,1Z',
    '2026-06-23T03:14:22.1234567890Z',
    '2026-06-23T03:14:22Z\n',
    ' 2026-06-23T03:14:22Z',
    '+2026-06-23T03:14:22Z',
    '12026-06-23T03:14:22Z',
    '２026-06-23T03:14:22Z',
    '2026-00-23T03:14:22Z',
    '2026-13-23T03:14:22Z',
    '2026-06-00T03:14:22Z',
    '2026-06-31T03:14:22Z',
    '2026-02-29T03:14:22Z',
    '2100-02-29T03:14:22Z',
    '2024-02-30T03:14:22Z',
    '2026-06-23T24:00:00Z',
    '2026-06-23T03:60:00Z',
    '2026-06-23T03:14:60Z',
  ];
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseTimestamp(text), null));
  }

  it('instants sort as time does, whatever the number of fraction digits', () => {
    const inOrder = [
      '2026-06-23T03:14:22Z',
      '2026-06-23T03:14:22.09Z',
      '2026-06-23T03:14:22.1Z',
      '2026-06-23T03:14:22.10000001Z',
      '2026-06-23T03:14:23Z',
    ];
    const instants = inOrder.map((text) => parseTimestamp(text) ?? '');
    assert.deepEqual(instants.toSorted(), instants);
    assert.equal(parseTimestamp('2026-06-23T03:14:22.1Z'), parseTimestamp('2026-06-23T03:14:22.100Z'));
  });
});
