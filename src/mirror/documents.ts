/** The data files of the site: what is written beside the pages, byte for byte. Pure. */
import { formatBadge } from '../formats/badge.ts';
import { formatBibtex } from '../formats/bibtex.ts';
import { bundleScriptText } from '../formats/bundle-script.ts';
import { citationOf } from '../formats/citation.ts';
import { formatCsl } from '../formats/csl.ts';
import { formatJsonLd } from '../formats/json-ld.ts';
import { formatRis } from '../formats/ris.ts';
import {
  encodeBase64,
  encodeUtf8,
  fingerprintBase32Of,
  formatCanonical,
  MERGE_VERSION,
  type PinnedKey,
  type Trust,
} from '../protocol/index.ts';
import { type Catalogue, timeOfAll, verdictOf } from './catalogue.ts';
import * as paths from './paths.ts';
import type { RecordEntry } from './plan.ts';
import { TOOL_NAME } from './report.ts';

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

/** The value of a trust file with these keys. */
export function trustDocument(trust: Trust): object {
  const keys = trust.keys.map(({ keyId, publicKeyHex, role, fingerprint }) => ({
    key_id: keyId,
    public_key_hex: publicKeyHex,
    role,
    fingerprint_sha256_hex: fingerprint,
  }));
  return { keys };
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

function signingKey(trust: Trust): PinnedKey | undefined {
  return trust.keys.filter(({ role }) => role === 'pith_registry').at(-1) ?? trust.keys.at(-1);
}

function json(value: unknown): Uint8Array {
  return encodeUtf8(`${JSON.stringify(value, null, 2)}\n`);
}

function mirrorsDocument({ trust, site, entries }: Catalogue): Uint8Array {
  const key = signingKey(trust);
  const origin = {
    ...mirrorEntry('Pith Resolver', ORIGIN, 'primary'),
    ...(key === undefined ? {} : { public_key: keyDocument(key) }),
  };
  const own = site === null ? [] : [mirrorEntry(TOOL_NAME, site.replace(/\/$/, ''), 'mirror')];
  return json({
    manifest_type: 'pith_mirror_manifest',
    manifest_version: '1.0',
    generated_at: timeOfAll(entries),
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
  const script = bundleScriptText(entry);
  if (script !== null) files.push({ path: paths.bundleScript(suffix), bytes: encodeUtf8(script) });
  if (received.length > 1) {
    for (const { bundle, bytesSha256 } of received) {
      files.push({ path: paths.receivedBundleFile(suffix, bytesSha256), bytes: bundle.bytes });
    }
  }
  return files;
}

/** The site's own files, but for the report. */
export function siteFiles(catalogue: Catalogue): readonly SiteFile[] {
  const key = signingKey(catalogue.trust);
  return [
    { path: paths.NO_JEKYLL, bytes: new Uint8Array() },
    { path: paths.MARKER, bytes: json({ written_by: TOOL_NAME, layout: 1 }) },
    { path: paths.MIRRORS, bytes: mirrorsDocument(catalogue) },
    ...(key === undefined ? [] : [{ path: paths.SIGNING_KEY, bytes: json(keyDocument(key)) }]),
  ];
}
