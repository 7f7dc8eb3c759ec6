/** Bundles of made-up papers, signed with TEST keys, with the members that the real one has. */
import {
  type Data,
  digest,
  makeBundle,
  makeEvent,
  makeRecord,
  makeRecordCreated,
  registryKey,
  type TestKey,
  withState,
} from '../make-bundle.ts';

export interface Paper {
  readonly id: string;
  readonly version?: number;
  readonly title: string;
  readonly authors?: string;
  readonly abstract?: string;
  /** Changes of the canonical record's metadata. */
  readonly metadata?: Data;
  /** Further parts of the snapshot, and changes of its parts. */
  readonly snapshot?: Data;
}

const ABSTRACT =
  'Nothing of this paper is real. It stands here so that a page has an abstract to show: some sentences of plain text, ' +
  'an inline formula such as $O(n \\log n)$, an em dash — and the cut that every excerpt has, in the middle of a';

export function recordOf({ id, version = 1, title, metadata }: Paper): Data {
  return makeRecord({ id, version, title, metadata });
}

/** A snapshot with the members that the real one has. */
export function snapshotOf(paper: Paper, changes: Data = {}): Data {
  const record = recordOf(paper);
  const { license, primary_cat, cross_cats_sorted, submitted_at } = record.metadata;
  const empty = digest({ payload: [] });
  const graphSnapshot = {
    paper: {
      title: paper.title,
      license,
      headline: '',
      cross_cats: cross_cats_sorted,
      primary_cat,
      authors_text: paper.authors ?? 'Ada Testing, Émile Proof, Zoë van der Sample',
      submitted_at,
      abstract_excerpt: paper.abstract ?? ABSTRACT,
    },
    claims: { count: 0, items: [], snapshot_sha256: empty },
    source: record.source,
    verdict: {
      id: null,
      model_set: {},
      created_at: null,
      strongest_claim: '',
      one_line_summary: '',
      pipeline_version: null,
      weakest_assumption: '',
      pith_extraction_headline: '',
    },
    integrity: {
      clean: true,
      summary: { advisory: 0, critical: 0, by_detector: {}, informational: 0 },
      endpoint: `/pith/${paper.id}/integrity.json`,
      findings: [],
      available: true,
      detectors_run: [],
      snapshot_sha256: digest({ payload: { detectors: [], findings: [] } }),
    },
    references: { count: 0, sample: [], resolved_work: 0, snapshot_sha256: empty, internal_anchors: 0 },
    formal_canon: { evidence_count: 0, snapshot_sha256: empty },
    author_claims: { count: 0, strong_count: 0, snapshot_sha256: empty },
    builder_version: 'test-builder',
    ...paper.snapshot,
  };
  return makeEvent(record, 'graph_snapshot', {
    payload: { graph_snapshot: graphSnapshot, verdict_id: null },
    ...changes,
  });
}

/** `record_created`, a snapshot and what else there is, in one bundle with the state that follows. */
export function bundleOf(paper: Paper, more: readonly Data[] = [], changes: Data = {}): Data {
  const record = recordOf(paper);
  return withState(makeBundle(record, [makeRecordCreated(record), snapshotOf(paper), ...more], changes));
}

/** A minute of one day, so that events have an order. */
export const minute = (n: number): string =>
  `2026-06-25T${String(Math.floor(n / 60)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}:00Z`;

export function eventsOf(
  paper: Paper,
): (n: number, type: string, payload: Data, changes?: Data, key?: TestKey) => Data {
  const record = recordOf(paper);
  return (n, type, payload, changes = {}, key = registryKey) =>
    makeEvent(record, type, { created_at: minute(n), payload, ...changes }, key);
}
