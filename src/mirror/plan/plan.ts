/**
 * The plan of one record: its bundles and notes, judged each alone, become all that its page shows and its reports say.
 *
 * Records are planned one by one, since all of them fit into no memory; what shows only across records comes from
 * `collisions`. Pure.
 */

import { type RecordTexts, recordTexts } from '../../formats/texts.ts';
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
import type { Note } from '../read/notes.ts';
import type { CatalogueEntry } from './catalogue.ts';

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
  /** Null for a record without a bundle: nothing signed is at hand. */
  readonly merged: MergedRecord | null;
  /** Bundle files of this number, distinct bytes, newest first. */
  readonly received: readonly ReceivedFile[];
  readonly notes: readonly Note[];
  /** What was checked: of the published bundle, or of all where one was assembled; of a note for a record-only entry. */
  readonly checks: readonly Check[];
  /** All findings on this record, each once. */
  readonly findings: readonly Finding[];
  readonly texts: RecordTexts;
}

/** Bundles of one number become one record. Returns it with findings that no file shows alone. */
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
  // The merge of a file alone is at hand already.
  const merged =
    distinct.length === 1 && only !== undefined && first?.merged
      ? first.merged
      : mergeBundles(distinct.map(({ bundle }) => bundle));
  const received = merged.bundles.flatMap((bundle) => distinct.filter((file) => file.bundle === bundle));
  return { merged, received };
}

/** One event in two bundles is found at two places: the first is enough. */
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
    // What the merge of a file alone found may not hold for all of them together.
    findings: uniqueFindings([...files.flatMap((file) => file.verificationFindings), ...merged.findings]),
  });
}

/** The ledger of the published bundle; of an assembled one, that of each bundle, with every event once. */
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

/** Checks that each bundle of a number has its own of; the others are on the record, which they share. */
const OF_BUNDLE: ReadonlySet<Check['subject']> = new Set(['bundle_hash', 'bundle_signature', 'state']);

/** A note that has the suffix right and the year wrong is of no record. */
function entryOf(
  identified: IdentifiedRecord,
  notes: readonly Note[],
  rest: Omit<RecordEntry, 'identified' | 'notes' | 'texts'>,
): RecordEntry {
  const own = { identified, notes: notes.filter(({ pithNumber }) => pithNumber === identified.pithNumber), ...rest };
  return { ...own, texts: recordTexts(own) };
}

/** Values that have their key in common with others, by that key. Nearly all have one of their own, and cost no list. */
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

/** What of a record can be another's too. */
type Names = Pick<CatalogueEntry, 'suffix' | 'pithNumber' | 'shortPithNumber' | 'sourceId' | 'sourceVersion'>;

/** Others that a finding of this kind names. */
const NAMED_OTHERS = 10;

/**
 * What two records of one mirror can have in common and must not, or that a reader must know, by suffix.
 *
 * @param entries in the order of the catalogue, which is the order in which others are named.
 */
export function collisions(entries: readonly Names[]): ReadonlyMap<string, readonly Finding[]> {
  const found = new Map<string, Finding[]>();
  const note = (code: Finding['code'], where: string, what: string, group: readonly Names[]): void => {
    for (const { suffix } of group) {
      // Of many only some: a thousand records of one alias would name each other a million times.
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
  // Several versions of one paper share its arXiv id and DOI; two records of one version do not agree.
  for (const [alias, group] of groupsOfSeveral(
    entries,
    ({ sourceId, sourceVersion }) => `${sourceId}v${sourceVersion}`,
  ))
    note('alias_conflict', '/source_aliases', `the alias ${alias}`, group);
  return found;
}

/** What one number's files come to. */
export interface RecordPlan {
  /** Null where no file is a bundle and no note quotes a record. */
  readonly entry: RecordEntry | null;
  /** Of the bundle files as given, then of the notes that were rejected or have findings. */
  readonly reports: readonly FileReport[];
}

/**
 * Plans the record of one number.
 *
 * @param files its bundle files, judged each alone, none rejected.
 * @param notes its notes, those that could be read.
 * @param across what `collisions` found of it.
 */
export function planRecord(
  files: readonly JudgedFile[],
  notes: readonly Note[],
  across: readonly Finding[],
): RecordPlan {
  // Renaming a file moves nothing.
  const byBytes = files.toSorted((a, b) => compareCodePoints(a.report.sha256 ?? '', b.report.sha256 ?? ''));
  const notesByBytes = notes.toSorted((a, b) => compareCodePoints(a.sha256, b.sha256));
  const alone = recordOf(byBytes, notesByBytes);
  const entry = alone === null ? null : { ...alone, findings: [...alone.findings, ...across] };
  const reports = [
    ...files.map((file) => reportOf(file, entry ?? undefined)),
    ...notesByBytes.flatMap((note) => reportOfNote(note, entry ?? undefined) ?? []),
  ];
  return { entry, reports };
}

/** A file's report with what shows only beside other files: of its own number, or of others. */
function reportOf({ report, bundle }: JudgedFile, entry: RecordEntry | undefined): FileReport {
  if (bundle === null || entry === undefined) return report;
  const ofNumber = entry.received.length > 1 ? sharedFindings(bundle, entry.merged) : [];
  return withFindings(report, [...ofNumber, ...entry.findings.filter(isAcross)]);
}

/** Of what the bundles of a number show together, what this one has a part in. */
function sharedFindings(bundle: VerifiedBundle, merged: MergedRecord | null): readonly Finding[] {
  if (merged === null) return [];
  const ids = new Set(bundle.events.map(({ eventId }) => eventId));
  return [
    ...merged.equivocations.filter(({ eventIds }) => eventIds.some((id) => ids.has(id))).map(equivocationFinding),
    ...merged.views.filter(({ newest, older }) => newest === bundle || older === bundle).map(({ finding }) => finding),
  ];
}

/** A note is reported only where there is something to say: it is no bundle, and proves nothing. */
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
