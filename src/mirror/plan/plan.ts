/**
 * The plan of one record: turns its bundles and notes, each judged alone, into all that its page shows and its reports say.
 *
 * Records are planned one by one, because all of them together would not fit into memory. What shows only across records comes
 * from {@link collisions}. Pure.
 */

import { deflatedBase64 } from '../../formats/deflate.ts';
import { type RecordTexts, recordTexts } from '../../formats/texts.ts';
import { type OtherVersion, otherVersions } from '../../formats/versions.ts';
import {
  type Check,
  compareCodePoints,
  equivocationFinding,
  type Finding,
  type IdentifiedRecord,
  identifyRecord,
  type MergedRecord,
  mergeBundles,
  ParseError,
  sha256Hex,
  type VerifiedBundle,
} from '../../protocol/index.ts';
import type { JudgedFile } from '../judge/judge.ts';
import { type FileReport, noteReport, rejectedFile, withFindings } from '../judge/report.ts';
import { type Exclusion, UNREADABLE_EXCLUSION } from '../read/exclusion.ts';
import type { Note } from '../read/notes.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { type Withheld, withheldOf } from './tombstone.ts';

/** A bundle file that was not rejected. */
export interface ReceivedFile {
  readonly report: FileReport;
  readonly checks: readonly Check[];
  readonly bundle: VerifiedBundle;
  readonly bytesSha256: string;
}

/** One record of the mirror. */
export interface RecordEntry {
  readonly identified: IdentifiedRecord;
  /** Null for a record without a bundle: nothing about it is signed. */
  readonly merged: MergedRecord | null;
  /** The bundle files of this number with distinct bytes, newest first. */
  readonly received: readonly ReceivedFile[];
  /** The same bundles compressed, for the page (`formats/deflate.ts`). */
  readonly embedded: readonly string[];
  readonly notes: readonly Note[];
  /** The checks of the published bundle, of all bundles if it was assembled, or of the note of a record-only entry. */
  readonly checks: readonly Check[];
  /** All findings on this record, without duplicates. */
  readonly findings: readonly Finding[];
  readonly texts: RecordTexts;
  /** Other versions of the paper that this mirror has. */
  readonly versions: readonly OtherVersion[];
}

/** Merges the bundles of one number into one record. */
function mergeFiles(files: readonly JudgedFile[]): { merged: MergedRecord; received: readonly ReceivedFile[] } {
  const byBytes = new Map<string, ReceivedFile>();
  for (const { report, checks, bundle } of files) {
    if (bundle === null) continue;
    const bytesSha256 = report.sha256 ?? sha256Hex(bundle.bytes);
    if (!byBytes.has(bytesSha256)) byBytes.set(bytesSha256, { report, checks, bundle, bytesSha256 });
  }
  const distinct = [...byBytes.values()];
  const [only] = distinct;
  const [first] = files;
  // The merge of a single file was made when it was judged.
  const merged =
    distinct.length === 1 && only !== undefined && first?.merged
      ? first.merged
      : mergeBundles(distinct.map(({ bundle }) => bundle));
  const received = merged.bundles.flatMap((bundle) => distinct.filter((file) => file.bundle === bundle));
  return { merged, received };
}

/** An event in two bundles gives each finding twice: the first is enough. */
function uniqueFindings(findings: readonly Finding[]): readonly Finding[] {
  const unique = new Map<string, Finding>();
  for (const finding of findings) {
    const { code, where, eventId, message } = finding;
    const place = eventId === null ? where : where.replace(/^\/events\/\d+/, '');
    const key = JSON.stringify([code, place, eventId, message]);
    if (!unique.has(key)) unique.set(key, finding);
  }
  return [...unique.values()];
}

function recordOf(files: readonly JudgedFile[], notes: readonly Note[]): RecordEntry | null {
  const quoting = notes.find(({ quoted }) => quoted !== null);
  if (files.length === 0) {
    if (quoting?.quoted == null) return null;
    const { identified } = quoting.quoted;
    return entryOf(identified, notes, {
      merged: null,
      received: [],
      checks: quoting.checks,
      findings: quoting.findings,
    });
  }
  const { merged, received } = mergeFiles(files);
  const published = merged.published.kind === 'received' ? merged.published.bundle : merged.bundles[0];
  return entryOf(identifyRecord(published.record), notes, {
    merged,
    received,
    checks: checksOf(merged, received),
    // A finding of the merge of one file may not hold for all files together.
    findings: uniqueFindings([...files.flatMap((file) => file.verificationFindings), ...merged.findings]),
  });
}

/** The ledger of the published bundle; for an assembled one, the ledgers of all its bundles, with every event once. */
function checksOf({ published }: MergedRecord, received: readonly ReceivedFile[]): readonly Check[] {
  if (published.kind === 'received') return received.find(({ bundle }) => bundle === published.bundle)?.checks ?? [];
  const seen = new Set<string>();
  return received.flatMap(({ checks }, i) => {
    const own = checks.filter(({ subject, eventId }) =>
      eventId === null ? i === 0 || OF_BUNDLE.has(subject) : !seen.has(eventId),
    );
    for (const { eventId } of own) if (eventId !== null) seen.add(eventId);
    return own;
  });
}

/** Checks of the bundle itself. All other checks concern the record, which the bundles share. */
const OF_BUNDLE: ReadonlySet<Check['subject']> = new Set(['bundle_hash', 'bundle_signature', 'state']);

/** A note with the right suffix and the wrong year belongs to no record. */
function entryOf(
  identified: IdentifiedRecord,
  notes: readonly Note[],
  rest: Omit<RecordEntry, 'identified' | 'notes' | 'embedded' | 'texts' | 'versions'>,
): RecordEntry {
  const own = { identified, notes: notes.filter(({ pithNumber }) => pithNumber === identified.pithNumber), ...rest };
  const embedded = rest.received.map(({ bundle }) => deflatedBase64(bundle.bytes));
  return { ...own, embedded, texts: recordTexts(own), versions: [] };
}

/** Groups values that share their key. Nearly all values have a key of their own and cost no list. */
function groupsOfSeveral<T>(values: readonly T[], keyOf: (value: T) => string): ReadonlyMap<string, readonly T[]> {
  const firsts = new Map<string, T>();
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const first = firsts.get(key);
    const group = groups.get(key);
    if (first === undefined) firsts.set(key, value);
    else if (group === undefined) groups.set(key, [first, value]);
    else group.push(value);
  }
  return groups;
}

/** The members of a record that another record may share. */
type Names = Pick<CatalogueEntry, 'suffix' | 'pithNumber' | 'shortPithNumber' | 'sourceId' | 'sourceVersion'>;

/** How many other records a finding of this kind names. */
const NAMED_OTHERS = 10;

/**
 * Findings about what two records of one mirror share and must not share, or what a reader must know about, by suffix.
 *
 * @param entries in the order of the catalogue, which is the order in which others are named.
 */
export function collisions(entries: readonly Names[]): ReadonlyMap<string, readonly Finding[]> {
  const found = new Map<string, Finding[]>();
  const note = (code: Finding['code'], where: string, what: string, group: readonly Names[]): void => {
    for (const { suffix } of group) {
      // Only the first few: a thousand records of one alias would name each other a million times.
      const others = group.slice(0, NAMED_OTHERS + 1).filter((other) => other.suffix !== suffix);
      const named = others.slice(0, NAMED_OTHERS).map(({ pithNumber }) => pithNumber);
      const left = group.length - 1 - named.length;
      const more = left > 0 ? ` and ${left} more` : '';
      const message = `expected ${what} of this record alone, got the same for ${named.join(', ')}${more}`;
      found.set(suffix, [...(found.get(suffix) ?? []), { code, where, eventId: null, message }]);
    }
  };
  for (const [short, group] of groupsOfSeveral(entries, ({ shortPithNumber }) => shortPithNumber))
    note('short_number_collision', '/short_pith_number', `the short number ${short}`, group);
  // Versions of one paper share its arXiv id and DOI; two records of the same version contradict each other.
  for (const [alias, group] of groupsOfSeveral(
    entries,
    ({ sourceId, sourceVersion }) => `${sourceId}v${sourceVersion}`,
  ))
    note('alias_conflict', '/source_aliases', `the alias ${alias}`, group);
  return found;
}

/** What a record has in common with others of the mirror. */
export interface Across {
  readonly findings: readonly Finding[];
  /** Other versions of the same paper. */
  readonly versions: readonly OtherVersion[];
}

export const NOTHING_ACROSS: Across = { findings: [], versions: [] };

/** What records have in common, by suffix; those that have nothing in common with others are omitted. */
export function acrossRecords(entries: readonly Names[]): ReadonlyMap<string, Across> {
  const findings = collisions(entries);
  const versions = otherVersions(entries);
  return new Map(
    [...new Set([...findings.keys(), ...versions.keys()])].map((suffix) => [
      suffix,
      { findings: findings.get(suffix) ?? [], versions: versions.get(suffix) ?? [] },
    ]),
  );
}

/** What the files of one number amount to. */
export interface RecordPlan {
  /** Null if no file is a bundle and no note quotes a record. */
  readonly entry: RecordEntry | null;
  /** What is published in the place of the entry, if a note excludes the record; else null. */
  readonly withheld: Withheld | null;
  /** Reports of the bundle files in their order, then of the notes that were rejected or have findings. */
  readonly reports: readonly FileReport[];
}

/**
 * Plans the record of one number.
 *
 * @param files its bundle files, each judged alone, none rejected.
 * @param notes its readable notes.
 * @param across what it has in common with other records.
 * @param isExclusionUnread whether a note that was rejected tries to exclude the record.
 */
export function planRecord(
  files: readonly JudgedFile[],
  notes: readonly Note[],
  across: Across,
  isExclusionUnread = false,
): RecordPlan {
  // Sorted, so that renaming a file changes nothing.
  const byBytes = files.toSorted((a, b) => compareCodePoints(a.report.sha256 ?? '', b.report.sha256 ?? ''));
  const notesByBytes = notes.toSorted((a, b) => compareCodePoints(a.sha256, b.sha256));
  const alone = recordOf(byBytes, notesByBytes);
  const entry =
    alone === null ? null : { ...alone, findings: [...alone.findings, ...across.findings], versions: across.versions };
  const withheld = withheldBy(notesByBytes, entry, isExclusionUnread);
  // Without a bundle, a note must quote its record, unless it only excludes it.
  const reported = entry === null && withheld !== null ? [] : notesByBytes;
  const reports = [
    ...files.map((file) => reportOf(file, entry ?? undefined)),
    ...reported.flatMap((note) => reportOfNote(note, entry ?? undefined) ?? []),
  ];
  return { entry, withheld, reports };
}

/** One note that excludes the record is enough, and one that cannot be read is no reason to publish it. */
function withheldBy(notes: readonly Note[], entry: RecordEntry | null, isExclusionUnread: boolean): Withheld | null {
  const note = notes.find(({ excluded }) => excluded !== null) ?? null;
  const exclusion: Exclusion | null = note?.excluded ?? (isExclusionUnread ? UNREADABLE_EXCLUSION : null);
  return exclusion === null ? null : withheldOf(exclusion, entry, note);
}

/** A file's report with the findings that only appear together with other files, of its own number or of others. */
function reportOf({ report, bundle }: JudgedFile, entry: RecordEntry | undefined): FileReport {
  if (bundle === null || entry === undefined) return report;
  const ofNumber = entry.received.length > 1 ? sharedFindings(bundle, entry.merged) : [];
  return withFindings(report, [...ofNumber, ...entry.findings.filter(isAcross)]);
}

/** The findings of all bundles of a number that concern this bundle. */
function sharedFindings(bundle: VerifiedBundle, merged: MergedRecord | null): readonly Finding[] {
  if (merged === null) return [];
  const ids = new Set(bundle.events.map(({ eventId }) => eventId));
  return [
    ...merged.equivocations.filter(({ eventIds }) => eventIds.some((id) => ids.has(id))).map(equivocationFinding),
    ...merged.views.filter(({ newest, older }) => newest === bundle || older === bundle).map(({ finding }) => finding),
  ];
}

/** A note is reported only if something is wrong with it: it is not a bundle and proves nothing. */
function reportOfNote(note: Note, entry: RecordEntry | undefined): FileReport | null {
  const reject = (code: 'record_schema' | 'number_mismatch', path: string, message: string): FileReport =>
    rejectedFile(note.file, note.sha256, new ParseError({ code, path, message }));
  if (entry === undefined) {
    const message = 'expected a bundle of this number, or a canonical_record in the note, got neither';
    return reject('record_schema', '/canonical_record', message);
  }
  if (note.pithNumber !== entry.identified.pithNumber) {
    const message = `expected ${entry.identified.pithNumber}, the number of the record, got ${note.pithNumber}`;
    return reject('number_mismatch', '/pith_number', message);
  }
  const report = withFindings(noteReport(note), entry.merged === null ? entry.findings.filter(isAcross) : []);
  return report.outcome === 'verified' ? null : report;
}

const isAcross = ({ code }: Finding): boolean => code === 'short_number_collision' || code === 'alias_conflict';
