/**
 * Papers that differ in what is known of them: snapshots with contents, long and bad histories, several bundles.
 *
 * What payloads of attestations, anchors, citations and replications look like upstream is not known: these are made up.
 */
import { FLAWS } from '../histories.ts';
import {
  authorKey,
  type Data,
  digest,
  makeBundle,
  makeCorrection,
  makeEvent,
  makeRecord,
  makeRecordCreated,
  numberOf,
  publicKeyEntry,
  registryKey,
  sealBundle,
  secondKey,
  strangerKey,
  withState,
} from '../make-bundle.ts';
import { bundleOf, eventsOf, minute, type Paper, recordOf, snapshotOf } from './paper.ts';
import { LONG_WORD, OLD_MATH } from './texts.ts';

export const FULL: Paper = {
  id: '2604.00001',
  version: 2,
  title: 'A Paper with Every Part That a Graph Can Have',
  snapshot: {
    claims: {
      count: 3,
      items: [
        { claim_id: 'C1', kind: 'theorem', text: 'Every test can fail.', status: 'unreviewed', confidence: 0.93 },
        {
          claim_id: 'C2',
          kind: 'empirical',
          text: 'Measured on two cores, $p < 0.05$.',
          status: 'contested',
          confidence: 0.5,
        },
        { claim_id: 'C3', kind: 'definition', text: `A ${LONG_WORD} is a word.`, status: 'accepted', confidence: null },
      ],
      snapshot_sha256: digest('claims'),
    },
    verdict: {
      id: 'verdict-7',
      model_set: { extractor: 'model-a-2026', reviewer: 'model-b-2026' },
      created_at: '2026-06-24T10:00:00Z',
      strongest_claim: 'Every test can fail.',
      one_line_summary: 'A made-up summary of a made-up paper.',
      pipeline_version: 'pipeline-3',
      weakest_assumption: 'That anybody reads this.',
      pith_extraction_headline: 'Tests that can fail',
    },
    references: {
      count: 57,
      sample: [
        { ref_index: 1, title: 'A Cited Paper', doi: '10.1000/xyz123', arxiv_id: null, year: 2019, resolved: true },
        { ref_index: 2, title: 'Another Cited Paper', doi: null, arxiv_id: 'math/0309136', year: 2003, resolved: true },
        {
          ref_index: 3,
          title: `Unresolved <i>work</i> ${'with a long title '.repeat(8)}`,
          doi: null,
          arxiv_id: null,
          year: null,
          resolved: false,
        },
      ],
      resolved_work: 2,
      internal_anchors: 4,
      snapshot_sha256: digest('references'),
    },
    formal_canon: { evidence_count: 2, snapshot_sha256: digest('formal') },
    author_claims: { count: 1, strong_count: 1, snapshot_sha256: digest('author') },
    integrity: integrity(),
  },
  metadata: { primary_cat: 'cs.LO', cross_cats_sorted: ['cs.CR', 'cs.DL'], submitted_at: '2026-04-01T08:00:00Z' },
};

/** Findings in the shape of the real integrity documents. */
function integrity(): Data {
  const detectors = ['ai_meta_artifact', 'doi_compliance', 'doi_title_agreement'].map((name, i) => ({
    name,
    version: '1.0.0',
    status: 'completed',
    ran_at: '2026-05-20T12:37:15.650813Z',
    findings_count: i,
  }));
  const finding = { detected_arxiv_id: null, audited_at: '2026-05-19T14:45:14.428034Z' };
  const findings = [
    {
      detector: 'doi_compliance',
      finding_type: 'unresolvable_identifier',
      severity: 'critical',
      verdict_class: 'cross_source',
      note: "Identifier '10.1000/no/such/thing.pdf' is syntactically valid, but nothing is known under it.",
      detected_doi: '10.1000/no/such/thing.pdf',
      ref_index: 3,
      ...finding,
    },
    {
      detector: 'doi_title_agreement',
      finding_type: 'title_mismatch',
      severity: 'advisory',
      verdict_class: 'cross_source',
      note: 'The title under this DOI is another.',
      detected_doi: '10.1000/xyz123',
      ref_index: 1,
      ...finding,
    },
    {
      detector: 'doi_title_agreement',
      finding_type: 'case_only',
      severity: 'informational',
      verdict_class: 'incontrovertible',
      note: 'The title under this DOI differs in case.',
      detected_doi: null,
      ref_index: 2,
      ...finding,
    },
  ];
  const byDetector = { doi_compliance: { total: 1, critical: 1, advisory: 0, informational: 0 } };
  return {
    clean: false,
    summary: { critical: 1, advisory: 1, informational: 1, by_detector: byDetector },
    endpoint: '/pith/2604.00001/integrity.json',
    findings,
    available: true,
    detectors_run: detectors,
    snapshot_sha256: digest({ payload: { detectors, findings } }),
  };
}

export function fullBundle(): Data {
  const event = eventsOf(FULL);
  return bundleOf(
    FULL,
    [
      event(
        1,
        'author_attestation',
        { orcid: '0000-0002-1825-0097', name: 'Ada Testing', statement: 'I wrote this.' },
        {},
        authorKey,
      ),
      event(2, 'timestamp_anchor', {
        chain: 'bitcoin',
        block_height: 901234,
        txid: digest('tx'),
        ots_proof_b64: 'AE9wZW5UaW1lc3RhbXBz',
      }),
      event(3, 'storage_attestation', {
        provider: 'Internet Archive',
        url: 'https://archive.org/details/test',
        sha256: digest('pdf'),
        bytes: 1048576,
      }),
      event(4, 'citation_signature', {
        cited_pith_number: numberOf(recordOf(OLD_MATH)),
        context: 'See the old one.',
        ref_index: 2,
      }),
      event(5, 'replication_record', {
        outcome: 'partial',
        by: 'The Replicators',
        url: 'https://example.org/replication',
        notes: ['Table 2 holds', 'Table 3 does not'],
      }),
      event(6, 'replication_record', { outcome: 'failed', by: 'Nobody', url: 'javascript:alert(1)' }, {}, secondKey),
      event(7, 'mirror_hint', { mirror_type: 'https', name: 'Another mirror', base_url: 'https://mirror.example' }),
    ],
    { timestamp_proofs: [{ kind: 'opentimestamps', status: 'complete', block_height: 901234 }] },
  );
}

const EVENTS_41: Paper = {
  id: '2605.00041',
  title: 'Forty-One Events',
  metadata: { primary_cat: 'cs.DB', submitted_at: '2026-05-04T08:00:00Z' },
};

/** A chain of events by three keys, in which some take the place of others. */
export function fortyOneEvents(): Data {
  const event = eventsOf(EVENTS_41);
  const types = ['citation_signature', 'replication_record', 'correction', 'storage_attestation', 'author_attestation'];
  const chain: Data[] = [];
  for (let i = 0; chain.length < 39; i++) {
    const type = types[i % types.length] ?? '';
    const key = type === 'author_attestation' ? authorKey : i % 7 === 0 ? secondKey : registryKey;
    const before = chain.filter(({ signer }) => signer.key_id === key.keyId);
    const superseded = i % 4 === 3 ? before.filter(({ event_type }) => event_type === type).slice(-1) : [];
    const changes = {
      target: `part ${i}`,
      prev_event: before.at(-1)?.event_id ?? null,
      supersedes: superseded.map(({ event_id }) => event_id),
    };
    chain.push(event(10 + i, type, { n: i, note: `Event ${i} of a long history.` }, changes, key));
  }
  return bundleOf(EVENTS_41, chain);
}

const INVALID: Paper = {
  id: '2605.00013',
  title: 'Events That Do Not Count',
  metadata: { submitted_at: '2026-05-05T08:00:00Z' },
};

export function invalidEvents(): Data {
  const event = eventsOf(INVALID);
  const bad = Object.keys(FLAWS).map((name, i) => {
    const good = event(20 + i, 'citation_signature', { note: `Broken: ${name}` });
    return FLAWS[name]?.(good).event;
  });
  const stranger = event(40, 'author_attestation', { note: 'By a stranger' }, {}, strangerKey);
  return bundleOf(INVALID, [event(9, 'citation_signature', { note: 'This one counts.' }), ...bad, stranger]);
}

const SPLIT: Paper = {
  id: '2605.00014',
  title: 'A Split View: Two Bundles Withhold from Each Other',
  metadata: { submitted_at: '2026-05-06T08:00:00Z' },
};

export function splitView(): readonly Data[] {
  const event = eventsOf(SPLIT);
  const events = [1, 2, 3].map((n) => event(n, 'replication_record', { outcome: `view ${n}` }));
  return [
    bundleOf(SPLIT, events.slice(0, 2), { built_at: '2026-07-01T00:00:00Z' }),
    bundleOf(SPLIT, events.slice(1), { built_at: '2026-07-02T00:00:00Z' }),
  ];
}

const WITHHELD: Paper = {
  id: '2605.00015',
  title: 'A Newer Bundle with Fewer Events',
  metadata: { submitted_at: '2026-05-07T08:00:00Z' },
};

export function withheld(): readonly Data[] {
  const correction = makeCorrection(recordOf(WITHHELD), 'Lemma 3 is false.');
  return [
    bundleOf(WITHHELD, [correction], { built_at: '2026-07-01T00:00:00Z' }),
    bundleOf(WITHHELD, [], { built_at: '2026-07-02T00:00:00Z' }),
  ];
}

const CORRECTED: Paper = {
  id: '2605.00016',
  title: 'A Corrected Paper',
  metadata: { submitted_at: '2026-05-08T08:00:00Z' },
};

export function corrected(): Data {
  const event = eventsOf(CORRECTED);
  const first = event(1, 'correction', { note: 'Theorem 2 needs n > 1.', severity: 'minor' });
  const second = event(
    2,
    'correction',
    { note: 'Theorem 2 is false; Theorem 3 stands.' },
    { supersedes: [first.event_id] },
  );
  return bundleOf(CORRECTED, [first, second]);
}

const EQUIVOCATION: Paper = {
  id: '2605.00017',
  title: 'One Key, Two Stories',
  metadata: { submitted_at: '2026-05-09T08:00:00Z' },
};

export function equivocation(): Data {
  const record = recordOf(EQUIVOCATION);
  const event = eventsOf(EQUIVOCATION);
  const prev_event = makeRecordCreated(record).event_id;
  return bundleOf(EQUIVOCATION, [
    event(1, 'storage_attestation', { url: 'https://a.example/copy' }, { prev_event }),
    event(2, 'storage_attestation', { url: 'https://b.example/copy' }, { prev_event }),
    makeRecordCreated(record, { created_at: minute(3) }),
    event(4, 'correction', { note: 'Follows nothing that is known.' }, { prev_event: `sha256:${'0'.repeat(64)}` }),
    event(5, 'correction', { note: 'Would replace what others said.' }, { supersedes: [prev_event] }, secondKey),
  ]);
}

const UNKNOWN: Paper = {
  id: '2605.00018',
  title: 'Events of Types Nobody Has Heard Of',
  metadata: { submitted_at: '2026-05-10T08:00:00Z' },
};

export function unknownTypes(): Data {
  const event = eventsOf(UNKNOWN);
  return bundleOf(UNKNOWN, [
    event(1, 'peer_review', { score: 7, nested: { deep: [1, [2, { three: null }]], yes: true }, empty: {}, none: [] }),
    event(2, '<img src=x onerror=alert(1)>', { '<b>name</b>': 'value', ['x'.repeat(300)]: 'y'.repeat(300) }),
    event(3, '__proto__', { constructor: 'x' }),
  ]);
}

const MISMATCHES: Paper = {
  id: '2605.00019',
  title: 'Nothing Fits: Title, State, Receipt and Snapshot',
  snapshot: { claims: { count: 0, items: [], snapshot_sha256: digest('other') } },
  metadata: { title_canon_sha256: digest('other'), submitted_at: '2026-05-11T08:00:00Z' },
};

export function mismatches(): Data {
  const record = recordOf(MISMATCHES);
  const { receipt: _, ...payload } = makeRecordCreated(record).payload;
  const created = makeEvent(record, 'record_created', { target: 'record', payload });
  const bundle = withState(
    makeBundle(record, [created, snapshotOf(MISMATCHES), eventsOf(MISMATCHES)(60, 'citation_signature', {})], {
      public_keys: [{ ...publicKeyEntry(registryKey), rotates_at: '2026-06-25T00:30:00Z' }],
    }),
  );
  const state = {
    ...bundle.state,
    event_count: 99,
    invented: true,
    current: { ...bundle.state.current, corrections: [{}] },
  };
  return sealBundle({ ...bundle, state });
}

/** Nothing but `record_created`: no title, no authors. */
export function bare(): Data {
  return withState(makeBundle(BARE, [makeRecordCreated(BARE)]));
}
const BARE: Data = makeRecord({ id: '2605.00022', metadata: { submitted_at: '2026-05-14T08:00:00Z' } });
