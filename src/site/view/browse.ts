/** A page of the browse trees in words. Pure. */

import { counted } from '../../formats/counts.ts';
import { relativeLink } from '../../mirror/base/paths.ts';
import type { PageLink, ShelfGroup, ShelfPage } from '../../mirror/plan/shelves.ts';
import { type RecordRow, recordRow } from './rows.ts';

export interface ListLink {
  readonly href: string;
  readonly name: string;
  /** The meaning of a code, or the content. */
  readonly words: string | null;
  readonly count: string;
}

export interface ListSection {
  readonly id: string;
  readonly heading: string;
  readonly groups: readonly { readonly heading: string | null; readonly links: readonly ListLink[] }[];
  /** Whether names are short and have no description: years, months. */
  readonly isShort: boolean;
}

export interface Crumb {
  readonly href: string;
  readonly name: string;
}

export interface BrowseView {
  readonly heading: string;
  readonly crumbs: readonly Crumb[];
  readonly description: string;
  readonly sections: readonly ListSection[];
  /** Null if the page has no rows. */
  readonly rowsHeading: string | null;
  readonly rows: readonly RecordRow[];
  readonly newer: Crumb | null;
  readonly older: Crumb | null;
}

const SECTION_WORDS: Readonly<Record<ShelfGroup['by'], string>> = {
  time: 'By date of submission',
  subject: 'By subject',
  status: 'By status',
};

function sectionsOf({ path, groups }: ShelfPage, isTop: boolean): readonly ListSection[] {
  return (['time', 'subject', 'status'] as const).flatMap((by) => {
    const own = groups.filter((group) => group.by === by);
    if (own.length === 0) return [];
    return {
      id: by,
      heading: isTop ? SECTION_WORDS[by] : 'All records',
      groups: own.map(({ heading, parts }) => ({
        heading,
        links: parts.map((part) => ({
          href: relativeLink(path, part.path),
          name: part.name,
          words: part.words,
          count: counted(part.records, 'record'),
        })),
      })),
      isShort: by === 'time' && own.every(({ parts }) => parts.every(({ words }) => words === null)),
    };
  });
}

export function browseView(page: ShelfPage): BrowseView {
  const { path, heading, above, rows, isIndex } = page;
  const crumb = (link: PageLink | null): Crumb | null =>
    link === null ? null : { href: relativeLink(path, link.path), name: link.name };
  const isTop = above.length === 0;
  return {
    heading: isTop ? 'Browse this mirror' : heading,
    crumbs: above.map(({ path: to, name }) => ({ href: relativeLink(path, to), name })),
    description: isTop
      ? 'The records of this mirror by date of submission, by subject and by status.'
      : `Records of this mirror: ${heading}.`,
    sections: sectionsOf(page, isTop),
    rowsHeading: rows.length === 0 ? null : isIndex ? 'Newest records' : 'Records, newest first',
    rows: rows.map((entry) => recordRow(entry, path)),
    newer: crumb(page.newer),
    older: crumb(page.older),
  };
}
