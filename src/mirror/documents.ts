/** The data files of the site: what is written beside the pages, byte for byte. Pure. */
import { formatBadge } from '../formats/badge.ts';
import { formatBibtex } from '../formats/bibtex.ts';
import { citationOf } from '../formats/citation.ts';
import { formatCsl } from '../formats/csl.ts';
import { formatJsonLd } from '../formats/json-ld.ts';
import { formatRis } from '../formats/ris.ts';
import {
  compareCodePoints,
  encodeBase64,
  encodeUtf8,
  fingerprintBase32Of,
  formatCanonical,
  MERGE_VERSION,
  type PinnedKey,
  type Trust,
} from '../protocol/index.ts';
import { type Catalogue, catalogueEntry, verdictOf } from './catalogue.ts';
import * as paths from './paths.ts';
import type { MirrorPlan, RecordEntry } from './plan.ts';
import { assembleReport, formatReport, type Report, TOOL_NAME } from './report.ts';

export interface SiteFile {
  /** See paths.ts. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

const ORIGIN = 'https://pith.science';

/** A mirror's entry in `pith-mirrors.json`, with upstream's members. */
function mirrorEntry(name: string, base: string, status: string): Record<string, unknown> {
  return {
    name,
    mirror_type: 'https',
    base_url: base,
    bundle_pattern: `${base}/pith/{suffix}/bundle.json`,
    state_pattern: `${base}/pith/{suffix}/state.json`,
    well_known_pattern: `${base}/.well-known/pith/{suffix}/bundle.json`,
    status,
  };
}

/** A pinned key in the form in which upstream publishes its own, as far as a trust file knows it. */
function keyDocument(key: PinnedKey): Record<string, unknown> {
  return {
    key_id: key.keyId,
    algorithm: 'ed25519',
    format: 'raw',
    public_key_b64: encodeBase64(key.publicKey),
    public_key_hex: key.publicKeyHex,
    fingerprint_sha256_b32_first128bits: fingerprintBase32Of(key.publicKey),
    fingerprint_sha256_hex: key.fingerprint,
    notes: 'Pinned by the operator of this mirror. Compare the fingerprint with another source before you rely on it.',
  };
}

/** The newest moment in the data: what stands for the time of a build, so that one input gives one output. */
export function dataTime({ records }: MirrorPlan): string {
  const built = records.flatMap(({ received }) => received.map(({ bundle }) => bundle.builtInstant));
  const submitted = records.map(({ identified }) => identified.record.submittedAt.replace('Z', ''));
  const [newest = '1970-01-01T00:00:00'] = (built.length > 0 ? built : submitted).toSorted((a, b) =>
    compareCodePoints(b, a),
  );
  return `${newest.slice(0, 19)}Z`;
}

function signingKey(trust: Trust): PinnedKey | undefined {
  return trust.keys.filter(({ role }) => role === 'pith_registry').at(-1) ?? trust.keys.at(-1);
}

function json(value: unknown): Uint8Array {
  return encodeUtf8(`${JSON.stringify(value, null, 2)}\n`);
}

function mirrorsDocument(plan: MirrorPlan): Uint8Array {
  const key = signingKey(plan.trust);
  const origin = {
    ...mirrorEntry('Pith Resolver', ORIGIN, 'primary'),
    ...(key === undefined ? {} : { public_key: keyDocument(key) }),
  };
  const own = plan.site === null ? [] : [mirrorEntry(TOOL_NAME, plan.site.replace(/\/$/, ''), 'mirror')];
  return json({
    manifest_type: 'pith_mirror_manifest',
    manifest_version: '1.0',
    generated_at: dataTime(plan),
    merge_version: MERGE_VERSION,
    mirrors: [origin, ...own],
    notes: 'The current state is what the deterministic merge of a bundle gives, not what this manifest says.',
  });
}

/** The record's files. What was received is what is published; what is made of it says the same in other forms. */
export function recordFiles(entry: RecordEntry): readonly SiteFile[] {
  const { identified, merged, received } = entry;
  const { suffix, record } = identified;
  const citation = citationOf(entry);
  const files: SiteFile[] = [
    // Canonical bytes, so that `sha256sum` of the file is the canonical hash.
    { path: paths.recordFile(suffix), bytes: encodeUtf8(formatCanonical(record.value)) },
    { path: paths.jsonLdFile(suffix), bytes: encodeUtf8(`${formatJsonLd(entry)}\n`) },
    { path: paths.bibtexFile(suffix), bytes: encodeUtf8(formatBibtex(citation)) },
    { path: paths.risFile(suffix), bytes: encodeUtf8(formatRis(citation)) },
    { path: paths.cslFile(suffix), bytes: encodeUtf8(formatCsl(citation)) },
    { path: paths.badgeFile(suffix), bytes: encodeUtf8(formatBadge(identified.shortPithNumber, verdictOf(entry))) },
  ];
  if (merged === null) return files;
  files.push(
    { path: paths.bundleFile(suffix), bytes: merged.published.bytes },
    { path: paths.wellKnownBundleFile(suffix), bytes: merged.published.bytes },
    { path: paths.stateFile(suffix), bytes: merged.state.bytes },
  );
  if (received.length > 1) {
    for (const { bundle, bytesSha256 } of received) {
      files.push({ path: paths.receivedBundleFile(suffix, bytesSha256), bytes: bundle.bytes });
    }
  }
  return files;
}

export function reportOfPlan({ version, trust, files, records }: MirrorPlan): Report {
  const recordOnly = records.filter(({ merged }) => merged === null).length;
  return assembleReport(version, trust, files, { all: records.length, recordOnly });
}

/** What every page but those of records gets. */
export function catalogueOfPlan(plan: MirrorPlan): Catalogue {
  const { records, files, site, trust, version } = plan;
  return {
    site,
    trust,
    version,
    entries: records.map(catalogueEntry),
    totals: reportOfPlan(plan).totals,
    troubled: files.filter(({ outcome }) => outcome !== 'verified'),
  };
}

/** The site's own files. */
export function siteFiles(plan: MirrorPlan): readonly SiteFile[] {
  const key = signingKey(plan.trust);
  return [
    { path: paths.NO_JEKYLL, bytes: new Uint8Array() },
    { path: paths.MARKER, bytes: json({ written_by: TOOL_NAME, layout: 1 }) },
    { path: paths.MIRRORS, bytes: mirrorsDocument(plan) },
    ...(key === undefined ? [] : [{ path: paths.SIGNING_KEY, bytes: json(keyDocument(key)) }]),
    { path: paths.REPORT, bytes: encodeUtf8(formatReport(reportOfPlan(plan))) },
  ];
}
