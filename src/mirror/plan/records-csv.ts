/**
 * The catalogue as CSV (RFC 4180, UTF-8, LF) with its description as a data package, for people who work with tables.
 * Pure.
 *
 * One file, `records.csv`, up to 20 MB; beyond that, hosts that refuse files over 25 MiB get one or more for each year:
 * `records-2026-1.csv`. Files are filled from the oldest record on, so a record of today changes the last file of its year.
 */
import { compareCodePoints } from '../../protocol/index.ts';
import { sha256 } from '../../records/lists.ts';
import { DATA_PACKAGE, RECORDS_CSV, recordsPart } from '../base/paths.ts';
import type { SiteFile } from '../base/site-file.ts';
import { type CatalogueEntry, timeOfAll } from './catalogue.ts';

/** Characters of a file, about. Few of them need more than one byte. */
const FILE_CHARACTERS = 20_000_000;
/** Of a line, without title and authors. */
const LINE_CHARACTERS = 280;

const FIELDS = [
  ['suffix', 'string', '26 characters that name the record'],
  ['pith_number', 'string', 'The full Pith Number'],
  ['arxiv_id', 'string', 'arXiv identifier without the version'],
  ['version', 'integer', 'Version of the paper'],
  ['title', 'string', 'As the signed snapshot has it, with TeX accents as letters; empty if there is none'],
  ['authors', 'string', 'The same of the authors, in the order of the registry'],
  ['category', 'string', 'Primary arXiv category'],
  ['date', 'datetime', 'When the paper was submitted, UTC'],
  ['license', 'string', 'URL of the license of the paper; empty if the record names none'],
  ['status', 'string', 'verified, findings, or record-only if the mirror has no signed bundle'],
  ['state_sha256', 'string', 'SHA-256 of state.json; empty if the mirror has no signed bundle'],
] as const;

/** Line ends in a text become spaces: a record is one line, for tools that do not understand quotes. */
const field = (text: string): string => {
  // Nearly all fields are as they are: the rest would take a tenth of an update of one record.
  if (!/[^\S ]| {2}|[",]/.test(text)) return text;
  const line = text.replaceAll(/\s+/g, ' ');
  return /[",]/.test(line) ? `"${line.replaceAll('"', '""')}"` : line;
};

function lineOf(entry: CatalogueEntry): string {
  const { suffix, pithNumber, sourceId, sourceVersion, title, authors, categories, submittedAt } = entry;
  const { license, verdict, state } = entry;
  const values = [suffix, pithNumber, sourceId, String(sourceVersion), title ?? '', authors ?? '', categories[0] ?? ''];
  return `${[...values, submittedAt, license, verdict, state ?? ''].map(field).join(',')}\n`;
}

const weightOf = ({ title, authors }: CatalogueEntry): number =>
  LINE_CHARACTERS + (title?.length ?? 0) + (authors?.length ?? 0);

export interface CsvPart {
  readonly path: string;
  /** Oldest first. */
  readonly entries: readonly CatalogueEntry[];
}

/** The files of the catalogue. @param entries in the order of the catalogue: newest first. */
export function csvParts(entries: readonly CatalogueEntry[], most: number = FILE_CHARACTERS): readonly CsvPart[] {
  const oldest = entries.toSorted(
    (a, b) => compareCodePoints(a.submittedAt, b.submittedAt) || compareCodePoints(a.suffix, b.suffix),
  );
  const total = oldest.reduce((sum, entry) => sum + weightOf(entry), 0);
  if (total <= most) return [{ path: RECORDS_CSV, entries: oldest }];
  return [...Map.groupBy(oldest, ({ submittedAt }) => submittedAt.slice(0, 4))].flatMap(([year, ofYear]) => {
    const parts: CatalogueEntry[][] = [];
    let weight = Number.POSITIVE_INFINITY;
    for (const entry of ofYear) {
      weight += weightOf(entry);
      if (weight > most) {
        parts.push([]);
        weight = weightOf(entry);
      }
      parts.at(-1)?.push(entry);
    }
    return parts.map((part, i) => ({ path: recordsPart(year, i + 1), entries: part }));
  });
}

/** The catalogue as tables, and their description. @param entries in the order of the catalogue. */
export function csvFiles(entries: readonly CatalogueEntry[], site: string | null, most?: number): readonly SiteFile[] {
  const header = `${FIELDS.map(([name]) => name).join(',')}\n`;
  const tables = csvParts(entries, most).map(({ path, entries: own }) => {
    const content = Buffer.from(header + own.map(lineOf).join(''));
    return { path, content, sha256: sha256(content) };
  });
  const schema = {
    fields: FIELDS.map(([name, type, description]) => ({ name, type, description })),
    primaryKey: 'suffix',
  };
  const description = {
    profile: 'tabular-data-package',
    name: 'pith-records',
    title: 'Records of a pith mirror',
    ...(site === null ? {} : { homepage: site }),
    created: timeOfAll(entries),
    sources: [{ title: 'Pith', path: 'https://pith.science/' }],
    resources: tables.map(({ path, content, sha256 }) => ({
      profile: 'tabular-data-resource',
      name: path.replace(/\.csv$/, ''),
      path,
      format: 'csv',
      mediatype: 'text/csv',
      encoding: 'utf-8',
      bytes: content.length,
      hash: `sha256:${sha256}`,
      dialect: { lineTerminator: '\n', doubleQuote: true },
      schema,
    })),
  };
  return [...tables, { path: DATA_PACKAGE, content: `${JSON.stringify(description, null, 2)}\n` }];
}
