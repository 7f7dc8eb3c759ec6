/** The command line. One file per command; this one chooses. */
import { BuildError, messageOf, UsageError } from '../mirror/base/failure.ts';
import { isInterrupted } from '../mirror/base/interrupt.ts';
import { packageVersion } from '../mirror/base/package.ts';
import { EngineError, ParseError } from '../protocol/index.ts';
import { EXIT } from './command.ts';
import { watchSignals } from './signals.ts';
import { isPrinted, print, say, watchStreams } from './streams.ts';
import { complain, printable } from './terminal.ts';

interface Command {
  readonly run: (args: readonly string[]) => Promise<number>;
  readonly help: string;
}

/** Loads a command. To load all of them would take half a second. */
const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['build', () => import('./build.ts').then((file) => ({ run: file.build, help: file.BUILD_HELP }))],
  ['join', () => import('./join.ts').then((file) => ({ run: file.join, help: file.JOIN_HELP }))],
  ['verify', () => import('./verify.ts').then((file) => ({ run: file.verify, help: file.VERIFY_HELP }))],
  ['sync', () => import('./sync.ts').then((file) => ({ run: file.sync, help: file.SYNC_HELP }))],
  ['compare', () => import('./compare.ts').then((file) => ({ run: file.compare, help: file.COMPARE_HELP }))],
  ['audit', () => import('./audit.ts').then((file) => ({ run: file.audit, help: file.AUDIT_HELP }))],
  ['preflight', () => import('./preflight.ts').then((file) => ({ run: file.preflight, help: file.PREFLIGHT_HELP }))],
  ['serve', () => import('./serve.ts').then((file) => ({ run: file.serve, help: file.SERVE_HELP }))],
  ['pack', () => import('./pack.ts').then((file) => ({ run: file.pack, help: file.PACK_HELP }))],
  ['snapshot', () => import('./snapshot.ts').then((file) => ({ run: file.snapshot, help: file.SNAPSHOT_HELP }))],
  ['stamp', () => import('./stamp.ts').then((file) => ({ run: file.stamp, help: file.STAMP_HELP }))],
  ['canon', () => import('./canon.ts').then((file) => ({ run: file.canon, help: file.CANON_HELP }))],
  ['number', () => import('./number.ts').then((file) => ({ run: file.number, help: file.NUMBER_HELP }))],
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

${[...COMMANDS.keys()].map((name) => `  ${name.padEnd(9)} ${SUMMARIES[name]}`).join('\n')}

  pith-mirror COMMAND --help   explain a command and its options
  pith-mirror --version        print the version

The environment variable PITH_MIRROR_CACHE names the folder for what one run keeps for the next [the user's cache folder,
such as ~/.cache/pith-mirror]; "off" keeps nothing. Results do not depend on it.
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

/** Runs one command as the program of this process. @returns the exit code; nothing is thrown. */
export async function main(argv: readonly string[]): Promise<number> {
  watchStreams();
  watchSignals();
  const code = await runCommand(argv);
  const isLost = !(await isPrinted());
  return code === EXIT.OK && isLost && isResult(argv) ? EXIT.FAILED : code;
}

const asksForHelp = (args: readonly string[]): boolean => args.includes('--help') || args.includes('-h');

/** Whether printing is all that these arguments ask for. */
function isResult([name = '', ...args]: readonly string[]): boolean {
  return !COMMANDS.has(name) || FILTERS.has(name) || asksForHelp(args);
}

/** Runs one command as part of a process that watches its own streams and signals. @returns the exit code; nothing is thrown. */
export async function runCommand([name, ...args]: readonly string[]): Promise<number> {
  try {
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      print(HELP);
      return name === undefined ? EXIT.USAGE : EXIT.OK;
    }
    if (name === '--version' || name === '-V') {
      print(`${await packageVersion()}\n`);
      return EXIT.OK;
    }
    const load = COMMANDS.get(name);
    if (load === undefined)
      throw new UsageError(`unknown command ${name}; expected one of ${[...COMMANDS.keys()].join(', ')}`);
    const command = await load();
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
