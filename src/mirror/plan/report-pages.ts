/**
 * The pages of the report as plain data: files that were rejected or have findings, listed by reason. Pure.
 *
 * Reasons come from a closed list, so each has its own page. A reason with more than {@link PAGE_FILES} files is split by the
 * first digit of a hash of the file's name, and again if needed. Unlike numbered pages, these parts stay the same when a file
 * is added elsewhere, and file names themselves are not safe in a path.
 */
import { compareCodePoints, encodeUtf8, REASON_CODES, type ReasonCode, sha256Hex } from '../../protocol/index.ts';
import { reportPage } from '../base/paths.ts';
import type { FileReport, ReportFinding, Totals } from '../judge/report.ts';
import type { Catalogue } from './catalogue.ts';
import type { PageLink } from './shelves.ts';
import type { WithheldLine } from './tombstone.ts';

/** Maximum number of files on a page. */
export const PAGE_FILES = 100;
/** Maximum number of findings shown for one file; the rest is in `mirror-report.json`. */
export const FILE_FINDINGS = 20;

export interface ReportRow {
  readonly file: string;
  readonly sha256: string | null;
  readonly isRejected: boolean;
  /** The number that the file claims; null if it claims none. */
  readonly pithNumber: string | null;
  /** The suffix of the record that the file belongs to. Null if it was rejected: rejected files are not linked. */
  readonly suffix: string | null;
  readonly findings: readonly ReportFinding[];
  /** How many further findings there are. */
  readonly more: number;
}

/** One part that an index links to. */
export interface ReportPart extends PageLink {
  /** The reason; null for a part of the files of one reason. */
  readonly code: ReasonCode | null;
  readonly files: number;
}

export interface ReportListPage {
  readonly path: string;
  /** Null on the first page. */
  readonly code: ReasonCode | null;
  readonly above: readonly PageLink[];
  /** On the first page only. */
  readonly totals: Totals | null;
  /** On the first page only: records that the operator withholds, the first ones if there are many. */
  readonly withheld: readonly WithheldLine[];
  readonly parts: readonly ReportPart[];
  /** Sorted by name; empty on an index. */
  readonly rows: readonly ReportRow[];
}

interface Named {
  readonly key: string;
  readonly report: FileReport;
}

function rowOf(
  { file, sha256, outcome, pith_number, findings }: FileReport,
  published: ReadonlySet<string>,
): ReportRow {
  const isRejected = outcome === 'rejected';
  const suffix = pith_number?.slice(-26) ?? '';
  return {
    file,
    sha256,
    isRejected,
    pithNumber: pith_number,
    suffix: !isRejected && published.has(suffix) ? suffix : null,
    findings: findings.slice(0, FILE_FINDINGS),
    more: Math.max(0, findings.length - FILE_FINDINGS),
  };
}

const ROOT: PageLink = { path: reportPage(), name: 'Report' };

/** Every page of the report. The first one always exists; it has no files if nothing was rejected or found. */
export function* reportPages({ troubled, totals, entries, withheld }: Catalogue): Generator<ReportListPage> {
  const published = new Set(entries.map(({ suffix }) => suffix));
  const byCode = new Map<ReasonCode, Named[]>();
  for (const report of troubled) {
    const named = { key: sha256Hex(encodeUtf8(report.file)), report };
    for (const code of new Set(report.findings.map((finding) => finding.code))) {
      const files = byCode.get(code);
      if (files === undefined) byCode.set(code, [named]);
      else files.push(named);
    }
  }
  const rowsOf = (files: readonly Named[]): readonly ReportRow[] =>
    files
      .toSorted((a, b) => compareCodePoints(a.report.file, b.report.file))
      .map(({ report }) => rowOf(report, published));

  function* pagesOf(
    code: ReasonCode,
    digits: string,
    above: readonly PageLink[],
    files: readonly Named[],
  ): Generator<ReportListPage> {
    const path = reportPage(code, ...digits);
    const page = { path, code, above, totals: null, withheld: [] };
    if (files.length <= PAGE_FILES) {
      yield { ...page, parts: [], rows: rowsOf(files) };
      return;
    }
    const children = [...Map.groupBy(files, ({ key }) => key.charAt(digits.length))].sort(([a], [b]) =>
      compareCodePoints(a, b),
    );
    const parts = children.map(([digit, own]) => ({
      path: reportPage(code, ...digits, digit),
      name: `${digits}${digit}`,
      code: null,
      files: own.length,
    }));
    yield { ...page, parts, rows: [] };
    const here = [...above, { path, name: digits === '' ? code : digits }];
    for (const [digit, own] of children) yield* pagesOf(code, `${digits}${digit}`, here, own);
  }

  const codes = REASON_CODES.flatMap((code) => {
    const files = byCode.get(code);
    return files === undefined ? [] : [{ code, files }];
  });
  const parts = codes.map(({ code, files }) => ({ path: reportPage(code), name: code, code, files: files.length }));
  const isShort = troubled.length <= PAGE_FILES;
  const all = isShort ? troubled.map((report) => ({ key: '', report })) : [];
  const first = withheld.slice(0, PAGE_FILES);
  yield { path: ROOT.path, code: null, above: [], totals, withheld: first, parts, rows: rowsOf(all) };
  for (const { code, files } of codes) yield* pagesOf(code, '', [ROOT], files);
}
