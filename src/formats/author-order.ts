/** What can be said about the order in which a paper's authors are listed. Pure. */
import { type Authors, listedAuthors, splitAuthors } from './names.ts';
import type { Paper } from './paper.ts';

/**
 * The source of the author order:
 *
 * - `registry`: the registry sorted the names, so the paper's first author may be anywhere in the list.
 * - `quoted`: a note by the operator quotes the names as somebody listed them.
 * - `operator`: a note by the operator says which order the paper has. Nothing signed says so.
 */
export type AuthorOrder = 'registry' | 'quoted' | 'operator';

/** A sentence for each order, for people; plain ASCII, so that it can go into any file. */
export const AUTHOR_ORDER_WORDS: Readonly<Record<AuthorOrder, string>> = {
  registry: "The authors are in the registry's order, not the paper's.",
  quoted: "The authors are in the order given by a note of this mirror's operator, which may differ from the paper's.",
  operator: "The order of the authors comes from this mirror's operator. It is not signed.",
};

export interface OrderedAuthors extends Authors {
  /** Null if there is only one author, and so no order. */
  readonly order: AuthorOrder | null;
}

/** The authors as they should be cited, or null if no names are known. */
export function orderedAuthors({
  authors,
  authorsBy,
  authorsInOrder,
}: Pick<Paper, 'authors' | 'authorsBy' | 'authorsInOrder'>): OrderedAuthors | null {
  const ordered = authorsInOrder === null ? null : listedAuthors(authorsInOrder);
  const listed = ordered ?? (authors === null ? null : splitAuthors(authors));
  if (listed === null || listed.list.length === 0) return null;
  const isAlone = listed.list.length === 1 && !listed.hasOthers;
  const order = ordered !== null ? 'operator' : authorsBy === 'registry' ? 'registry' : 'quoted';
  return { ...listed, order: isAlone ? null : order };
}
