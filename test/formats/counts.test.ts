import assert from 'node:assert/strict';
import { test } from 'node:test';
import { thousands } from '../../src/formats/counts.ts';

test('a number has a comma before every three digits, counted from its end', () => {
  for (const [count, text] of [
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [98_765, '98,765'],
    [123_456, '123,456'],
    [1_000_000, '1,000,000'],
    [9_007_199_254_740_991, '9,007,199,254,740,991'],
  ] as const)
    assert.equal(thousands(count), text);
});
