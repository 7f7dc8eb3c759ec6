import assert from 'node:assert/strict';
import { it } from 'node:test';
import { REASON_CODES } from '../../src/protocol/index.ts';
import { REASON_WORDS } from '../../src/site/view/reasons.ts';

it('every reason code has its own sentence', () => {
  assert.deepEqual(Object.keys(REASON_WORDS), [...REASON_CODES]);
  for (const words of Object.values(REASON_WORDS)) assert.match(words, /^[A-Z].*\.$/);
  assert.equal(new Set(Object.values(REASON_WORDS)).size, REASON_CODES.length);
});
