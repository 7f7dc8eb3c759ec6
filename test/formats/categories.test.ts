import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CATEGORIES, categoryOf } from '../../src/formats/categories.ts';

describe('the table of categories', () => {
  it('names every code, old ones included, and returns null for an unknown code', () => {
    assert.deepEqual(categoryOf('cs.DC'), {
      code: 'cs.DC',
      name: 'Distributed, Parallel, and Cluster Computing',
      subject: 'Computer Science',
    });
    assert.equal(categoryOf('hep-th')?.name, 'High Energy Physics: Theory');
    assert.equal(categoryOf('cmp-lg')?.subject, 'Retired Archives');
    for (const code of ['', 'CS.DC', 'cs.dc', 'cs.DC ', '../x', '__proto__', 'constructor', 'other']) {
      assert.equal(categoryOf(code), null, code);
    }
  });

  it('has codes that are safe and distinct in a path, even if case is ignored', () => {
    const folded = CATEGORIES.map(({ code }) => code.toLowerCase());
    assert.equal(new Set(folded).size, CATEGORIES.length);
    for (const { code, name } of CATEGORIES) {
      assert.match(code, /^[a-z]+(?:-[a-z]+)?(?:\.[A-Za-z-]+)?$/);
      assert.match(name, /^[A-Z]/);
    }
    assert.ok(CATEGORIES.length > 170);
  });
});
