/** Papers that differ in their texts: titles, authors, ids, licenses, scripts. */
import type { Paper } from './paper.ts';

const GIVEN = ['Ada', 'Björn', 'Chiara', 'Dmitri', "Eoin O'", 'Fatma', 'Gwenaël', 'Hiroshi', 'Itziar', 'Jean-Luc'];
const FAMILY = ['Abelson', 'Brouwer', 'Çelik', 'Dvořák', 'Erdős', 'Fernández-Núñez', 'Gödel', 'Hằng', 'Ibsen', 'Jr.'];

/** 300 authors of a collaboration, as upstream has them: split on commas and sorted. */
const AUTHORS_300 = Array.from({ length: 300 }, (_, i) => {
  const initial = String.fromCharCode(65 + (i % 26));
  return `${GIVEN[i % 10]} ${initial}. ${FAMILY[Math.floor(i / 10) % 10]}${i >= 100 ? ` ${'I'.repeat(Math.floor(i / 100))}` : ''}`;
})
  .sort()
  .join(', ');

export const TEX: Paper = {
  id: '2601.03141',
  title:
    "On Ren\\'e Thom's Cusp: $\\eta \\to 3\\pi^0$ at $\\sqrt{s}=13\\,\\mathrm{TeV}$, $\\sum_{k=1}^{\\infty}\\frac{1}{k^2}=\\frac{\\pi^2}{6}$ and Erd\\H{o}s--R\\'enyi Graphs",
  authors: 'J\\\'er\\^ome Na\\"ive, Paul Erd\\H{o}s, {\\AA}ngstr\\"om \\O{}rsted, Mi\\v{s}o \\L{}ukasz',
  abstract:
    'We measure $\\alpha_s(M_Z^2) = 0.118 \\pm 0.001$ with $\\mathbb{E}[X_i \\mid \\mathcal{F}_{i-1}] \\leq \\epsilon$, and find that ' +
    '$$\\int_0^\\infty e^{-x^2}\\,dx = \\frac{\\sqrt{\\pi}}{2}$$ holds. Costs fell from \\$5 to \\$3, by 40\\%. The cut is inside of $\\frac{1}{',
  metadata: { primary_cat: 'hep-ph', cross_cats_sorted: ['hep-ex', 'math.CO'], submitted_at: '2026-01-06T09:00:00Z' },
};

export const TEX_BROKEN: Paper = {
  id: '2601.03142',
  title: `Broken: $\\frac{1}{ unclosed, \\href{javascript:alert(1)}{x} $\\def\\x{\\x\\x}\\x$ and ${'{'.repeat(80)}$x$${'}'.repeat(80)} <b>no markup</b> 100% & more_`,
  authors: "O\\'{",
  metadata: { primary_cat: 'math.LO', cross_cats_sorted: [], submitted_at: '2026-01-07T09:00:00Z' },
};

export const MANY_AUTHORS: Paper = {
  id: '2602.00300',
  title: 'Search for a Resonance with Three Hundred Authors',
  authors: AUTHORS_300,
  metadata: {
    primary_cat: 'hep-ex',
    cross_cats_sorted: ['astro-ph.CO', 'cs.LG', 'hep-ph', 'nucl-ex', 'physics.data-an', 'physics.ins-det', 'stat.ML'],
    submitted_at: '2026-02-02T10:00:00Z',
  },
};

/** Old ids have a slash, old records no license. */
export const OLD_MATH: Paper = {
  id: 'math/0309136',
  title: 'The Space of Embedded Minimal Surfaces of Fixed Genus in a 3-Manifold: A Made-Up Sequel',
  authors: 'II, Tobias H. Testing, William P. Sample',
  metadata: {
    license: '',
    primary_cat: 'math.DG',
    cross_cats_sorted: ['math.AP'],
    submitted_at: '2003-09-08T16:32:01Z',
  },
};
export const OLD_HEP: Paper = {
  id: 'hep-th/9901001',
  version: 3,
  title: 'strings and an old id',
  metadata: { license: '', primary_cat: 'hep-th', cross_cats_sorted: [], submitted_at: '1999-01-01T00:00:00Z' },
};

export const LONG_WORD = 'Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz';
export const LONG: Paper = {
  id: '2603.00004',
  title: `${LONG_WORD.repeat(6)} and ${'https://example.org/'.repeat(8)}a-word-that-never-ends`,
  authors: `${LONG_WORD.repeat(4)}, B`,
  abstract: `${'x'.repeat(590)} and a`,
  metadata: { license: `https://example.org/licenses/${'long-'.repeat(40)}`, submitted_at: '2026-03-04T00:00:00Z' },
};

export const RTL: Paper = {
  id: '2603.00005',
  title: 'دراسة في نظرية الأعداد: $p$-adic و L-functions (הרצאה)',
  authors: 'محمد بن موسى الخوارزمي, אברהם בן עזרא, Ada \u202eTesting',
  abstract: 'هذا ملخص قصير لا يقول شيئا حقيقيا، وفيه English words و 123 رقما، ثم ينقطع فجأة في وسط',
  metadata: { primary_cat: 'math.NT', submitted_at: '2026-03-05T00:00:00Z' },
};
export const CJK: Paper = {
  id: '2603.00006',
  title: '深層学習の検証可能な要約：一つの試み',
  authors: '山田太郎, 김철수, 王小明',
  metadata: { primary_cat: 'cs.CL', submitted_at: '2026-03-06T00:00:00Z' },
};

export const HOSTILE: Paper = {
  id: '2603.00007',
  title: '</title><script>alert(1)</script>} , year = {1} \u0000 "quoted"\u2028TY  - JOUR',
  authors: '"><img src=x onerror=alert(1)>, {Robert} and Tables; --',
  abstract: '<!--><svg onload=alert(1)>--> ]]> {{x}} javascript:alert(1)',
  metadata: {
    license: 'javascript:alert(1)',
    primary_cat: '<b>',
    cross_cats_sorted: ['../..'],
    submitted_at: '2026-03-07T00:00:00Z',
  },
};

/** Two papers whose numbers begin alike: found by search, once. */
export const SHORT_COLLISION: readonly Paper[] = (
  [
    ['2605.11111', 'One Short Number, Two Papers: The First', 27694],
    ['2605.22222', 'One Short Number, Two Papers: The Second', 836023],
  ] as const
).map(([id, title, n]) => ({
  id,
  title,
  metadata: { abstract_canon_sha256: n.toString(16).padStart(64, '0') },
}));

export const VERSIONS: readonly Paper[] = [1, 2].map((version) => ({
  id: '2605.00020',
  version,
  title: version === 1 ? 'A Paper in Two Versions' : 'A Paper in Two Versions, Revised',
  metadata: { submitted_at: `2026-05-1${version}T08:00:00Z`, primary_cat: 'stat.ML' },
}));

/** Two records that claim to be the same version of one paper. */
export const CONFLICT: readonly Paper[] = [1, 2].map((n) => ({
  id: '2605.00021',
  title: `One Version, Claimed Twice (${n})`,
  metadata: { submitted_at: '2026-05-13T08:00:00Z' },
}));

const CATEGORIES = ['cs.DC', 'cs.LG', 'math.NT', 'hep-th', 'astro-ph.GA', 'q-bio.NC', 'stat.ME', 'cond-mat.str-el'];

/** A record like any other; they fill lists, a year of them one page and more. */
export function plainPaper(i: number): Paper {
  const year = 2024 + (i % 3 === 0 ? i % 2 : 2);
  const month = String(1 + (i % 6)).padStart(2, '0');
  return {
    id: `${year - 2000}${month}.${String(10000 + i)}`,
    title: `Plain Paper Number ${i}: ${FAMILY[i % 10]} Methods for ${GIVEN[(i * 7) % 10]} Spaces`,
    authors: [0, 1, 2].map((k) => `${GIVEN[(i + k) % 10]} ${FAMILY[(i * 3 + k) % 10]}`).join(', '),
    metadata: {
      primary_cat: CATEGORIES[i % 8],
      cross_cats_sorted: i % 4 === 0 ? ['cs.DL'] : [],
      submitted_at: `${year}-${month}-${String(1 + (i % 28)).padStart(2, '0')}T12:00:00Z`,
    },
  };
}
