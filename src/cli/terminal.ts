/** How the command line speaks: progress on a terminal, quiet lines elsewhere, and nothing that input could forge. */
import { UNSEEN_ALL } from '../formats/unseen.ts';
import type { Progress } from '../mirror/base/progress.ts';

/** Text from input as it may stand in a line: control, direction and invisible characters are escaped. */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replace(UNSEEN_ALL, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}}`);
}

/** Milliseconds between two redraws: smooth to the eye, nothing to the work. */
const REDRAW = 100;

/** Progress on standard error. */
export class TerminalProgress implements Progress {
  readonly #isTerminal = process.stderr.isTTY === true;
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
    else process.stderr.write(`${name}${total === null ? '' : ` (${total})`}\n`);
  }

  step(): void {
    this.#done++;
    if (this.#isTerminal && performance.now() - this.#drawn > REDRAW) this.#draw();
  }

  note(text: string): void {
    this.#clear();
    process.stderr.write(`${printable(text)}\n`);
  }

  /** Leaves the terminal as it was found. */
  finish(): void {
    this.#clear();
    this.#name = '';
  }

  #draw(): void {
    this.#drawn = performance.now();
    const count = this.#total === null ? '' : ` ${this.#done} of ${this.#total}`;
    process.stderr.write(`\r\u001b[K${this.#name}${count}`);
  }

  #clear(): void {
    if (this.#isTerminal && this.#name !== '') process.stderr.write('\r\u001b[K');
  }
}
