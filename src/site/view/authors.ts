/** The authors of a record's page: each name a link to the search, and what is known about their order. Pure. */
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
  /** The names shown without unfolding. */
  readonly beginning: readonly NameLink[];
  /** The rest of a long list, folded; else empty. */
  readonly rest: readonly NameLink[];
  /** How many there are. */
  readonly count: number;
  /** A sentence about the source of their order; null if there is only one author. */
  readonly order: string | null;
}

/** The longest list shown whole, and the number of names shown of a longer list. */
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
