/** `pith-mirror snapshot`: a folder for the Internet Archive. */
import { relative } from 'node:path';
import { UsageError } from '../mirror/base/failure.ts';
import { iaLines, makeSnapshot } from '../packages/snapshot.ts';
import { openHeaders } from '../timestamps/headers.ts';
import { EXIT, engineOption, parseOptions, singleArgument, trustOption, userPath } from './command.ts';
import { print } from './streams.ts';
import { printable, TerminalProgress } from './terminal.ts';

export const SNAPSHOT_HELP = `pith-mirror snapshot SITE --out ITEM [--identifier ID] [--collection NAME] [--license URL]
       [--previous FILE] [--headers PATH] [--input BUNDLES] [--trust FILE] [--json]

Makes a folder for the Internet Archive: the site as ZIP packages to keep and as a ZIM to read with Kiwix (see pack),
README.txt, the digests of all files, the roots of the record index, and ia.csv, the list of files for ia, the Archive's
own program. Every file, signature and state is verified first. This command uploads nothing and needs no account; it
prints the commands to run. It fails if the Archive would refuse the item.

  --out ITEM      the folder; must not exist
  --identifier ID name of the item at archive.org [pith-mirror-DATE, with the date of the newest data]
  --collection NAME
                  the collection to upload to; test_collection is for trials [chosen by the Archive]
  --license URL   license of the whole item [none: each record names the license of its paper]
  --previous FILE snapshot.txt or snapshot.json of the previous snapshot; its root is named in the new one
  --headers PATH  Bitcoin block headers, as for stamp --check: if records/snapshot.txt was stamped, the item gets the proof and
                  those headers that the proof needs
  --input BUNDLES also pack the notes and rejected files of this folder, from which the site was built
  --trust FILE    the keys that the site was built with [the file that comes with pith-mirror]
  --engine NAME   check signatures with openssl, or with noble, a slow reference implementation; results are identical
                  [openssl]
  --json          print the result as JSON

Exit code: 0 made; 1 failed, and there is no item; 2 wrong usage or configuration.
`;

function licenseOption(license: string | undefined): string | null {
  if (license === undefined) return null;
  const url = URL.parse(license);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`--license: expected an http or https URL (found ${license})`);
  return url.href;
}

export async function snapshot(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    out: { type: 'string' },
    identifier: { type: 'string' },
    collection: { type: 'string' },
    license: { type: 'string' },
    previous: { type: 'string' },
    headers: { type: 'string' },
    input: { type: 'string' },
    trust: { type: 'string' },
    engine: { type: 'string' },
    json: { type: 'boolean', default: false },
  });
  const site = singleArgument(positionals);
  if (site === undefined) throw new UsageError('expected the folder of a site');
  if (values.out === undefined) throw new UsageError('expected --out with the folder of the item');
  const path = (given: string | undefined): string | null => (given === undefined ? null : userPath(given));
  const progress = new TerminalProgress();
  try {
    const { identifier, folder, files } = await makeSnapshot(
      {
        site: userPath(site),
        out: userPath(values.out),
        identifier: values.identifier ?? null,
        collection: values.collection ?? null,
        licenseUrl: licenseOption(values.license),
        previous: path(values.previous),
        headerAt: values.headers === undefined ? null : openHeaders(userPath(values.headers), progress).headerAt,
        input: path(values.input),
        compression: 'deflated',
        trust: await trustOption(values.trust),
        engine: engineOption(values.engine),
        jobs: null,
      },
      progress,
    );
    progress.finish();
    if (values.json) {
      print(`${JSON.stringify({ identifier, folder, files }, null, 2)}\n`);
      return EXIT.OK;
    }
    const shown = printable(relative(process.cwd(), folder) || folder);
    const lines = iaLines(identifier).map(([what, line]) => `# ${what}\n${line}\n`);
    print(`item ${shown}: ${files.length} files\n\ncd ${shown}\n${lines.join('')}`);
    return EXIT.OK;
  } finally {
    progress.finish();
  }
}
