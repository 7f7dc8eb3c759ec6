/** Made-up catalogue entries: as many as a test wants, the same in every run, with about the spread of real ones. */
import { CATEGORIES } from '../../../src/formats/categories.ts';
import type { CatalogueEntry, Mark, Verdict } from '../../../src/mirror/plan/catalogue.ts';
import { compareCodePoints } from '../../../src/protocol/index.ts';
import { Random } from '../../fuzz/random.ts';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const COMMON = (
  'a of the for and in on with from via to by neural networks learning deep model models quantum field theory data analysis ' +
  'large language graph graphs robust efficient stochastic dynamics systems random matrices equations estimation inference ' +
  'optimization transformers attention distributed parallel training galaxies dark matter black holes spin lattice gauge ' +
  'supersymmetric scattering spectra bounds algorithms complexity adaptive control diffusion generative adversarial policies'
).split(' ');
const STARTS = 'an be co de el fi ga he in ja ko lu ma no or pe qua ri sta tri un vi wo xe yo zo'.split(' ');
const MIDDLES = 'ba ce di fo gu li me no pa ra si to vu xa ner lon tan mis ket'.split(' ');
const ENDS = 'n s tion al ic ity er ing ment ous ism ate or'.split(' ');
const GIVEN =
  'Wei Anna José Li Maria Jan Søren Łukasz René Yuki Ali Priya Chen Ivan Olga Thomas Björn Noor Tomás Eva Hao Kim'.split(
    ' ',
  );
const MARKS: readonly Mark[] = ['claims', 'attested', 'anchored', 'stored', 'cited', 'replicated', 'corrected'];

/** A word; few are frequent and many are rare, as in any language. */
function word(random: Random): string {
  if (random.chance(55)) return random.pick(COMMON);
  // The smaller of two: the first syllables of the lists come up more often.
  const at = <T>(items: readonly T[]): T => {
    const i = Math.min(random.below(items.length), random.below(items.length));
    return items[i] as T;
  };
  return `${at(STARTS)}${at(MIDDLES)}${random.chance(50) ? at(MIDDLES) : ''}${at(ENDS)}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function name(random: Random): string {
  return `${random.pick(GIVEN)} ${capital(random.pick(STARTS))}${random.pick(MIDDLES)}${random.pick(ENDS)}`;
}

const two = (number: number): string => String(number).padStart(2, '0');

/** One record. @param at share of the time from 1992 to 2026 that had passed when it was submitted. */
export function madeEntry(random: Random, serial: number, at: number): CatalogueEntry {
  const months = Math.floor(at * 12 * 34);
  const year = 1992 + Math.floor(months / 12);
  const month = two((months % 12) + 1);
  const time = [random.below(24), random.below(60), random.below(60)].map(two).join(':');
  const suffix = Array.from({ length: 26 }, () => random.pick([...BASE32])).join('');
  const authors = random.chance(1) ? 200 : 1 + Math.min(random.below(10), random.below(10));
  // Some are far larger than others.
  const category = (): string =>
    CATEGORIES[Math.floor((CATEGORIES.length * random.below(1000) ** 3) / 1000 ** 3)]?.code ?? '';
  const primary = category();
  const submittedAt = `${year}-${month}-${two(1 + random.below(28))}T${time}Z`;
  return {
    suffix,
    pithNumber: `pith:${year}:${suffix}`,
    shortPithNumber: `pith:${suffix.slice(0, 8)}`,
    license: 'http://creativecommons.org/licenses/by/4.0/',
    state: null,
    sourceId:
      year < 2007
        ? `hep-th/${String(serial).padStart(7, '0').slice(-7)}`
        : `${two(year % 100)}${month}.${String(serial % 100_000).padStart(5, '0')}`,
    sourceVersion: 1 + Math.min(random.below(4), random.below(4), random.below(4)),
    title: random.chance(1)
      ? null
      : capital(Array.from({ length: 4 + random.below(10) }, () => word(random)).join(' ')),
    titleParts: null,
    authors: Array.from({ length: authors }, () => name(random)).join(', '),
    submittedAt,
    categories: [primary, ...(random.chance(45) ? [category()] : [])],
    verdict: random.chance(2) ? 'findings' : random.chance(3) ? 'record-only' : ('verified' satisfies Verdict),
    marks: MARKS.filter((mark) => random.chance(mark === 'claims' ? 20 : 2)),
    time: submittedAt,
    digest: suffix,
  };
}

/** In the order of a catalogue: newest first by submission, then by suffix. */
export function inOrder(entries: readonly CatalogueEntry[]): readonly CatalogueEntry[] {
  return entries.toSorted(
    (a, b) => compareCodePoints(b.submittedAt, a.submittedAt) || compareCodePoints(a.suffix, b.suffix),
  );
}

/** @param count of records; later times have more of them, as arXiv has. */
export function madeEntries(count: number, seed = 'catalogue'): readonly CatalogueEntry[] {
  const random = new Random(seed);
  const scale = 1_000_000;
  return inOrder(
    Array.from({ length: count }, (_, i) => {
      const at = Math.max(random.below(scale), random.below(scale)) / scale;
      return madeEntry(random, i, at);
    }),
  );
}
