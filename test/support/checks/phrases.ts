/**
 * Phrases that this project once used and that readers had to decode, with what says the same plainly.
 *
 * They came back each time somebody wrote in a hurry, so `test/english.test.ts` looks for them in every text of the
 * repository. Patterns ignore case, and a space in one matches a line break in a comment too.
 */
export const PHRASES: readonly (readonly [pattern: string, plain: string])[] = [
  [String.raw`\bbelieved\b`, 'is used, matches, counts'],
  [String.raw`\banew\b`, 'again'],
  [String.raw`\bupon\b`, 'on'],
  [String.raw`\bat hand\b`, 'available, in memory'],
  [String.raw`\bthereof\b|\btherein\b`, 'of it, in it'],
  [String.raw`\breckon`, 'count, compute'],
  [String.raw`\band the like\b`, 'and similar ones'],
  [String.raw`\bof itself\b`, 'itself'],
  [String.raw`\b(?:could|can|cannot) be had\b`, 'could not acquire, could not get'],
  [String.raw`\btook? a lock\b|\btakes? a lock\b`, 'acquire a lock'],
  [
    String.raw`\b(?:page|file|line|name|test|command|record) a (?:page|file|line|record|format|command|name)\b`,
    'one per',
  ],
  [String.raw`\bholds whatever\b`, 'contains anything that'],
  [String.raw`\bleft out and reported\b`, 'skipped and reported'],
  [String.raw`\bleft for the next build\b`, 'could not be removed; the next build will retry'],
  [String.raw`\bthe slow reference\b`, 'slow reference implementation'],
  [String.raw`\bnot all is well\b`, 'say what was found'],
  [String.raw`\bnothing in this graph of\b`, 'this record has no … yet'],
  [String.raw`\bshow the number elsewhere\b`, 'cite or embed this number'],
  [String.raw`\bone input gives one output\b|\bone input, one output\b`, 'builds are reproducible'],
  [String.raw`\b(?:null|undefined) where\b|@throws \w+ where\b`, 'if: where is for places'],
  [String.raw`\bputs? (?:it|that|this) right\b`, 'repairs it'],
  [String.raw`\bwants? mending\b`, 'needs to be fixed'],
];

/** The places of a text in which a phrase occurs: its line from 1, the words found, and what to write instead. */
export function phrasesIn(
  text: string,
): readonly { readonly line: number; readonly found: string; readonly plain: string }[] {
  return PHRASES.flatMap(([pattern, plain]) =>
    Array.from(
      text.matchAll(new RegExp(pattern.replaceAll(' ', String.raw`(?: |\n\s*(?:\*|//)? ?)`), 'gi')),
      (match) => ({
        line: text.slice(0, match.index).split('\n').length,
        found: match[0],
        plain,
      }),
    ),
  );
}
