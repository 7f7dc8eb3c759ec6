/** Describes the mirror's data to dataset search engines: a schema.org `Dataset`. Pure. */
import { safeJson } from '../../formats/json-text.ts';
import { absoluteUrl } from '../../mirror/base/paths.ts';
import type { Catalogue } from '../../mirror/plan/catalogue.ts';

/** The files with all of the data, and their media types. */
const FILES = [
  ['datapackage.json', 'application/json', 'Description of the tables, with their digests'],
  ['records/index.tsv', 'text/tab-separated-values', 'Index of all records, with the digests of states and bundles'],
  ['pith-mirrors.json', 'application/json', 'Where the bundles and states of this mirror are'],
] as const;

/** @param tables paths of the tables of all records. */
export function datasetJsonLd({ site, totals, entries }: Catalogue, tables: readonly string[]): string {
  // All times have the same form, so sorting them as text is chronological.
  const newest = entries.reduce((time, entry) => (entry.time > time ? entry.time : time), '');
  const url = (path: string): string => (site === null ? path : absoluteUrl(site, path));
  const files = [...tables.map((path) => [path, 'text/csv', 'Table of the records'] as const), ...FILES];
  const document = {
    '@context': 'https://schema.org',
    '@type': 'Dataset',
    name: 'Records of a pith mirror',
    description: `Signed Pith Open Graph bundles of ${totals.records} scientific papers, with the state that their verified events merge to, as a table, an index with digests, and one folder for each record.`,
    ...(site === null ? {} : { url: site }),
    dateModified: newest,
    isBasedOn: 'https://pith.science/',
    isAccessibleForFree: true,
    keywords: ['scientific papers', 'arXiv', 'Pith Open Graph', 'signed metadata'],
    distribution: files.map(([path, type, description]) => ({
      '@type': 'DataDownload',
      name: path,
      description,
      encodingFormat: type,
      contentUrl: url(path),
    })),
  };
  return safeJson(JSON.stringify(document));
}
