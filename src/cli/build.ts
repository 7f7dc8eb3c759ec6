/** `pith-mirror build`: from a folder of bundles to a site. */
import { relative, resolve } from 'node:path';
import { UsageError } from '../mirror/base/failure.ts';
import { siteUrl } from '../mirror/base/site-url.ts';
import { type BuildOptions, type BuildResult, RENDERERS, type RendererName } from '../mirror/build-options.ts';
import { buildMirror } from '../mirror/pipeline.ts';
import { HOST_NAMES, type HostName } from '../mirror/plan/host-files.ts';
import { parseShard } from '../mirror/resume/shard.ts';
import { judgeSize, measureSite } from '../network/preflight.ts';
import { withUnpackedInput } from '../packages/build-input.ts';
import { isPackage } from '../packages/stored.ts';
import { EXIT, engineOption, parseOptions, singleArgument, trustOption, userPath } from './command.ts';
import { hostOption, preflightText } from './preflight.ts';
import { formatReportText } from './report.ts';
import { single } from './single.ts';
import { print } from './streams.ts';
import { complain, printable, specify, TerminalProgress } from './terminal.ts';

export const BUILD_HELP = `pith-mirror build [BUNDLES] [--out DIR] [--trust FILE] [--site URL] [--strict] [--recheck] [--follow-links]
       [--engine NAME] [--shard I/N] [--jobs N] [--allow-loss] [--clean] [--no-sync] [--host NAME] [--json]
       pith-mirror build [BUNDLES] --single SUFFIX [--out FILE.html] [--force]

Verifies every *.json below BUNDLES, recomputes every state, and writes a site. Invalid files are skipped and
reported; everything else is published. Files named SUFFIX.md are your own notes, and mirror.md says who runs the mirror.

BUNDLES is a folder [bundles]. If it contains published mirrors, their signed bundles are read too. BUNDLES can also be
a package that pack wrote, or all packages of a set; the packed site is then built again.

  --out DIR        write the site to DIR [dist]
  --trust FILE     trust the keys in FILE [the file that comes with pith-mirror: pith-v1-2026-05]
  --site URL       the address at which the site will be published; adds absolute links where they help [none]
  --strict         publish nothing if any file is rejected or has findings
  --recheck        verify everything again, even files that did not change since the last build
  --allow-loss     publish even if records or events of the published site would be lost
  --clean          remove files from DIR that are not part of the mirror, after listing them
  --no-sync        do not wait until new files are on the disk
  --follow-links   accept symbolic links in BUNDLES if their targets are inside BUNDLES
  --engine NAME    check signatures with openssl, or with noble (slow reference implementation; results are identical)
                   [openssl]
  --shard I/N      build only the I-th of N ranges of suffixes, to be joined later: see pith-mirror join
  --host NAME      write what the host needs, and say whether the site fits on it (see pith-mirror preflight):
                   static, github-pages, cloudflare-pages or netlify [static]
  --jobs N         use up to N worker threads [one per processor; none for up to 64 records]
  --json           print the report as JSON
  --single SUFFIX  write only this record, as one HTML file that can be read, cited and verified on its own; repeat it
                   for several records; --out names the file, or a folder for several [SUFFIX.html]
  --force          with --single: replace a file even if pith-mirror did not write it

Exit code: 0 everything verified; 1 failed, nothing published; 2 wrong usage or configuration;
3 published, but with findings or rejected files.
`;

export function siteOption(site: string | undefined): string | null {
  if (site === undefined) return null;
  const url = siteUrl(site);
  if (url === null)
    throw new UsageError(`--site: expected an http or https URL such as https://example.org/mirror/, got ${site}`);
  return url;
}

function rendererOption(name = 'fast'): RendererName {
  const renderer = RENDERERS.find((known) => known === name);
  if (renderer === undefined) throw new UsageError(`--renderer: expected one of ${RENDERERS.join(', ')}, got ${name}`);
  return renderer;
}

export function hostNameOption(name = 'static'): HostName {
  const host = HOST_NAMES.find((known) => known === name);
  if (host === undefined) throw new UsageError(`--host: expected one of ${HOST_NAMES.join(', ')} (found ${name})`);
  return host;
}

/** Says whether the site fits on its host. @returns the exit code: 1 if it does not. */
export function tellSize(out: string, name: HostName, isJson: boolean, code: number): number {
  const host = hostOption(name);
  const size = measureSite(out);
  const verdicts = judgeSize(size, host);
  const fits = verdicts.every((verdict) => verdict.fits);
  // If the report is JSON, standard output has nothing else.
  (isJson ? process.stderr : process.stdout).write(preflightText(size, host, verdicts));
  return fits ? code : EXIT.FAILED;
}

function jobsOption(jobs: string | undefined): number | null {
  if (jobs === undefined) return null;
  if (!/^[1-9]\d?$/.test(jobs)) throw new UsageError(`--jobs: expected a number from 1 to 99, got ${jobs}`);
  return Number(jobs);
}

/** The options of the commands that publish into a folder. */
export const PUBLISH_OPTIONS = {
  'allow-loss': { type: 'boolean', default: false },
  clean: { type: 'boolean', default: false },
  'no-sync': { type: 'boolean', default: false },
} as const;

export function publishOptions(values: {
  readonly strict: boolean;
  readonly 'allow-loss': boolean;
  readonly clean: boolean;
  readonly 'no-sync': boolean;
}): Pick<BuildOptions, 'strict' | 'allowLoss' | 'clean' | 'flush'> {
  const { strict, clean } = values;
  return { strict, clean, allowLoss: values['allow-loss'], flush: !values['no-sync'] };
}

/** Prints the result of a build or a join. @returns its exit code. */
export function tell(
  { report, published, refusal, loss, isUnchanged }: BuildResult,
  how: { readonly out: string; readonly isJson: boolean; readonly milliseconds: number },
): number {
  if (how.isJson) for (const piece of report.pieces()) print(piece);
  else print(formatReportText(report, published ? 'published' : 'not published', how.milliseconds / 1000));
  if (refusal !== null) {
    complain(`nothing was published: ${refusal}`);
    for (const line of loss?.lines ?? []) specify(line);
    return EXIT.FAILED;
  }
  if (!how.isJson && isUnchanged) print('nothing has changed since the last build\n');
  if (!how.isJson) print(`site ${printable(relative(process.cwd(), how.out) || how.out)}\n`);
  return report.totals.rejected + report.totals.findings > 0 ? EXIT.FINDINGS : EXIT.OK;
}

export async function build(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    out: { type: 'string' },
    trust: { type: 'string' },
    site: { type: 'string' },
    strict: { type: 'boolean', default: false },
    recheck: { type: 'boolean', default: false },
    engine: { type: 'string' },
    renderer: { type: 'string' },
    'follow-links': { type: 'boolean', default: false },
    shard: { type: 'string' },
    jobs: { type: 'string' },
    json: { type: 'boolean', default: false },
    single: { type: 'string', multiple: true },
    force: { type: 'boolean', default: false },
    host: { type: 'string' },
    ...PUBLISH_OPTIONS,
  });
  const packages = positionals.map((name) => ({ name, path: userPath(name) })).filter(({ path }) => isPackage(path));
  const isPackaged = packages.length > 0 && packages.length === positionals.length;
  const given = isPackaged ? undefined : singleArgument(positionals);
  const started = performance.now();
  const progress = new TerminalProgress();
  // The defaults are the project's folders, wherever in it the user is; a given path is relative to the user's folder.
  const input = given === undefined ? resolve('bundles') : userPath(given);
  const out = values.out === undefined ? resolve('dist') : userPath(values.out);
  const site = siteOption(values.site);
  const engine = engineOption(values.engine);
  const renderer = rendererOption(values.renderer);
  const shard = values.shard === undefined ? null : parseShard(values.shard);
  const jobs = jobsOption(values.jobs);
  const host = hostNameOption(values.host);
  const trust = await trustOption(values.trust);
  if (values.force && values.single === undefined) throw new UsageError('--force can only be used with --single');
  const followLinks = values['follow-links'];
  const make = async (folder: string): Promise<number> => {
    if (values.single !== undefined) {
      const { strict, force, single: names } = values;
      const how = { input: folder, followLinks, trust, site, strict, engine, jobs, force, names, out: values.out };
      return single(how, progress);
    }
    const options = {
      input: folder,
      followLinks,
      out,
      trust,
      site,
      recheck: values.recheck,
      ...publishOptions(values),
      host,
    };
    const result = await buildMirror({ ...options, engine, renderer, shard, only: null, jobs }, progress);
    progress.finish();
    const code = tell(result, { out, isJson: values.json, milliseconds: performance.now() - started });
    return values.host === undefined || !result.published ? code : tellSize(out, host, values.json, code);
  };
  try {
    return await (isPackaged ? withUnpackedInput(packages, out, progress, make) : make(input));
  } finally {
    progress.finish();
  }
}
