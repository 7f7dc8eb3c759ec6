import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { plainTex, texParts } from '../../src/formats/tex-text.ts';

const WORDS: readonly (readonly [tex: string, plain: string])[] = [
  ["Ren\\'e Descartes", 'René Descartes'],
  ["Ren{\\'e}", 'René'],
  ["Ren\\'{e}", 'René'],
  ['Schr\\"odinger', 'Schrödinger'],
  ['Schr{\\"{o}}dinger', 'Schrödinger'],
  ['S{\\o}ren, S\\o ren, S\\o{}ren', 'Søren, Søren, Søren'],
  ['Stra{\\ss}e, Stra\\ss e, Stra\\ss{}e', 'Straße, Straße, Straße'],
  ['\\v{C}ech, \\v Cech, {\\v C}ech, {\\v{C}}ech', 'Čech, Čech, Čech, Čech'],
  ["Mart\\'{\\i}n, Mart\\'\\i n, Mart{\\'\\i}n, Mart\\'in", 'Martín, Martín, Martín, Martín'],
  ['Fran\\c{c}ois, Fran\\c cois', 'François, François'],
  ['Erd\\H{o}s, \\L{}ukasz, \\AA ngstr\\"om', 'Erdős, Łukasz, Ångström'],
  ['Nguy\\~{\\^e}n', 'Nguyễn'],
  ['R\\&D at 5\\%', 'R&D at 5%'],
  ['\\textit{Gaia} and \\emph{more}', 'Gaia and more'],
  ['e\u0301', 'é'],
  ["Erd\\H{o}s--R\\'enyi", 'Erdős–Rényi'],
  ['git --help -- <!-- x -->', 'git --help -- <!-- x -->'],
  // What is not known stays as it was typed.
  ['{\\bf x} \\vspace{1em} {B}ayes {{7*7}}', '{\\bf x} \\vspace{1em} {B}ayes {{7*7}}'],
  ["\\'{} \\' \\v \\", "\\'{} \\' \\v \\"],
  ['from $5 to $10', 'from $5 to $10'],
  ['C:\\temp\\new', 'C:\\temp\\new'],
];

describe('accents become letters', () => {
  for (const [tex, plain] of WORDS) it(tex, () => assert.equal(plainTex(tex), plain));
});

describe('formulas are told apart and stay TeX', () => {
  it('between dollars, twice, and between backslash parentheses', () => {
    assert.deepEqual(texParts("Ren\\'e: $\\eta \\to 3\\pi$, $$x^2$$ and \\(y\\)"), [
      { kind: 'words', text: 'René: ' },
      { kind: 'maths', text: '\\eta \\to 3\\pi' },
      { kind: 'words', text: ', ' },
      { kind: 'maths', text: 'x^2' },
      { kind: 'words', text: ' and ' },
      { kind: 'maths', text: 'y' },
    ]);
  });
  it('with accents of maths left alone', () => assert.equal(plainTex("$\\'e \\o$"), "$\\'e \\o$"));
  it('not where a dollar is escaped or alone', () => {
    assert.equal(plainTex('US\\$ 5 and $x'), 'US$ 5 and $x');
    assert.deepEqual(texParts('$'), [{ kind: 'words', text: '$' }]);
  });
});

it('long hostile text ends in time: nothing backtracks', () => {
  for (const text of [
    '$',
    '\\',
    '{\\',
    "\\'",
    '\\(',
    '$x',
    '$ $',
    '{',
    "{\\'",
    '\\v{',
    '\\textit{',
    ' ',
    '\\emph{\\emph{',
  ]) {
    for (const length of [20_000, 2_000_000]) {
      const long = text.repeat(length / text.length);
      assert.ok(plainTex(long).length <= long.length, text);
    }
  }
});
