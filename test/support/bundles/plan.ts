/** The plan of a whole mirror at once, for what only appears together with others. A build makes it record by record. */

import { contentText } from '../../../src/mirror/base/disk.ts';
import type { SiteFile } from '../../../src/mirror/base/site-file.ts';
import type { JudgedFile } from '../../../src/mirror/judge/judge.ts';
import { type FileReport, fileLine, Report, type ReportDocument } from '../../../src/mirror/judge/report.ts';
import { catalogueEntry, compareEntries } from '../../../src/mirror/plan/catalogue.ts';
import { recordFiles } from '../../../src/mirror/plan/documents.ts';
import { acrossRecords, NOTHING_ACROSS, planRecord, type RecordEntry } from '../../../src/mirror/plan/plan.ts';
import type { Note } from '../../../src/mirror/read/notes.ts';
import type { Trust } from '../../../src/protocol/index.ts';

export interface PlanInput {
  readonly judged: readonly JudgedFile[];
  readonly notes: readonly Note[];
  readonly rejected: readonly FileReport[];
  readonly trust: Trust;
}

export interface MirrorPlan {
  /** In the order of the catalogue. */
  readonly records: readonly RecordEntry[];
  /** Reports of all bundle files, and of notes that were rejected or have findings. */
  readonly files: readonly FileReport[];
  readonly trust: Trust;
}

export function makePlan({ judged, notes, rejected, trust }: PlanInput): MirrorPlan {
  const suffixes = new Set([
    ...judged.flatMap(({ bundle }) => bundle?.suffix ?? []),
    ...notes.map(({ suffix }) => suffix),
  ]);
  const planOf = (suffix: string, across: Parameters<typeof planRecord>[2]): ReturnType<typeof planRecord> =>
    planRecord(
      judged.filter(({ bundle }) => bundle?.suffix === suffix),
      notes.filter((note) => note.suffix === suffix),
      across,
    );
  const alone = [...suffixes].flatMap((suffix) => planOf(suffix, NOTHING_ACROSS).entry ?? []);
  const across = acrossRecords(alone.map(catalogueEntry).sort(compareEntries));
  const plans = [...suffixes].map((suffix) => planOf(suffix, across.get(suffix) ?? NOTHING_ACROSS));
  const records = plans
    .flatMap(({ entry }) => entry ?? [])
    .sort((a, b) => compareEntries(catalogueEntry(a), catalogueEntry(b)));
  const bad = judged.flatMap(({ bundle, report }) => (bundle === null ? [report] : []));
  return { records, files: [...plans.flatMap(({ reports }) => reports), ...bad, ...rejected], trust };
}

/** What `mirror-report.json` says. */
export function reportOfPlan({ records, files, trust }: MirrorPlan): ReportDocument {
  const recordOnly = records.filter(({ merged }) => merged === null).length;
  const report = new Report('0', trust, files.map(fileLine), { all: records.length, recordOnly });
  return JSON.parse(Array.from(report.pieces(), contentText).join(''));
}

/** Files of the record, for the tests' trust. */
export function filesOf(entry: RecordEntry): readonly SiteFile[] {
  return recordFiles(entry);
}
