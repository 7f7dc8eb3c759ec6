/** `pith-mirror pack`: from a site to packages that can be verified on their own. */
import { relative, resolve } from 'node:path';
import { UsageError } from '../mirror/base/failure.ts';
import { packSite } from '../packages/pack.ts';
import { EXIT, engineOption, parseOptions, singleArgument, trustOption, userPath } from './command.ts';
import { print } from './streams.ts';
import { printable, TerminalProgress } from './terminal.ts';

export const PACK_HELP = `pith-mirror pack SITE --format zip [--out DIR] [--name NAME] [--only bundles] [--store] [--input BUNDLES]
       [--trust FILE] [--force] [--json]

Packs a site that pith-mirror built into ZIP archives to keep, to pass on, or to upload. Each is a BagIt 1.0 bag: it has
the digest of every file, the keys, the verifier, and a README.txt that says how to open, check and verify it without
this program. Every bundle and state is verified before it is packed; if one fails, nothing is packed.

  --format zip   the only format so far
  --out DIR      folder for the packages [the current folder]
  --name NAME    the beginning of their names [pith-mirror-DATE, with the date of the newest data]
  --only bundles
                 pack only what is needed to build the site again: bundles, keys and the record index
  --input BUNDLES
                 also pack the notes and rejected files of this folder, from which the site was built
  --store        do not compress
  --trust FILE   the keys that the site was built with [the file that comes with pith-mirror]
  --force        replace packages of the same name
  --json         print the result as JSON

A large site becomes a set of packages (NAME-001-of-012.zip), split between records. Each has at most 60,000 files and
2 GiB before compression, so that every program can read it, and can be opened and verified on its own. The first has
the lists and the search. The same site always gives the same bytes.

Exit code: 0 packed; 1 failed, and no package was written; 2 wrong usage or configuration.
`;

function formatOption(format: string | undefined): void {
  if (format === 'zip') return;
  throw new UsageError(`--format: expected zip (found ${format ?? 'none'})`);
}

function onlyOption(only: string | undefined): 'site' | 'bundles' {
  if (only === undefined) return 'site';
  if (only === 'bundles') return 'bundles';
  throw new UsageError(`--only: expected bundles (found ${only})`);
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

export async function pack(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    format: { type: 'string' },
    out: { type: 'string' },
    name: { type: 'string' },
    only: { type: 'string' },
    store: { type: 'boolean', default: false },
    input: { type: 'string' },
    trust: { type: 'string' },
    engine: { type: 'string' },
    force: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  });
  const given = singleArgument(positionals);
  if (given === undefined) throw new UsageError('expected the folder of a site to pack');
  formatOption(values.format);
  const contents = onlyOption(values.only);
  const progress = new TerminalProgress();
  try {
    const result = await packSite(
      {
        site: userPath(given),
        out: userPath(values.out ?? '.'),
        name: values.name ?? null,
        contents,
        compression: values.store ? 'stored' : 'deflated',
        input: values.input === undefined ? null : userPath(values.input),
        trust: await trustOption(values.trust),
        engine: engineOption(values.engine),
        force: values.force,
        jobs: null,
      },
      progress,
    );
    progress.finish();
    if (values.json) {
      print(`${JSON.stringify(result, null, 2)}\n`);
      return EXIT.OK;
    }
    for (const { path, bytes, sha256, files, records } of result.packages) {
      const shown = printable(relative(process.cwd(), resolve(path)) || path);
      print(`${sha256}  ${shown}\n  ${records} records, ${files} files, ${mebibytes(bytes)}\n`);
    }
    if (result.withFindings > 0)
      print(`${result.withFindings} bundles have findings (${result.findings}); verify lists them\n`);
    return EXIT.OK;
  } finally {
    progress.finish();
  }
}
