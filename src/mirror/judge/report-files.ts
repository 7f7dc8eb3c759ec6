/**
 * The report as files: `mirror-report.json`, and, beyond 20 MB, parts next to it, since some hosts refuse files over 25 MiB.
 *
 * A file's part is named by the first digits of its SHA-256. So parts are of about the same size, whatever is reported, and
 * a new file changes one of them; by year, the newest years alone would outgrow the limit again.
 */
import { bytesOf, type Content, contentText } from '../base/disk.ts';
import { REPORT, reportPart } from '../base/paths.ts';
import { digestOfPieces } from '../base/site-file.ts';

/** One file's report, as the document has it. */
export interface ReportedText {
  readonly sha256: string | null;
  /** JSON, indented as in the list of files, without a line end. */
  readonly text: Content;
}

export interface ReportFile {
  readonly path: string;
  readonly sha256: string;
  /** The text may be too long for one string. */
  readonly pieces: () => Iterable<Content>;
}

/** Formats a value; the report's strings need more escapes than JSON's. */
export type Format = (value: unknown) => string;

const WHOLE_BYTES = 20_000_000;
/** The part of files that could not be read, and so have no digest. */
const UNREAD = 'unread';

/** A document with a list of files at its end. @param head its members before that list. */
export function* documentPieces(head: object, texts: Iterable<Content>, format: Format): Generator<Content> {
  const [before = '', after = ''] = format({ ...head, files: [] }).split(/(?<="files": \[)(?=\]\n\}$)/);
  yield before;
  let separator = '\n    ';
  for (const text of texts) {
    yield separator;
    yield text;
    separator = ',\n    ';
  }
  yield `${separator.startsWith(',') ? '\n  ' : ''}${after}\n`;
}

const sizeOf = (lines: readonly ReportedText[]): number =>
  lines.reduce((sum, { text }) => sum + (typeof text === 'string' ? text.length : bytesOf(text).length), 0);

/** By the fewest digits that make every part small enough. */
function partsOf(lines: readonly ReportedText[], most: number): ReadonlyMap<string, readonly ReportedText[]> {
  let parts = new Map<string, readonly ReportedText[]>();
  for (let digits = 1; digits <= 4; digits++) {
    parts = Map.groupBy(lines, ({ sha256 }) => sha256?.slice(0, digits) ?? UNREAD);
    if ([...parts.values()].every((part) => sizeOf(part) <= most)) break;
  }
  return parts;
}

/**
 * The files of a report.
 *
 * @param lines sorted by digest, those without one last. @param most bytes of a file, about.
 */
export function reportFiles(
  head: object,
  lines: readonly ReportedText[],
  format: Format,
  most: number = WHOLE_BYTES,
): readonly ReportFile[] {
  const textsOf = (part: readonly ReportedText[]): readonly Content[] => part.map(({ text }) => text);
  if (sizeOf(lines) <= most) return [digested(REPORT, () => documentPieces(head, textsOf(lines), format))];
  const parts = [...partsOf(lines, most)].map(([name, part]) => ({
    ...digested(reportPart(name), () => documentPieces({}, textsOf(part), format)),
    files: part.length,
  }));
  const list = parts.map(({ path, files, sha256 }) => ({ path, files, sha256 }));
  return [digested(REPORT, () => [`${format({ ...head, parts: list })}\n`]), ...parts];
}

const digested = (path: string, pieces: ReportFile['pieces']): ReportFile => ({
  path,
  sha256: digestOfPieces(pieces()),
  pieces,
});

/**
 * The whole report as one document again.
 *
 * @param read a file of the site.
 */
export function* readReportFiles(read: (path: string) => Uint8Array, format: Format): Generator<Content> {
  const whole = read(REPORT);
  // No string of JSON has a line feed in it, so this is a member of the document.
  const isSplit = Buffer.from(whole.buffer, whole.byteOffset, whole.length).includes('\n  "parts": [');
  if (!isSplit) {
    yield whole;
    return;
  }
  const { parts, ...head } = JSON.parse(contentText(whole)) as { readonly parts: readonly { readonly path: string }[] };
  const empty = Array.from(documentPieces({}, ['\u0000'], format), contentText).join('');
  const [before = '', after = ''] = empty.split('\u0000');
  const inner = parts
    .map(({ path }) => read(path))
    .map((bytes) => bytes.subarray(before.length, bytes.length - after.length));
  yield* documentPieces(head, inner, format);
}
