/** What a reader typed: an identifier in one of its many forms, or words. Pure. */
import { fold } from './fold.ts';
import type { FoundRecord } from './part.ts';

export type Identifier =
  /** @property version null where any is meant. */
  | { readonly kind: 'arxiv'; readonly id: string; readonly version: number | null }
  /** @property prefix of the suffix, in capitals: 8 to 26 characters. */
  | { readonly kind: 'pith'; readonly prefix: string };

export interface Query {
  /** Each has to stand at the beginning of a word. */
  readonly phrases: readonly string[];
  /** Null where it is words. */
  readonly identifier: Identifier | null;
  /** False where words look like a part of a number: eight letters may be both. */
  readonly isIdentifier: boolean;
}

// 2605.21100, 0704.0001, hep-th/0302110, math.GT/0309136; upstream's record may have the last with or without its class.
const ARXIV = /^(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?\/\d{7})(?:v([1-9]\d{0,3}))?$/i;
const BEFORE_ARXIV: readonly RegExp[] = [
  /^(?:https?:\/\/)?(?:[a-z]+\.)?(?:arxiv|ar5iv)(?:\.labs\.arxiv)?\.org\/(?:abs|pdf|html|format|ps|src)\//i,
  /^(?:https?:\/\/)?(?:dx\.)?doi\.org\/10\.48550\/arxiv\./i,
  /^(?:doi:\s*)?10\.48550\/arxiv\./i,
  /^arxiv:\s*/i,
];
const PITH = /^(?:https?:\/\/[^\s/]+(?:\/[^\s/]+)*\/pith\/|pith:)?(?:\d{4}:)?([a-z2-7]{8,26})(?:\/(?:index\.html)?)?$/i;

function arxivOf(text: string): Identifier | null {
  const prefix = BEFORE_ARXIV.find((pattern) => pattern.test(text));
  // What follows an address or, in references, the id: "arXiv:2605.21100v1 [cs.DC]", "…/pdf/2605.21100v1.pdf".
  const rest = (prefix === undefined ? text : text.replace(prefix, ''))
    .replace(/[?#].*$/, '')
    .replace(/\s*\[[\w.-]+\]$/, '')
    .replace(/(?:\.pdf)?\/?$/i, '');
  const [, id, version] = ARXIV.exec(rest) ?? [];
  if (id === undefined) return null;
  return { kind: 'arxiv', id: id.toLowerCase(), version: version === undefined ? null : Number(version) };
}

/** `math/0309136` of `math.gt/0309136`: the class was never a part of the identifier. */
const withoutClass = (id: string): string => id.replace(/\.[a-z]{2}\//, '/');

export function readQuery(typed: string): Query {
  const text = typed.trim();
  const arxiv = arxivOf(text);
  if (arxiv?.kind === 'arxiv') {
    const [, number = arxiv.id] = arxiv.id.split('/');
    return { phrases: [fold(number).trim()], identifier: arxiv, isIdentifier: true };
  }
  const [, prefix] = PITH.exec(text) ?? [];
  if (prefix !== undefined) {
    const identifier = { kind: 'pith', prefix: prefix.toUpperCase() } as const;
    return { phrases: [prefix.toLowerCase()], identifier, isIdentifier: prefix !== text || prefix.length === 26 };
  }
  const phrases = text.split(/\s+/).map((word) => fold(word).trim());
  return { phrases: [...new Set(phrases)].filter((phrase) => phrase !== ''), identifier: null, isIdentifier: false };
}

/** Whether a record is one that the identifier names. */
export function isNamed(identifier: Identifier, { arxiv, suffix }: Pick<FoundRecord, 'arxiv' | 'suffix'>): boolean {
  if (identifier.kind === 'pith') return suffix.startsWith(identifier.prefix);
  const [, id = arxiv, version = ''] = /^(.*)v(\d+)$/s.exec(arxiv.toLowerCase()) ?? [];
  if (identifier.version !== null && identifier.version !== Number(version)) return false;
  return withoutClass(id) === withoutClass(identifier.id);
}
