/** `pith-mirror canon`: canonical bytes of any JSON. */
import { canonicalize } from '../protocol/index.ts';
import { EXIT, parseOptions, readArgument, singleArgument } from './command.ts';
import { print } from './streams.ts';

export const CANON_HELP = `pith-mirror canon [FILE|-]

Writes the canonical bytes of a JSON text to standard output, without a line end, so that
  pith-mirror canon record.json | sha256sum
gives its canonical hash.
`;

export async function canon(args: readonly string[]): Promise<number> {
  const { positionals } = parseOptions(args, {});
  print(canonicalize(await readArgument(singleArgument(positionals))));
  return EXIT.OK;
}
