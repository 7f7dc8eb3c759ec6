/** The home page in words. Pure. */
import type { Catalogue, Verdict } from '../../mirror/catalogue.ts';
import { HOME, ICON, MIRRORS, REPORT, recordPage, relativeLink, SIGNING_KEY, STYLE } from '../../mirror/paths.ts';

import { counted } from './words.ts';

export interface HomeRow {
  readonly href: string;
  readonly title: string | null;
  readonly authors: string | null;
  readonly arxiv: string;
  readonly date: string;
  readonly categories: string;
  readonly shortPithNumber: string;
  readonly verdict: Verdict;
  readonly verdictText: string;
}

export interface HomeView {
  readonly summary: readonly (readonly [string, string])[];
  /** A sentence where files were rejected or have findings, else null. */
  readonly trouble: string | null;
  readonly rows: readonly HomeRow[];
  readonly keys: readonly (readonly [string, string])[];
  readonly links: {
    readonly style: string;
    readonly icon: string;
    readonly report: string;
    readonly mirrors: string;
    readonly key: string;
  };
}

const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  verified: 'verified',
  findings: 'verified, with findings',
  'record-only': 'record only',
};

export function homeView({ entries, totals, trust }: Catalogue): HomeView {
  const rows = entries.map(
    (entry): HomeRow => ({
      href: relativeLink(HOME, recordPage(entry.suffix)),
      title: entry.title,
      authors: entry.authors,
      arxiv: `arXiv:${entry.sourceId} v${entry.sourceVersion}`,
      date: entry.submittedAt.slice(0, 10),
      categories: entry.categories.join(' · '),
      shortPithNumber: entry.shortPithNumber,
      verdict: entry.verdict,
      verdictText: VERDICT_WORDS[entry.verdict],
    }),
  );
  const trouble = [
    totals.rejected > 0
      ? `${counted(totals.rejected, 'file was', 'files were')} rejected and ${totals.rejected === 1 ? 'is' : 'are'} not shown`
      : '',
    totals.findings > 0 ? `there ${totals.findings === 1 ? 'is' : 'are'} ${counted(totals.findings, 'finding')}` : '',
  ].filter((part) => part !== '');
  return {
    summary: [
      ['Records', String(totals.records)],
      ['With a signed bundle', String(totals.records - totals.record_only)],
      ['Record only', String(totals.record_only)],
      ['Signatures checked', String(totals.signatures)],
      ['Digests checked', String(totals.digests)],
    ],
    trouble: trouble.length === 0 ? null : `${trouble.join('; ')}.`,
    rows,
    keys: trust.keys.map(({ keyId, fingerprint }) => [keyId, fingerprint] as const),
    links: { style: STYLE, icon: ICON, report: REPORT, mirrors: MIRRORS, key: SIGNING_KEY },
  };
}
