import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fold } from '../../../src/site/search/fold.ts';

describe('folding', () => {
  const table: readonly (readonly [string, string])[] = [
    ['', ' '],
    ['Deep Learning', ' deep learning'],
    ['  End-to-End:  (part)  ', ' end to end part '],
    ['Ångström Čech Đặng Łukasz Søren', ' angstrom cech dang lukasz soren'],
    ['Straße œuvre Þórr ŋ ħ', ' strasse oeuvre thorr n h'],
    ['e\u0301cole E\u0301COLE', ' ecole ecole'],
    ['İstanbul ISTANBUL ıstanbul', ' istanbul istanbul istanbul'],
    ['ΣΊΣΥΦΟΣ σίσυφος', ' σισυφοσ σισυφοσ'],
    ['ёж ЁЖ', ' еж еж'],
    ["O'Brien O’Brien OBrien", ' obrien obrien obrien'],
    ['H$_2$O $\\alpha$-decay', ' h2o alpha decay'],
    ['ﬁne ２０２６ 𝒫', ' fine 2026 p'],
    ['量子 computing', ' 量 子 computing'],
    ['soft\u00adhyphen zero\u200bwidth', ' softhyphen zerowidth'],
    ['a\tb\nc', ' a\t b\n c'],
    ['ΛCDM and α-decay', ' lambda cdm and alpha decay'],
    ['$\\Lambda$CDM, $\\alpha$-decay', ' lambda cdm alpha decay'],
    ['{\\rm H}_2{\\rm O} H₂O H2O', ' h2o h2o h2o'],
    ['$z \\sim 2$ z∼2', ' z 2 z 2'],
    ['$\\varepsilon$ ε ϵ', ' epsilon epsilon epsilon '],
    ['O(n \\log n)', ' o n log n '],
    ["Ren\\'e \\v{C}ech S\\o ren", ' rene cech soren'],
    ['cs.DC 2605.21100v1', ' cs dc 2605 21100v1'],
  ];
  for (const [text, folded] of table) {
    it(JSON.stringify(text), () => assert.equal(fold(text), folded));
  }

  it('puts one space before each word, keeps lines and fields separate, and is fast', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (texts) => {
        const lines = texts.map((text) => text.replaceAll(/[\n\t]/g, ' '));
        const folded = fold(lines.join('\n'));
        assert.equal(folded.split('\n').length, Math.max(1, lines.length));
        for (const line of folded.split('\n')) assert.match(line, /^ /);
        assert.equal(fold(folded), folded);
      }),
      { seed: 7 },
    );
  });
});
