/** `pith-mirror build --single SUFFIX`: records as self-contained pages. */
import { join, relative, resolve } from 'node:path';
import { UsageError } from '../mirror/base/failure.ts';
import { buildSingle, type SingleOptions } from '../mirror/single.ts';
import { PITH_NUMBER_PATTERN, SUFFIX_PATTERN, suffixOfNumber } from '../protocol/index.ts';
import { EXIT, isFolder, userPath } from './command.ts';
import { print } from './streams.ts';
import { complain, printable, type TerminalProgress } from './terminal.ts';

/** The suffix that the user means. @throws UsageError if there is none. */
function suffixOption(text: string): string {
  const suffix = PITH_NUMBER_PATTERN.test(text) ? suffixOfNumber(text) : text;
  if (SUFFIX_PATTERN.test(suffix)) return suffix;
  throw new UsageError(`--single: expected a Pith Number or its 26 characters, got ${text}`);
}

/** Where each page goes: a file that was named, or SUFFIX.html in a folder, or the user's folder. */
async function targetsOf(names: readonly string[], out: string | undefined): Promise<ReadonlyMap<string, string>> {
  const suffixes = new Set(names.map(suffixOption));
  const path = userPath(out ?? '.');
  const isFile = out !== undefined && /\.html?$/i.test(out) && !(await isFolder(path).catch(() => false));
  if (isFile && suffixes.size > 1) throw new UsageError('--out: expected a folder for several pages, got a file');
  return new Map([...suffixes].map((suffix) => [suffix, isFile ? path : join(path, `${suffix}.html`)]));
}

export interface SingleArguments extends Omit<SingleOptions, 'targets'> {
  readonly names: readonly string[];
  readonly out: string | undefined;
}

export async function single({ names, out, ...options }: SingleArguments, progress: TerminalProgress): Promise<number> {
  const targets = await targetsOf(names, out);
  const { report, refusal } = await buildSingle({ ...options, targets }, progress);
  progress.finish();
  if (refusal !== null) {
    complain(`nothing was written: ${refusal}`);
    return EXIT.FAILED;
  }
  for (const target of targets.values()) {
    print(`page ${printable(relative(process.cwd(), resolve(target)))}\n`);
  }
  return report.totals.findings > 0 ? EXIT.FINDINGS : EXIT.OK;
}
