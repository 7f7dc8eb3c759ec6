/** `pith-mirror sync`: from other sites to a folder of verified bundles. */
import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { messageOf, UsageError } from '../mirror/base/failure.ts';
import { packageVersion } from '../mirror/base/package.ts';
import { cacheFolder } from '../mirror/base/user-cache.ts';
import { readOperatorNote } from '../mirror/read/operator-note.ts';
import { ORIGIN, sourceUrl } from '../network/source.ts';
import type { Selection, SyncOptions } from '../network/sync/options.ts';
import { syncFolder as fill } from '../network/sync/sync.ts';
import { parseSince, parseWanted, parseWantedList, type Wanted } from '../network/sync/wanted.ts';
import { parseOptions, trustOption, userPath } from './command.ts';
import { print } from './streams.ts';
import { exitCode, formatSyncText } from './sync-text.ts';
import { TerminalTransfer } from './transfer.ts';

export const SYNC_HELP = `pith-mirror sync [WHAT…] [--from URL]… [--to DIR] [--all] [--since DATE] [--category CAT]…
       [--list FILE] [--keep-all] [--allow-shrink] [--rate N] [--trust FILE] [--dry-run] [--json]

Downloads bundles into DIR. Keeps a bundle if it verifies with the keys you trust, is one that you asked for, and has
events that DIR does not have yet. Nothing in DIR is ever replaced or deleted. Refused files go to DIR/quarantine, with
the reason. If a run is interrupted, the next run continues it. Bundles in DIR are recognized by the digests in their
names; to check their bytes too, use verify.

WHAT is a suffix, a Pith Number, a short number, an arXiv id, an arXiv DOI, or a URL that contains one of them.

  --from URL      a mirror's address, the folder of a site that build wrote, or a package that pack wrote, with
                  the other parts of its set beside it; repeat it for several, which are tried in this order
                  [sources of DIR/mirror.md, else ${ORIGIN}]
  --to DIR        the folder of bundles [bundles]
  --all           every record of the mirror
  --since DATE    every record submitted on this day or later: 2026-05-21, 2026-05 or 2026
  --category CAT  every record with this primary category, such as cs.DC, or cs for the whole archive
  --list FILE     more names, one per line; # starts a comment; - is standard input
  --keep-all      also keep bundles that add no events to those in DIR
  --allow-shrink  continue even if a mirror lists less than 90 % of the records that DIR has from it
  --rate N        requests per second to one host; 0 for no limit [4]
  --trust FILE    the keys you trust [the file that comes with pith-mirror]
  --dry-run       show what would be downloaded; download only indexes and write nothing
  --json          print the report as JSON

The origin publishes no index, so --all, --since, --category, short numbers and arXiv ids need a mirror as the source.

Exit code: 0 DIR has everything that was asked for; 1 failed, or something could not be downloaded; 2 wrong usage or
configuration; 3 something was refused; 4 a source changed while it was read, contradicts itself, or lost records.
`;

function wantedOption(text: string): Wanted {
  const wanted = parseWanted(text);
  if (wanted === null)
    throw new UsageError(
      `expected a suffix, a Pith Number, a short number, an arXiv id or DOI, or a URL with one (found ${JSON.stringify(text)})`,
    );
  return wanted;
}

async function standardInput(): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) text += String(chunk);
  return text;
}

async function listOption(path: string | undefined): Promise<readonly Wanted[]> {
  if (path === undefined) return [];
  let text: string;
  try {
    text = path === '-' ? await standardInput() : await readFile(userPath(path), 'utf8');
  } catch (error) {
    throw new UsageError(`--list: ${messageOf(error)}`);
  }
  const found = parseWantedList(text);
  if ('line' in found)
    throw new UsageError(
      `--list: ${path}:${found.line}: expected the name of a record (found ${JSON.stringify(found.text)})`,
    );
  return found;
}

function sourceOption(name: string): SyncOptions['sources'][number] {
  const [, scheme] = /^([a-z][a-z\d+.-]*):\/\//i.exec(name) ?? [];
  if (scheme === undefined) return { name, folder: userPath(name) };
  const url = URL.parse(name);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`--from: expected a folder, or an http or https URL (found ${JSON.stringify(name)})`);
  if (url.username !== '' || url.password !== '')
    throw new UsageError('--from: expected a URL without a user name and a password');
  return { name: sourceUrl(name)?.href ?? name, folder: '' };
}

export function rateOption(text = '4'): number {
  if (!/^\d{1,4}(\.\d{1,3})?$/.test(text))
    throw new UsageError(
      `--rate: expected a number of requests per second, 0 for no limit (found ${JSON.stringify(text)})`,
    );
  return Number(text);
}

const CATEGORY = /^[a-z-]+(\.[A-Za-z-]+)?$/;

function selectionOption(values: {
  readonly all: boolean;
  readonly since?: string | undefined;
  readonly category?: readonly string[] | undefined;
}): Selection | null {
  const categories = values.category ?? [];
  const bad = categories.find((category) => !CATEGORY.test(category));
  if (bad !== undefined)
    throw new UsageError(`--category: expected an arXiv category such as cs.DC (found ${JSON.stringify(bad)})`);
  const since = values.since === undefined ? null : parseSince(values.since);
  if (values.since !== undefined && since === null)
    throw new UsageError(`--since: expected a date such as 2026-05-21 (found ${JSON.stringify(values.since)})`);
  return values.all || since !== null || categories.length > 0 ? { since, categories } : null;
}

export async function sync(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    from: { type: 'string', multiple: true },
    to: { type: 'string' },
    all: { type: 'boolean', default: false },
    since: { type: 'string' },
    category: { type: 'string', multiple: true },
    list: { type: 'string' },
    'keep-all': { type: 'boolean', default: false },
    'allow-shrink': { type: 'boolean', default: false },
    rate: { type: 'string' },
    trust: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  });
  const wanted = [...positionals.map(wantedOption), ...(await listOption(values.list))];
  const selection = selectionOption(values);
  if (wanted.length === 0 && selection === null && values.list === undefined)
    throw new UsageError('expected records to fetch: their names, --list, --all, --since or --category');
  const folder = values.to === undefined ? resolve('bundles') : userPath(values.to);
  const note = await readOperatorNote(folder);
  // What the operator wrote down; options override it.
  const usual = note === null || note.sources.length === 0 ? [ORIGIN] : note.sources;
  // A host that is asked too much should know whom to write to. A header holds no other characters.
  const contact = note?.contact?.replace(/[^\x21-\x7e]/g, '') ?? '';
  const options: SyncOptions = {
    folder,
    sources: (values.from ?? usual).map(sourceOption),
    trust: await trustOption(values.trust),
    wanted,
    selection,
    keepAll: values['keep-all'],
    allowShrink: values['allow-shrink'],
    dryRun: values['dry-run'],
    rate: rateOption(values.rate),
    userAgent: `pith-mirror/${await packageVersion()}${contact === '' ? '' : ` (+${contact})`}`,
    cache: cacheFolder(),
  };
  const started = performance.now();
  const progress = new TerminalTransfer();
  try {
    const report = await fill(options, progress);
    progress.finish();
    const seconds = (performance.now() - started) / 1000;
    if (values.json) print(`${JSON.stringify(report, null, 2)}\n`);
    else print(formatSyncText(report, relative(process.cwd(), folder) || '.', seconds));
    return exitCode(report);
  } finally {
    progress.finish();
  }
}
