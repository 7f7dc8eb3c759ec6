import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeHex } from '../../src/protocol/bytes.ts';
import {
  expectedAliases,
  fingerprintBase32Of,
  fingerprintOf,
  formatPithNumber,
  formatShortPithNumber,
  PITH_NUMBER_PATTERN,
  SHORT_PITH_NUMBER_PATTERN,
  suffixOf,
  suffixOfNumber,
} from '../../src/protocol/identifier.ts';

const DIGEST = 'e3122b6856d2128e28a3d37aefaaf3c64a64391adaa6e2328e2fb5b0f2bf1db0';
const SUFFIX = '4MJCW2CW2IJI4KFD2N5O7KXTYZ';

describe('section 3: identifiers', () => {
  it('the suffix is 130 bits of the digest in base32', () => assert.equal(suffixOf(DIGEST), SUFFIX));

  it('a suffix of anything but a digest is refused', () => {
    for (const text of ['', DIGEST.slice(1), `${DIGEST}00`, DIGEST.toUpperCase()]) {
      assert.throws(() => suffixOf(text), RangeError);
    }
  });

  it('the number has the year of submitted_at, the short one the first 8 characters', () => {
    const number = formatPithNumber('2026-06-22T16:06:11Z', SUFFIX);
    assert.equal(number, `pith:2026:${SUFFIX}`);
    assert.equal(suffixOfNumber(number), SUFFIX);
    assert.equal(formatShortPithNumber(SUFFIX), 'pith:4MJCW2CW');
  });

  it('the full form matches ^pith:\\d{4}:[A-Z2-7]{26}$ and nothing longer', () => {
    assert.ok(PITH_NUMBER_PATTERN.test(`pith:2026:${SUFFIX}`));
    const others = [
      `pith:2026:${SUFFIX}\n`,
      ` pith:2026:${SUFFIX}`,
      `pith:2026:${SUFFIX.toLowerCase()}`,
      `pith:2026:${SUFFIX.slice(1)}`,
      `pith:2026:${SUFFIX}A`,
      `pith:26:${SUFFIX}`,
      `pith:٢٠٢٦:${SUFFIX}`,
      `PITH:2026:${SUFFIX}`,
      `pith:2026:1${SUFFIX.slice(1)}`,
      'pith:4MJCW2CW',
    ];
    for (const text of others) assert.ok(!PITH_NUMBER_PATTERN.test(text), text);
    for (const text of ['pith:4MJCW2CW\n', 'pith:4MJCW2C', 'pith:4MJCW2CW2', 'pith:4mjcw2cw']) {
      assert.ok(!SHORT_PITH_NUMBER_PATTERN.test(text), text);
    }
  });

  it('aliases come sorted by kind, and old arXiv ids keep their slash', () => {
    assert.deepEqual(
      [...expectedAliases({ id: 'hep-th/0302110', version: 2 }, SUFFIX)],
      [
        ['arxiv', 'hep-th/0302110'],
        ['arxiv_version', 'hep-th/0302110v2'],
        ['doi', '10.48550/arxiv.hep-th/0302110'],
        ['pith_short_12', '4MJCW2CW2IJI'],
        ['pith_short_16', '4MJCW2CW2IJI4KFD'],
        ['pith_short_8', '4MJCW2CW'],
      ],
    );
  });

  it('the fingerprint is 16 bytes of SHA-256 of the key; its base32 form has 26 characters', () => {
    const key = decodeHex('b2d552b68890857171a78b36a5dccf368a953413288c353f7c9d9d6f94b709b3', 32);
    assert.ok(key);
    assert.equal(fingerprintOf(key), '8d4b5ee74e4693bcd1df2446408b0d54');
    assert.equal(fingerprintBase32Of(key), 'RVFV5Z2OI2J3ZUO7ERDEBCYNKS');
  });
});
