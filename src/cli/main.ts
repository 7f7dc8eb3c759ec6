/** The command line. One file per command; this one chooses. */
import { BuildError, messageOf, UsageError } from '../mirror/base/failure.ts';
import { isInterrupted } from '../mirror/base/interrupt.ts';
import { packageVersion } from '../mirror/base/package.ts';
import { EngineError, ParseError } from '../protocol/index.ts';
import { AUDIT_HELP, audit } from './audit.ts';
import { BUILD_HELP, build } from './build.ts';
import { CANON_HELP, canon } from './canon.ts';
import { EXIT } from './command.ts';
import { COMPARE_HELP, compare } from './compare.ts';
import { JOIN_HELP, join } from './join.ts';
import { NUMBER_HELP, number } from './number.ts';
import { PACK_HELP, pack } from './pack.ts';
import { PREFLIGHT_HELP, preflight } from './preflight.ts';
import { SERVE_HELP, serve } from './serve.ts';
import { watchSignals } from './signals.ts';
import { SNAPSHOT_HELP, snapshot } from './snapshot.ts';
import { STAMP_HELP, stamp } from './stamp.ts';
import { isPrinted, print, say, watchStreams } from './streams.ts';
import { SYNC_HELP, sync } from './sync.ts';
import { complain, printable } from './terminal.ts';
import { VERIFY_HELP, verify } from './verify.ts';

interface Command {
  readonly run: (args: readonly string[]) => Promise<number>;
  readonly help: string;
}

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['build', { run: build, help: BUILD_HELP }],
  ['join', { run: join, help: JOIN_HELP }],
  ['verify', { run: verify, help: VERIFY_HELP }],
  ['pack', { run: pack, help: PACK_HELP }],
  ['snapshot', { run: snapshot, help: SNAPSHOT_HELP }],
  ['sync', { run: sync, help: SYNC_HELP }],
  ['compare', { run: compare, help: COMPARE_HELP }],
  ['audit', { run: audit, help: AUDIT_HELP }],
  ['preflight', { run: preflight, help: PREFLIGHT_HELP }],
  ['serve', { run: serve, help: SERVE_HELP }],
  ['canon', { run: canon, help: CANON_HELP }],
  ['number', { run: number, help: NUMBER_HELP }],
  ['stamp', { run: stamp, help: STAMP_HELP }],
]);

/** Commands whose output is their result: if that cannot be written, they have failed. Others have a verdict of their own. */
const FILTERS: ReadonlySet<string> = new Set(['canon', 'number']);

/** One line for each command. */
const SUMMARIES: Readonly<Record<string, string>> = {
  build: 'verify a folder of bundles and publish it as a site',
  join: 'join the sites of all shards into one',
  verify: 'verify bundles, sites and packages',
  sync: 'download bundles and keep those that verify',
  compare: 'compare what two mirrors hold',
  audit: 'check a published site against its own digests and your keys',
  preflight: 'check whether a site fits on a host before you publish it',
  serve: 'serve a site on this machine',
  pack: 'pack a site into archives that can be verified on their own',
  snapshot: 'make a folder to upload to the Internet Archive',
  stamp: 'prove that a file existed at a time, with OpenTimestamps',
  canon: 'print the canonical bytes of a JSON text',
  number: 'print the Pith Number of a canonical record',
};

const HELP = `pith-mirror makes a static web site from Pith Open Graph bundles, and proves what it shows.

Usage: pith-mirror COMMAND …

${[...COMMANDS].map(([name, { help }]) => `  ${name.padEnd(9)} ${SUMMARIES[name] ?? help.split('\n', 1)[0]}`).join('\n')}

  pith-mirror COMMAND --help   explain a command and its options
  pith-mirror --version        print the version
`;

function failed(error: unknown): number {
  if (error instanceof UsageError) {
    complain(error.message);
    return EXIT.USAGE;
  }
  if (error instanceof ParseError || error instanceof BuildError || error instanceof EngineError) {
    complain(error.message);
    return EXIT.FAILED;
  }
  // A full disk, a missing permission: the system's own words are clear enough. Anything else is a defect of ours.
  const isSystem = error instanceof Error && 'syscall' in error;
  complain(isSystem ? messageOf(error) : `unexpected error: ${messageOf(error)}`);
  if (!isSystem && error instanceof Error) say(`${printable(error.stack ?? '').replaceAll('\\u{000a}', '\n')}\n`);
  return EXIT.FAILED;
}

/** Runs one command. @returns the exit code; nothing is thrown. */
export async function main(argv: readonly string[]): Promise<number> {
  watchStreams();
  watchSignals();
  const code = await run(argv);
  const isLost = !(await isPrinted());
  return code === EXIT.OK && isLost && isResult(argv) ? EXIT.FAILED : code;
}

const asksForHelp = (args: readonly string[]): boolean => args.includes('--help') || args.includes('-h');

/** Whether printing is all that these arguments ask for. */
function isResult([name = '', ...args]: readonly string[]): boolean {
  return !COMMANDS.has(name) || FILTERS.has(name) || asksForHelp(args);
}

async function run([name, ...args]: readonly string[]): Promise<number> {
  try {
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      print(HELP);
      return name === undefined ? EXIT.USAGE : EXIT.OK;
    }
    if (name === '--version' || name === '-V') {
      print(`${await packageVersion()}\n`);
      return EXIT.OK;
    }
    const command = COMMANDS.get(name);
    if (command === undefined)
      throw new UsageError(`unknown command ${name}; expected one of ${[...COMMANDS.keys()].join(', ')}`);
    if (asksForHelp(args)) {
      print(command.help);
      return EXIT.OK;
    }
    return await command.run(args);
  } catch (error) {
    // Failures while a signal ends the program are not reported.
    return isInterrupted() ? EXIT.FAILED : failed(error);
  }
}
