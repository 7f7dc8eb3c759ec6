/** Parses what the user asked for: records by any of their names. Pure. */

/** One name of one record, or of several (versions of a paper, numbers that begin alike). */
export type Wanted =
  /** @property number the full Pith Number, if its year was given too. */
  | { readonly kind: 'suffix'; readonly text: string; readonly suffix: string; readonly number: string | null }
  /** @property prefix of the suffix, 8 characters or more. */
  | { readonly kind: 'prefix'; readonly text: string; readonly prefix: string }
  /** @property id in lower case, an old one without its subject class. @property version null for any. */
  | { readonly kind: 'arxiv'; readonly text: string; readonly id: string; readonly version: number | null };

/** What is known about a record, before or after its bundle is verified. */
export interface RecordNames {
  readonly suffix: string;
  readonly pithNumber: string;
  readonly arxivId: string;
  readonly arxivVersion: number;
}

// 2605.21100, 0704.0001, hep-th/0302110, math.GT/0309136.
const ARXIV = /^(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?\/\d{7})(?:v([1-9]\d{0,3}))?$/i;
const ARXIV_PREFIX =
  /^(?:https?:\/\/(?:[a-z]+\.)?arxiv\.org\/(?:abs|pdf|html|format|src)\/|(?:https?:\/\/(?:dx\.)?doi\.org\/|doi:\s*)?10\.48550\/arxiv\.|arxiv:\s*)/i;
const PITH = /^(?:pith:)?(?:(\d{4}):)?([a-z2-7]{8,26})$/i;
const PITH_URL = /\/pith\/([A-Z2-7]{26})(?:[/?#.]|$)/;

/** `math/0309136` of `math.gt/0309136`: the class is not part of the identifier. */
export const plainArxivId = (id: string): string => id.toLowerCase().replace(/\.[a-z]{2}\//, '/');

function arxivOf(text: string, rest: string): Wanted | null {
  const [, id, version] = ARXIV.exec(rest) ?? [];
  if (id === undefined) return null;
  return { kind: 'arxiv', text, id: plainArxivId(id), version: version === undefined ? null : Number(version) };
}

/**
 * Reads one name: a suffix, a Pith Number, a short number, an arXiv id, an arXiv DOI, or a URL that contains one.
 *
 * @returns null if it is none of these.
 */
export function parseWanted(given: string): Wanted | null {
  const text = given.trim();
  const [, urlSuffix] = /^https?:/i.test(text) ? (PITH_URL.exec(text) ?? []) : [];
  if (urlSuffix !== undefined) return { kind: 'suffix', text, suffix: urlSuffix, number: null };
  if (ARXIV_PREFIX.test(text)) {
    const rest = text.replace(ARXIV_PREFIX, '').replace(/[?#].*/s, '');
    return arxivOf(text, rest.replace(/\.pdf$/i, '').replace(/\/$/, ''));
  }
  const [, year, letters] = PITH.exec(text) ?? [];
  if (letters !== undefined) {
    const upper = letters.toUpperCase();
    if (upper.length === 26)
      return { kind: 'suffix', text, suffix: upper, number: year === undefined ? null : `pith:${year}:${upper}` };
    // A year belongs to the full number only.
    return year === undefined ? { kind: 'prefix', text, prefix: upper } : null;
  }
  return arxivOf(text, text);
}

/** Whether a record is one that the name means. */
export function isWanted(wanted: Wanted, names: RecordNames): boolean {
  switch (wanted.kind) {
    case 'suffix':
      return names.suffix === wanted.suffix && (wanted.number === null || wanted.number === names.pithNumber);
    case 'prefix':
      return names.suffix.startsWith(wanted.prefix);
    case 'arxiv':
      return (
        plainArxivId(names.arxivId) === wanted.id && (wanted.version === null || wanted.version === names.arxivVersion)
      );
  }
}

/** Lines of a list file: one name each, `#` starts a comment. @returns the names, or the first line that is none. */
export function parseWantedList(text: string): readonly Wanted[] | { readonly line: number; readonly text: string } {
  const found: Wanted[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    // "#" inside a URL is a fragment, so a comment after a name needs a blank before it.
    const name = line.replace(/(?:^|\s)#.*$/, '').trim();
    if (name === '') continue;
    const wanted = parseWanted(name);
    if (wanted === null) return { line: i + 1, text: name };
    found.push(wanted);
  }
  return found;
}

/**
 * A first day: `2026-05-21`, `2026-05` or `2026`, as the full date that buckets compare with; null if it is not a date.
 */
export function parseSince(text: string): string | null {
  const [, year, month = '01', day = '01'] = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(text) ?? [];
  if (year === undefined) return null;
  const date = `${year}-${month}-${day}`;
  const parsed = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date) ? date : null;
}

/** Whether a category is one of those asked for: the same, or an archive (`cs`) that it belongs to. */
export function isOfCategory(category: string, asked: readonly string[]): boolean {
  return asked.some((name) => category === name || category.startsWith(`${name}.`));
}
