import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Author, invertedName, listedAuthors, splitAuthors } from '../../src/formats/names.ts';

/** `Family, Given, Suffix`; what is kept whole in braces, a group in brackets. */
const shown = (author: Author): string =>
  author.isGroup ? `[${author.name}]` : author.family === null ? `{${author.name}}` : invertedName(author);
const split = (text: string): readonly string[] => splitAuthors(text).list.map(shown);

describe('a list of names is split name by name', () => {
  const lists: readonly (readonly [text: string, ...names: string[]])[] = [
    ["Ada Testing, Bob 't Sample, Cid Third", 'Testing, Ada', "'t Sample, Bob", 'Third, Cid'],
    ['Acme-AI, Ada Testing, Bob Sample', '{Acme-AI}', 'Testing, Ada', 'Sample, Bob'],
    ["Ada Br\\'ebeuf, Erd\\H{o}s P\\'al", 'Brébeuf, Ada', 'Pál, Erdős'],
    ['A. B. Testing, J.-L. Sample, Plato', 'Testing, A. B.', 'Sample, J.-L.', '{Plato}'],
    ['Ada\u00a0Testing, A.~B. Sample', 'Testing, Ada', 'Sample, A. B.'],
    ['Ada Testing and Bob Sample', 'Testing, Ada', 'Sample, Bob'],
    ['Ada Testing, and Bob Sample & Cid Third', 'Testing, Ada', 'Sample, Bob', 'Third, Cid'],
    ['A. Testing,B. Sample; C. Third', 'Testing, A.', 'Sample, B.', 'Third, C.'],
    ['Ada Testing (MIT, USA), Bob Sample (2), Cid Third', 'Testing, Ada', 'Sample, Bob', 'Third, Cid'],
    ['Robert (Bob) Sample, Ada/Bob Testing', 'Sample, Robert (Bob)', 'Testing, Ada/Bob'],
    ['GPT-4, X2 Lab, Ada Testing', '{GPT-4}', '{X2 Lab}', 'Testing, Ada'],
    ['山田太郎, 김철수, Ada Testing', '{山田太郎}', '{김철수}', 'Testing, Ada'],
    ['USA), Ada Testing (MIT, Bob Sample', '{USA)}', '{Ada Testing (MIT}', 'Sample, Bob'],
    ['The ATLAS Collaboration, Ada Testing', '[The ATLAS Collaboration]', 'Testing, Ada'],
    // An initial is not a suffix, even if it is also a Roman numeral.
    ['V. Testing, V. I. Sample, Vi Third, Iv Fourth', 'Testing, V.', 'Sample, V. I.', 'Third, Vi', 'Fourth, Iv'],
    [
      'Ada Testing$^{1,2}$, Bob Sample*, Cid Third [3], Eve Fourth¹',
      'Testing, Ada',
      'Sample, Bob',
      'Third, Cid',
      'Fourth, Eve',
    ],
    ['Ada Testing (1 and 2), Bob Sample (3) ((1) MIT, (2) ETH, (3) CERN)', 'Testing, Ada', 'Sample, Bob'],
    ['Ada Testing AND Bob Sample / Cid Third.', 'Testing, Ada', 'Sample, Bob', 'Third, Cid'],
    ['Ada “Adi” Testing, Bob "Bo" Sample', 'Testing, Ada “Adi”', 'Sample, Bob "Bo"'],
    // A person and the group that the person writes for are two authors.
    ['Ada Testing (for the X Collaboration), Bob Sample', 'Testing, Ada', '[X Collaboration]', 'Sample, Bob'],
    ['Ada Testing on behalf of the X Collaboration', 'Testing, Ada', '[X Collaboration]'],
    ['The X Collaboration (CERN), Ada Testing', '[The X Collaboration]', 'Testing, Ada'],
    ['Ada Testing (Theory Group, MIT)', 'Testing, Ada'],
    // In these scripts the family name comes first, and no style may turn the name round.
    ['山田 太郎, 김 철수, Ming Li (李明)', '{山田 太郎}', '{김 철수}', 'Li, Ming'],
    ["Gerard ʻt Hooft, Ada O’Sample, Bob D'Proof", 'ʻt Hooft, Gerard', 'O’Sample, Ada', "D'Proof, Bob"],
    [',Ada Testing,, - ,Bob Sample,', 'Testing, Ada', 'Sample, Bob'],
    // A collaboration may name its first member after a colon.
    ['The X Collaboration: A. Testing, Bob Sample', '[The X Collaboration]', 'Testing, A.', 'Sample, Bob'],
    ['X Team (CERN) : Ada Testing', '[X Team]', 'Testing, Ada'],
    [
      'Edward St. Sample, Mary St Testing-Proof, St. Ada Third',
      'St. Sample, Edward',
      'St Testing-Proof, Mary',
      'Third, St. Ada',
    ],
    ['J. -P. Testing, M. -C. A. Sample', 'Testing, J.-P.', 'Sample, M.-C. A.'],
    ['Acme $^3$, Ada Testing', '{Acme}', 'Testing, Ada'],
    // Nobody can say which of the two is the family's.
    ['Testing A., Bob Sample', '{Testing A.}', 'Sample, Bob'],
  ];
  for (const [text, ...names] of lists) it(text, () => assert.deepEqual(split(text), names));
});

describe('suffixes', () => {
  const lists: readonly (readonly [text: string, ...names: string[]])[] = [
    ["Jean-Luc O'Neil Jr., Ada Testing III", "O'Neil, Jean-Luc, Jr.", 'Testing, Ada, III'],
    ['William P. Sample, II, Ada Testing', 'Sample, William P., II', 'Testing, Ada'],
    ['Ada Testing, Jr., Bob Sample, Sr', 'Testing, Ada, Jr.', 'Sample, Bob, Sr'],
    // Before any name there is nothing to join it to: that piece alone stays as it is.
    ['II, Tobias H. Testing, William P. Sample', '{II}', 'Testing, Tobias H.', 'Sample, William P.'],
    ['Jr. Someone, Bea Person', '{Jr. Someone}', 'Person, Bea'],
    ['Plato, II', '{Plato}', '{II}'],
    ['Ada Testing 3rd, Bob Sample, 2nd, Cid Third IV', 'Testing, Ada, 3rd', 'Sample, Bob, 2nd', 'Third, Cid, IV'],
  ];
  for (const [text, ...names] of lists) {
    it(`are never a family name: ${text}`, () => assert.deepEqual(split(text), names));
  }
});

describe('particles', () => {
  it('go with the family name by the usage of arXiv', () => {
    assert.deepEqual(split('Zoë van der Sample, Carla de la Cruz, Ludwig von Proof III, Anna De Luca, Le Ding'), [
      'van der Sample, Zoë',
      'de la Cruz, Carla',
      'von Proof, Ludwig, III',
      'De Luca, Anna',
      'Ding, Le',
    ]);
  });
  it('go before two family names with a conjunction between them', () => {
    assert.deepEqual(split('Ana de Testing y Sample, Rui dos Testing e Sample, Y Sample'), [
      'de Testing y Sample, Ana',
      'dos Testing e Sample, Rui',
      'Sample, Y',
    ]);
  });
  it('are told from the family name only in lower case', () => {
    const particles = splitAuthors("Zoë van der Sample, Anna De Luca, Bob 't Hooft").list;
    assert.deepEqual(
      particles.map(({ particle, family }) => [particle, family]),
      [
        ['van der', 'Sample'],
        [null, 'De Luca'],
        ["'t", 'Hooft'],
      ],
    );
  });
});

describe('others', () => {
  for (const text of [
    'Ada Testing, et al.',
    'Ada Testing et al',
    'Ada Testing and others',
    'Ada Testing, others',
    'Ada Testing, \\emph{et~al.}',
    'Ada Testing and 12 others',
    'Ada Testing, ...',
  ]) {
    it(`are not a person: ${text}`, () => {
      assert.deepEqual(split(text), ['Testing, Ada']);
      assert.equal(splitAuthors(text).hasOthers, true);
    });
  }
  it('may stand before the group that they write for', () => {
    assert.deepEqual(split('Ada Testing et al. (X Collaboration)'), ['Testing, Ada', '[X Collaboration]']);
    assert.equal(splitAuthors('Ada Testing et al. (X Collaboration)').hasOthers, true);
  });
});

describe('names that somebody listed', () => {
  it('may have the family name first, and keep their order', () => {
    const { list, hasOthers } = listedAuthors([
      'Zed Last',
      'Sample, Bob',
      'van der Sample, Jr., Zoë',
      'The X Collaboration',
      'et al.',
    ]);
    assert.deepEqual(list.map(shown), [
      'Last, Zed',
      'Sample, Bob',
      'van der Sample, Zoë, Jr.',
      '[The X Collaboration]',
    ]);
    assert.equal(hasOthers, true);
  });
});
