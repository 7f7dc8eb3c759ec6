/** One loaded part of the search data: its records as text, and folded for scanning. Pure. */
import { fold } from './fold.ts';

/** A record in the search data. The order of the fields is that of mirror/search-data.ts. */
export interface FoundRecord {
  readonly title: string;
  readonly authors: string;
  /** With its version: `2605.21100v1`. */
  readonly arxiv: string;
  /** Separated by spaces. */
  readonly categories: string;
  readonly suffix: string;
  readonly date: string;
  readonly verdict: string;
  /** The title with its formulas and emphasis, as markup; empty if it has neither. */
  readonly markup: string;
}

/** The number of searched fields; fields after them are only shown. */
const SEARCHED_FIELDS = 7;

function searchedOf(line: string): string {
  let end = -1;
  for (let i = 0; i < SEARCHED_FIELDS; i++) {
    end = line.indexOf('\t', end + 1);
    if (end === -1) return line;
  }
  return line.slice(0, end);
}

export class SearchPart {
  private readonly lines: readonly string[];
  private readonly folded: string;
  /** The start of each line in `folded`, and the end of the last. */
  private readonly starts: Uint32Array;

  /** @param lines newest first; fields with tabs between them. */
  constructor(lines: readonly string[]) {
    this.lines = lines;
    this.folded = fold(lines.map(searchedOf).join('\n'));
    const starts = new Uint32Array(lines.length + 1);
    for (let i = 1; i < lines.length; i++) starts[i] = this.folded.indexOf('\n', starts[i - 1]) + 1;
    starts[lines.length] = this.folded.length + 1;
    this.starts = starts;
  }

  record(line: number): FoundRecord {
    const [title = '', authors = '', arxiv = '', categories = '', suffix = '', date = '', verdict = '', markup = ''] = (
      this.lines[line] ?? ''
    ).split('\t');
    return { title, authors, arxiv, categories, suffix, date, verdict, markup };
  }

  /**
   * The lines in which each phrase occurs at the beginning of a word, in order.
   *
   * @param phrases folded; at least one.
   */
  *find(phrases: readonly string[]): Generator<number> {
    const text = this.folded;
    // The longest phrase is likely the rarest. Only it is searched in the whole text; the others only in the lines it matched.
    const [first = '', ...others] = phrases.toSorted((a, b) => b.length - a.length);
    let line = 0;
    for (let at = text.indexOf(first); at >= 0; ) {
      // Searching for the space as well would stop at every word.
      if (text[at - 1] !== ' ') {
        at = text.indexOf(first, at + 1);
        continue;
      }
      while ((this.starts[line + 1] ?? text.length + 1) <= at) line++;
      const end = this.starts[line + 1] ?? text.length + 1;
      const own = others.length === 0 ? '' : text.slice(this.starts[line], end);
      if (others.every((phrase) => own.includes(` ${phrase}`))) yield line;
      at = text.indexOf(first, end);
    }
  }
}
