/** The course of a run: if a step fails, what was measured before it is still printed, and the report says what failed. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { withPart } from './package-results.ts';

/** Why a run ended early. */
export interface Failure {
  /** In words that follow "failed": `in NAME OF A STEP`. */
  readonly where: string;
  readonly why: string;
}

export class Course {
  #where = 'before the first step';

  /** Does one step. @param name such as `` `verify` of 1,000 records ``. */
  async step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    this.#where = `in ${name}`;
    const result = await work();
    this.#where = `after ${name}`;
    return result;
  }

  /** Does all that is measured. @returns null, or where and why it failed. */
  async run(work: () => Promise<void>): Promise<Failure | null> {
    try {
      await work();
      return null;
    } catch (error) {
      return { where: this.#where, why: error instanceof Error ? error.message : String(error) };
    }
  }
}

/** What the report of a run that failed begins with, as Markdown; nothing for any other. */
export function failureNotes(failure: Failure | null): readonly string[] {
  if (failure === null) return [];
  const lines = failure.why.trim().split('\n');
  return [
    `**Incomplete: the run failed ${failure.where}.** Below is what was measured before that.`,
    lines.map((line) => `    ${line}`.trimEnd()).join('\n'),
  ];
}

/** Where the results of a run go. */
export interface Report {
  /** With `failureNotes` if the run failed. */
  readonly text: string;
  readonly failure: Failure | null;
  /** The file whose part the text replaces; null if it is only to be printed. */
  readonly file: string | null;
  readonly part: Parameters<typeof withPart>[1];
}

/**
 * Prints the results of a run. Writes them to their file as well, but only those of a whole run: an older whole result is worth more
 * than a part of a new one.
 *
 * @returns the exit code.
 */
export function publish(
  { text, failure, file, part }: Report,
  print: (text: string) => unknown = (text) => process.stdout.write(text),
  say: (text: string) => unknown = (text) => process.stderr.write(text),
): number {
  print(text);
  if (failure !== null) {
    const kept = file === null ? '' : `; ${file} is as it was`;
    say(`failed ${failure.where}; what was measured before that is printed${kept}\n${failure.why.trim()}\n`);
    return 1;
  }
  if (file !== null) writeFileSync(file, withPart(existsSync(file) ? readFileSync(file, 'utf8') : '', part, text));
  return 0;
}
