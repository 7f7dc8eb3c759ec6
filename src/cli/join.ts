/** `pith-mirror join`: from the sites of all shards to the one that a build of everything would have given. */
import { resolve } from 'node:path';
import { UsageError } from '../mirror/base/failure.ts';
import { joinMirror } from '../mirror/join.ts';
import { hostNameOption, PUBLISH_OPTIONS, publishOptions, siteOption, tell, tellSize } from './build.ts';
import { parseOptions, trustOption, userPath } from './command.ts';
import { TerminalProgress } from './terminal.ts';

export const JOIN_HELP = `pith-mirror join SHARD… [--out DIR] [--trust FILE] [--site URL] [--host NAME] [--strict] [--allow-loss] [--clean] [--no-sync]
       [--json]

Joins the sites of all shards into one. The result has the same bytes as one build of everything. Build the shards with
--shard 1/N to N/N from the same input and with the same pith-mirror. Records are copied, and each is compared with the
digest that its shard wrote.

  --out DIR     write the site to DIR [dist]
  --trust FILE  trust the keys in FILE; the same as for the shards [the file that comes with pith-mirror]
  --site URL    the address at which the site will be published; the same as for the shards [none]
  --host NAME   the host that the site is made for; the same as for the shards [static]
  --strict      publish nothing if any file is rejected or has findings
  --allow-loss, --clean, --no-sync   as for build
  --json        print the report as JSON

Exit code: 0 everything verified; 1 failed, nothing published; 2 wrong usage or configuration;
3 published, but with findings or rejected files.
`;

export async function join(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    out: { type: 'string' },
    trust: { type: 'string' },
    site: { type: 'string' },
    host: { type: 'string' },
    strict: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    ...PUBLISH_OPTIONS,
  });
  if (positionals.length === 0) throw new UsageError('expected the folders of the shards to join');
  const started = performance.now();
  const progress = new TerminalProgress();
  const out = values.out === undefined ? resolve('dist') : userPath(values.out);
  const trust = await trustOption(values.trust);
  const site = siteOption(values.site);
  const host = hostNameOption(values.host);
  try {
    const shards = positionals.map(userPath);
    const result = await joinMirror({ shards, out, trust, site, host, ...publishOptions(values) }, progress);
    progress.finish();
    const code = tell(result, { out, isJson: values.json, milliseconds: performance.now() - started });
    return values.host === undefined || !result.published ? code : tellSize(out, host, values.json, code);
  } finally {
    progress.finish();
  }
}
