/** The authors of a record's page: each name a link to the search, and what is known of their order. Pure. */
import { AUTHOR_ORDER_WORDS } from '../../formats/author-order.ts';
import type { Citation } from '../../formats/citation.ts';
import { recordPage, relativeLink, SEARCH } from '../../mirror/base/paths.ts';
import { visibleText } from '../shared/text.ts';

export interface NameLink {
  readonly name: string;
  /** A search of this mirror for the name. */
  readonly href: string;
}

export interface AuthorsView {
  /** The names that are seen at once. */
  readonly beginning: readonly NameLink[];
  /** The rest of a long list, folded; else empty. */
  readonly rest: readonly NameLink[];
  /** How many there are. */
  readonly count: number;
  /** Whose order they are in, in a sentence; null where there is only one. */
  readonly order: string | null;
}

/** Names that are shown whole, and of a longer list those at its beginning. */
const SHOWN_WHOLE = 40;
const BEGINNING = 15;

export function authorsView({ authors, suffix }: Citation): AuthorsView | null {
  if (authors === null || authors.list.length === 0) return null;
  const search = relativeLink(recordPage(suffix), SEARCH);
  const names = authors.list.map(({ name }) => ({
    name: visibleText(name),
    href: `${search}#q=${encodeURIComponent(visibleText(name).toWellFormed())}`,
  }));
  const isLong = names.length > SHOWN_WHOLE;
  return {
    beginning: isLong ? names.slice(0, BEGINNING) : names,
    rest: isLong ? names.slice(BEGINNING) : [],
    count: names.length,
    order: authors.order === null ? null : AUTHOR_ORDER_WORDS[authors.order].replaceAll("'", '’'),
  };
}
