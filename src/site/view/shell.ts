/** Shell commands that repeat the record's checks. */

import { absoluteUrl, bundleFile, recordFile } from '../../mirror/base/paths.ts';
import type { SiteContext } from '../../mirror/plan/catalogue.ts';
import type { RecordEntry } from '../../mirror/plan/plan.ts';
import type { PinnedKey } from '../../protocol/index.ts';

export interface ShellLines {
  readonly heading: string;
  readonly lines: string;
}

const PYTHON =
  "python3 -c \"import sys,json,hashlib; b=json.dumps(json.loads(sys.stdin.read()), sort_keys=True, separators=(',',':'), ensure_ascii=False).encode(); print(hashlib.sha256(b).hexdigest())\"";

/** The record's own check, from this mirror's files. It contains only the suffix and the digest of a bundle. */
export function shellLines(
  entry: RecordEntry,
  { site, trust }: Pick<SiteContext, 'site' | 'trust'>,
): readonly ShellLines[] {
  const { suffix, canonicalSha256 } = entry.identified;
  const [file, pick] = entry.merged === null ? [recordFile(suffix), '.'] : [bundleFile(suffix), '.canonical_record'];
  const expect = `# expect: ${canonicalSha256}`;
  const hash = (read: string): string => `${read} \\\n  | jq -c '${pick}' \\\n  | ${PYTHON}\n${expect}`;
  const name = file.slice(file.lastIndexOf('/') + 1);
  return [
    ...(site === null
      ? []
      : [
          {
            heading: 'From this mirror, online',
            lines: hash(`curl -s '${absoluteUrl(site, file).replaceAll("'", '%27')}'`),
          },
        ]),
    { heading: 'From a downloaded copy, in the folder of this page', lines: hash(`cat ${name}`) },
    { heading: 'Only the canonical bytes', lines: `sha256sum record.json\n${expect}` },
    ...verifyLines(entry, trust.keys),
  ];
}

/** An assembled bundle is not signed: the bundles it was assembled from are what can be verified. */
function verifyLines({ merged }: RecordEntry, keys: readonly PinnedKey[]): readonly ShellLines[] {
  if (merged === null) return [];
  const what = merged.published.kind === 'assembled' ? 'bundles' : 'bundle.json';
  const pinned = keys.map(({ keyId, role, publicKeyHex, fingerprint }) => ({
    key_id: keyId,
    public_key_hex: publicKeyHex,
    role,
    fingerprint_sha256_hex: fingerprint,
  }));
  // Any key id is allowed in a trust file, so characters special to a shell are written as JSON escapes.
  const file = JSON.stringify({ keys: pinned }).replaceAll("'", '\\u0027');
  return [
    {
      heading: 'Every digest and signature, with pith-mirror and keys you trust',
      lines: `# this mirror's keys: compare them with another source first\nprintf '%s\\n' '${file}' > trust.json\npith-mirror verify ${what} --trust trust.json`,
    },
  ];
}
