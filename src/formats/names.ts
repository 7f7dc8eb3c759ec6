/**
 * The authors of a paper, one by one, with family names told from given names by arXiv's usage. Pure.
 *
 * Upstream has one text with all names: the authors of its source, split at commas and sorted. So the order is the registry's, and
 * a `Jr.` or `II` after a comma became a separate entry, maybe far from its name.
 */
import { plainText, richParts } from './rich-text.ts';
import { oneLine } from './unseen.ts';

export interface Author {
  /** The whole name in the usual order: `Zoë van der Sample Jr.` */
  readonly name: string;
  /** The family name without its particle; null for a group, a single name, and names that cannot be split. */
  readonly family: string | null;
  readonly given: string | null;
  /** `van der`: in lower case, so it is not part of the family name proper. */
  readonly particle: string | null;
  /** `Jr.`, `III` */
  readonly suffix: string | null;
  readonly isGroup: boolean;
}

export interface Authors {
  readonly list: readonly Author[];
  /** Whether the list itself says that there are others: `et al.` */
  readonly hasOthers: boolean;
}

const GROUP = /\b(?:collaborations?|consortium|group|team|project|network|survey|committee|on behalf of|for the)\b/i;
// `V` is left out: it is far more often an initial, as in `V. Testing`. `Vi` and `Iv` are names.
const SUFFIX =
  /^(?:[jJ][rR]\.?|[sS][rR]\.?|I{2,3}\.?|IV|VI{1,3}|i{2,3}|2nd|3rd|[4-9]th|[pP][hH]\.?\s?[dD]\.?|M\.?D\.?|[eE]sq\.?)$/;
const OTHERS = /(?:^|\s)(?:et\.?\s*al\.?|and others)$|^(?:\d+ )?others$|^(?:\.{3}|…)$/i;
/** Words that arXiv counts as part of the family name, in upper or lower case. */
const ARXIV_PARTICLES: ReadonlySet<string> = new Set('van der de la von del della da mac ter dem di'.split(' '));
/** Words that are particles only in lower case: Le, Du and Ben are names too. */
const PARTICLES: ReadonlySet<string> = new Set([
  ...ARXIV_PARTICLES,
  ..."den du des le los las delle degli dei do dos dal zu zur zum ten te 't op af av al el bin ibn ben".split(' '),
]);
/** Between two family names: `Testing y Sample`. */
const CONJUNCTIONS: ReadonlySet<string> = new Set(['y', 'e', 'i']);
/** Words of a name may contain letters, marks, full stops, apostrophes, hyphens and slashes; nicknames are in parentheses or quotes. */
const WORD = /^(?:[\p{L}\p{M}'’‘ʼʻ`.‐‑–/·-]+|\([\p{L}\p{M}'’.-]+\)|["“„«][\p{L}\p{M}'’.-]+["”“»])$/u;
/** Scripts in which the family name comes first, so that no style may turn it round. */
const FAMILY_FIRST = /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}ー·・\s]+$/u;
/** Marks of footnotes behind a name: `Ada Testing*`. */
const MARK = /[\s*†‡§¶∗⁰¹²³⁴⁵⁶⁷⁸⁹]/;
/** A group that a person writes for, and the words before it. */
const COLLABORATION = /\b(?:collaborations?|consortium)\b/i;
/** A group that names its first member after a colon: `ATLAS Collaboration: G. Testing`. */
const MEMBER = /\b(?:collaborations?|consortium|group|team)(?:\s*\([^()]*\))?\s*:\s*/i;
/** Part of a family name, with a capital: `Edward St. John`. */
const SAINT = /^(?:St|Ste|Saint|Sainte)\.?$/;
const ON_BEHALF = /(?:^|,? )(?:on behalf of|for) (?:the )?/i;
const INITIAL = /^\p{Lu}\p{M}*\.?$/u;

const literal = (name: string, isGroup = false): Author => ({
  name,
  family: null,
  given: null,
  particle: null,
  suffix: null,
  isGroup,
});

/** The index of the family name's first word, in a name without suffix. */
function familyStart(words: readonly string[]): number {
  const isParticle = (word: string): boolean =>
    PARTICLES.has(word.replace(/[’‘ʼʻ]/, "'")) || ARXIV_PARTICLES.has(word.toLowerCase()) || SAINT.test(word);
  let start = words.length - 1;
  if (start > 2 && CONJUNCTIONS.has(words[start - 1] ?? '')) start -= 2;
  while (start > 1 && isParticle(words[start - 1] ?? '')) start--;
  // A capitalised first word is a given name, even if it could be a particle elsewhere.
  return start === 1 && PARTICLES.has(words[0] ?? '') ? 0 : start;
}

/** Where the parentheses begin that the last character closes; -1 if they do not balance. */
function openingOf(name: string): number {
  let depth = 0;
  for (let at = name.length - 1; at >= 0; at--) {
    if (name[at] === ')') depth++;
    else if (name[at] === '(' && --depth === 0) return at;
  }
  return -1;
}

/** A name without the marks of footnotes at its end: `*`, `^{1,2}`, `[1]`. */
function withoutMarks(name: string): string {
  let end = name.length;
  while (end > 0 && MARK.test(name[end - 1] ?? '')) end--;
  const bare = name.slice(0, end);
  const [caret, bracket] = [bare.lastIndexOf('^'), bare.lastIndexOf('[')];
  if (caret > 0 && /^[\d,*†‡()]*$/.test(bare.slice(caret + 1))) return bare.slice(0, caret);
  return bracket > 0 && /^[\d,\s]+\]$/.test(bare.slice(bracket + 1)) ? bare.slice(0, bracket).trimEnd() : bare;
}

/** A name without the parentheses and the marks of footnotes at its end, and without the full stop of a sentence. */
function withoutAffiliation(name: string): string {
  let bare = name;
  for (let open = 1; bare.endsWith(')') && open > 0; ) {
    open = openingOf(bare);
    if (open > 0) bare = bare.slice(0, open).trimEnd();
  }
  return withoutMarks(bare).replace(/(?<=\p{Ll}{3})\.$/u, '');
}

/** One name as it is usually written, given names first. */
function authorOf(written: string): Author {
  // arXiv writes `J. -P.`; it is one double name.
  const name = written
    .replace(/\s+/g, ' ')
    .replace(/\. -(?=\p{Lu})/gu, '.-')
    .trim();
  // An affiliation or a number in parentheses is not part of the name.
  const bare = withoutAffiliation(name);
  if (GROUP.test(bare)) return literal(bare, true);
  const words = bare.split(' ');
  if (FAMILY_FIRST.test(bare)) return literal(bare);
  const last = words.at(-1) ?? '';
  const suffix = words.length > 2 && SUFFIX.test(last) ? last : null;
  const own = suffix === null ? words : words.slice(0, -1);
  if (own.length < 2 || !own.every((word) => WORD.test(word))) return literal(withoutMarks(name));
  const final = own.at(-1) ?? '';
  // `Testing A.`: it is unclear which of the two is the family name.
  if (INITIAL.test(final) || SUFFIX.test(final) || SUFFIX.test(own[0] ?? '')) return literal(name);
  const start = familyStart(own);
  const family = own.slice(start);
  const particles = own.slice(start, -1);
  // With a capital, it is part of the family name: De Luca, Van der Berg.
  const isLower = particles.length > 0 && particles.every((word) => /^['’]?\p{Ll}/u.test(word));
  return {
    name: suffix === null ? bare : `${own.join(' ')} ${suffix}`,
    family: (isLower ? family.slice(-1) : family).join(' '),
    given: start === 0 ? null : own.slice(0, start).join(' '),
    particle: isLower ? particles.join(' ') : null,
    suffix,
    isGroup: false,
  };
}

/** A piece without any letter or digit names nobody; a person who writes for a group is two authors, as on the paper. */
function withGroup(piece: string): readonly string[] {
  if (!/[\p{L}\p{N}…]|\.{3}/u.test(piece)) return [];
  const member = MEMBER.exec(piece);
  if (member !== null) {
    const after = member.index + member[0].length;
    return [piece.slice(0, after).trimEnd().slice(0, -1).trimEnd(), ...withGroup(piece.slice(after))];
  }
  const open = piece.endsWith(')') ? openingOf(piece) : -1;
  const [person, rest] = open > 0 ? [piece.slice(0, open), piece.slice(open + 1, -1)] : [piece, ''];
  if (COLLABORATION.test(rest)) return [person.trim(), rest.replace(/^(?:on behalf of|for) (?:the )?/i, '').trim()];
  const words = ON_BEHALF.exec(piece);
  const group = words === null || words.index === 0 ? '' : piece.slice(words.index + words[0].length);
  return COLLABORATION.test(group) ? [piece.slice(0, words?.index), group] : [piece];
}

/** What separates two names: commas, semicolons, `and`, and a slash between spaces. */
const SEPARATORS = /[,;]|\s(?:and|AND|&|\/)\s/;
const SIGNS = /[(),;]|\s(?:and|AND|&|\/)\s/g;

/** Splits at separators, but not inside balanced parentheses. */
function pieces(text: string): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  for (const { 0: sign, index } of text.matchAll(SIGNS)) {
    if (sign === '(') depth++;
    else if (sign === ')') depth--;
    else if (depth === 0) {
      found.push(text.slice(from, index));
      from = index + sign.length;
    }
    if (depth < 0) break;
  }
  const all = depth === 0 ? [...found, text.slice(from)] : text.split(SEPARATORS);
  return all.map((piece) => piece.trim().replace(/^(?:and|&)\s+/, '')).flatMap(withGroup);
}

/** A text without its TeX, on one line; no-break spaces become spaces. */
const plain = (text: string): string => oneLine(plainText(richParts(text))).replace(/\s+/g, ' ');

/**
 * Splits a text of all names into single names. A part that cannot be split stays one literal piece and does not affect other names.
 *
 * A suffix alone between two commas is joined to the name before it, if there is a name that can have one.
 */
export function splitAuthors(text: string): Authors {
  const list: Author[] = [];
  let hasOthers = false;
  for (const piece of pieces(plain(text))) {
    const name = piece.replace(OTHERS, '').trim();
    if (name !== piece) hasOthers = true;
    if (name === '') continue;
    const before = list.at(-1);
    if (SUFFIX.test(name) && before?.family != null && before.suffix === null) {
      list[list.length - 1] = { ...before, name: `${before.name} ${name}`, suffix: name };
    } else list.push(authorOf(name));
  }
  return { list, hasOthers };
}

/**
 * Names that somebody listed one by one. A comma within a name separates family name, suffix and given names, as in BibTeX: `Sample, Bob`,
 * `Sample, Jr., Bob`; without a comma, the usual order is assumed.
 */
export function listedAuthors(names: readonly string[]): Authors {
  const list: Author[] = [];
  let hasOthers = false;
  for (const written of names) {
    const name = plain(written);
    if (OTHERS.test(name)) hasOthers = true;
    else if (name !== '') list.push(listedAuthor(name));
  }
  return { list, hasOthers };
}

function listedAuthor(name: string): Author {
  const [before = '', second, third] = name.split(',').map((piece) => piece.trim());
  if (second === undefined) return authorOf(name);
  const [given, suffix] =
    third !== undefined && SUFFIX.test(second) ? [third, second] : [second, third !== undefined ? third : null];
  if (SUFFIX.test(given)) return authorOf(`${before} ${given}`);
  const words = before.split(' ');
  const isParticle = (word: string): boolean => PARTICLES.has(word) && /^['’]?\p{Ll}/u.test(word);
  const start = words.length > 1 ? words.findIndex((word, i) => !isParticle(word) || i === words.length - 1) : 0;
  const particle = start > 0 ? words.slice(0, start).join(' ') : null;
  return {
    name: [given, before, ...(suffix === null ? [] : [suffix])].join(' '),
    family: words.slice(Math.max(start, 0)).join(' '),
    given,
    particle,
    suffix,
    isGroup: false,
  };
}

/** `van der Sample, Zoë, Jr.`: for RIS and other formats that separate parts of a name by commas. A name that stays whole has none. */
export function invertedName({ name, family, given, particle, suffix }: Author): string {
  if (family === null) return name.replaceAll(/,\s*/g, '; ');
  const surname = particle === null ? family : `${particle} ${family}`;
  return [surname, ...(given === null ? [] : [given]), ...(suffix === null ? [] : [suffix])].join(', ');
}
