/** The key by which BibTeX, pandoc and others cite an entry: `quinn2606concordia`. Pure. */
import type { Citation } from './citation.ts';
import { asciiWords } from './letters.ts';

/** Words too common to identify a paper or a group. */
const SMALL: ReadonlySet<string> = new Set(
  'a an the on of in for to and from with at by is are do does how what why when can towards toward via'.split(' '),
);

/** The longest word, in characters; longer ones are not words, and BibTeX readers have limits. */
const MAX_WORD = 30;

function firstWord(text: string): string {
  const words = asciiWords(text);
  return (words.find((word) => !SMALL.has(word)) ?? words[0] ?? '').slice(0, MAX_WORD);
}

/**
 * Family name of the first author listed, year and month of the arXiv id (of old ids the year), first word of the title; of later
 * versions also the version. Letters and digits of ASCII only.
 *
 * It depends on the paper alone, so every mirror gives the same key, and adding records never changes one. Two papers may therefore
 * have the same key, as they may when people choose it. BibTeX and biber report that, and never take one paper for the other silently.
 */
export function citationKey({
  authors,
  title,
  arxivId,
  year,
  version,
  suffix,
}: Pick<Citation, 'authors' | 'title' | 'arxivId' | 'year' | 'version' | 'suffix'>): string {
  const [first] = authors?.list ?? [];
  const name =
    first === undefined
      ? ''
      : first.family === null
        ? firstWord(first.name)
        : asciiWords(first.family).join('').slice(0, MAX_WORD);
  const when = /^\d{4}(?=\.)/.exec(arxivId)?.[0] ?? String(year);
  // A character without an ASCII equivalent is written as its code point.
  const word = firstWord(title) || suffix.slice(0, 8).toLowerCase();
  return `${name || 'pith'}${when}${word}${version > 1 ? `v${version}` : ''}`;
}
