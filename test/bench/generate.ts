/**
 * Makes any number of distinct bundles, shaped and sized as the real one, and signed with a TEST key.
 *
 * The bundle number `i` is a function of `i` and {@link GENERATOR_VERSION} alone: Ed25519 is deterministic, and every choice is drawn from a
 * hash of `i`. Signing and hashing are OpenSSL's, because noble would take minutes for what takes seconds here; the test next to this
 * file holds the result to the program's own verdict. The documents are written from the protocol's description a second time, so that
 * a benchmark's input does not come from the code it measures.
 */
import { hash, sign } from 'node:crypto';
import { expectedAliases, fingerprintOf, formatPithNumber, suffixOf } from '../../src/protocol/identifier.ts';
import { type Data, publicKeyEntry, testKey } from '../support/bundles/make-bundle.ts';

/** Part of every cache's name: to be raised whenever the same `i` would give other bytes. */
export const GENERATOR_VERSION = 1;

/** One bundle in so many has {@link MANY_EVENTS} events, the others have two. */
export const MANY_EVERY = 100;
export const MANY_EVENTS = 41;

const benchKey = testKey('bench');
const fingerprint = fingerprintOf(benchKey.publicKey);

/** The trust file that pins the TEST key of the bundles, and no other. */
export function trustFile(): string {
  const { public_key_hex, fingerprint_sha256_hex } = publicKeyEntry(benchKey);
  return JSON.stringify({
    keys: [{ key_id: benchKey.keyId, public_key_hex, role: benchKey.role, fingerprint_sha256_hex }],
  });
}

/** Canonical JSON of plain data without fractions: the documents here hold no other numbers, and well-formed text only. */
export function canonicalText(data: Data): string {
  if (data === null || typeof data !== 'object') return JSON.stringify(data);
  if (Array.isArray(data)) return `[${data.map(canonicalText).join(',')}]`;
  const members = Object.keys(data)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalText(data[name])}`);
  return `{${members.join(',')}}`;
}

/** The same data with the members of every object in order. */
function sorted(data: Data): Data {
  return JSON.parse(canonicalText(data));
}

const digest = (data: Data): string => hash('sha256', canonicalText(data));

/** Draws from a range, the same for the same index: sfc32, seeded with a hash. */
class Draw {
  readonly #state: Uint32Array;

  constructor(index: number) {
    const seed = hash('sha256', `pith-mirror bench ${GENERATOR_VERSION} ${index}`, 'buffer');
    this.#state = new Uint32Array(4).map((_, i) => seed.readUInt32LE(4 * i));
  }

  /** An integer from 0 to `bound - 1`. */
  below(bound: number): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#state;
    const sum = (a + b + d) | 0;
    this.#state.set([b ^ (b >>> 9), c + (c << 3), ((c << 21) | (c >>> 11)) + sum, d + 1]);
    return (sum >>> 0) % bound;
  }

  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  one<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }
}

const NOUNS = words(
  'lattice operator kernel manifold galaxy cluster estimator gradient network spectrum plasma photon membrane tensor graph protocol ' +
    'scheduler cache detector measure martingale polymer catalyst neutrino soliton boundary embedding corpus attention quantum',
);
const ADJECTIVES = words(
  'sparse robust adaptive nonlinear stochastic coherent asymptotic persistent distributed latent relativistic convex random modular ' +
    'spectral bounded thermal causal invariant discrete',
);
const VERBS = words('constrains improves separates approximates stabilizes predicts measures recovers bounds explains');
const GIVEN = words('Ada Ngozi Jürgen Wei Fatima Łukasz Mehmet Aiko Rosalind Søren Priya Tomás Chloé Ivan Leïla Noor');
const FAMILY = words(
  'Okafor Müller Zhang Al-Sayed Nowak Yılmaz Tanaka Franklin Ångström Raman García Dubois Petrov Haddad Kim Novák',
);
const CATEGORIES = words(
  'cs.DC cs.LG cs.CR math.PR math.AG hep-th hep-ph astro-ph.GA quant-ph stat.ML cond-mat.soft q-bio.NC',
);
const LICENSES = words(
  'http://creativecommons.org/licenses/by/4.0/ http://arxiv.org/licenses/nonexclusive-distrib/1.0/ ' +
    'http://creativecommons.org/licenses/by-nc-nd/4.0/',
);

function words(text: string): readonly [string, ...string[]] {
  const [first = '', ...rest] = text.split(' ');
  return [first, ...rest];
}

function makeTitle(draw: Draw): string {
  const phrase = (): string => `${draw.one(ADJECTIVES)} ${draw.one(NOUNS)}`;
  const text =
    draw.below(3) === 0
      ? `${phrase()} and a ${phrase()} of the ${draw.one(NOUNS)}`
      : `On the ${phrase()}: a ${phrase()}`;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function makeAbstract(draw: Draw): string {
  // Upstream's excerpt ends after some 600 characters, in the middle of a word if need be.
  const length = draw.between(560, 640);
  let text = '';
  while (text.length < length) {
    const subject = `${draw.one(ADJECTIVES)} ${draw.one(NOUNS)}`;
    text += `The ${subject} ${draw.one(VERBS)} a ${draw.one(ADJECTIVES)} ${draw.one(NOUNS)} of order $n^{${draw.below(9)}}$, whose "${draw.one(NOUNS)}" & limit is known. `;
  }
  return text.slice(0, length).trimEnd();
}

/** `2026-06-23T03:14:22Z`, so many seconds later. */
function later(time: string, seconds: number): string {
  return `${new Date(Date.parse(time) + 1000 * seconds).toISOString().slice(0, 19)}Z`;
}

function signatureOver(sha256: string, message: string, signedAt: string): Data {
  return {
    signature_status: 'signed_v1',
    algorithm: 'ed25519',
    key_id: benchKey.keyId,
    public_key_fingerprint: fingerprint,
    signature_b64: sign(null, Buffer.from(sha256, 'hex'), benchKey.privateKey).toString('base64'),
    signed_message: message,
    signed_at: signedAt,
  };
}

const SIGNER = {
  signer_id: 'bench.test',
  signer_type: benchKey.role,
  key_id: benchKey.keyId,
  public_key_fingerprint: fingerprint,
};
const BUILDER = 'pith-mirror-bench-TEST';
const LISTS = [
  ['graph_snapshot', 'graph_snapshots'],
  ['author_attestation', 'author_attestations'],
  ['timestamp_anchor', 'timestamp_anchors'],
  ['storage_attestation', 'storage_attestations'],
  ['citation_signature', 'citation_signatures'],
  ['replication_record', 'replication_records'],
  ['correction', 'corrections'],
  ['mirror_hint', 'mirror_hints'],
] as const;

/** What all parts of one bundle share. */
interface Subject {
  readonly draw: Draw;
  readonly record: Data;
  readonly canonicalSha256: string;
  readonly suffix: string;
  readonly number: string;
  readonly title: string;
  /** When the record was made. */
  readonly createdAt: string;
  /** When the bundle was built. */
  readonly builtAt: string;
}

function makeEvent(subject: Subject, type: string, target: string, payload: Data, createdAt: string): Data {
  const body = { event_type: type, subject_pith_number: subject.number, target, payload, signer: SIGNER };
  const rest = { created_at: createdAt, supersedes: [], prev_event: null };
  const content = digest({ ...body, ...rest, schema_version: '1.0' });
  const signature = signatureOver(content, 'open_graph_event_sha256_bytes', subject.builtAt);
  const sealed = { signature, content_sha256: content, schema_version: '1.0', event_id: `sha256:${content}` };
  return { ...body, ...rest, ...sealed };
}

function makeRecordCreated(subject: Subject): Data {
  const { record, canonicalSha256, createdAt } = subject;
  const receipt = {
    kind: 'pith_receipt',
    ...signatureOver(canonicalSha256, 'canonical_sha256_bytes', createdAt),
    builder_version: BUILDER,
    receipt_version: '0.3',
    canonical_sha256: canonicalSha256,
    last_reissued_at: createdAt,
    first_computed_at: createdAt,
  };
  const { kind, id, version } = record.source;
  const source = { source_kind: kind, source_id: id, source_version: version };
  const payload = {
    canonical_record: record,
    canonical_sha256: canonicalSha256,
    receipt,
    ...source,
    attestation_state: 'computed',
  };
  return makeEvent(subject, 'record_created', 'record', payload, createdAt);
}

const EMPTY = digest({ payload: [] });
const EMPTY_INTEGRITY = digest({ payload: { detectors: [], findings: [] } });

function makeSnapshot(subject: Subject): Data {
  const { draw, record, title } = subject;
  const { license, primary_cat, submitted_at, cross_cats_sorted } = record.metadata;
  const authors = Array.from({ length: draw.between(1, 9) }, () => `${draw.one(GIVEN)} ${draw.one(FAMILY)}`).sort();
  const snapshot = {
    paper: {
      title,
      license,
      headline: '',
      cross_cats: cross_cats_sorted,
      primary_cat,
      authors_text: authors.join(', '),
      submitted_at,
      abstract_excerpt: makeAbstract(draw),
    },
    claims: { count: 0, items: [], snapshot_sha256: EMPTY },
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
      endpoint: `/pith/${record.source.id}/integrity.json`,
      findings: [],
      available: true,
      detectors_run: [],
      snapshot_sha256: EMPTY_INTEGRITY,
    },
    references: { count: 0, sample: [], resolved_work: 0, snapshot_sha256: EMPTY, internal_anchors: 0 },
    formal_canon: { evidence_count: 0, snapshot_sha256: EMPTY },
    author_claims: { count: 0, strong_count: 0, snapshot_sha256: EMPTY },
    builder_version: BUILDER,
  };
  return makeEvent(
    subject,
    'graph_snapshot',
    'graph',
    { graph_snapshot: snapshot, verdict_id: null },
    subject.createdAt,
  );
}

/** An event beyond the first two; `n` counts from 0. */
function makeFurther(subject: Subject, n: number): Data {
  const { draw, suffix, createdAt } = subject;
  const [type, payload] = draw.one<[string, Data]>([
    ['citation_signature', { cited_pith_number: subject.number, context: `cites the ${draw.one(NOUNS)}, TEST ${n}` }],
    ['replication_record', { outcome: draw.one(['replicated', 'not replicated', 'partial']), note: `TEST ${n}` }],
    ['storage_attestation', { kind: 'archive', url: `https://archive.example/TEST/${suffix}/${n}` }],
    [
      'correction',
      { note: `TEST ${n}: the ${draw.one(NOUNS)} <${draw.one(ADJECTIVES)}> of section ${draw.between(2, 9)}` },
    ],
  ]);
  return makeEvent(subject, type, 'graph', payload, later(createdAt, 3600 * (n + 1)));
}

/** The state as upstream ships it: what the merge gives where every event is valid and none supersedes another. */
function makeState(number: string, record: Data, aliases: Data, events: readonly Data[]): Data {
  const ordered = events.toSorted((a, b) =>
    `${a.created_at} ${a.event_id}` < `${b.created_at} ${b.event_id}` ? -1 : 1,
  );
  const entry = ({ event_id, target, created_at, signer, payload }: Data): Data => ({
    event_id,
    target,
    created_at,
    signer: sorted(signer),
    payload: sorted(payload),
  });
  const listOf = (type: string): Data => ordered.filter(({ event_type }) => event_type === type).map(entry);
  const body = {
    state_type: 'pith_open_graph_state',
    state_version: '1.0',
    pith_number: number,
    merge_version: 'pith-open-graph-merge-v1',
    event_count: events.length,
    valid_event_count: events.length,
    invalid_event_count: 0,
    equivocation_count: 0,
    current: {
      canonical_record: sorted(record),
      source_aliases: aliases,
      ...Object.fromEntries(LISTS.map(([type, list]) => [list, listOf(type)])),
      record_created: listOf('record_created')[0],
    },
    equivocations: [],
    invalid_events: [],
    applied_event_ids: ordered.map(({ event_id }) => event_id),
  };
  return { ...body, state_sha256: digest(body) };
}

/** Months from 2015 on; arXiv's numbers have five digits since then. */
const MONTHS = 138;

export interface GeneratedBundle {
  /** The record's 26 characters: what the file is named for. */
  readonly suffix: string;
  /** The bundle in one line of compact JSON, UTF-8 as text. */
  readonly text: string;
}

/**
 * Makes the bundle number `index`.
 *
 * @param index 0 or more; bundles of two indices are of two records.
 * @param further events beyond those that the number gives: a later bundle of the same record, built a day later for each.
 */
export function makeBundle(index: number, further = 0): GeneratedBundle {
  const draw = new Draw(index);
  const month = index % MONTHS;
  const year = 2015 + Math.floor(month / 12);
  const mm = String(1 + (month % 12)).padStart(2, '0');
  const id = `${year - 2000}${mm}.${String(1 + Math.floor(index / MONTHS)).padStart(5, '0')}`;
  const title = makeTitle(draw);
  const submittedAt = later(`${year}-${mm}-01T00:00:00Z`, draw.below(28 * 86_400));
  const record = {
    source: { id, kind: 'arxiv', version: draw.between(1, 3) },
    metadata: {
      license: draw.one(LICENSES),
      primary_cat: draw.one(CATEGORIES),
      submitted_at: submittedAt,
      cross_cats_sorted: [...new Set(Array.from({ length: draw.below(3) }, () => draw.one(CATEGORIES)))].sort(),
      title_canon_sha256: hash('sha256', title.toLowerCase()),
      abstract_canon_sha256: hash('sha256', `abstract ${index}`),
    },
    schema_version: '1.0',
  };
  const canonicalSha256 = digest(record);
  const suffix = suffixOf(canonicalSha256);
  const number = formatPithNumber(submittedAt, suffix);
  const createdAt = later(submittedAt, 40_000);
  const builtAt = later(submittedAt, 800_000 + 86_400 * further);
  const subject = { draw, record, canonicalSha256, suffix, number, title, createdAt, builtAt };

  const usual = index % MANY_EVERY === MANY_EVERY - 1 ? MANY_EVENTS - 2 : 0;
  const beyond = Array.from({ length: usual + further }, (_, n) => n);
  const events = [makeRecordCreated(subject), makeSnapshot(subject), ...beyond.map((n) => makeFurther(subject, n))];
  const aliases = [...expectedAliases(record.source, suffix)].map(([kind, value]) => ({
    alias_kind: kind,
    alias_value: value,
    created_at: createdAt,
  }));
  const site = 'https://bench.test';
  const bundleUrl = `${site}/pith/${suffix}/bundle.json`;
  const stateUrl = `${site}/pith/${suffix}/state.json`;
  const wellKnown = `${site}/.well-known/pith/${suffix}/bundle.json`;
  const body = {
    bundle_type: 'pith_open_graph_bundle',
    bundle_version: '1.0',
    pith_number: number,
    short_pith_number: `pith:${suffix.slice(0, 8)}`,
    canonical_record: record,
    canonical_sha256: canonicalSha256,
    source: record.source,
    source_aliases: aliases,
    events,
    timestamp_proofs: [],
    mirror_hints: [
      {
        mirror_type: 'https',
        name: 'TEST',
        base_url: site,
        bundle_url: bundleUrl,
        state_url: stateUrl,
        well_known_bundle_url: wellKnown,
        status: 'primary',
      },
    ],
    public_keys: [
      {
        ...publicKeyEntry(benchKey),
        url: `${site}/pith-signing-key.json`,
        notes:
          'TEST KEY of the benchmark of pith-mirror. Its secret is the hash of its name, so everybody has it, and it signs nothing real. ' +
          'Verify with: ed25519_verify(public_key, message=canonical_sha256_bytes, signature=base64decode(signature_b64)).',
      },
    ],
    merge_version: 'pith-open-graph-merge-v1',
    built_at: builtAt,
    links: { resolver: `${site}/pith/${suffix}`, bundle: bundleUrl, state: stateUrl, well_known_bundle: wellKnown },
    state: makeState(number, record, aliases, events),
  };
  const bundleSha256 = digest(body);
  const signature = { ...signatureOver(bundleSha256, 'bundle_sha256_bytes', builtAt), bundle_sha256: bundleSha256 };
  return { suffix, text: JSON.stringify({ ...body, bundle_signature: signature }) };
}
