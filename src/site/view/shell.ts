/** Shell commands that repeat the record's checks. */

import { absoluteUrl, bundleFile } from '../../mirror/base/paths.ts';
import type { SiteContext } from '../../mirror/plan/catalogue.ts';
import type { RecordEntry } from '../../mirror/plan/plan.ts';

export interface ShellLines {
  readonly heading: string;
  readonly lines: string;
}

const PYTHON =
  "python3 -c \"import sys,json,hashlib; b=json.dumps(json.loads(sys.stdin.read()), sort_keys=True, separators=(',',':'), ensure_ascii=False).encode(); print(hashlib.sha256(b).hexdigest())\"";

/** The record's own check, from this mirror's files. It contains only the suffix and the digest of a bundle. */
export function shellLines(entry: RecordEntry, { site }: Pick<SiteContext, 'site'>): readonly ShellLines[] {
  const { suffix, canonicalSha256 } = entry.identified;
  const expect = `# expect: ${canonicalSha256}`;
  const record = { heading: 'The hash of the saved record', lines: `sha256sum record.json\n${expect}` };
  if (entry.merged === null) return [record];
  const fetched =
    site === null
      ? ''
      : `# if you do not have it: curl -O '${absoluteUrl(site, bundleFile(suffix)).replaceAll("'", '%27')}'\n`;
  return [
    {
      heading: 'The hash of the record in a saved bundle',
      lines: `${fetched}jq -c .canonical_record bundle.json \\\n  | ${PYTHON}\n${expect}`,
    },
    record,
    ...verifyLines(entry),
  ];
}

/** An assembled bundle is not signed: the bundles it was assembled from are what can be verified. */
function verifyLines({ merged }: RecordEntry): readonly ShellLines[] {
  if (merged === null) return [];
  const what = merged.published.kind === 'assembled' ? 'bundles' : 'bundle.json';
  return [
    {
      heading: 'Every digest and signature, with pith-mirror and keys you trust',
      lines: `# trust.json has this mirror's keys, as under “How to repeat the checks”: compare them with another source first\npith-mirror verify ${what} --trust trust.json`,
    },
  ];
}
