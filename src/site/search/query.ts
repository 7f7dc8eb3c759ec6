/** Parses what a reader typed or pasted: an identifier in one of its many forms, anywhere in the text, or words. Pure. */
import { fold, withoutTex } from './fold.ts';
import type { FoundRecord } from './part.ts';

export type Identifier =
  /** @property version null for any version. */
  | { readonly kind: 'arxiv'; readonly id: string; readonly version: number | null }
  /** @property prefix of the suffix, in capitals: 8 to 26 characters. */
  | { readonly kind: 'pith'; readonly prefix: string };

export interface Query {
  /** Each must match the beginning of a word. */
  readonly phrases: readonly string[];
  /** Null if the query is words. */
  readonly identifier: Identifier | null;
  /** False if words look like a part of a Pith Number: eight letters may be both. */
  readonly isIdentifier: boolean;
}

// v1, (v1), [v1], version 1
const VERSION = String.raw`(?:,?\s?[([]?v(?:ersion)?\s?([1-9]\d{0,3}))?`;
// 2605.21100 and 0704.0001, also after a DOI's `arXiv.`, but not inside another number.
const NEW = new RegExp(String.raw`(?:^|[^\d.]|arxiv\.)(\d\d(?:0[1-9]|1[0-2])\.\d{4,5})${VERSION}(?!\d)`, 'i');
// hep-th/0302110 and math.GT/0309136; upstream may write the last with or without its class. People also type a space, or nothing.
const OLD = new RegExp(
  String.raw`(?:^|[^a-z-])(?:(cond-mat\.[a-z-]{2,8}|[a-z-]+(?:\.[a-z]{2})?)\/|([a-z]{1,6}-[a-z]{2,4}) ?|(math|cs|nlin|physics) )(\d{7})${VERSION}(?![a-z\d])`,
  'i',
);
/** The code that ADS gives a paper of arXiv: 2026arXiv260623521Q. */
const BIBCODE = /(?:^|[^\d])(?:19|20)\d\darxiv(\d{4})(\d{5})[a-z.]/i;
/** A key of our own BibTeX: family name, month, first word of the title, version. */
const KEY = /^(?:@misc\{)?([a-z]{2,30})(\d{4})([a-z][a-z0-9]{2,29}?)(?:v\d+)?,?$/;
/** A DOI that is not arXiv's: digits in it are not an arXiv id. */
const OTHER_DOI = /\b10\.(?!48550\/)\d{4,9}\/\S*/g;
/** Values in the query of an address: trackers of mails and social networks have long ones that look like a suffix. */
const VALUE = /([?&][\w.-]*=)[\w-]{20,}/g;
/** A suffix in groups, in capitals and with a digit; else it would be words. */
const GROUPS = /(?:^|[:\s])([A-Z2-7]{4,13}(?:[ -][A-Z2-7]{2,13}){1,6})$/;
const SUFFIX = /(?:^|[^a-z\d])([a-z2-7]{26})(?![a-z\d])/i;
const NUMBER = /(?:^|[^a-z\d])pith(?: ?number)?([\s:/{])\s*(?:\d{4}:)?([a-z2-7]{8,25})(?![a-z\d])/i;
const HASH = /(?:^|[^a-f\d])([a-f\d]{64})(?![a-f\d])/i;
const PREFIX = /^[a-z2-7]{8,25}$/i;

/** The suffix that follows from a record's hash: base32 of its first 130 bits. */
function suffixOfHash(hex: string): string {
  const bits = Array.from(hex.slice(0, 33), (digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0')).join(
    '',
  );
  return Array.from(
    { length: 26 },
    (_, i) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(bits.slice(i * 5, i * 5 + 5), 2)],
  ).join('');
}

function arxivOf(text: string): Identifier | null {
  const own = text.replace(OTHER_DOI, ' ');
  const [, number, version] = NEW.exec(own) ?? [];
  if (number !== undefined)
    return { kind: 'arxiv', id: number, version: version === undefined ? null : Number(version) };
  const [, month, count] = BIBCODE.exec(own) ?? [];
  if (month !== undefined) return { kind: 'arxiv', id: `${month}.${count}`, version: null };
  const [, archive, typed, word, serial, oldVersion] = OLD.exec(own) ?? [];
  if (serial === undefined) return null;
  const id = `${archive ?? typed ?? word}/${serial}`.toLowerCase();
  return { kind: 'arxiv', id, version: oldVersion === undefined ? null : Number(oldVersion) };
}

function pithOf(text: string): Identifier | null {
  const groups = (GROUPS.exec(text)?.[1] ?? '').replace(/[ -]/g, '');
  const [, suffix] = groups.length === 26 && /\d/.test(groups) ? [null, groups] : (SUFFIX.exec(text) ?? []);
  if (suffix !== undefined) return { kind: 'pith', prefix: suffix.toUpperCase() };
  const [, hash] = HASH.exec(text) ?? [];
  return hash === undefined ? null : { kind: 'pith', prefix: suffixOfHash(hash) };
}

function shortOf(text: string): Identifier | null {
  const [, sign = '', prefix] = NUMBER.exec(text) ?? [];
  // After a space, lower-case letters alone are a word.
  const isWord = prefix === undefined || (sign.trim() === '' && /^[a-z]+$/.test(prefix));
  return isWord ? null : { kind: 'pith', prefix: prefix.toUpperCase() };
}

/** `math/0309136` of `math.gt/0309136`: the class is not part of the identifier. */
const withoutClass = (id: string): string => id.replace(/\.[a-z-]{2,8}\//, '/');

/** "Quinn et al." means Quinn. */
function withoutOthers(text: string): string {
  const rest = text.replace(/\bet\.?\s*al\b\.?/gi, ' ');
  return rest.trim() === '' ? text : rest;
}

export function readQuery(typed: string): Query {
  // Digits may be full-width, a no-break space counts as a space, and addresses may have their slashes encoded.
  const text = typed
    .normalize('NFKC')
    .replace(/%(2f|3a)/gi, (_, code: string) => (code === '3a' || code === '3A' ? ':' : '/'))
    .trim();
  const identifier = pithOf(text.replace(VALUE, '$1')) ?? arxivOf(text) ?? pithOf(text) ?? shortOf(text);
  if (identifier !== null) {
    const phrase =
      identifier.kind === 'pith' ? identifier.prefix : identifier.id.slice(identifier.id.lastIndexOf('/') + 1);
    return { phrases: [fold(phrase).trim()], identifier, isIdentifier: true };
  }
  const [, family, month, word] = KEY.exec(text) ?? [];
  // "Quinn and Sample": no list of authors has the conjunction.
  const words =
    family !== undefined && month !== undefined && word !== undefined
      ? [family, month, word]
      : withoutTex(withoutOthers(text))
          .split(/\s+/)
          .map((typedWord) => fold(typedWord).trim())
          .filter((phrase) => phrase !== '');
  const others = words.filter((phrase) => phrase !== 'and');
  const phrases = others.length > 0 ? others : words;
  return {
    phrases: [...new Set(phrases)],
    identifier: PREFIX.test(text) ? { kind: 'pith', prefix: text.toUpperCase() } : null,
    isIdentifier: false,
  };
}

/** Whether the identifier names a record. @param isAny whether any version of the paper matches. */
export function isNamed(
  identifier: Identifier,
  { arxiv, suffix }: Pick<FoundRecord, 'arxiv' | 'suffix'>,
  isAny = false,
): boolean {
  if (identifier.kind === 'pith') return suffix.startsWith(identifier.prefix);
  const [, id = arxiv, version = ''] = /^(.*)v(\d+)$/s.exec(arxiv.toLowerCase()) ?? [];
  if (!isAny && identifier.version !== null && identifier.version !== Number(version)) return false;
  return withoutClass(id) === withoutClass(identifier.id);
}
