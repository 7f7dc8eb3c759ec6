/**
 * The canonical record (README.md, section 4).
 *
 *     {"source":{"kind":"arxiv","id","version"},
 *      "metadata":{"abstract_canon_sha256","cross_cats_sorted":[],"license","primary_cat","submitted_at",
 *                  "title_canon_sha256"},
 *      "schema_version":"1.0"}
 */
import { DIGEST_PATTERN } from '../digest.ts';
import type { Json, JsonObject } from '../json.ts';
import { Members, Problems } from './members.ts';
import { parseTimestamp } from './timestamp.ts';

export interface ParsedRecord {
  /** The record as it came; its canonical bytes are what `canonical_sha256` covers. */
  readonly value: JsonObject;
  readonly source: { readonly kind: 'arxiv'; readonly id: string; readonly version: number };
  readonly primaryCategory: string;
  readonly crossCategories: readonly string[];
  /** URL of the license; `''` on old records. */
  readonly license: string;
  /** `YYYY-MM-DDTHH:MM:SSZ`. */
  readonly submittedAt: string;
  readonly titleSha256: string;
  readonly abstractSha256: string;
}

/** Reads a record and notes what is wrong under `path` in `problems`. */
export function readRecord(value: Json | undefined, path: string, problems: Problems): ParsedRecord {
  const top = new Members(value, path, problems, 'record_schema');
  // The bytes that a receipt signs carry no role: only a record's exact shape tells it from an event or a bundle.
  top.only('source', 'metadata', 'schema_version');
  top.literal('schema_version', '1.0', 'unsupported_version');

  const source = top.child('source');
  source.only('kind', 'id', 'version');
  source.literal('kind', 'arxiv');
  const id = source.matching('id', /./s, 'an arXiv identifier');
  const version = source.positiveInteger('version');

  const metadata = top.child('metadata');
  metadata.only(
    'abstract_canon_sha256',
    'cross_cats_sorted',
    'license',
    'primary_cat',
    'submitted_at',
    'title_canon_sha256',
  );
  const submittedAt = metadata.timestamp('submitted_at');
  if (parseTimestamp(submittedAt) !== null && submittedAt.length !== 20) {
    metadata.problem('submitted_at', 'a timestamp without fraction');
  }
  const digest = '64 lower-case hexadecimal digits';
  return {
    value: top.object,
    source: { kind: 'arxiv', id, version },
    primaryCategory: metadata.string('primary_cat'),
    crossCategories: metadata.strings('cross_cats_sorted'),
    license: metadata.string('license'),
    submittedAt,
    titleSha256: metadata.matching('title_canon_sha256', DIGEST_PATTERN, digest),
    abstractSha256: metadata.matching('abstract_canon_sha256', DIGEST_PATTERN, digest),
  };
}

/** @throws ParseError `record_schema` or `unsupported_version`, with every problem, under `path`. */
export function parseRecord(value: Json, path = ''): ParsedRecord {
  const problems = new Problems();
  const record = readRecord(value, path, problems);
  problems.throwIfAny();
  return record;
}
