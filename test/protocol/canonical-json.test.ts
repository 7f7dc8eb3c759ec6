import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeUtf8, encodeHex, encodeUtf8 } from '../../src/protocol/bytes.ts';
import { formatCompact, formatIndented, sortKeys } from '../../src/protocol/canonical-json.ts';
import { canonicalize } from '../../src/protocol/parse/canonicalize.ts';
import { parseJson } from '../../src/protocol/parse/json.ts';
import { vectorLines } from '../support/bundles/vectors.ts';
import { parseCodes } from '../support/bundles/verdicts.ts';

const canon = (text: string): string => decodeUtf8(canonicalize(encodeUtf8(text)));

interface CanonVector {
  readonly text: string;
  readonly class: string;
  readonly canon_hex?: string;
  readonly mirror: 'equal' | 'reject' | 'equal_or_reject';
}

describe('section 1: the 1,500 cases made with Python', () => {
  const vectors = vectorLines<CanonVector>('canonical-json.jsonl');
  const classes = Map.groupBy(vectors, (vector) => vector.class);

  it('the file has all 1,500 vectors', () => {
    assert.equal(vectors.length, 1500);
    for (const { mirror } of vectors) assert.ok(['equal', 'reject', 'equal_or_reject'].includes(mirror), mirror);
  });

  for (const [name, cases] of classes) {
    it(`agrees with Python on ${cases.length} cases of class ${name}`, () => {
      for (const { text, mirror, canon_hex } of cases) {
        const shown = JSON.stringify(text.slice(0, 120));
        assert.ok(text.isWellFormed(), shown);
        const bytes = encodeUtf8(text);
        let result: string | null = null;
        const codes = parseCodes(() => {
          result = encodeHex(canonicalize(bytes));
        });
        if (mirror === 'equal') assert.equal(result, canon_hex, shown);
        else if (mirror === 'reject') assert.equal(codes.length, 1, shown);
        else assert.ok(codes.length === 1 || result === canon_hex, shown);
      }
    });
  }
});

describe('section 1: the rules one by one', () => {
  const equal: readonly (readonly [rule: string, text: string, canonical: string])[] = [
    ['white space goes', ' { "b" : [ 1 , 2 ] ,\r\n\t"a" : null } ', '{"a":null,"b":[1,2]}'],
    ['rule 2: __proto__ is an ordinary key', '{"b":1,"__proto__":{"x":1},"a":2}', '{"__proto__":{"x":1},"a":2,"b":1}'],
    [
      'rule 2: constructor and toJSON are ordinary keys',
      '{"toJSON":1,"constructor":2}',
      '{"constructor":2,"toJSON":1}',
    ],
    [
      'rule 3: an integer stays as written',
      '[9007199254740993,-12345678901234567890]',
      '[9007199254740993,-12345678901234567890]',
    ],
    ['rule 3: -0 is 0', '[-0]', '[0]'],
    ['rule 4: -0.0 stays', '[-0.0,-0e5,0E0]', '[-0.0,-0.0,0.0]'],
    ['rule 4: exponent below -4', '[0.0001,0.00001]', '[0.0001,1e-05]'],
    [
      'rule 4: exponent from 16 on',
      '[1e15,1e16,123456789012345680.0]',
      '[1000000000000000.0,1e+16,1.2345678901234568e+17]',
    ],
    ['rule 4: three digits of exponent', '[1.5e300,1e-300]', '[1.5e+300,1e-300]'],
    ['rule 4: at least .0', '[1.0,100e0,1.50]', '[1.0,100.0,1.5]'],
    ['rule 4: the smallest and the largest', '[5e-324,1.7976931348623157e308]', '[5e-324,1.7976931348623157e+308]'],
    ['rule 4: too small is zero', '[1e-400,-1e-400]', '[0.0,-0.0]'],
    [
      'rule 5: what is escaped',
      '["\\u0022\\u005c\\u0008\\u0009\\u000a\\u000c\\u000d\\u001F"]',
      '["\\"\\\\\\b\\t\\n\\f\\r\\u001f"]',
    ],
    ['rule 5: what stays raw', '["\\u007f\\u2028\\/\\u00e9"]', '["\u007f\u2028/é"]'],
    ['rule 5: no normalisation', '["e\u0301","\u00e9"]', '["e\u0301","\u00e9"]'],
    ['rule 5: a pair of escapes is one character', '["\\ud83d\\ude00"]', '["😀"]'],
    ['rule 6: by code point', '{"😀":1,"ﬁ":2}', '{"ﬁ":2,"😀":1}'],
    ['rule 6: as text, not as numbers', '{"10":1,"9":2,"1":3}', '{"1":3,"10":1,"9":2}'],
    ['rule 6: at every level', '[{"b":{"d":1,"c":2},"a":3}]', '[{"a":3,"b":{"c":2,"d":1}}]'],
    ['a text need not be an object', '"a"', '"a"'],
  ];
  for (const [rule, text, canonical] of equal) it(rule, () => assert.equal(canon(text), canonical));

  it('canonical text is its own canonical form', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const once = canon(text);
        assert.equal(canon(once), once);
      }),
      { seed: 1 },
    );
  });

  it('any two layouts of one value have one canonical form', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value = parseJson(encodeUtf8(text));
        assert.equal(canon(formatIndented(value)), canon(text));
        assert.equal(canon(formatCompact(value)), canon(text));
        assert.equal(formatCompact(sortKeys(value)), canon(text));
      }),
      { seed: 1 },
    );
  });

  it('the compact form keeps the order of members, integer-like names included', () => {
    assert.equal(
      formatCompact(parseJson(encodeUtf8('{"b":1,"9":2,"a":{"d":1,"c":2}}'))),
      '{"b":1,"9":2,"a":{"d":1,"c":2}}',
    );
  });

  it('the indented form is that of python3 -m json.tool --indent 2 --sort-keys', () => {
    assert.equal(
      formatIndented(parseJson(encodeUtf8('{"b":[],"a":[1,{}]}'))),
      '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": []\n}',
    );
  });
});

describe('section 1: linear in the input', () => {
  // Each is n units of one kind. A quadratic reader or writer needs minutes for the larger size, a linear one well
  // below a second: the bound is far from both.
  const kinds: readonly (readonly [name: string, make: (n: number) => string])[] = [
    ['empty arrays', (n) => `[${'[],'.repeat(n)}[]]`],
    ['escapes', (n) => `["${'\\u0001\\n'.repeat(n)}"]`],
    ['one long string', (n) => `["${'a'.repeat(4 * n)}"]`],
    ['fraction digits', (n) => `[0.${'1'.repeat(4 * n)}]`],
    ['white space', (n) => `[${' \n'.repeat(n)}]`],
    ['members', (n) => `{${Array.from({ length: n }, (_, i) => `"k${(i * 7919) % n}x${i}":0`).join(',')}}`],
    ['integer-like members', (n) => `{${Array.from({ length: n }, (_, i) => `"${n - i}":0`).join(',')}}`],
  ];
  for (const [name, make] of kinds) {
    it(name, () => {
      const bytes = encodeUtf8(make(200_000));
      // Of the processor: a busy machine lets others run meanwhile.
      const before = process.cpuUsage();
      canonicalize(bytes);
      const { user, system } = process.cpuUsage(before);
      assert.ok(user + system < 15_000_000, `${(user + system) / 1e6} s`);
    });
  }
});
