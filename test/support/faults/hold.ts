/** Holds a command at one moment, so that what a test does then meets it in the middle of its work, on any machine. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { PROJECT } from '../sites/cli.ts';

const PRELOAD = pathToFileURL(join(PROJECT, 'test/support/faults/hold.mjs')).href;

export class Hold {
  readonly #held: string;
  readonly #go: string;
  /** What the environment of the command must have. */
  readonly env: Readonly<Record<string, string>>;

  /**
   * @param path of two files that nobody else uses, without their endings.
   * @param at the moment: matches a text that the command writes, or `mkdirSync PATH` of a folder that it makes.
   */
  constructor(path: string, at: RegExp) {
    this.#held = `${path}.held`;
    this.#go = `${path}.go`;
    this.env = {
      NODE_OPTIONS: `--import=${PRELOAD}`,
      PITH_MIRROR_HOLD: JSON.stringify({ at: at.source, held: this.#held, go: this.#go }),
    };
  }

  /**
   * Waits for the moment, does something, and lets the command go on.
   *
   * @param ended resolves when the command ends. If it never comes to the moment, nothing is done.
   * @returns whether it came.
   */
  async meanwhile(ended: Promise<unknown>, work: () => void): Promise<boolean> {
    let isEnded = false;
    const note = (): void => {
      isEnded = true;
    };
    ended.then(note, note);
    while (!existsSync(this.#held) && !isEnded) await wait(5);
    if (!existsSync(this.#held)) return false;
    try {
      work();
    } finally {
      writeFileSync(this.#go, '');
    }
    return true;
  }
}
