/** `pith-mirror stamp`: OpenTimestamps proofs of when a file existed. */
import { randomBytes } from 'node:crypto';
import { attestationText } from '../formats/attestation.ts';
import { BuildError, UsageError } from '../mirror/base/failure.ts';
import { type AttestationVerdict, equalBytes, verifyAttestations } from '../protocol/index.ts';
import { DEFAULT_CALENDARS } from '../timestamps/calendar.ts';
import { digestOfFile } from '../timestamps/file-digest.ts';
import { type Headers, openHeaders } from '../timestamps/headers.ts';
import {
  NONCE_BYTES,
  proofFileOf,
  readProof,
  type Stamped,
  stampFile,
  type Upgraded,
  upgradeProof,
} from '../timestamps/stamp.ts';
import { EXIT, parseOptions, userPath } from './command.ts';
import { print } from './streams.ts';
import { printable, TerminalProgress } from './terminal.ts';

export const STAMP_HELP = `pith-mirror stamp FILE… | --upgrade FILE.ots… | --check FILE

Proves with OpenTimestamps that a file existed before a certain time. Stamp records/snapshot.txt of a site or
manifest-sha256.txt of a package: each covers all records or files by their digests. A build publishes proofs that are in
timestamps/ in the folder of bundles, each with the file that was stamped.

  stamp FILE…             send a digest of each file to public calendars and write FILE.ots. Random bytes are added
                          first, so the calendars learn neither the file nor its digest
  stamp --upgrade P.ots…  a few hours later: ask the calendars for the Bitcoin block and complete each proof
  stamp --check FILE      check FILE.ots against FILE, without the network

  --calendar URL          ask this calendar; may be repeated [four public ones]
  --ots FILE.ots          the proof to check [FILE.ots]
  --headers PATH          Bitcoin block headers to check against: a folder of HEIGHT.hex files, one such file, or one
                          binary file of all headers, 80 bytes each
  --json                  print the result as JSON

Exit codes of --check: 0 proved by a Bitcoin block; 1 the proof is for another file or is wrong; 3 not checked
(pending, or no header for the block).
`;

interface CheckResult {
  readonly file: string;
  readonly proof: string;
  readonly isOfFile: boolean;
  readonly attestations: readonly AttestationVerdict[];
}

function exitOf({ isOfFile, attestations }: CheckResult): number {
  if (!isOfFile || attestations.some(({ kind }) => kind === 'failed')) return EXIT.FAILED;
  return attestations.some(({ kind }) => kind === 'proved') ? EXIT.OK : EXIT.FINDINGS;
}

/** JSON for people and programs: bytes as hexadecimal. */
const formatJson = (value: unknown): string =>
  `${JSON.stringify(value, (_, item: unknown) => (item instanceof Uint8Array ? Buffer.from(item).toString('hex') : item), 2)}\n`;

interface CheckOptions {
  readonly headersPath: string | null;
  readonly isJson: boolean;
}

async function check(
  file: string,
  proof: string,
  { headersPath, isJson }: CheckOptions,
  progress: TerminalProgress,
): Promise<number> {
  const headers = headersPath === null ? NO_HEADERS : openHeaders(headersPath, progress);
  const parsed = readProof(proof);
  const isOfFile = equalBytes(await digestOfFile(file, parsed.hash, progress), parsed.timestamp.message);
  progress.finish();
  const attestations = isOfFile ? verifyAttestations(parsed, headers.headerAt) : [];
  const result: CheckResult = { file, proof, isOfFile, attestations };
  if (isJson) print(formatJson(result));
  else if (!isOfFile)
    print(`${printable(file)}: does not match: ${printable(proof)} is the proof of a different file\n`);
  else
    for (const verdict of attestations)
      print(`${printable(file)}: ${printable(attestationText(verdict, headers.chainHeight))}\n`);
  return exitOf(result);
}

/** What stamping and upgrading have in common. */
interface Asking {
  readonly calendars: readonly string[];
  readonly isJson: boolean;
}

async function stampAll(
  files: readonly string[],
  { calendars, isJson }: Asking,
  progress: TerminalProgress,
): Promise<number> {
  const results: Stamped[] = [];
  for (const file of files) {
    const stamped = await stampFile(file, calendars, new Uint8Array(randomBytes(NONCE_BYTES)), progress);
    progress.finish();
    results.push(stamped);
    for (const problem of stamped.problems) progress.note(problem);
    if (!isJson)
      print(
        `${printable(stamped.proof)}: promised by ${stamped.calendars.length} calendars. Complete it in a few hours with: pith-mirror stamp --upgrade ${printable(stamped.proof)}\n`,
      );
  }
  if (isJson) print(formatJson(results));
  return EXIT.OK;
}

async function upgradeAll(
  proofs: readonly string[],
  { calendars, isJson }: Asking,
  progress: TerminalProgress,
): Promise<number> {
  const results: Upgraded[] = [];
  for (const proof of proofs) {
    const upgraded = await upgradeProof(proof, calendars, progress);
    progress.finish();
    results.push(upgraded);
    for (const problem of upgraded.problems) progress.note(problem);
    if (isJson) continue;
    const state = upgraded.isComplete
      ? upgraded.isChanged
        ? 'complete now'
        : 'complete already'
      : `still pending at ${upgraded.pending.join(', ')}`;
    print(`${printable(proof)}: ${printable(state)}\n`);
  }
  if (isJson) print(formatJson(results));
  return results.every(({ isComplete }) => isComplete) ? EXIT.OK : EXIT.FINDINGS;
}

const NO_HEADERS: Headers = { headerAt: () => null, chainHeight: null };

function calendarsOf(urls: readonly string[] | undefined): readonly string[] {
  for (const url of urls ?? []) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      throw new UsageError(`--calendar: expected an http or https URL, got ${url}`);
  }
  return urls ?? [];
}

/** @throws UsageError, BuildError */
export async function stamp(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    upgrade: { type: 'boolean' },
    check: { type: 'boolean' },
    calendar: { type: 'string', multiple: true },
    ots: { type: 'string' },
    headers: { type: 'string' },
    json: { type: 'boolean' },
  });
  const { upgrade = false, check: isCheck = false, json = false } = values;
  if (upgrade && isCheck) throw new UsageError('--upgrade and --check cannot be used together');
  if (positionals.length === 0) throw new UsageError('expected a file; see pith-mirror stamp --help');
  const calendars = calendarsOf(values.calendar);
  const paths = positionals.map(userPath);
  if (!isCheck && (values.ots !== undefined || values.headers !== undefined))
    throw new UsageError('--ots and --headers can only be used with --check');
  const progress = new TerminalProgress();
  try {
    if (isCheck) {
      const [file = ''] = paths;
      if (paths.length > 1) throw new UsageError('--check: expected one file');
      if (calendars.length > 0)
        throw new UsageError('--calendar cannot be used with --check, which does not use the network');
      const proof = values.ots === undefined ? proofFileOf(file) : userPath(values.ots);
      const headersPath = values.headers === undefined ? null : userPath(values.headers);
      return await check(file, proof, { headersPath, isJson: json }, progress);
    }
    if (upgrade) return await upgradeAll(paths, { calendars, isJson: json }, progress);
    const own = paths.find((path) => path.endsWith('.ots'));
    if (own !== undefined) throw new BuildError(`${own} is itself a proof; to complete it, add --upgrade`);
    const asked = calendars.length > 0 ? calendars : DEFAULT_CALENDARS;
    return await stampAll(paths, { calendars: asked, isJson: json }, progress);
  } finally {
    progress.finish();
  }
}
