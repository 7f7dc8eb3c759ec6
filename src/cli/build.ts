/** `pith-mirror build`: from a folder of bundles to a site. */
import { relative, resolve } from 'node:path';
import { UsageError } from '../mirror/failure.ts';
import { buildMirror } from '../mirror/pipeline.ts';
import { formatReport } from '../mirror/report.ts';
import { EXIT, parseOptions, singleArgument, trustOption, userPath } from './command.ts';
import { formatReportText } from './report.ts';
import { single } from './single.ts';
import { printable, TerminalProgress } from './terminal.ts';

export const BUILD_HELP = `pith-mirror build [BUNDLES] [--out DIR] [--trust FILE] [--site URL] [--strict] [--json]
       pith-mirror build [BUNDLES] --single SUFFIX [--out FILE.html] [--force]

Reads every *.json below BUNDLES (default: bundles/), checks every digest and signature, recomputes every state,
and writes a site to DIR (default: dist/). SUFFIX.md files are notes of your own.

  --out DIR     where the site goes; replaced only when the new one is complete and checked
  --trust FILE  the keys you trust; default: the file that comes with pith-mirror (pith-v1-2026-05)
  --site URL    where the site will be published; adds absolute addresses where they help
  --strict      publish nothing if any file is rejected or has findings
  --json        print the report as JSON
  --single SUFFIX
                no site, but this record as one self-contained page SUFFIX.html, with all that it needs to be read,
                cited and verified; may be given several times; --out names the file, or a folder
  --force       with --single: also replace a file that pith-mirror did not write

Exit code: 0 everything verified; 1 failed, nothing published; 2 wrong usage or configuration;
3 published, but with findings or rejected files.
`;

function siteOption(site: string | undefined): string | null {
  if (site === undefined) return null;
  const url = URL.parse(site);
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== '' ||
    url.password !== '' ||
    /\.html?$/.test(url.pathname) ||
    url.search !== '' ||
    url.hash !== ''
  ) {
    throw new UsageError(`--site: expected an http or https URL such as https://example.org/mirror/, got ${site}`);
  }
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}

export async function build(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    out: { type: 'string' },
    trust: { type: 'string' },
    site: { type: 'string' },
    strict: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    single: { type: 'string', multiple: true },
    force: { type: 'boolean', default: false },
  });
  const given = singleArgument(positionals);
  const started = performance.now();
  const progress = new TerminalProgress();
  // The defaults are the project's folders, wherever the user stands in it; a path that is given is from there.
  const input = given === undefined ? resolve('bundles') : userPath(given);
  const out = values.out === undefined ? resolve('dist') : userPath(values.out);
  const site = siteOption(values.site);
  const trust = await trustOption(values.trust);
  if (values.force && values.single === undefined) throw new UsageError('--force goes with --single');
  try {
    if (values.single !== undefined) {
      const { strict, force, single: names } = values;
      return await single({ input, trust, site, strict, force, names, out: values.out }, progress);
    }
    const { report, published, refusal } = await buildMirror(
      { input, out, trust, site, strict: values.strict },
      progress,
    );
    progress.finish();
    const seconds = (performance.now() - started) / 1000;
    const text = values.json
      ? formatReport(report)
      : formatReportText(report, published ? 'published' : 'not published', seconds);
    process.stdout.write(text);
    if (refusal !== null) {
      process.stderr.write(`pith-mirror: nothing is published: ${printable(refusal)}\n`);
      return EXIT.FAILED;
    }
    if (!values.json) process.stdout.write(`site ${printable(relative(process.cwd(), out) || out)}\n`);
    return report.totals.rejected + report.totals.findings > 0 ? EXIT.FINDINGS : EXIT.OK;
  } finally {
    progress.finish();
  }
}
