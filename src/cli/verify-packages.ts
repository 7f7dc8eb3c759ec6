/** `pith-mirror verify` of packages and sites. */

import { type Verified, type VerifyResult, verifyPackages } from '../packages/verify.ts';
import type { EngineName, Trust } from '../protocol/index.ts';
import { EXIT, userPath } from './command.ts';
import { formatReportText } from './report.ts';
import { print } from './streams.ts';
import { printable, type TerminalProgress } from './terminal.ts';

/** Problems that are listed for each package; all of them are in the JSON. */
const SHOWN = 20;

function linesOf({ name, files, records, problems }: Verified): readonly string[] {
  const shown = problems
    .slice(0, SHOWN)
    .map(({ kind, path, message }) => `${kind}  ${printable(path)}: ${printable(message)}`);
  const left = problems.length - shown.length;
  const verdict = problems.length === 0 ? 'every file matches its digest' : `${problems.length} problems`;
  return [
    ...shown,
    ...(left > 0 ? [`and ${left} more (--json has all)`] : []),
    `${printable(name)}: ${files} files, ${records} records, ${verdict}`,
  ];
}

function* jsonOf({ packages, report }: VerifyResult): Generator<string | Uint8Array> {
  // The report's own text, which may be larger than one string can be, with one more member.
  let isFirst = true;
  for (const piece of report.pieces()) {
    yield isFirst && typeof piece === 'string'
      ? `{\n  "packages": ${JSON.stringify(packages, null, 2).replaceAll('\n', '\n  ')},${piece.slice(1)}`
      : piece;
    isFirst = false;
  }
}

/** @returns the exit code: 1 if a file is not as the manifest says or a bundle is rejected, 3 if there are findings. */
export async function verifyEachPackage(
  names: readonly string[],
  how: { readonly trust: Trust; readonly engine: EngineName; readonly isJson: boolean; readonly started: number },
  progress: TerminalProgress,
): Promise<number> {
  const paths = names.map((name) => ({ path: userPath(name), name }));
  const result = await verifyPackages(paths, how.trust, how.engine, progress);
  progress.finish();
  const { packages, report } = result;
  if (how.isJson) {
    for (const piece of jsonOf(result)) print(piece);
  } else {
    print(`${packages.flatMap(linesOf).join('\n')}\n\n`);
    print(formatReportText(report, 'verified', (performance.now() - how.started) / 1000));
  }
  const isDamaged = packages.some(({ problems }) => problems.length > 0);
  if (isDamaged || report.totals.rejected > 0) return EXIT.FAILED;
  return report.totals.findings > 0 ? EXIT.FINDINGS : EXIT.OK;
}
