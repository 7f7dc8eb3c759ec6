import assert from 'node:assert/strict';
import { it } from 'node:test';
import { foldedNames } from '../../../src/site/view/fold.ts';
import type { RichPart } from '../../../src/site/view/maths.ts';

const words = (text: string): RichPart => ({ kind: 'words', text });
const formula: RichPart = { kind: 'maths', mathml: '<math></math>' };
const names = Array.from({ length: 100 }, (_, i) => `Ada ${i} Testing`);

it('a list of names that is not long stays whole', () => {
  const parts = [words(names.slice(0, 40).join(', ')), formula];
  assert.deepEqual(foldedNames(parts), { beginning: parts, rest: [] });
});

it('a long one is cut between two names, and nothing is lost', () => {
  const whole = names.join(', ');
  const { beginning, rest } = foldedNames([words(whole)]);
  const [start, end] = [...beginning, ...rest].map((part) => (part.kind === 'words' ? part.text : ''));
  assert.ok(start !== undefined && start.length >= 300 && start.length < 330);
  assert.equal(`${start} ${end}`, whole);
  assert.match(start, /Testing,$/);
});

it('formulas stay on their side of the cut', () => {
  const start = words(names.slice(0, 60).join(', '));
  assert.deepEqual(foldedNames([words('The '), formula, start, formula]).rest.at(-1), formula);
  assert.deepEqual(foldedNames([words('The '), formula, start]).beginning.slice(0, 2), [words('The '), formula]);
  const late = foldedNames([words('a'.repeat(400)), formula, start]);
  assert.deepEqual(late.beginning.at(-1), words('Ada 0 Testing,'));
});

it('a long text without commas stays whole', () => {
  const parts = [words('a'.repeat(5000))];
  assert.deepEqual(foldedNames(parts), { beginning: parts, rest: [] });
});
