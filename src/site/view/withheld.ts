/** Records that the operator withholds, in words: the tombstone of one, and how many there are. Pure. */
import { thousands } from '../../formats/counts.ts';
import { HOME, recordPage, relativeLink } from '../../mirror/base/paths.ts';
import type { SiteContext } from '../../mirror/plan/catalogue.ts';
import type { Tombstone, WithheldLine } from '../../mirror/plan/tombstone.ts';
import { type FrameLinks, frameLinks, type SiteLinks, siteLinks } from './frame.ts';
import type { HeadMeta } from './head.ts';
import { type MarkdownNode, markdownTree } from './markdown.ts';

type Reason = WithheldLine['reason'];

const REASON_NAMES: Readonly<Record<Reason, string>> = {
  legal: 'A legal request',
  author_request: 'A request by an author',
  erratum: 'An erratum',
  duplicate: 'A duplicate of another record',
  other: 'Another reason',
};

/** `2 because of a legal request`. */
const COUNTED_REASONS: Readonly<Record<Reason, string>> = {
  legal: 'because of a legal request',
  author_request: 'at the request of an author',
  erratum: 'because of an erratum',
  duplicate: 'as a duplicate of another record',
  other: 'for another reason',
};

export interface TombstoneView {
  readonly pithNumber: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** The operator's words; empty if the note cannot be read. */
  readonly text: readonly MarkdownNode[];
  readonly head: { readonly title: string; readonly description: string; readonly metas: readonly HeadMeta[] };
  readonly frame: FrameLinks;
  readonly links: SiteLinks;
  readonly home: string;
}

export function tombstoneView(tombstone: Tombstone, { site }: Pick<SiteContext, 'site'>): TombstoneView {
  const { suffix, pithNumber, reason, decidedAt, text } = tombstone;
  const page = recordPage(suffix);
  return {
    pithNumber,
    facts: [
      ['Decided by', 'The operator of this mirror'],
      ...(decidedAt === null ? [] : [['Decided on', decidedAt.slice(0, 10)] as const]),
      ['Reason', REASON_NAMES[reason]],
    ],
    text: markdownTree(text),
    head: {
      title: `Withheld: ${pithNumber} · pith mirror`,
      description: 'The operator of this mirror decided not to publish this record.',
      // A search engine that knows the page of the record should forget it.
      metas: [{ name: 'robots', content: 'noindex' }],
    },
    frame: { ...frameLinks(page, site), canonical: null },
    links: siteLinks(page),
    home: relativeLink(page, HOME),
  };
}

/** How many records are withheld and why, in one sentence; null if none is. */
export function withheldSentence(withheld: readonly WithheldLine[]): string | null {
  if (withheld.length === 0) return null;
  const records = withheld.length === 1 ? '1 record' : `${thousands(withheld.length)} records`;
  const counts = (Object.keys(COUNTED_REASONS) as readonly Reason[]).flatMap((reason) => {
    const count = withheld.filter((line) => line.reason === reason).length;
    return count === 0 ? [] : [[reason, count] as const];
  });
  const [only, ...others] = counts;
  const reasons =
    only !== undefined && others.length === 0
      ? ` ${COUNTED_REASONS[only[0]]}`
      : `: ${counts.map(([reason, count]) => `${thousands(count)} ${COUNTED_REASONS[reason]}`).join(', ')}`;
  return `The operator of this mirror withholds ${records}${reasons}.`;
}

export interface WithheldLink {
  readonly pithNumber: string;
  readonly href: string;
  readonly reason: string;
}

/** Links to tombstones. @param page that has them. */
export function withheldRows(withheld: readonly WithheldLine[], page: string): readonly WithheldLink[] {
  return withheld.map(({ suffix, pithNumber, reason }) => ({
    pithNumber,
    href: relativeLink(page, recordPage(suffix)),
    reason: REASON_NAMES[reason],
  }));
}
