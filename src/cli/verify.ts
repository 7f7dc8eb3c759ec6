/** `pith-mirror verify`: the same checks, no site. */
import { basename, isAbsolute } from 'node:path';
import { UsageError } from '../mirror/base/failure.ts';
import type { VerifyInput } from '../mirror/judge/judge.ts';
import { listInput, listingNotes } from '../mirror/read/listing.ts';
import { verifyFiles } from '../mirror/verify.ts';
import { isVerifiable } from '../packages/verify.ts';
import { EXIT, engineOption, isFolder, parseOptions, readArgument, trustOption, userPath } from './command.ts';
import { formatReportText } from './report.ts';
import { print } from './streams.ts';
import { TerminalProgress } from './terminal.ts';
import { verifyEachPackage } from './verify-packages.ts';

export const VERIFY_HELP = `pith-mirror verify PATH… [--trust FILE] [--engine NAME] [--follow-links] [--json]

Verifies bundles, sites and packages, and writes nothing. PATH is one of these:

  a file, or - for standard input   one bundle
  a folder                          every *.json below it, each alone; files with the same bytes count once
  the folder of a site, a package   every file is compared with the site's sums/ or the package's manifest, every
  that pack wrote (a ZIP, or its    bundle is verified, and every state is compared with the merge of its bundles;
  unpacked folder)                  what is missing, extra or changed is named
  a ZIM that pack wrote             every bundle is verified, and every state compared as above; of its other files
                                    only the MD5 digest of the whole is known

  --trust FILE    trust the keys in FILE [the file that comes with pith-mirror: pith-v1-2026-05]
  --engine NAME   check signatures with openssl, or with noble (slow reference implementation; results are identical)
                  [openssl]
  --follow-links  accept symbolic links in a folder if their targets are inside it
  --json          print the report as JSON

Exit code: 0 everything verified; 1 a file was rejected; 2 wrong usage or configuration; 3 nothing was rejected, but
there are findings.
`;

/** What an argument stands for; its files are named relative to it. */
async function expand(
  argument: string,
  followLinks: boolean,
  progress: TerminalProgress,
): Promise<readonly VerifyInput[]> {
  if (argument === '-') return [{ name: '-', bytes: await readArgument('-') }];
  const path = userPath(argument);
  if (!(await isFolder(path))) return [{ name: basename(path), path, isNamedByUser: true }];
  const listing = await listInput(path, { isInput: (name) => name.endsWith('.json'), followLinks });
  for (const note of listingNotes(listing)) progress.note(note);
  return [...listing.files, ...listing.unlisted];
}

/** With several arguments, files of one name are told apart as the user told them apart; never by an absolute path. */
function nameAmongSeveral(argument: string, input: VerifyInput): VerifyInput {
  if (argument === '-' || isAbsolute(argument)) return input;
  const name = 'isNamedByUser' in input ? argument : `${argument.replace(/(?<!\/)\/+$/, '')}/${input.name}`;
  return { ...input, name };
}

export async function verify(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    trust: { type: 'string' },
    engine: { type: 'string' },
    'follow-links': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  });
  if (positionals.length === 0) throw new UsageError('expected a file, a folder or - to verify');
  const started = performance.now();
  const engine = engineOption(values.engine);
  const trust = await trustOption(values.trust);
  const packages = positionals.filter((argument) => argument !== '-' && isVerifiable(userPath(argument)));
  if (packages.length > 0 && packages.length < positionals.length)
    throw new UsageError('bundles cannot be verified together with packages or sites; verify them in separate runs');
  const inputs: VerifyInput[] = [];
  const progress = new TerminalProgress();
  if (packages.length > 0) {
    try {
      return await verifyEachPackage(packages, { trust, engine, isJson: values.json, started }, progress);
    } finally {
      progress.finish();
    }
  }
  for (const argument of positionals) {
    const found = await expand(argument, values['follow-links'], progress);
    inputs.push(...(positionals.length === 1 ? found : found.map((input) => nameAmongSeveral(argument, input))));
  }
  if (inputs.length === 0) throw new UsageError(`no *.json file in ${positionals.join(' ')}`);
  try {
    const report = await verifyFiles(inputs, trust, engine, progress);
    progress.finish();
    const seconds = (performance.now() - started) / 1000;
    if (values.json) for (const piece of report.pieces()) print(piece);
    else print(formatReportText(report, 'verified', seconds));
    if (report.totals.rejected > 0) return EXIT.FAILED;
    return report.totals.findings > 0 ? EXIT.FINDINGS : EXIT.OK;
  } finally {
    progress.finish();
  }
}
