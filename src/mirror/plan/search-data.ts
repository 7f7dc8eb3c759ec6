/**
 * The data of the search, as classic scripts: a list of parts, and the parts, each a year's records or 1,000 of them. Pure.
 *
 * A part is filled from the oldest on, so that a record of today changes the last part of its year and the list. Scripts,
 * since a page that is read from a disk can load nothing else. Their text is JSON between a call's parentheses.
 *
 * A record is one line of fields with tabs between them, in the order of site/search/part.ts. The site folds letters when
 * it has loaded a part: a second copy of every text, folded already, would double what is loaded.
 */
import { plainAuthors, plainTitle } from '../../formats/tex-text.ts';
import { SEARCH_PARTS, searchPart } from '../base/paths.ts';
import type { SiteFile } from '../base/site-file.ts';
import { type CatalogueEntry, digestOfValue } from './catalogue.ts';

/** Records of a part, at most: a few hundred kilobytes, and a few milliseconds to make ready. */
export const PART_RECORDS = 1000;
/** Of longer lists of names, search knows the first; a collaboration's would weigh as much as a hundred records. */
export const SEARCHED_AUTHORS = 4000;

const YEAR = /^\d{4}(?=-)/;

/** A field: blanks of any kind are one blank, so that no text from a record is a tab or a line end. */
function field(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function lineOf(entry: CatalogueEntry): string {
  const { title, authors, sourceId, sourceVersion, categories, suffix, submittedAt, verdict } = entry;
  return [
    plainTitle(title ?? ''),
    plainAuthors(authors ?? '').slice(0, SEARCHED_AUTHORS),
    `${sourceId}v${sourceVersion}`,
    categories.join(' '),
    suffix,
    submittedAt.slice(0, 10),
    verdict,
  ]
    .map(field)
    .join('\t');
}

const yearOf = ({ submittedAt }: CatalogueEntry): string => YEAR.exec(submittedAt)?.[0] ?? 'other';

interface Part {
  readonly name: string;
  readonly entries: readonly CatalogueEntry[];
}

/** @returns newest first. */
function partsOf(entries: readonly CatalogueEntry[]): readonly Part[] {
  return [...Map.groupBy(entries, yearOf)].flatMap(([year, ofYear]) => {
    const parts: Part[] = [];
    for (let end = ofYear.length; end > 0; end -= PART_RECORDS) {
      parts.unshift({
        name: `${year}-${parts.length + 1}`,
        entries: ofYear.slice(Math.max(0, end - PART_RECORDS), end),
      });
    }
    return parts;
  });
}

/** A file of which the content is made when it is asked for. */
export interface SearchFile extends SiteFile {
  /** Of all that the content is made of. */
  readonly digest: string;
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
        // A line a record, so that a change is a change of few lines to whatever stores versions.
        const lines = own.map((entry) => JSON.stringify(lineOf(entry))).join(',\n');
        return `pithSearch.part(${JSON.stringify(name)},[\n${lines}\n]);\n`;
      },
    };
  }
}
