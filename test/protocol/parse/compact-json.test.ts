/** The quick way of reading against the strict reader: one value, or none where the strict reader must decide. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeUtf8, encodeUtf8 } from '../../../src/protocol/bytes.ts';
import { formatCompact } from '../../../src/protocol/canonical-json.ts';
import type { Json } from '../../../src/protocol/json.ts';
import { parseCompactJson } from '../../../src/protocol/parse/compact-json.ts';
import { MAX_DEPTH, parseJson, readStrictly } from '../../../src/protocol/parse/json.ts';
import { seedBytes, vectorLines } from '../../support/bundles/vectors.ts';

const quick = (text: string, maxItems = 100): Json | undefined => parseCompactJson(text, maxItems, MAX_DEPTH);

/** Holds a text's quick value, if it has one, to the strict one. Returns whether it has one. */
function agrees(text: string): boolean {
  const value = quick(text);
  if (value === undefined) return false;
  const strict = readStrictly(text);
  // Maps are compared without order by deepEqual; the compact form has it.
  assert.deepEqual(value, strict, text.slice(0, 200));
  assert.equal(formatCompact(value), formatCompact(strict), text.slice(0, 200));
  return true;
}

describe('the quick way takes', () => {
  const taken = [
    '{}',
    '[]',
    '0',
    '""',
    'true',
    '[[],{},"",0,null,true,false,[1],{"a":[{"b":{}}]}]',
    '{"b":1,"a":{"__proto__":2,"constructor":3,"toString":4}}',
    '["é\u2028😀","\\"\\\\\\/\\b\\f\\n\\r\\t","\\u00e9\\u2028\\u0000"]',
    '{"\\"\\u0041\\\\":1,"é":2}',
    '[1,-1,10,1990,123456789012345,-999999999999999,0.1,-0.5,1.5,3.14159,99999.25,0.12345678901234]',
    '{"a":1}\n',
    '{"a":1} \r\n\t\n',
    '["\\\\ud800"]',
  ];
  for (const text of taken) it(JSON.stringify(text), () => assert.ok(agrees(text)));

  it('the real bundle', () => assert.ok(agrees(decodeUtf8(seedBytes()))));
});

describe('the quick way leaves to the strict reader', () => {
  const left: readonly (readonly [why: string, ...texts: readonly string[]])[] = [
    ['duplicate members', '{"a":1,"a":1}', '{"a":1,"\\u0061":2}', '{"__proto__":1,"__proto__":2}', '{"":1,"":2}'],
    ['white space', '{ }', '[1, 2]', '{"a": 1}', '{"a" :1}', ' 1', '[\n1]', '{"a":"b", "c":1}', '\u00a0{}', '{}\ufeff'],
    ['integer-like names', '{"b":1,"9":2}', '{"b":1,"0a":2}', '{"b":[{"a":1,"10":1}]}'],
    [
      'zeros that an exponent may stand for',
      '[100]',
      '[1e2]',
      '[2000]',
      '[-100]',
      '[5e-2]',
      '[0.05]',
      '[0.001]',
      '[1e-3]',
    ],
    ['other spellings', '[1.0]', '[1e0]', '[-0]', '[-0.0]', '[0.0]', '[1.50]', '[12e1]', '[120e-1]', '[1E5]', '[1e21]'],
    ['numbers beyond a double', '[12345678901234567890]', '[1e400]', '[1e-400]', '[9007199254740993]'],
    ['too many digits for one spelling', '[0.1234567890123456]', '[1234567890123456.5]', '[1000000000000001]'],
    [
      'a number that shortens as much as white space adds',
      '[1e3 ]',
      '[1e5, 1]',
      '{"a":1e3,"a":1}',
      '[1e9,{"a":1,"a":1}]',
    ],
    ['what may be a lone surrogate', '["\\ud800"]', '["\\uD83D\\uDE00"]', '{"\\udc00":1}', '["\\\\\\ud800"]'],
    ['no JSON', '', '{', '[1,]', '{"a":1,}', '01', '"\n"', '{}{}', 'nul', '\ufeff{}', '"\\x"', '\u0000'],
    ['what is too deep', `${'['.repeat(257)}${']'.repeat(257)}`, `${'{"a":'.repeat(257)}1${'}'.repeat(257)}`],
    ['what is too wide', `[${'1,'.repeat(100)}1]`, `{${Array.from({ length: 101 }, (_, i) => `"a${i}":1`).join(',')}}`],
    ['what is too long', `["${'a'.repeat(1 << 20)}"]`],
  ];
  for (const [why, ...texts] of left) {
    for (const text of texts)
      it(`${why}: ${JSON.stringify(text.slice(0, 40))}`, () => assert.equal(quick(text), undefined));
  }

  it('but not what is at the bounds', () => {
    assert.ok(agrees(`${'['.repeat(256)}${']'.repeat(256)}`));
    assert.ok(agrees(`[${'1,'.repeat(99)}1]`));
  });

  it('what somebody put into the prototype of all objects', () => {
    Object.defineProperty(Object.prototype, 'put', { value: 1, enumerable: true, configurable: true });
    try {
      assert.equal(quick('{"a":1}'), undefined);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'put');
    }
  });
});

describe('the quick way never differs from the strict reader', () => {
  it('on the 1,500 cases made with Python', () => {
    const texts = vectorLines<{ readonly text: string }>('canonical-json.jsonl').map(({ text }) => text);
    assert.ok(texts.filter(agrees).length > 100);
  });

  /** Numbers in every spelling, so that one may make up for the characters of another. */
  const number = fc.oneof(
    fc.integer().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.tuple(fc.integer({ min: -2000, max: 2000 }), fc.integer({ min: -5, max: 5 })).map(([a, b]) => `${a}e${b}`),
    fc.tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 0, max: 999 })).map(([a, b]) => `${a}.${b}`),
    fc.constantFrom('0', '-0', '100', '1e2', '1000', '1e3', '1E3', '0.05', '5e-2', '0.10', '1.0', '1e5', '100000'),
  );
  const name = fc.constantFrom('"a"', '"b"', '"\\u0061"', '"9"', '"__proto__"', '""', '"é"', '"\\n"', '"a "');
  const string = fc.oneof(
    fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)),
    name,
  );
  const { value: text } = fc.letrec<{ value: string }>((tie) => {
    const space = fc.constantFrom('', '', '', '', '', ' ', '\n');
    const item = fc.tuple(space, tie('value'), space).map((parts) => parts.join(''));
    const member = fc.tuple(name, space, item).map(([key, blank, value]) => `${key}${blank}:${value}`);
    return {
      value: fc.oneof(
        { depthSize: 'small' },
        fc.oneof(number, number, string, fc.constantFrom('null', 'true', 'false')),
        fc.array(item, { maxLength: 5 }).map((items) => `[${items.join(',')}]`),
        fc.array(member, { maxLength: 5 }).map((members) => `{${members.join(',')}}`),
      ),
    };
  });

  it('on texts with doubles, blanks and every spelling of numbers', () => {
    fc.assert(
      fc.property(text, (any) => {
        agrees(any);
      }),
      { numRuns: 20_000 },
    );
  });

  it('on compact texts with one or two characters changed', () => {
    const change = fc.tuple(
      fc.nat(),
      fc.constantFrom('', ' ', '0', '1', '9', 'e', '.', '-', '"', '\\', ',', ':', '}', ']', 'a'),
    );
    fc.assert(
      fc.property(text, fc.array(change, { minLength: 1, maxLength: 2 }), (any, changes) => {
        let changed = any;
        for (const [place, char] of changes) {
          const at = place % (changed.length + 1);
          changed = changed.slice(0, at) + char + changed.slice(at + (place % 2));
        }
        if (changed.isWellFormed()) agrees(changed);
      }),
      { numRuns: 20_000 },
    );
  });

  it('and parseJson is the one or the other', () => {
    for (const any of ['{"a":1}', '{"a": 1}', 'null', '[1e2]']) {
      assert.deepEqual(parseJson(encodeUtf8(any)), readStrictly(any));
    }
  });
});
