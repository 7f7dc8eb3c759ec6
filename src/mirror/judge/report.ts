/**
 * The report: what was found in each file. One shape for `--json` and for the site's `mirror-report.json`.
 *
 * No time of build, no absolute path and no host name is in it, so that one input gives one report.
 */
import { UNSEEN } from '../../formats/unseen.ts';
import { type Check, compareCodePoints, type Finding, type ParseError, type Trust } from '../../protocol/index.ts';
import { type Content, contentText } from '../base/disk.ts';
import { TOOL_NAME } from '../base/package.ts';
import type { Note } from '../read/notes.ts';
import { documentPieces, type ReportFile, readReportFiles, reportFiles } from './report-files.ts';

export interface ReportFinding {
  readonly code: Finding['code'];
  /** JSON pointer into the file. */
  readonly where: string;
  readonly event_id: string | null;
  readonly message: string;
}

export interface FileReport {
  /** Name relative to the input. */
  readonly file: string;
  /** Of the bytes; null if they could not be read. */
  readonly sha256: string | null;
  readonly outcome: 'verified' | 'findings' | 'rejected';
  readonly pith_number: string | null;
  readonly bundle_sha256: string | null;
  /** Of the state that the merge of this file alone gives. */
  readonly state_sha256: string | null;
  readonly applied_event_ids: readonly string[];
  readonly findings: readonly ReportFinding[];
  /** How many were checked, whatever came out. */
  readonly checked: { readonly signatures: number; readonly digests: number };
}

export interface Totals {
  readonly files: number;
  readonly verified: number;
  readonly with_findings: number;
  readonly rejected: number;
  readonly findings: number;
  readonly signatures: number;
  readonly digests: number;
  /** Records published; in `verify`, distinct numbers among the files that were not rejected. */
  readonly records: number;
  /** Of these, records without a signed bundle. */
  readonly record_only: number;
  /** Records that are not published, because a note of the operator excludes them; they are not among the others. */
  readonly withheld: number;
}

/** `mirror-report.json`. */
export interface ReportDocument {
  readonly tool: { readonly name: string; readonly version: string };
  readonly trust: readonly { readonly key_id: string; readonly fingerprint_sha256_hex: string }[];
  readonly totals: Totals;
  /** By SHA-256, then name: renaming a file moves nothing. */
  readonly files: readonly FileReport[];
}

/** Findings as the report writes them. */
export function reportFindings(findings: readonly Finding[]): readonly ReportFinding[] {
  return findings.map(({ code, where, eventId, message }) => ({ code, where, event_id: eventId, message }));
}

/** Counts checks that were made: an absent signature, or a digest that cannot be checked, is none. */
export function countChecks(checks: readonly Check[]): FileReport['checked'] {
  const made = checks.filter(({ outcome }) => outcome === 'verified' || outcome === 'failed');
  return {
    signatures: made.filter(({ how }) => how === 'signature').length,
    digests: made.filter(({ how }) => how === 'digest').length,
  };
}

/** The report of a file that was rejected before, or without, being a bundle. */
export function rejectedFile(name: string, sha256: string | null, error: ParseError): FileReport {
  return {
    file: name,
    sha256,
    outcome: 'rejected',
    pith_number: null,
    bundle_sha256: null,
    state_sha256: null,
    applied_event_ids: [],
    findings: error.problems.map(({ code, path, message }) => ({ code, where: path, event_id: null, message })),
    checked: { signatures: 0, digests: 0 },
  };
}

/** The report of a note: what of its quoted record was checked. It names no bundle and no state. */
export function noteReport(note: Note): FileReport {
  return {
    file: note.file,
    sha256: note.sha256,
    outcome: note.findings.length > 0 ? 'findings' : 'verified',
    pith_number: note.pithNumber,
    bundle_sha256: null,
    state_sha256: null,
    applied_event_ids: [],
    findings: reportFindings(note.findings),
    checked: countChecks(note.checks),
  };
}

/** A file's report with findings that only appear together with other files. Duplicates are dropped. */
export function withFindings(report: FileReport, findings: readonly Finding[]): FileReport {
  const key = ({ code, where, event_id, message }: ReportFinding): string =>
    JSON.stringify([code, where, event_id, message]);
  const known = new Set(report.findings.map(key));
  const more = reportFindings(findings).filter((finding) => !known.has(key(finding)));
  if (more.length === 0) return report;
  const outcome = report.outcome === 'rejected' ? 'rejected' : 'findings';
  return { ...report, outcome, findings: [...report.findings, ...more] };
}

/** One file's report as the whole report needs it: what is counted, and the text. */
export interface FileLine {
  readonly file: string;
  readonly sha256: string | null;
  readonly outcome: FileReport['outcome'];
  readonly findings: number;
  readonly signatures: number;
  readonly digests: number;
  /**
   * Its part of `mirror-report.json`, JSON without a line end. Bytes if it came from a cache: most are never parsed.
   */
  readonly text: Content;
}

/** Unseen characters that JSON leaves as they are. The line feeds of its layout are none of them. */
const UNESCAPED = new RegExp(`(?!\\n)${UNSEEN.source}`, 'gu');

const escapeUnits = (char: string): string =>
  Array.from({ length: char.length }, (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');

/** Indented JSON. Names and messages from strangers are escaped, and read the same. */
function formatSafe(value: unknown): string {
  // Outside of strings there is nothing but ASCII and line feeds, so every match is inside one.
  return JSON.stringify(value, null, 2).replace(UNESCAPED, escapeUnits);
}

export function fileLine(report: FileReport): FileLine {
  return {
    file: report.file,
    sha256: report.sha256,
    outcome: report.outcome,
    findings: report.findings.length,
    ...report.checked,
    text: formatSafe(report).replaceAll('\n', '\n    '),
  };
}

/** A file with the same bytes as another, and the name of the one that is listed: of all names the one that sorts first. */
export interface Duplicate {
  readonly file: string;
  readonly sameAs: string;
}

/**
 * Files that have the same bytes as another. A rejected file is never among them, because each of them needs to be
 * fixed.
 *
 * @returns by name, in code point order.
 */
export function duplicatesOf(files: Iterable<Pick<FileLine, 'file' | 'sha256' | 'outcome'>>): readonly Duplicate[] {
  const firsts = new Map<string, string>();
  const others: { readonly file: string; readonly sha256: string }[] = [];
  for (const { file, sha256, outcome } of files) {
    if (sha256 === null || outcome === 'rejected') continue;
    const first = firsts.get(sha256);
    const isFirst = first === undefined || compareCodePoints(file, first) < 0;
    if (isFirst) firsts.set(sha256, file);
    if (first !== undefined) others.push({ file: isFirst ? first : file, sha256 });
  }
  return others
    .map(({ file, sha256 }) => ({ file, sameAs: firsts.get(sha256) ?? file }))
    .sort((a, b) => compareCodePoints(a.file, b.file));
}

/** Duplicates that a message names. */
const NAMED_DUPLICATES = 5;

/** What the user is told of duplicates; nothing if there are none. */
export function duplicateNotes(duplicates: readonly Duplicate[]): readonly string[] {
  if (duplicates.length === 0) return [];
  const named = duplicates.slice(0, NAMED_DUPLICATES).map(({ file, sameAs }) => `${file} (same as ${sameAs})`);
  const left = duplicates.length - named.length;
  const more = left === 0 ? '' : ` and ${left} more`;
  return [`files with the same bytes as another file, counted once: ${named.join(', ')}${more}`];
}

/** The report of all files, which is too large to be one value where a mirror is large. */
export class Report {
  readonly #head: Pick<ReportDocument, 'tool' | 'trust' | 'totals'>;
  readonly #lines: readonly FileLine[];

  constructor(
    version: string,
    trust: Trust,
    lines: readonly FileLine[],
    records: { readonly all: number; readonly recordOnly: number; readonly withheld?: number },
  ) {
    const count = (outcome: FileReport['outcome']): number => lines.filter((line) => line.outcome === outcome).length;
    const sum = (of: (line: FileLine) => number): number => lines.reduce((total, line) => total + of(line), 0);
    this.#lines = lines.toSorted(
      (a, b) => compareCodePoints(a.sha256 ?? '~', b.sha256 ?? '~') || compareCodePoints(a.file, b.file),
    );
    this.#head = {
      tool: { name: TOOL_NAME, version },
      trust: trust.keys.map(({ keyId, fingerprint }) => ({ key_id: keyId, fingerprint_sha256_hex: fingerprint })),
      totals: {
        files: lines.length,
        verified: count('verified'),
        with_findings: count('findings'),
        rejected: count('rejected'),
        findings: sum(({ findings }) => findings),
        signatures: sum(({ signatures }) => signatures),
        digests: sum(({ digests }) => digests),
        records: records.all,
        record_only: records.recordOnly,
        withheld: records.withheld ?? 0,
      },
    };
  }

  get totals(): Totals {
    return this.#head.totals;
  }

  get trust(): ReportDocument['trust'] {
    return this.#head.trust;
  }

  /** Reports of the files that were rejected or have findings, in the order of the report. */
  get troubled(): readonly FileReport[] {
    return this.#lines
      .filter(({ outcome }) => outcome !== 'verified')
      .map(({ text }) => JSON.parse(contentText(text)) as FileReport);
  }

  /** The text of the document, in pieces: indented JSON and a line end. */
  pieces(): Iterable<Content> {
    return documentPieces(
      this.#head,
      this.#lines.map(({ text }) => text),
      formatSafe,
    );
  }

  /** The files by which a site publishes the document. @param most bytes of one, about. */
  files(most?: number): readonly ReportFile[] {
    return reportFiles(this.#head, this.#lines, formatSafe, most);
  }
}

/** The text of the document that a site publishes, in pieces, from one file or from several. */
export const readReport = (read: (path: string) => Uint8Array): Iterable<Content> => readReportFiles(read, formatSafe);
