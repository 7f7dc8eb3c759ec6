/** The report of a sync as text for people, and as an exit code. */
import type { SyncReport } from '../network/sync/report.ts';
import { EXIT } from './command.ts';
import { printable } from './terminal.ts';
import { formatBytes } from './transfer.ts';

/** A source changes while it is read, contradicts itself, or lost records. */
const CONTRADICTION = 4;

/** Lines of refused and failed records in the text for people; all are in the JSON. */
const SHOWN = 20;

/** The exit code that a report means: the first of 4, 1 and 3 that applies. */
export function exitCode({ totals, contradictions }: SyncReport): number {
  if (contradictions.length > 0) return CONTRADICTION;
  if (totals.failed > 0) return EXIT.FAILED;
  return totals.refused > 0 ? EXIT.FINDINGS : EXIT.OK;
}

/** @param target the folder, as the user would name it. */
export function formatSyncText(report: SyncReport, target: string, seconds: number): string {
  const { totals, records, contradictions } = report;
  const told = records.filter(({ outcome }) => outcome === 'refused' || outcome === 'failed');
  const lines = told.slice(0, SHOWN).map(({ outcome, suffix, source, code, message, file }) => {
    const what = suffix === null ? '' : `${suffix}  `;
    const reason = code === null ? (message ?? '') : `${code}: ${message ?? ''}`;
    const from = source === '' ? '' : ` (from ${source})`;
    return printable(`${outcome.padEnd(8)} ${what}${reason}${from}${file === null ? '' : `; see ${target}/${file}`}`);
  });
  if (told.length > SHOWN) lines.push(`and ${told.length - SHOWN} more (--json has all)`);
  lines.push(...contradictions.map((text) => printable(`the source is changing or was tampered with: ${text}`)));
  const rows: readonly (readonly [string, number])[] = [
    ['would be downloaded', totals.would_fetch],
    ['bundles kept', totals.kept],
    ['already in the folder', totals.held],
    ['without new events', totals.known],
    ['older than in folder', totals.older],
    ['withheld by the mirror', totals.withheld],
    ['excluded by your notes', totals.excluded],
    ['refused', totals.refused],
    ['failed', totals.failed],
  ];
  const shown = rows.filter(
    ([name, count]) => count > 0 || name === 'bundles kept' || name === 'already in the folder',
  );
  const table = shown.map(([name, count]) => `${name.padEnd(22)}  ${count}`);
  table.push(`${'downloaded'.padEnd(22)}  ${formatBytes(totals.bytes)} in ${seconds.toFixed(1)} s`);
  return `${[...lines, ...(lines.length > 0 ? [''] : []), ...table].join('\n')}\n`;
}
