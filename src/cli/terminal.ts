/** How the command line speaks: progress on a terminal, quiet lines elsewhere, and nothing that input could forge. */
import { UNSEEN_ALL } from '../formats/unseen.ts';
import type { Progress } from '../mirror/base/progress.ts';
import { isRedrawable, say } from './streams.ts';

/** Text from input as it may stand in a line: control, direction and invisible characters are escaped. */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replace(UNSEEN_ALL, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}}`);
}

/** Says on standard error why a command did not do what it was asked for. */
export function complain(text: string): void {
  say(`pith-mirror: ${printable(text)}\n`);
}

/** Prints a line that belongs to the complaint before it. */
export function specify(text: string): void {
  say(`    ${printable(text)}\n`);
}

/** Milliseconds between two redraws: smooth to the eye, and no burden on the work. */
const REDRAW = 100;

/** Progress on standard error. */
export class TerminalProgress implements Progress {
  readonly #isTerminal = isRedrawable();
  #name = '';
  #total: number | null = null;
  #done = 0;
  #drawn = 0;

  stage(name: string, total: number | null): void {
    this.finish();
    this.#name = name;
    this.#total = total;
    this.#done = 0;
    if (this.#isTerminal) this.#draw();
    else say(`${name}${total === null ? '' : ` (${total})`}\n`);
  }

  step(): void {
    this.#done++;
    if (this.#isTerminal && performance.now() - this.#drawn > REDRAW) this.#draw();
  }

  note(text: string): void {
    this.#clear();
    say(`${printable(text)}\n`);
  }

  /** Leaves the terminal as it was found. */
  finish(): void {
    this.#clear();
    this.#name = '';
  }

  #draw(): void {
    this.#drawn = performance.now();
    const count = this.#total === null ? ` ${this.#done || ''}` : ` ${this.#done} of ${this.#total}`;
    say(`\r\u001b[K${this.#name}${count}`);
  }

  #clear(): void {
    if (this.#isTerminal && this.#name !== '') say('\r\u001b[K');
  }
}
