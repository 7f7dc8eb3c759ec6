/** The pages of the report in words. Pure. */

import { counted } from '../../formats/counts.ts';
import { recordPage, relativeLink } from '../../mirror/base/paths.ts';
import type { ReportListPage, ReportRow } from '../../mirror/plan/report-pages.ts';
import type { Crumb } from './browse.ts';
import { REASON_WORDS } from './reasons.ts';
import { type WithheldLink, withheldRows } from './withheld.ts';

export interface ReportRowView {
  readonly file: string;
  readonly pithNumber: string | null;
  /** Null if there is no page: rejected files are not linked. */
  readonly href: string | null;
  readonly sha256: string | null;
  readonly findings: readonly {
    readonly code: string;
    readonly words: string;
    readonly where: string;
    readonly message: string;
  }[];
  /** A sentence if there are more findings than are shown, else null. */
  readonly more: string | null;
}

export interface ReportView {
  readonly heading: string;
  /** The reason in words; null on the first page. */
  readonly words: string | null;
  readonly crumbs: readonly Crumb[];
  readonly totals: readonly (readonly [string, string])[];
  readonly isFirst: boolean;
  /** Whether there is nothing to report. */
  readonly isClean: boolean;
  readonly reasons: readonly {
    readonly href: string;
    readonly code: string;
    readonly words: string;
    readonly count: string;
  }[];
  readonly parts: readonly { readonly href: string; readonly name: string; readonly count: string }[];
  readonly withheld: readonly WithheldLink[];
  /** A sentence if more records are withheld than are listed, else null. */
  readonly moreWithheld: string | null;
  readonly groups: readonly {
    readonly id: string;
    readonly heading: string;
    readonly text: string;
    readonly rows: readonly ReportRowView[];
  }[];
}

function rowView(row: ReportRow, page: string): ReportRowView {
  return {
    file: row.file,
    pithNumber: row.pithNumber,
    href: row.suffix === null ? null : relativeLink(page, recordPage(row.suffix)),
    sha256: row.sha256,
    findings: row.findings.map(({ code, where, message }) => ({ code, words: REASON_WORDS[code], where, message })),
    more: row.more === 0 ? null : `${counted(row.more, 'more finding is', 'more findings are')} in mirror-report.json.`,
  };
}

export function reportView({ path, code, above, totals, withheld, parts, rows }: ReportListPage): ReportView {
  const moreWithheld = (totals?.withheld ?? 0) - withheld.length;
  const link = (to: string): string => relativeLink(path, to);
  const groups = [
    {
      id: 'rejected',
      heading: 'Rejected files',
      text: 'Nothing from these files is published, and no page of this mirror links to them.',
      rows: rows.filter(({ isRejected }) => isRejected).map((row) => rowView(row, path)),
    },
    {
      id: 'with-findings',
      heading: 'Files with findings',
      text: 'These files are published. The record’s page omits or marks what is wrong.',
      rows: rows.filter(({ isRejected }) => !isRejected).map((row) => rowView(row, path)),
    },
  ];
  return {
    heading: code === null ? 'Report of this mirror' : code.replaceAll('_', ' '),
    words: code === null ? null : REASON_WORDS[code],
    crumbs: above.map(({ path: to, name }) => ({ href: link(to), name: name.replaceAll('_', ' ') })),
    totals:
      totals === null
        ? []
        : [
            ['Files', String(totals.files)],
            ['Without problems', String(totals.verified)],
            ['With findings', String(totals.with_findings)],
            ['Rejected', String(totals.rejected)],
            ['Findings', String(totals.findings)],
            ...(totals.withheld === 0 ? [] : [['Withheld records', String(totals.withheld)] as const]),
          ],
    withheld: withheldRows(withheld, path),
    moreWithheld:
      moreWithheld <= 0
        ? null
        : `${counted(moreWithheld, 'more record is', 'more records are')} withheld; the files in records/ list all of them.`,
    isFirst: code === null,
    isClean: code === null && parts.length === 0 && rows.length === 0,
    reasons: parts.flatMap((part) =>
      part.code === null
        ? []
        : {
            href: link(part.path),
            code: part.code,
            words: REASON_WORDS[part.code],
            count: counted(part.files, 'file'),
          },
    ),
    parts: parts.flatMap((part) =>
      part.code === null ? { href: link(part.path), name: part.name, count: counted(part.files, 'file') } : [],
    ),
    groups: groups.filter((group) => group.rows.length > 0),
  };
}
