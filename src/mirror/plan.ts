/**
 * The plan: every record that the site will show, with all that is known of it, and what shows only across records.
 *
 * It is what the site's pages get. Nothing is read, verified or sorted after it.
 */
import {
  type Check,
  compareCodePoints,
  equivocationFinding,
  expectedAliases,
  type Finding,
  type IdentifiedRecord,
  identifyRecord,
  type MergedRecord,
  mergeBundles,
  ParseError,
  sha256Hex,
  type Trust,
  type VerifiedBundle,
} from '../protocol/index.ts';
import type { Note } from './notes.ts';
import { type FileReport, type JudgedFile, noteReport, rejectedFile, withFindings } from './report.ts';

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
}

export interface MirrorPlan {
  /** Newest first by submission, then by suffix. */
  readonly records: readonly RecordEntry[];
  /** Reports of all bundle files, and of notes that were rejected or have findings. */
  readonly files: readonly FileReport[];
  readonly trust: Trust;
  readonly version: string;
  /** Base URL at which the site will be, or null where it is not said. */
  readonly site: string | null;
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
  rest: Omit<RecordEntry, 'identified' | 'notes'>,
): RecordEntry {
  return { identified, notes: notes.filter(({ pithNumber }) => pithNumber === identified.pithNumber), ...rest };
}

/** Groups values by a key, keys in order of first sight. */
function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return groups;
}

/** What two records of one mirror can have in common and must not, or that a reader must know. */
function collisions(records: readonly RecordEntry[]): ReadonlyMap<RecordEntry, readonly Finding[]> {
  const found = new Map<RecordEntry, Finding[]>();
  const note = (code: Finding['code'], where: string, what: string, group: readonly RecordEntry[]): void => {
    for (const entry of group) {
      const others = group.filter((other) => other !== entry).map((other) => other.identified.pithNumber);
      const message = `expected ${what} of this record alone, got the same for ${others.join(', ')}`;
      found.set(entry, [...(found.get(entry) ?? []), { code, where, eventId: null, message }]);
    }
  };
  for (const [short, group] of groupBy(records, ({ identified }) => identified.shortPithNumber)) {
    if (group.length > 1) note('short_number_collision', '/short_pith_number', `the short number ${short}`, group);
  }
  const version = ({ identified }: RecordEntry): string =>
    expectedAliases(identified.record.source, identified.suffix).get('arxiv_version') ?? '';
  for (const [alias, group] of groupBy(records, version)) {
    // Several versions of one paper share its arXiv id and DOI; two records of one version do not agree.
    if (group.length > 1) note('alias_conflict', '/source_aliases', `the alias ${alias}`, group);
  }
  return found;
}

export interface PlanInput {
  readonly judged: readonly JudgedFile[];
  readonly notes: readonly Note[];
  /** Files that could not be read, or not as what they are named. */
  readonly rejected: readonly FileReport[];
  readonly trust: Trust;
  readonly version: string;
  readonly site: string | null;
}

/** Makes the plan. The order of the input has no influence on it, but for that of `files`, which the report sorts. */
export function makePlan({ judged, notes, rejected, trust, version, site }: PlanInput): MirrorPlan {
  const filesOf = groupBy(
    judged.toSorted((a, b) => compareCodePoints(a.report.sha256 ?? '', b.report.sha256 ?? '')),
    ({ bundle }) => bundle?.suffix ?? REJECTED,
  );
  const notesOf = groupBy(
    notes.toSorted((a, b) => compareCodePoints(a.sha256, b.sha256)),
    ({ suffix }) => suffix,
  );
  const suffixes = new Set([...filesOf.keys(), ...notesOf.keys()]);
  suffixes.delete(REJECTED);
  const alone = [...suffixes].flatMap((suffix) => recordOf(filesOf.get(suffix) ?? [], notesOf.get(suffix) ?? []) ?? []);
  const across = collisions(alone);
  const records = alone
    .map((entry) => ({ ...entry, findings: [...entry.findings, ...(across.get(entry) ?? [])] }))
    .sort(
      (a, b) =>
        compareCodePoints(b.identified.record.submittedAt, a.identified.record.submittedAt) ||
        compareCodePoints(a.identified.suffix, b.identified.suffix),
    );
  const bySuffix = new Map(records.map((entry) => [entry.identified.suffix, entry]));
  const reports = [
    ...judged.map((file) => reportOf(file, bySuffix.get(file.bundle?.suffix ?? REJECTED))),
    ...notes.flatMap((note) => reportOfNote(note, bySuffix.get(note.suffix)) ?? []),
  ];
  return { records, files: [...reports, ...rejected], trust, version, site };
}

/** Stands in for the suffix of a file that was rejected; no suffix is empty. */
const REJECTED = '';

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
