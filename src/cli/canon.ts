/** `pith-mirror canon`: canonical bytes of any JSON. */
import { canonicalize } from '../protocol/index.ts';
import { EXIT, parseOptions, readArgument, singleArgument } from './command.ts';
import { print } from './streams.ts';

export const CANON_HELP = `pith-mirror canon [FILE|-]

Prints the canonical bytes of a JSON text, without a line end. Without FILE, or with -, it reads standard input.
This gives the canonical hash of a record:

  pith-mirror canon record.json | sha256sum

Exit code: 0 printed; 1 not JSON, or the output could not be written; 2 wrong usage.
`;

export async function canon(args: readonly string[]): Promise<number> {
  const { positionals } = parseOptions(args, {});
  print(canonicalize(await readArgument(singleArgument(positionals))));
  return EXIT.OK;
}
