import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeUtf8 } from '../../../src/protocol/bytes.ts';
import { ParseError } from '../../../src/protocol/errors.ts';
import { isArray, isNumber, isObject, jsonInteger, without } from '../../../src/protocol/json.ts';
import { parseJson } from '../../../src/protocol/parse/json.ts';
import { parseCodes } from '../../support/bundles/verdicts.ts';

const parse = (text: string): ReturnType<typeof parseJson> => parseJson(encodeUtf8(text));

describe('section 1, rule 2: JSON only', () => {
  const refused: readonly (readonly [code: string, ...texts: readonly string[]])[] = [
    ['not_json', '', ' ', '{', '[', '"', '"\\', '"\\u', '"\\u00', '"\\x"', '{"a"', '{"a":', '{"a":1', '{"a":1,', '[1'],
    ['not_json', 'NaN', '[NaN]', 'Infinity', '[-Infinity]', 'undefined', 'nul', 'True', 'nullx', 'truefalse'],
    ['not_json', '[1,]', '{"a":1,}', '[,]', '{,}', '[1 2]', '{"a" 1}', '{"a"=1}', '{a:1}', "{'a':1}", "['a']"],
    ['not_json', '// a\n1', '/* a */1', '1//', '# a\n1', '{} {}', '1 2', '[][]', '{},', '\u0000{}', '{}\u0000'],
    ['not_json', '01', '-', '-01', '1.', '.5', '1e', '1e+', '+1', '0x10', '1_000', '--1', '1.e5', '٣', '1٣'],
    [
      'not_json',
      '"\u0000"',
      '"a\nb"',
      '"\t"',
      '"\u001f"',
      '\u00a0{}',
      '\u2003{}',
      '\ufeff {}x',
      '{}\ufeff',
      '\v1',
      '\f1',
    ],
    ['not_json', '"\\u12g4"', '"\\u+123"', '"\\u 123"', '"\\u{41}"', '"\\U0041"', '"\\a"', "'a'", '"\\\'"'],
    [
      'duplicate_key',
      '{"a":1,"a":1}',
      '{"a":1,"\\u0061":2}',
      '{"__proto__":1,"__proto__":2}',
      '{"":1,"":2}',
      '[{"x":{"a":1,"b":2,"a":3}}]',
    ],
    [
      'lone_surrogate',
      '"\\ud800"',
      '"\\udc00"',
      '"\\ude00\\ud83d"',
      '"\\ud83dx\\ude00"',
      '{"\\ud800":1}',
      '"\\ud83d\\ud83d\\ude00"',
    ],
    [
      'number_out_of_range',
      '1e400',
      '-1e400',
      '[1e309]',
      '1.8e308',
      `1${'0'.repeat(400)}.0`,
      '1'.repeat(4301),
      `-${'1'.repeat(4301)}`,
    ],
    [
      'too_deep',
      '['.repeat(257),
      `${'['.repeat(257)}${']'.repeat(257)}`,
      `${'{"a":'.repeat(257)}1${'}'.repeat(257)}`,
      '['.repeat(1_000_000),
    ],
  ];
  for (const [code, ...texts] of refused) {
    for (const text of texts) {
      it(`refuses ${JSON.stringify(text.slice(0, 40))} with ${code}`, () => {
        // U+FEFF in front is a byte-order mark, which is its own code.
        const expected = text.startsWith('\ufeff') ? 'bom' : code;
        assert.deepEqual(
          parseCodes(() => parse(text)),
          [expected],
        );
      });
    }
  }

  it('accepts a text at the limits: 256 levels, 4,300 digits with a sign', () => {
    assert.ok(isArray(parse(`${'['.repeat(256)}${']'.repeat(256)}`)));
    assert.ok(isObject(parse(`${'{"a":'.repeat(256)}1${'}'.repeat(256)}`)));
    assert.ok(isNumber(parse('9'.repeat(4300))));
    assert.ok(isNumber(parse(`-${'9'.repeat(4300)}`)));
    // Depth is of nesting, not of how many arrays there are.
    assert.ok(isArray(parse(`[${'[],'.repeat(1000)}[]]`)));
  });

  it('accepts one name in several objects: only the same object must not repeat it', () => {
    assert.ok(isArray(parse('[{"a":1},{"a":{"a":2}},{"A":1,"a":2,"é":3,"e\u0301":4}]')));
  });

  it('an object has no prototype, and its members keep their order', () => {
    const value = parse('{"b":1,"__proto__":2,"10":3,"9":4,"toString":5}');
    assert.ok(isObject(value));
    assert.deepEqual([...value.keys()], ['b', '__proto__', '10', '9', 'toString']);
    assert.equal(value.get('constructor'), undefined);
  });

  it('a number is its literal', () => {
    for (const literal of ['-0', '1.50', '1E5', '123456789012345678901234567890', '0e0']) {
      assert.deepEqual(parse(literal), { literal });
    }
  });

  it('an error names its place by a JSON pointer', () => {
    const places: readonly (readonly [text: string, path: string])[] = [
      ['x', ''],
      ['{"a":[1,{"b/c~":x}]}', '/a/1/b~1c~0'],
      ['[0,[1,2],x]', '/2'],
      ['{"a":1,"a":2}', '/a'],
      ['{"a":1,b}', ''],
      ['{"a":{"b":1}x}', ''],
    ];
    for (const [text, path] of places) {
      assert.throws(
        () => parse(text),
        (error) => error instanceof ParseError && error.path === path,
        text,
      );
    }
  });
});

describe('section 7: how many items one array or object may hold', () => {
  const parse = (text: string, maxItems?: number) => parseJson(encodeUtf8(text), maxItems);

  it('an array or object may have as many items as the caller says, and any number by default', () => {
    for (const text of ['[1,2,3]', '{"a":1,"b":2,"c":3}', '[[1,2,3],[1,2,3]]']) {
      parse(text, 3);
      parse(text);
      assert.throws(() => parse(text, 2), { code: 'too_large' }, text);
    }
  });

  it('reading stops at the first item too many, whatever follows', () => {
    assert.throws(() => parse('[1,2,3,not JSON', 2), { code: 'too_large', path: '/2' });
  });
});

describe('JSON values', () => {
  it('can be told apart by their kind', () => {
    const kinds = [null, true, 'a', { literal: '1' }, [], new Map()].map((value) =>
      [isNumber(value), isArray(value), isObject(value)].map(Number).join(''),
    );
    assert.deepEqual(kinds, ['000', '000', '000', '100', '010', '001']);
    assert.ok(!isNumber(undefined) && !isArray(undefined) && !isObject(undefined));
  });

  it('without() returns a copy and leaves the object as it was', () => {
    const object = new Map([['a', null]]);
    assert.equal(without(object, 'a', 'b').size, 0);
    assert.equal(object.size, 1);
  });

  it('an integer that a double cannot hold exactly is refused', () => {
    assert.deepEqual(jsonInteger(12), { literal: '12' });
    assert.deepEqual(jsonInteger(-0), { literal: '0' });
    for (const value of [0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => jsonInteger(value), RangeError);
    }
  });
});
