/** The home page in words. Pure. */

import { counted, thousands } from '../../formats/counts.ts';
import { FEED, HOME } from '../../mirror/base/paths.ts';
import type { Catalogue } from '../../mirror/plan/catalogue.ts';
import type { HeadLink } from './head.ts';
import { type MarkdownNode, markdownTree } from './markdown.ts';
import { type RecordRow, recordRow } from './rows.ts';
import { type TimestampView, timestampViews } from './timestamps.ts';
import { withheldSentence } from './withheld.ts';

/** The latest records that the home page shows. */
const LATEST = 20;

/** The operator's own words. */
export interface OperatorView {
  readonly name: string | null;
  readonly contact: string | null;
  readonly select: string | null;
  readonly text: readonly MarkdownNode[];
}

export interface HomeView {
  /** Null if the operator says nothing. */
  readonly operator: OperatorView | null;
  readonly summary: readonly (readonly [string, string])[];
  /** A sentence if files were rejected or have findings, else null. */
  readonly trouble: string | null;
  /** A sentence if the operator withholds records, else null. */
  readonly withheld: string | null;
  readonly rowsHeading: string;
  readonly rows: readonly RecordRow[];
  /** Whether there are more records than rows. */
  readonly hasMore: boolean;
  /** The operator's proofs of when record lists existed. */
  readonly timestamps: readonly TimestampView[];
  readonly keys: readonly (readonly [string, string])[];
}

/** The feed; it exists only if the mirror knows its own address. */
export function feedLinks(site: string | null): readonly HeadLink[] {
  return site === null ? [] : [{ rel: 'alternate', href: FEED, type: 'application/atom+xml' }];
}

export function homeView({ entries, withheld, totals, trust, operator, timestamps }: Catalogue): HomeView {
  const trouble = [
    totals.rejected > 0 ? `${counted(totals.rejected, 'file was', 'files were')} rejected` : '',
    totals.findings > 0 ? `${counted(totals.findings, 'problem was', 'problems were')} found` : '',
  ].filter((part) => part !== '');
  const hasMore = entries.length > LATEST;
  return {
    operator:
      operator === null
        ? null
        : {
            name: operator.name,
            contact: operator.contact,
            select: operator.select,
            text: markdownTree(operator.text),
          },
    summary: [
      ['Records', thousands(totals.records)],
      ['With a signed bundle', thousands(totals.records - totals.record_only)],
      ['Record only', thousands(totals.record_only)],
      ['Signatures checked', thousands(totals.signatures)],
      ['Digests checked', thousands(totals.digests)],
    ],
    trouble: trouble.length === 0 ? null : `${trouble.join(' and ')}.`,
    withheld: withheldSentence(withheld),
    rowsHeading: hasMore ? 'Latest records' : 'Records',
    rows: entries.slice(0, LATEST).map((entry) => recordRow(entry, HOME)),
    hasMore,
    timestamps: timestampViews(timestamps),
    keys: trust.keys.map(({ keyId, fingerprint }) => [keyId, fingerprint] as const),
  };
}
