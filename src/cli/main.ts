/** The command line. One file a command; this one chooses. */
import { BuildError, messageOf, UsageError } from '../mirror/base/failure.ts';
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
import { SNAPSHOT_HELP, snapshot } from './snapshot.ts';
import { STAMP_HELP, stamp } from './stamp.ts';
import { SYNC_HELP, sync } from './sync.ts';
import { printable } from './terminal.ts';
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

const HELP = `pith-mirror: a static mirror of Pith Open Graph bundles that proves what it shows

${[...COMMANDS.values()].map(({ help }) => `  ${help.split('\n', 1)[0]}`).join('\n')}

pith-mirror COMMAND --help says more; pith-mirror --version prints the version.
`;

function failed(error: unknown): number {
  const say = (text: string): void => {
    process.stderr.write(`pith-mirror: ${printable(text)}\n`);
  };
  if (error instanceof UsageError) {
    say(error.message);
    return EXIT.USAGE;
  }
  if (error instanceof ParseError || error instanceof BuildError || error instanceof EngineError) {
    say(error.message);
    return EXIT.FAILED;
  }
  // A full disk, a missing permission: the system's own words are clear enough. Anything else is a defect of ours.
  const isSystem = error instanceof Error && 'syscall' in error;
  say(isSystem ? messageOf(error) : `unexpected error: ${messageOf(error)}`);
  if (!isSystem && error instanceof Error)
    process.stderr.write(`${printable(error.stack ?? '').replaceAll('\\u{000a}', '\n')}\n`);
  return EXIT.FAILED;
}

/** A reader that has enough (`| head`) is no failure; a full disk behind standard output is one, with one line. */
function watchOutput(): void {
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.stderr.write(`pith-mirror: standard output: ${printable(messageOf(error))}\n`);
    process.exit(error.code === 'EPIPE' ? undefined : EXIT.FAILED);
  });
}

/** Runs one command. @returns the exit code; nothing is thrown. */
export async function main(argv: readonly string[]): Promise<number> {
  const [name, ...args] = argv;
  watchOutput();
  try {
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      process.stdout.write(HELP);
      return name === undefined ? EXIT.USAGE : EXIT.OK;
    }
    if (name === '--version' || name === '-V') {
      process.stdout.write(`${await packageVersion()}\n`);
      return EXIT.OK;
    }
    const command = COMMANDS.get(name);
    if (command === undefined)
      throw new UsageError(`unknown command ${name}; one of ${[...COMMANDS.keys()].join(', ')}`);
    if (args.includes('--help') || args.includes('-h')) {
      process.stdout.write(command.help);
      return EXIT.OK;
    }
    return await command.run(args);
  } catch (error) {
    return failed(error);
  }
}
