/**
 * The data of the search, as classic scripts: a list of parts, and the parts, each a year's records or 1,000 of them. Pure.
 *
 * Parts are filled from the oldest record on, so that a new record changes only the last part of its year and the list. They are
 * scripts because a page opened from a disk can load nothing else. Each is one function call with JSON as its argument.
 *
 * A record is one line of tab-separated fields, in the order of site/search/part.ts. The site folds letters after it has loaded a
 * part: shipping folded copies would double the download.
 */
import { richMarkup } from '../../formats/rich-text.ts';
import { SEARCH_PARTS, searchPart } from '../base/paths.ts';
import type { SiteFile } from '../base/site-file.ts';
import { type CatalogueEntry, digestOfValue } from './catalogue.ts';

/** Maximum number of records in a part: a few hundred kilobytes, prepared in a few milliseconds. */
export const PART_RECORDS = 1000;
/** Of a longer list of names the search knows only the first ones: a collaboration's would weigh as much as a hundred records. */
export const SEARCHED_AUTHORS = 4000;

const YEAR = /^\d{4}(?=-)/;

/** A field, with each run of white space as one space, so that no text of a record holds a tab or a line end. */
function field(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function lineOf(entry: CatalogueEntry): string {
  const { title, titleParts, authors, sourceId, sourceVersion, categories, suffix, submittedAt, verdict } = entry;
  return [
    title ?? '',
    (authors ?? '').slice(0, SEARCHED_AUTHORS),
    `${sourceId}v${sourceVersion}`,
    categories.join(' '),
    suffix,
    submittedAt.slice(0, 10),
    verdict,
    // Shown, and not searched: only a title with formulas or emphasis has it.
    ...(titleParts === null ? [] : [richMarkup(titleParts)]),
  ]
    .map(field)
    .join('\t');
}

const yearOf = ({ submittedAt }: CatalogueEntry): string => YEAR.exec(submittedAt)?.[0] ?? 'other';

interface DataPart {
  readonly name: string;
  readonly entries: readonly CatalogueEntry[];
}

/** @returns newest first. */
function partsOf(entries: readonly CatalogueEntry[]): readonly DataPart[] {
  return [...Map.groupBy(entries, yearOf)].flatMap(([year, ofYear]) => {
    const parts: DataPart[] = [];
    for (let end = ofYear.length; end > 0; end -= PART_RECORDS) {
      parts.unshift({
        name: `${year}-${parts.length + 1}`,
        entries: ofYear.slice(Math.max(0, end - PART_RECORDS), end),
      });
    }
    return parts;
  });
}

/** A file whose content is made on request. */
export interface SearchFile extends SiteFile {
  /** Digest of everything that the content is made from. */
  readonly digest: string;
}

/**
 * The published paths of the search's data, the list of parts first.
 *
 * @param entries in the order of the catalogue: newest first.
 */
export function searchDataPaths(entries: readonly CatalogueEntry[]): readonly string[] {
  return [SEARCH_PARTS, ...partsOf(entries).map(({ name }) => searchPart(name))];
}

/** @param entries in the order of the catalogue: newest first. */
export function* searchFiles(entries: readonly CatalogueEntry[]): Generator<SearchFile> {
  const parts = partsOf(entries);
  const list = parts.map(({ name, entries: { length } }) => JSON.stringify([name, length]));
  yield { path: SEARCH_PARTS, digest: digestOfValue(list), content: `pithSearch.parts([\n${list.join(',\n')}\n]);\n` };
  for (const { name, entries: own } of parts) {
    yield {
      path: searchPart(name),
      digest: digestOfValue(own.map(({ digest }) => digest)),
      get content() {
        // One line per record, so that version control stores a change as a few lines.
        const lines = own.map((entry) => JSON.stringify(lineOf(entry))).join(',\n');
        return `pithSearch.part(${JSON.stringify(name)},[\n${lines}\n]);\n`;
      },
    };
  }
}
