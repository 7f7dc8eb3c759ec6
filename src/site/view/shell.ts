/** The lines with which a reader repeats the record's check in a shell. */
import { absoluteUrl, bundleFile, recordFile } from '../../mirror/paths.ts';
import type { RecordEntry } from '../../mirror/plan.ts';

export interface ShellLines {
  readonly heading: string;
  readonly lines: string;
}

const PYTHON =
  "python3 -c \"import sys,json,hashlib; b=json.dumps(json.loads(sys.stdin.read()), sort_keys=True, separators=(',',':'), ensure_ascii=False).encode(); print(hashlib.sha256(b).hexdigest())\"";

/** The record's own check, from this mirror's files. Nothing of a bundle is in it but suffix and digest. */
export function shellLines(entry: RecordEntry, site: string | null): readonly ShellLines[] {
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
    { heading: 'The canonical bytes alone', lines: `sha256sum record.json\n${expect}` },
    ...(entry.merged === null
      ? []
      : [{ heading: 'Every digest and signature, with pith-mirror', lines: 'pith-mirror verify bundle.json' }]),
  ];
}
