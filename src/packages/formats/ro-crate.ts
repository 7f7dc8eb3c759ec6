/**
 * RO-Crate 1.2: `data/ro-crate-metadata.json`, by which a repository catalogues a package.
 *
 *     {"@context": "https://w3id.org/ro/crate/1.2/context",
 *      "@graph": [{"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"}, "conformsTo": …},
 *                 {"@id": "./", "@type": "Dataset", "name": …, "datePublished": …, "hasPart": [{"@id": "pith/"}, …]}, …]}
 *
 * It is in the payload, next to what it describes, as the specification's appendix on BagIt says. It names folders and
 * not each file: the digests are the manifest's.
 */
import type { PackageFacts } from './facts.ts';

export const RO_CRATE = 'ro-crate-metadata.json';

const PROGRAM = '#pith-mirror';
const LICENSE = '#license';

const WHAT: Readonly<Record<string, string>> = {
  'browse/': 'Lists of all records by date, subject and status',
  'pith/': 'One folder for each record: its bundle as received, its recomputed state, its page',
  'records/': 'Index of the records with the digests of their states and bundles',
  'search/': 'Search over the titles, names and identifiers, in the reader’s browser',
  'sums/': 'Digests of the files of the published site',
};

export function formatRoCrate(facts: PackageFacts): string {
  const { name, seconds, url, version, records, allRecords, tops, parts, index } = facts;
  const date = new Date(seconds * 1000).toISOString();
  const part = parts.length > 1 ? `, part ${index + 1} of ${parts.length}` : '';
  const id = (value: string): { readonly '@id': string } => ({ '@id': value });
  const named = tops.filter((top) => top.endsWith('/') || top === 'index.html');
  const graph = [
    {
      '@id': RO_CRATE,
      '@type': 'CreativeWork',
      about: id('./'),
      conformsTo: id('https://w3id.org/ro/crate/1.2'),
    },
    {
      '@id': './',
      '@type': 'Dataset',
      name: `Mirror of Pith Open Graph records (${date.slice(0, 10)})${part}`,
      identifier: name,
      description: `${records === allRecords ? records : `${records} of ${allRecords}`} records of scientific papers, each with its signed bundle, the state that follows from it, and a page. The signatures, digests and states were verified when this package was made.`,
      datePublished: date,
      license: id(LICENSE),
      ...(url === null ? {} : { url }),
      hasPart: named.map(id),
      mentions: id('#packing'),
    },
    ...named.map((top) =>
      top.endsWith('/')
        ? { '@id': top, '@type': 'Dataset', name: top.slice(0, -1), description: WHAT[top] ?? 'Files of the site' }
        : { '@id': top, '@type': 'File', name: 'Home page', encodingFormat: 'text/html' },
    ),
    {
      '@id': '#packing',
      '@type': 'CreateAction',
      name: 'Verified and packed by pith-mirror',
      instrument: id(PROGRAM),
      result: id('./'),
    },
    { '@id': PROGRAM, '@type': 'SoftwareApplication', name: 'pith-mirror', version },
    {
      '@id': LICENSE,
      '@type': 'CreativeWork',
      name: 'Licenses of the records',
      description: 'Each record names the license of its paper. The package has no license of its own.',
    },
  ];
  return `${JSON.stringify({ '@context': 'https://w3id.org/ro/crate/1.2/context', '@graph': graph }, null, 2)}\n`;
}
