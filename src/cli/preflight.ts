/** `pith-mirror preflight`: whether a site fits on a host. */
import { resolve } from 'node:path';
import { thousands } from '../formats/counts.ts';
import { UsageError } from '../mirror/base/failure.ts';
import {
  HOSTS,
  type Host,
  type HostVerdict,
  judgeSize,
  type Measure,
  measureSite,
  type Size,
} from '../network/preflight.ts';
import { EXIT, isFolder, parseOptions, singleArgument, userPath } from './command.ts';
import { print } from './streams.ts';
import { printable } from './terminal.ts';
import { formatBytes } from './transfer.ts';

export const PREFLIGHT_HELP = `pith-mirror preflight [DIR] --host NAME [--json]

Counts the files, folders and bytes of the site in DIR [dist], and says whether they fit on a host, how many more
records would fit, and what to do if they do not. Files with two names (hard links) count twice, as in an upload.

  --host NAME  ${HOSTS.map(({ host }) => host).join(', ')}
  --json       print the result as JSON

Exit code: 0 it fits; 1 it does not; 2 wrong usage or configuration.
`;

const UNITS: Readonly<Record<Measure, string>> = {
  files: 'files',
  entries: 'files and folders',
  bytes: 'all files together',
  file_bytes: 'largest file',
  folder_entries: 'entries of the largest folder',
};

const ADVICE: Readonly<Record<Measure, string>> = {
  files:
    'publish fewer records (sync with --category or --since), or build shards and publish each as a site of its own',
  entries:
    'publish fewer records (sync with --category or --since), or build shards and publish each as a site of its own',
  bytes:
    'publish fewer records (sync with --category or --since), or build shards and publish each as a site of its own',
  file_bytes: 'publish fewer records, or choose a host that accepts larger files',
  folder_entries: 'build shards and publish each as a site of its own',
};

const isInBytes = (what: Measure): boolean => what === 'bytes' || what === 'file_bytes';

const amount = (what: Measure, value: number): string => (isInBytes(what) ? formatBytes(value) : thousands(value));

function verdictLines({ what, most, found, fits, path, moreRecords, source, checked }: HostVerdict): readonly string[] {
  const of = path === null ? '' : ` (${printable(path)})`;
  const share = `${amount(what, found)} of ${amount(what, most)}`;
  const left = !fits || moreRecords === null ? '' : `; about ${thousands(moreRecords)} more records fit`;
  const head = `${fits ? 'fits ' : 'FULL '} ${UNITS[what]}: ${share}${of}${left}`;
  const lines = fits ? [head] : [head, `      ${ADVICE[what]}`];
  return [...lines, `      ${source}, read on ${checked}`];
}

/** What preflight says, line by line. */
export function preflightText(size: Size, host: Host, verdicts: readonly HostVerdict[]): string {
  const records = size.records === 1 ? '1 record' : `${thousands(size.records)} records`;
  const lines = [
    `${host.name}: ${records}, ${thousands(size.files)} files, ${formatBytes(size.bytes)}`,
    ...verdicts.flatMap(verdictLines),
  ];
  if (verdicts.length === 0) lines.push('fits  no limits are known');
  if (size.sameName !== null) {
    const [one, other] = size.sameName.map(printable);
    lines.push(`note  ${one} and ${other} become one file on a host that ignores upper and lower case`);
  }
  lines.push(`note  names that begin with a dot: ${host.dotFiles}`);
  return `${lines.join('\n')}\n`;
}

export function hostOption(name: string): Host {
  const host = HOSTS.find((known) => known.host === name);
  if (host === undefined)
    throw new UsageError(`--host: expected one of ${HOSTS.map((known) => known.host).join(', ')} (found ${name})`);
  return host;
}

export async function preflight(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    host: { type: 'string' },
    json: { type: 'boolean', default: false },
  });
  const given = singleArgument(positionals);
  const folder = given === undefined ? resolve('dist') : userPath(given);
  if (values.host === undefined)
    throw new UsageError(`expected --host with one of ${HOSTS.map(({ host }) => host).join(', ')}`);
  const host = hostOption(values.host);
  if (!(await isFolder(folder))) throw new UsageError(`${folder} is not a folder`);
  const size = measureSite(folder);
  const verdicts = judgeSize(size, host);
  if (values.json) print(`${JSON.stringify({ host: host.host, ...size, limits: verdicts }, null, 2)}\n`);
  else print(preflightText(size, host, verdicts));
  return verdicts.every(({ fits }) => fits) ? EXIT.OK : EXIT.FAILED;
}
