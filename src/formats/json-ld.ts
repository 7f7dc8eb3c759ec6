/**
 * A record as JSON-LD: the paper in schema.org's words, and the canonical record at the top level, where upstream's own
 * document has it. The page has the same without the two parts that it has anyway. Pure.
 */
import { formatCanonical } from '../protocol/index.ts';
import { arxivUrl, doiUrl } from './arxiv.ts';
import { AUTHOR_ORDER_WORDS } from './author-order.ts';
import { categoryOf } from './categories.ts';
import { type Citation, originRecord } from './citation.ts';
import type { PaperRecord } from './input.ts';
import { safeJson } from './json-text.ts';
import { licenseOf } from './license.ts';
import type { Author } from './names.ts';
import { oneLine } from './unseen.ts';

const SCHEMA = 'https://schema.org';

const property = (name: string, value: string, url: string | null): object => ({
  '@type': 'PropertyValue',
  propertyID: name,
  value,
  ...(url === null ? {} : { url }),
});

function authorOf({ name, family, given, particle, suffix, isGroup }: Author): object {
  return {
    '@type': isGroup ? 'Organization' : 'Person',
    name,
    ...(family === null ? {} : { familyName: particle === null ? family : `${particle} ${family}` }),
    ...(given === null ? {} : { givenName: given }),
    ...(suffix === null ? {} : { honorificSuffix: suffix }),
  };
}

export interface JsonLdTexts {
  /** For the file. */
  readonly jsonLd: string;
  /** For the page: without the abstract and the canonical record, which the page has elsewhere and the file has here. */
  readonly pageJsonLd: string;
}

export function formatJsonLd(
  { identified, merged }: Pick<PaperRecord, 'identified' | 'merged'>,
  /** The beginning of the abstract, as plain text. */
  excerpt: string | null,
  citation: Citation,
): JsonLdTexts {
  const { record, suffix, canonicalSha256 } = identified;
  const license = licenseOf(record.license)?.href ?? null;
  const { authors, doi } = citation;
  const order = authors?.order ?? null;
  const arxiv = arxivUrl(record.source.id, record.source.version);
  const body = {
    '@type': 'ScholarlyArticle',
    '@id': citation.permanentUrl,
    name: citation.title,
    ...(authors === null ? {} : { author: authors.list.map(authorOf) }),
    ...(order === null ? {} : { comment: { '@type': 'Comment', text: AUTHOR_ORDER_WORDS[order] } }),
    datePublished: record.submittedAt.slice(0, 10),
    version: String(record.source.version),
    about: [record.primaryCategory, ...record.crossCategories].map(
      (code) => `${oneLine(categoryOf(code)?.name ?? code)} (${oneLine(code)})`,
    ),
    ...(license === null ? {} : { license }),
    identifier: [
      ...(doi === null ? [] : [property('doi', doi, doiUrl(doi))]),
      property('arxiv', citation.arxiv, arxiv),
      property('pith_number', citation.pithNumber, originRecord(suffix)),
      property('canonical_sha256', canonicalSha256, null),
    ],
    sameAs: [...(arxiv === null ? [] : [arxiv]), originRecord(suffix)],
    url: citation.url,
    ...(merged === null
      ? {}
      : {
          subjectOf: {
            '@type': 'DataDownload',
            name: 'Pith Open Graph bundle',
            encodingFormat: 'application/json',
            contentUrl: 'bundle.json',
          },
        }),
  };
  const json = JSON.stringify({
    // The record is plain JSON, not linked data, which null declares.
    '@context': [SCHEMA, { canonical_record: null }],
    ...body,
    ...(excerpt === null ? {} : { description: excerpt }),
  });
  return {
    // The canonical text, whose hash is the record's hash.
    jsonLd: safeJson(`${json.slice(0, -1)},"canonical_record":${formatCanonical(record.value)}}`),
    pageJsonLd: safeJson(JSON.stringify({ '@context': SCHEMA, ...body })),
  };
}
