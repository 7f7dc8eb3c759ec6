/** A report as text for people. */
import type { FileReport, Report } from '../mirror/judge/report.ts';
import { printable } from './terminal.ts';

/** Findings listed per file; the whole list is in the JSON. */
const SHOWN_FINDINGS = 5;

function fileLines(file: FileReport): readonly string[] {
  const head = `${file.outcome === 'rejected' ? 'rejected' : 'findings'}  ${printable(file.file)}`;
  const shown = file.findings.slice(0, SHOWN_FINDINGS).map(({ code, where, message }) => {
    return `    ${code}${where === '' ? '' : ` at ${printable(where)}`}: ${printable(message)}`;
  });
  const left = file.findings.length - shown.length;
  return [head, ...shown, ...(left > 0 ? [`    and ${left} more (--json has all)`] : [])];
}

function table(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}

/**
 * The text of a report.
 *
 * @param verb what was done with the records: `published` or `verified`.
 * @param seconds how long it took.
 */
export function formatReportText(
  report: Pick<Report, 'totals' | 'troubled' | 'trust'>,
  verb: string,
  seconds: number,
): string {
  const { totals } = report;
  const troubled = report.troubled.flatMap(fileLines);
  const recordOnly = totals.record_only > 0 ? ` (${totals.record_only} record only, no signed bundle)` : '';
  const rows = table([
    [`records ${verb}`, `${totals.records}${recordOnly}`],
    ...(totals.withheld > 0 ? [['records withheld', `${totals.withheld} (excluded by notes)`] as const] : []),
    ['files verified', `${totals.verified + totals.with_findings} of ${totals.files}`],
    ['findings', String(totals.findings)],
    ['rejected files', String(totals.rejected)],
    ['signatures checked', String(totals.signatures)],
    ['digests checked', String(totals.digests)],
    [
      'pinned keys',
      report.trust.map(({ key_id, fingerprint_sha256_hex }) => `${key_id} (${fingerprint_sha256_hex})`).join(', '),
    ],
    ['time', `${seconds.toFixed(1)} s`],
  ]);
  return `${[...troubled, ...(troubled.length > 0 ? [''] : []), ...rows].join('\n')}\n`;
}
