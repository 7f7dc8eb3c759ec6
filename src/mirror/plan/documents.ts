/** The data files of the site, which are written next to the pages byte for byte. Pure. */
import { formatBadge } from '../../formats/badge.ts';
import { bundleScriptText } from '../../formats/bundle-script.ts';
import { CHECK_SCRIPT_TEXT } from '../../formats/check-script.ts';
import { asciiJson } from '../../formats/json-text.ts';
import { encodeBase64, fingerprintBase32Of, MERGE_VERSION, type PinnedKey, type Trust } from '../../protocol/index.ts';
import { TOOL_NAME } from '../base/package.ts';
import * as paths from '../base/paths.ts';
import type { SiteFile } from '../base/site-file.ts';
import { type Catalogue, timeOfAll, verdictOf } from './catalogue.ts';
import { foundFiles } from './found.ts';
import { hostFiles } from './host-files.ts';
import type { RecordEntry } from './plan.ts';
import { csvFiles } from './records-csv.ts';

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

/** A pinned key in the form of upstream's own key document, with the members that a trust file has. */
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

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function mirrorsDocument({ trust, site, entries, operator }: Catalogue): string {
  const key = signingKey(trust);
  const origin = {
    ...mirrorEntry('Pith Resolver', ORIGIN, 'primary'),
    ...(key === undefined ? {} : { public_key: keyDocument(key) }),
  };
  const contact = operator?.contact == null ? {} : { contact: operator.contact };
  const own =
    site === null
      ? []
      : [{ ...mirrorEntry(operator?.name ?? TOOL_NAME, site.replace(/\/$/, ''), 'mirror'), ...contact }];
  return json({
    manifest_type: 'pith_mirror_manifest',
    manifest_version: '1.0',
    generated_at: timeOfAll(entries),
    merge_version: MERGE_VERSION,
    mirrors: [origin, ...own],
    notes: 'The current state is what the deterministic merge of a bundle gives, not what this manifest says.',
  });
}

/**
 * The files of a record: the bundle as it was received, and the same facts in other forms. RIS, CSL-JSON and the canonical
 * record are downloads inside the page (`formats/downloads.ts`), because hosts limit the number of files.
 */
export function recordFiles(entry: RecordEntry): readonly SiteFile[] {
  const { identified, merged, received, texts } = entry;
  const { suffix } = identified;
  const files: SiteFile[] = [
    { path: paths.jsonLdFile(suffix), content: `${asciiJson(texts.jsonLd)}\n` },
    { path: paths.bibtexFile(suffix), content: texts.bibtex },
    { path: paths.badgeFile(suffix), content: formatBadge(identified.shortPithNumber, verdictOf(entry)) },
  ];
  if (merged === null) return files;
  files.push(
    { path: paths.bundleFile(suffix), content: merged.published.bytes },
    { path: paths.wellKnownBundleFile(suffix), content: merged.published.bytes },
    { path: paths.stateFile(suffix), content: merged.state.bytes },
  );
  const script = bundleScriptText(entry);
  if (script !== null) files.push({ path: paths.bundleScriptPath(suffix), content: script });
  if (received.length > 1) {
    for (const { bundle, bytesSha256 } of received) {
      files.push({ path: paths.receivedBundleFile(suffix, bytesSha256), content: bundle.bytes });
    }
  }
  return files;
}

/** The site's own files, except the report. */
export function siteFiles(catalogue: Catalogue): readonly SiteFile[] {
  const key = signingKey(catalogue.trust);
  return [
    { path: paths.NO_JEKYLL, content: '' },
    { path: paths.MARKER, content: json({ written_by: TOOL_NAME, layout: 1 }) },
    { path: paths.MIRRORS, content: mirrorsDocument(catalogue) },
    { path: paths.CHECK_SCRIPT, content: CHECK_SCRIPT_TEXT },
    ...hostFiles(catalogue.host ?? 'static'),
    ...csvFiles(catalogue.entries, catalogue.site),
    ...(catalogue.site === null ? [] : foundFiles(catalogue.entries, catalogue.site, catalogue.operator?.name)),
    ...(key === undefined ? [] : [{ path: paths.SIGNING_KEY, content: json(keyDocument(key)) }]),
  ];
}
