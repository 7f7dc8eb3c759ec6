/** `pith-mirror compare`: what two mirrors hold, against each other. */
import { counted, thousands } from '../formats/counts.ts';
import { UsageError } from '../mirror/base/failure.ts';
import { compareMirrors, type MirrorComparison, outcomeOf, type StateDifference } from '../network/compare.ts';
import { ageProblem, newestData, parseAge } from '../network/freshness.ts';
import { systemClock } from '../network/pace.ts';
import { type WrongFile, wrongFilesOf } from '../network/served-files.ts';
import { whenSettled } from '../network/settled.ts';
import type { Source } from '../network/source.ts';
import type { Snapshot } from '../records/lists.ts';
import { parseOptions } from './command.ts';
import { endReading } from './reading.ts';
import { openSiteArgument, openWeb } from './site-argument.ts';
import { print } from './streams.ts';
import { rateOption } from './sync.ts';
import { complain, printable, TerminalProgress } from './terminal.ts';

export const COMPARE_HELP = `pith-mirror compare A B [--files] [--max-age AGE] [--rate N] [--json]

Compares what two mirrors hold: which records, in which state, made from which bundles. A and B are folders or URLs
of sites that pith-mirror built. Only the indexes are compared, unless you say --files. To verify a site, use audit.

  --files       also read every bundle and every state of both, and name those that are not what the index lists
  --max-age AGE warn if a mirror's newest data is older than this, or from the future: 90m, 12h, 7d, 2w
  --rate N      requests per second to one host; 0 for no limit [4]
  --json        print the result as JSON, with all records and all events that differ

Exit code: 0 the mirrors are equal; 1 a record that both hold has different states; 2 wrong usage, or a mirror cannot
be read; 3 they differ only in the bundles received or in the records they hold; 4 a mirror keeps changing, its
index contradicts itself, or it serves a file that its index does not list.
`;

const EXIT_EQUAL = 0;
const EXIT_STATES = 1;
const EXIT_SELECTION = 3;
const EXIT_CONTRADICTION = 4;

/** Records that the text names, of each kind. The whole lists are in the JSON. */
const SHOWN = 10;

function named(heading: string, suffixes: readonly string[]): readonly string[] {
  if (suffixes.length === 0) return [];
  const left = suffixes.length - SHOWN;
  return [
    '',
    `${heading}:`,
    ...suffixes.slice(0, SHOWN).map((suffix) => `  ${suffix}`),
    ...(left > 0 ? [`  and ${thousands(left)} more (--json lists all)`] : []),
  ];
}

function stateLines({ suffix, events, problem }: StateDifference): readonly string[] {
  const lines = [`  ${suffix}`];
  if (problem !== null) lines.push(`    ${printable(problem)}`);
  for (const id of events?.onlyInA ?? []) lines.push(`    only in A: ${printable(id)}`);
  for (const id of events?.onlyInB ?? []) lines.push(`    only in B: ${printable(id)}`);
  return lines;
}

/** The result for people. */
export function formatComparison(comparison: MirrorComparison): string {
  const { a, inBoth, equal, statesDiffer, bytesDiffer, onlyInA, onlyInB } = comparison;
  if (outcomeOf(comparison) === 'equal')
    return `equal: both hold ${counted(a.records, 'record')}, in the same states and from the same bundles\n`;
  const { withheldByA, withheldByB, reasonsDiffer } = comparison;
  const parts = [`${thousands(equal)} equal`];
  const add = (count: number, words: string): void => {
    if (count > 0) parts.push(`${thousands(count)} ${words}`);
  };
  parts.push(`${thousands(statesDiffer.length)} differ in state`, `${thousands(bytesDiffer.length)} in bytes`);
  add(withheldByA.length, 'withheld by A');
  add(withheldByB.length, 'withheld by B');
  add(reasonsDiffer.length, 'withheld for different reasons');
  const lines = [
    `${counted(inBoth, 'record')} in both: ${parts.join(', ')}; ${thousands(onlyInA.length)} only in A; ${thousands(onlyInB.length)} only in B`,
  ];
  if (statesDiffer.length > 0) {
    lines.push('', 'Different states:', ...statesDiffer.slice(0, SHOWN).flatMap(stateLines));
    const left = statesDiffer.length - SHOWN;
    if (left > 0) lines.push(`  and ${thousands(left)} more (--json lists all)`);
  }
  lines.push(
    ...named('The same state, made from different bundles', bytesDiffer),
    ...named('Withheld by A', withheldByA),
    ...named('Withheld by B', withheldByB),
    ...named('Withheld for different reasons', reasonsDiffer),
    ...named('Only in A', onlyInA),
    ...named('Only in B', onlyInB),
  );
  return `${lines.join('\n')}\n`;
}

/** Wrong files of both sides; null if they were not read. */
type WrongFiles = { readonly a: readonly WrongFile[]; readonly b: readonly WrongFile[] } | null;

function formatWrong(wrong: WrongFiles): string {
  if (wrong === null) return '';
  const lines = [wrong.a, wrong.b].flatMap((files, i) =>
    files.map(({ path, message }) => `  ${'AB'[i]}: ${path}: ${printable(message)}`),
  );
  if (lines.length === 0) return 'both serve the bundles and states that their indexes list\n';
  return `\nNot what the index lists:\n${lines.join('\n')}\n`;
}

/** The result for programs. */
function jsonOf(
  comparison: MirrorComparison,
  sources: { a: Source; b: Source },
  { wrong, warnings }: { readonly wrong: WrongFiles; readonly warnings: readonly string[] },
): string {
  const side = ({ name }: Source, { records, states, bundles }: Snapshot): object => ({
    name,
    records,
    states,
    bundles,
  });
  const document = {
    outcome: outcomeOf(comparison),
    a: side(sources.a, comparison.a),
    b: side(sources.b, comparison.b),
    in_both: comparison.inBoth,
    equal: comparison.equal,
    states_differ: comparison.statesDiffer.map(({ suffix, events, problem }) => ({
      suffix,
      only_in_a: events?.onlyInA ?? null,
      only_in_b: events?.onlyInB ?? null,
      problem,
    })),
    bytes_differ: comparison.bytesDiffer,
    withheld_by_a: comparison.withheldByA,
    withheld_by_b: comparison.withheldByB,
    withheld_for_different_reasons: comparison.reasonsDiffer,
    only_in_a: comparison.onlyInA,
    only_in_b: comparison.onlyInB,
    wrong_files_of_a: wrong?.a ?? null,
    wrong_files_of_b: wrong?.b ?? null,
    warnings,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function maxAgeOption(text: string | undefined): number | null {
  const age = text === undefined ? null : parseAge(text);
  if (text !== undefined && age === null)
    throw new UsageError(`--max-age: expected a number and a unit, such as 90m, 12h, 7d or 2w (found ${text})`);
  return age;
}

async function ageWarnings(sources: readonly Source[], maxAge: number): Promise<readonly string[]> {
  const warnings: string[] = [];
  for (const source of sources) {
    const problem = ageProblem(source.name, await newestData(source), maxAge, systemClock.date());
    if (problem !== null) warnings.push(problem);
  }
  return warnings;
}

export async function compare(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    files: { type: 'boolean', default: false },
    'max-age': { type: 'string' },
    rate: { type: 'string' },
    json: { type: 'boolean', default: false },
  });
  const [nameOfA, nameOfB, ...more] = positionals;
  if (nameOfA === undefined || nameOfB === undefined || more.length > 0)
    throw new UsageError(`expected two mirrors to compare, each a folder or a URL (found ${positionals.length})`);
  const maxAge = maxAgeOption(values['max-age']);
  const progress = new TerminalProgress();
  const say = (text: string): void => progress.note(text);
  const step = (): void => progress.step();
  const web = await openWeb(rateOption(values.rate), say);
  const [a, b] = [await openSiteArgument(nameOfA, web), await openSiteArgument(nameOfB, web)];
  return endReading(progress, async () => {
    const explained = values.json ? Number.POSITIVE_INFINITY : SHOWN;
    const comparison = await whenSettled([a, b], systemClock, say, () => {
      progress.stage('comparing the indexes', null);
      return compareMirrors({ a, b }, explained, step);
    });
    const readFiles = async (): Promise<WrongFiles> => {
      progress.stage('reading bundles and states', null);
      return { a: await wrongFilesOf(a, step), b: await wrongFilesOf(b, step) };
    };
    const wrong = values.files ? await whenSettled([a, b], systemClock, say, readFiles) : null;
    const warnings = maxAge === null ? [] : await ageWarnings([a, b], maxAge);
    progress.finish();
    if (values.json) print(jsonOf(comparison, { a, b }, { wrong, warnings }));
    else print(`${formatComparison(comparison)}${formatWrong(wrong)}`);
    for (const warning of warnings) complain(`warning: ${warning}`);
    if (wrong !== null && wrong.a.length + wrong.b.length > 0) return EXIT_CONTRADICTION;
    const outcome = outcomeOf(comparison);
    return outcome === 'equal' ? EXIT_EQUAL : outcome === 'states' ? EXIT_STATES : EXIT_SELECTION;
  });
}
