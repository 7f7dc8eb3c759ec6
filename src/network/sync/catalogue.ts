/** The catalogue that a mirror publishes as `records.csv`: which paper each record is. Its content is checked later. */
import { decodeUtf8, SUFFIX_PATTERN } from '../../protocol/index.ts';
import type { Source } from '../source.ts';
import { isOfCategory, plainArxivId, type Wanted } from './wanted.ts';

const CATALOGUE = 'records.csv';
const PACKAGE = 'datapackage.json';
/** A part is split beyond 20 MB. */
const MAX_PART_BYTES = 64 * 1024 * 1024;

/** One record as the catalogue claims it. */
export interface ClaimedRecord {
  readonly suffix: string;
  readonly arxivId: string;
  readonly arxivVersion: number | null;
  readonly category: string;
  /** `YYYY-MM-DD`; `''` if it is not known. */
  readonly day: string;
}

/** Fields of CSV lines (RFC 4180). */
export function* csvLines(text: string): Generator<readonly string[]> {
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  let line: string[] = [];
  while (field.lastIndex < text.length) {
    const [all, quoted, plain = '', end] = field.exec(text) ?? [];
    if (all === undefined) throw new SyntaxError('a quotation mark in the middle of a field');
    line.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    yield line;
    line = [];
  }
  // A trailing comma is followed by one more, empty field.
  if (line.length > 0) yield [...line, ''];
}

/** The index of the first of these columns in the header. */
function columnOf(header: readonly string[], ...names: readonly string[]): number {
  return names.map((name) => header.indexOf(name)).find((at) => at !== -1) ?? -1;
}

/** @throws SyntaxError if the text is not such a catalogue. */
export function parseCatalogue(text: string): readonly ClaimedRecord[] {
  const lines = csvLines(text.replace(/^\ufeff/, ''));
  const header = lines.next().value as readonly string[] | undefined;
  const columns = {
    suffix: columnOf(header ?? [], 'suffix'),
    arxivId: columnOf(header ?? [], 'arxiv_id', 'arxiv'),
    version: columnOf(header ?? [], 'arxiv_version', 'version'),
    category: columnOf(header ?? [], 'primary_category', 'category'),
    day: columnOf(header ?? [], 'submitted_at', 'submitted', 'date'),
  };
  if (columns.suffix === -1 || columns.arxivId === -1)
    throw new SyntaxError('the columns suffix and arXiv id are missing');
  const found: ClaimedRecord[] = [];
  for (const line of lines) {
    const suffix = line[columns.suffix] ?? '';
    if (!SUFFIX_PATTERN.test(suffix)) continue;
    const [, id = '', inId] = /^(.*?)(?:v(\d+))?$/s.exec(line[columns.arxivId] ?? '') ?? [];
    const version = line[columns.version] ?? inId;
    found.push({
      suffix,
      arxivId: id,
      arxivVersion: version !== undefined && /^\d+$/.test(version) ? Number(version) : null,
      category: line[columns.category] ?? '',
      day: /^\d{4}-\d{2}-\d{2}/.exec(line[columns.day] ?? '')?.[0] ?? '',
    });
  }
  return found;
}

/** Paths of the catalogue's parts: one file, or those that the data package names. */
async function catalogueFiles(source: Source): Promise<readonly string[]> {
  const answer = await source.file(PACKAGE, MAX_PART_BYTES);
  if (answer.kind !== 'found') return [CATALOGUE];
  try {
    const { resources } = JSON.parse(Buffer.from(answer.bytes).toString('utf8')) as {
      readonly resources?: readonly { readonly path?: unknown }[];
    };
    const paths = (resources ?? []).flatMap(({ path }) => (Array.isArray(path) ? path : [path]));
    // Only relative paths without `..` and with our names: a data package may list other tables too.
    const own = paths.filter((path) => typeof path === 'string' && /^(?:[\w-]+\/)*records[\w.-]*\.csv$/.test(path));
    return own.length > 0 ? own : [CATALOGUE];
  } catch {
    return [CATALOGUE];
  }
}

/** @returns the records of the catalogue, or why it cannot be used. */
export async function readCatalogue(source: Source): Promise<readonly ClaimedRecord[] | { readonly problem: string }> {
  const found: (readonly ClaimedRecord[])[] = [];
  for (const path of await catalogueFiles(source)) {
    const answer = await source.file(path, MAX_PART_BYTES);
    if (answer.kind === 'missing') return { problem: `it publishes no ${path}` };
    if (answer.kind !== 'found') return { problem: `${path} cannot be read` };
    try {
      found.push(parseCatalogue(decodeUtf8(answer.bytes)));
    } catch (error) {
      return { problem: `${path} is not a catalogue: ${error instanceof Error ? error.message : String(error)}` };
    }
  }
  return found.flat();
}

/** The records in the catalogue that a name matches. */
export function claimedBy(wanted: Wanted & { readonly kind: 'arxiv' }, records: readonly ClaimedRecord[]) {
  return records.filter(
    ({ arxivId, arxivVersion }) =>
      plainArxivId(arxivId) === wanted.id && (wanted.version === null || wanted.version === arxivVersion),
  );
}

export function claimedOfCategory(asked: readonly string[], records: readonly ClaimedRecord[]): ReadonlySet<string> {
  return new Set(records.filter(({ category }) => isOfCategory(category, asked)).map(({ suffix }) => suffix));
}
