/** `pith-mirror pack`: from a site to packages that can be verified on their own. */
import { relative, resolve } from 'node:path';
import { UsageError } from '../mirror/base/failure.ts';
import { type PackResult, packSite } from '../packages/pack.ts';
import { packZim } from '../packages/pack-zim.ts';
import { EXIT, engineOption, parseOptions, singleArgument, trustOption, userPath } from './command.ts';
import { print } from './streams.ts';
import { printable, TerminalProgress } from './terminal.ts';

export const PACK_HELP = `pith-mirror pack SITE --format zip [--out DIR] [--name NAME] [--only bundles] [--store] [--input BUNDLES]
       [--trust FILE] [--verify] [--force] [--json]
pith-mirror pack SITE --format zim [--out DIR] [--name NAME] [--title TEXT] [--description TEXT] [--language CODE]
       [--creator TEXT] [--publisher TEXT] [--compact] [--trust FILE] [--verify] [--force] [--json]

Packs a site that pith-mirror built, to keep, to pass on, or to upload. Every file must have the SHA-256 that the build
wrote to sums/; if one has not, nothing is packed. The build has verified the signatures; --verify does it again. The
same site always gives the same bytes.

  --format zip   ZIP archives to keep. Each is a BagIt 1.0 bag: it has the digest of every file, the keys, the verifier,
                 and a README.txt that says how to open, check and verify it without this program
  --format zim   one small file to read offline with Kiwix, which browses, searches and verifies as the site does
  --out DIR      folder for the packages [the current folder]
  --trust FILE   the keys that the site was built with [the file that comes with pith-mirror]
  --engine NAME  check signatures with openssl, or with noble, a slow reference implementation; results are identical [openssl]
  --verify       also verify every signature and compare every state with the merge of its bundles; takes twice as long
  --force        replace packages of the same name
  --json         print the result as JSON

ZIP:
  --name NAME    the beginning of their names [pith-mirror-DATE, with the date of the newest data]
  --only bundles
                 pack only what is needed to build the site again: bundles, keys and the record index
  --input BUNDLES
                 also pack the notes and rejected files of this folder, from which the site was built
  --store        do not compress

A large site becomes a set of packages (NAME-001-of-012.zip), split between records. Each has at most 60,000 files and
2 GiB before compression, so that every program can read it, and can be opened and verified on its own. The first has
the lists and the search.

ZIM, for the file NAME_YEAR-MONTH.zim:
  --name NAME    name of the series, the same for each edition [pith-mirror_en_all]
  --title TEXT   up to 30 characters [Pith Open Graph mirror]
  --description TEXT
                 up to 80 characters [how many records it has]
  --language CODE
                 ISO 639-3 code of the content's language, or several with commas [eng]
  --creator TEXT
                 who made the content [Pith Open Graph]
  --publisher TEXT
                 who made the file [the address of the site]
  --compact      make the file almost half as large: the page of a record carries its bundles as text, which compresses
                 better. It verifies as before, but its bytes are not those of the site's page

Exit code: 0 packed; 1 failed, and no package was written; 2 wrong usage or configuration.
`;

const FORMATS = ['zip', 'zim'] as const;

function formatOption(format: string | undefined): (typeof FORMATS)[number] {
  const found = FORMATS.find((one) => one === format);
  if (found === undefined) throw new UsageError(`--format: expected zip or zim (found ${format ?? 'none'})`);
  return found;
}

/** Options that only one format has. */
const ONLY_FOR: Readonly<Record<(typeof FORMATS)[number], readonly string[]>> = {
  zip: ['only', 'store', 'input'],
  zim: ['title', 'description', 'language', 'creator', 'publisher', 'compact'],
};

/** @throws UsageError if an option of another format is given. */
function checkOptions(format: (typeof FORMATS)[number], values: Readonly<Record<string, unknown>>): void {
  for (const other of FORMATS.filter((one) => one !== format)) {
    const given = ONLY_FOR[other].find((name) => values[name] !== undefined && values[name] !== false);
    if (given !== undefined) throw new UsageError(`--${given}: is an option of --format ${other}`);
  }
}

function onlyOption(only: string | undefined): 'site' | 'bundles' {
  if (only === undefined) return 'site';
  if (only === 'bundles') return 'bundles';
  throw new UsageError(`--only: expected bundles (found ${only})`);
}

function checkedWords({ checked: { digests, signatures } }: PackResult): string {
  if (!digests) return 'checked: every signature and state; not checked: pages, since the site has no sums/';
  return signatures
    ? 'checked: the SHA-256 of every file, every signature and every state'
    : 'checked: the SHA-256 of every file; not checked again: signatures and states (--verify, or pith-mirror verify PACKAGE)';
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
    title: { type: 'string' },
    description: { type: 'string' },
    language: { type: 'string' },
    creator: { type: 'string' },
    publisher: { type: 'string' },
    compact: { type: 'boolean', default: false },
    trust: { type: 'string' },
    engine: { type: 'string' },
    verify: { type: 'boolean', default: false },
    force: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  });
  const given = singleArgument(positionals);
  if (given === undefined) throw new UsageError('expected the folder of a site to pack');
  const format = formatOption(values.format);
  checkOptions(format, values);
  const contents = onlyOption(values.only);
  const progress = new TerminalProgress();
  try {
    const shared = {
      site: userPath(given),
      out: userPath(values.out ?? '.'),
      trust: await trustOption(values.trust),
      engine: engineOption(values.engine),
      isJudged: values.verify,
      force: values.force,
      jobs: null,
    };
    const { name, title, description, language, creator, publisher } = values;
    const about = { name, title, description, language, creator, publisher };
    const result =
      format === 'zim'
        ? await packZim({ ...shared, about, isCompact: values.compact }, progress)
        : await packSite(
            {
              ...shared,
              name: name ?? null,
              contents,
              compression: values.store ? 'stored' : 'deflated',
              input: values.input === undefined ? null : userPath(values.input),
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
    print(`${checkedWords(result)}\n`);
    if (result.withFindings > 0)
      print(`${result.withFindings} bundles have findings (${result.findings}); verify lists them\n`);
    return EXIT.OK;
  } finally {
    progress.finish();
  }
}
