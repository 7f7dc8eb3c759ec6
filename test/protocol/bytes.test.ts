import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  compareCodePoints,
  decodeBase64,
  decodeHex,
  decodeUtf8,
  encodeBase32,
  encodeBase64,
  encodeHex,
  encodeUtf8,
  equalBytes,
} from '../../src/protocol/bytes.ts';
import { parseCodes } from '../support/bundles/verdicts.ts';

describe('section 1, rule 1: bytes to text', () => {
  const refused: readonly (readonly [name: string, code: string, bytes: readonly number[]])[] = [
    ['UTF-8 byte-order mark', 'bom', [0xef, 0xbb, 0xbf, 0x7b, 0x7d]],
    ['UTF-16 little-endian', 'bom', [0xff, 0xfe, 0x7b, 0, 0x7d, 0]],
    ['UTF-16 big-endian', 'bom', [0xfe, 0xff, 0, 0x7b, 0, 0x7d]],
    ['UTF-32 little-endian', 'bom', [0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0]],
    ['UTF-32 big-endian', 'bom', [0, 0, 0xfe, 0xff, 0, 0, 0, 0x7b]],
    ['a lone continuation byte', 'invalid_utf8', [0x22, 0x80, 0x22]],
    ['a cut sequence', 'invalid_utf8', [0x22, 0xe2, 0x82, 0x22]],
    ['a cut sequence at the end', 'invalid_utf8', [0x22, 0x22, 0xe2, 0x82]],
    ['an overlong slash', 'invalid_utf8', [0x22, 0xc0, 0xaf, 0x22]],
    ['an encoded surrogate', 'invalid_utf8', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a code point above U+10FFFF', 'invalid_utf8', [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]],
    ['0xff', 'invalid_utf8', [0x22, 0xff, 0x22]],
  ];
  for (const [name, code, bytes] of refused) {
    it(`refuses ${name}`, () => {
      assert.deepEqual(
        parseCodes(() => decodeUtf8(Uint8Array.from(bytes))),
        [code],
      );
    });
  }

  it('never replaces, and keeps U+FFFD and U+FEFF inside a text', () => {
    for (const text of ['', 'a\ufffdb', 'a\ufeffb', '😀ﬁ\u0000\u007f\u2028']) {
      assert.equal(decodeUtf8(encodeUtf8(text)), text);
    }
  });

  it('lets an exception through that the bytes do not explain', (t) => {
    const defect = new TypeError('a defect of the platform');
    const decode = TextDecoder.prototype.decode;
    t.mock.method(TextDecoder.prototype, 'decode', function (this: TextDecoder, bytes: Uint8Array) {
      if (this.fatal) throw defect;
      return decode.call(this, bytes);
    });
    assert.throws(() => decodeUtf8(encodeUtf8('{"a":"é"}')), defect);
    assert.deepEqual(
      parseCodes(() => decodeUtf8(Uint8Array.of(0x22, 0xff, 0x22))),
      ['invalid_utf8'],
    );
  });

  it('refuses to encode a lone surrogate', () => {
    assert.throws(() => encodeUtf8('\ud800'), RangeError);
  });
});

describe('section 5: canonical base64', () => {
  const bytes = Uint8Array.from({ length: 64 }, (_, i) => (i * 37 + 250) & 255);
  const text = Buffer.from(bytes).toString('base64');

  it('agrees with node:buffer on every length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (any) => {
        const expected = Buffer.from(any).toString('base64');
        assert.equal(encodeBase64(any), expected);
        assert.deepEqual(decodeBase64(expected, any.length), any);
      }),
      { seed: 1 },
    );
  });

  const last = text.charAt(85);
  const stray = String.fromCharCode(last.charCodeAt(0) + 1);
  const variants: readonly (readonly [name: string, text: string])[] = [
    ['url-safe alphabet', text.replaceAll('+', '-').replaceAll('/', '_')],
    ['no padding', text.replaceAll('=', '')],
    ['half the padding', text.slice(0, -1)],
    ['more padding', `${text}=`],
    ['stray bits in the last group', `${text.slice(0, 85)}${stray}==`],
    ['a line feed at the end', `${text}\n`],
    ['a space in front', ` ${text}`],
    ['a line break inside, of the same length', `${text.slice(0, 40)}\n${text.slice(41)}`],
    ['padding inside', `${text.slice(0, 40)}=${text.slice(41)}`],
    ['a character of another script', `${text.slice(0, 40)}А${text.slice(41)}`],
    ['63 bytes', Buffer.from(bytes.subarray(1)).toString('base64')],
    ['65 bytes', Buffer.from([...bytes, 0]).toString('base64')],
    ['66 bytes', Buffer.from([...bytes, 0, 0]).toString('base64')],
    ['nothing', ''],
  ];
  for (const [name, variant] of variants) {
    it(`refuses ${name}`, () => {
      assert.notEqual(variant, text);
      assert.equal(decodeBase64(variant, 64), null);
    });
  }

  it('has one text for one value: each other character at each place is refused or is another value', () => {
    for (let i = 0; i < text.length; i++) {
      for (const char of 'Az9+/=-_ \n') {
        if (char === text.charAt(i)) continue;
        const decoded = decodeBase64(`${text.slice(0, i)}${char}${text.slice(i + 1)}`, 64);
        assert.ok(decoded === null || !equalBytes(decoded, bytes), `${char} at ${i}`);
      }
    }
  });
});

describe('an argument that is not bytes', () => {
  it("is the caller's mistake, not the document's", () => {
    for (const value of ['{}', [], {}, null, undefined]) {
      assert.throws(() => decodeUtf8(value as unknown as Uint8Array), TypeError);
    }
  });
});

describe('hexadecimal', () => {
  it('is lower-case, of the exact length, and nothing else', () => {
    const bytes = Uint8Array.from([0, 1, 0xab, 0xff]);
    assert.equal(encodeHex(bytes), '0001abff');
    assert.deepEqual(decodeHex('0001abff', 4), bytes);
    for (const text of ['0001ABFF', '0001abf', '0001abff00', '0001abfg', ' 001abff', '0001abff\n', '']) {
      assert.equal(decodeHex(text, 4), null, text);
    }
  });
});

describe('section 3: base32', () => {
  it('gives the RFC 4648 test vectors, without padding', () => {
    const vectors = ['', 'MY', 'MZXQ', 'MZXW6', 'MZXW6YQ', 'MZXW6YTB', 'MZXW6YTBOI'];
    vectors.forEach((text, i) => {
      const bytes = encodeUtf8('foobar'.slice(0, i));
      const whole = Math.floor((bytes.length * 8) / 5);
      assert.equal(encodeBase32(bytes, whole), text.slice(0, whole));
    });
  });

  it('takes bits from the front: 26 characters are 130 bits', () => {
    const bytes = new Uint8Array(32).fill(255);
    assert.equal(encodeBase32(bytes, 26), '7'.repeat(26));
    assert.notEqual(encodeBase32(bytes.with(16, 0x3f), 26), '7'.repeat(26));
    assert.equal(encodeBase32(bytes.with(16, 0xc0), 26), '7'.repeat(26));
  });

  it('refuses more characters than there are bits', () => {
    assert.throws(() => encodeBase32(new Uint8Array(16), 26), RangeError);
  });
});

describe('section 1, rule 6: order by code point', () => {
  it('puts U+FB01 before U+1F600, and a prefix first', () => {
    assert.ok(compareCodePoints('\ufb01', '\u{1f600}') < 0);
    assert.ok(compareCodePoints('\ud7ff', '\u{10000}') < 0);
    assert.ok(compareCodePoints('\uffff', '\u{10000}') < 0);
    assert.ok(compareCodePoints('a', 'aa') < 0);
    assert.equal(compareCodePoints('é', 'é'), 0);
  });

  it('is the order of the code points of any two texts', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'),
    });
    fc.assert(
      fc.property(text, text, (a, b) => {
        // UTF-8 bytes sort as code points do.
        assert.equal(Math.sign(compareCodePoints(a, b)), Buffer.compare(encodeUtf8(a), encodeUtf8(b)));
      }),
      { seed: 1 },
    );
  });
});
