/** `pith-mirror number`: the Pith Number of a canonical record. */

import { UsageError } from '../mirror/base/failure.ts';
import { isObject, parseJson, pithNumber } from '../protocol/index.ts';
import { EXIT, parseOptions, readArgument, singleArgument } from './command.ts';
import { print } from './streams.ts';

export const NUMBER_HELP = `pith-mirror number [FILE|-]

Prints the Pith Number of a canonical record: the JSON object canonical_record of a bundle. Without FILE, or with -,
it reads standard input.

Exit code: 0 printed; 1 not a record, or the output could not be written; 2 wrong usage.
`;

export async function number(args: readonly string[]): Promise<number> {
  const { positionals } = parseOptions(args, {});
  const bytes = await readArgument(singleArgument(positionals));
  const value = parseJson(bytes);
  if (isObject(value) && value.has('canonical_record') && !value.has('metadata')) {
    throw new UsageError(
      'expected a canonical record, got a document that contains one: pass only its canonical_record, or use verify',
    );
  }
  print(`${pithNumber(bytes)}\n`);
  return EXIT.OK;
}
