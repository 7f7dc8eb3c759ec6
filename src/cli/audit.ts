/** `pith-mirror audit`: whether a site serves what was built, and whether that is right. */
import { counted } from '../formats/counts.ts';
import { UsageError } from '../mirror/base/failure.ts';
import { listSite } from '../mirror/base/tree.ts';
import { type Audit, type AuditOptions, auditSite } from '../network/audit.ts';
import { auditUntil } from '../network/audit-until.ts';
import { parseAge } from '../network/freshness.ts';
import { HOST_NAMES, type HostName } from '../network/hosts.ts';
import { systemClock } from '../network/pace.ts';
import { detection } from '../network/sample.ts';
import { whenSettled } from '../network/settled.ts';
import { type Source, sourceUrl } from '../network/source.ts';
import { parseOptions, trustOption, userPath } from './command.ts';
import { endReading } from './reading.ts';
import { openSiteArgument, openWeb } from './site-argument.ts';
import { print } from './streams.ts';
import { rateOption } from './sync.ts';
import { complain, printable, TerminalProgress } from './terminal.ts';

export const AUDIT_HELP = `pith-mirror audit URL|DIR [--all] [--expect ROOT] [--wait TIME] [--host NAME] [--trust FILE] [--rate N] [--json]

Checks a published site: whether the index fits together, whether files have the digests that the build wrote down,
and whether bundles verify and merge to the published states. At a URL it also checks that hidden folders are served,
that a path that does not exist answers 404, and the media types of pages and JSON.

  --all         check every file; otherwise 256 of them. The choice depends only on the mirror's root, so a second
                audit checks the same files
  --expect ROOT wait until this mirror is served: its states root, its bundles root, or the SHA-256 of its
                sums/site.sha256, which stands for the whole site
  --wait TIME   how long to wait for --expect, and for a host whose caches still serve old files:
                90s, 15m [15m with --expect, otherwise no wait]
  --host NAME   ignore the known differences of this host: ${HOST_NAMES.join(', ')} [static]
  --trust FILE  the keys you trust [the file that comes with pith-mirror (pith-v1-2026-05)]
  --rate N      requests per second; 0 for no limit [4]
  --json        print the result as JSON

Exit code: 0 no problem was found; 1 problems were found, or the expected mirror is not served; 2 wrong usage, or the
site cannot be read; 4 the site keeps changing, or its index contradicts itself.
`;

const EXIT_FINE = 0;
const EXIT_PROBLEMS = 1;

/** Problems that the text names. All are in the JSON. */
const SHOWN = 50;

function hostOption(name = 'static'): HostName {
  const host = HOST_NAMES.find((known) => known === name);
  if (host === undefined) throw new UsageError(`--host: expected one of ${HOST_NAMES.join(', ')} (found ${name})`);
  return host;
}

function waitOption(text: string | undefined, isExpecting: boolean): number {
  if (text === undefined) return isExpecting ? 15 * 60_000 : 0;
  const [, seconds] = /^([1-9]\d{0,5})s$/.exec(text) ?? [];
  const wait = seconds === undefined ? parseAge(text) : Number(seconds) * 1000;
  if (wait === null)
    throw new UsageError(`--wait: expected a number and a unit, such as 90s, 15m or 1h (found ${text})`);
  return wait;
}

function expectOption(root: string | undefined): string | null {
  if (root === undefined) return null;
  if (!/^[0-9a-f]{64}$/.test(root))
    throw new UsageError(`--expect: expected 64 hexadecimal digits in lower case (found ${root})`);
  return root;
}

const percent = (share: number): string => `${Math.floor(share * 100)} %`;

/** What the files that were looked at prove, for people. */
function proofOf({ files, isComplete }: Audit): string {
  if (isComplete) return 'Every file that the site lists was checked.';
  return `A sample of ${files} finds damage of 1 % of the files with ${percent(detection(files, 0.01))} probability; --all checks every file.`;
}

/** The result for people. */
export function formatAudit(audit: Audit): string {
  const { snapshot, site, files, bundles, states, problems, allowances } = audit;
  const shown = problems.slice(0, SHOWN).map(({ code, path, suffix, message }) => {
    const record = suffix === null ? '' : ` (record ${suffix})`;
    return `${code.padEnd(10)}  ${printable(path)}${record}\n            ${printable(message)}`;
  });
  const left = problems.length - shown.length;
  if (left > 0) shown.push(`and ${left} more (--json lists all)`);
  const lines = [
    `records        ${snapshot.records}`,
    `states root    ${snapshot.states}`,
    `bundles root   ${snapshot.bundles}`,
    `site           ${site}`,
    `files checked  ${files}`,
    `               ${counted(bundles, 'bundle')} verified and ${counted(states, 'state')} merged again`,
    ...allowances.map((words) => `allowed        ${words}`),
    '',
    problems.length === 0 ? 'No problem was found.' : `Problems found: ${problems.length}.`,
    proofOf(audit),
  ];
  return `${[...shown, ...(shown.length > 0 ? [''] : []), ...lines].join('\n')}\n`;
}

function jsonOf({ name }: Source, audit: Audit, expected: string | null, isServed: boolean): string {
  const { snapshot, site, files, isComplete, bundles, states, problems, allowances } = audit;
  const document = {
    site: name,
    records: snapshot.records,
    states: snapshot.states,
    bundles: snapshot.bundles,
    site_sums_sha256: site,
    expected,
    is_expected_served: expected === null ? null : isServed,
    files_checked: files,
    is_complete: isComplete,
    finds_damage_of_1_percent_with: isComplete ? 1 : detection(files, 0.01),
    bundles_verified: bundles,
    states_merged: states,
    allowances,
    problems,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

export async function audit(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    all: { type: 'boolean', default: false },
    expect: { type: 'string' },
    wait: { type: 'string' },
    host: { type: 'string' },
    trust: { type: 'string' },
    rate: { type: 'string' },
    json: { type: 'boolean', default: false },
  });
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0)
    throw new UsageError(`expected one site to audit, a folder or a URL (found ${positionals.length})`);
  const expected = expectOption(values.expect);
  const wait = waitOption(values.wait, expected !== null);
  const progress = new TerminalProgress();
  const say = (text: string): void => progress.note(text);
  const options: AuditOptions = {
    trust: await trustOption(values.trust),
    host: hostOption(values.host),
    isAll: values.all,
    found: () => (sourceUrl(name) === null ? listSite(userPath(name)) : null),
    begin: (files) => progress.stage('checking files', files),
    step: () => progress.step(),
  };
  return endReading(progress, async () => {
    const source = await openSiteArgument(name, await openWeb(rateOption(values.rate), say));
    const once = (): Promise<Audit> => whenSettled([source], systemClock, say, () => auditSite(source, options));
    const { result, isServed } = await auditUntil(source, { expected, wait, clock: systemClock, say }, once);
    progress.finish();
    print(values.json ? jsonOf(source, result, expected, isServed) : formatAudit(result));
    if (!isServed) complain(`${name} does not serve the expected root ${expected}`);
    return result.problems.length === 0 && isServed ? EXIT_FINE : EXIT_PROBLEMS;
  });
}
