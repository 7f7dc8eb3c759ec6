/** `pith-mirror join`: from the sites of all shards to the one that a build of everything would have given. */
import { resolve } from 'node:path';
import { UsageError } from '../mirror/base/failure.ts';
import { joinMirror } from '../mirror/pipeline.ts';
import { siteOption, tell } from './build.ts';
import { parseOptions, trustOption, userPath } from './command.ts';
import { TerminalProgress } from './terminal.ts';

export const JOIN_HELP = `pith-mirror join SHARD… [--out DIR] [--trust FILE] [--site URL] [--strict] [--json]

Joins the sites of all shards (build --shard 1/N to N/N, of the same input, by the same pith-mirror) to one in DIR
(default: dist/): the same bytes as one build of everything. Records are copied, not made again; each is held against
the digest that its shard wrote.

  --out DIR     where the site goes; replaced only when the new one is complete and checked
  --trust FILE, --site URL, --strict, --json   as for build; the first two as the shards were built with

Exit code: 0 everything verified; 1 failed, nothing published; 2 wrong usage or configuration;
3 published, but with findings or rejected files.
`;

export async function join(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    out: { type: 'string' },
    trust: { type: 'string' },
    site: { type: 'string' },
    strict: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  });
  if (positionals.length === 0) throw new UsageError('expected the folders of the shards to join');
  const started = performance.now();
  const progress = new TerminalProgress();
  const out = values.out === undefined ? resolve('dist') : userPath(values.out);
  const trust = await trustOption(values.trust);
  const site = siteOption(values.site);
  try {
    const shards = positionals.map(userPath);
    const result = await joinMirror({ shards, out, trust, site, strict: values.strict }, progress);
    progress.finish();
    return tell(result, { out, isJson: values.json, milliseconds: performance.now() - started });
  } finally {
    progress.finish();
  }
}
